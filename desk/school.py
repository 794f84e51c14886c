"""What teaching the bot works with, joined: misread lines, lessons, trainings, which bot serves."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from fastapi import APIRouter

import connectors.bot_training_api
from connectors.api import Centres
from connectors.publications_api import Starter
from connectors.sign_in import StaffService
from conversations.lesson_files import LessonFiles, Plan, Taught
from conversations.lessons import Lessons
from conversations.swapping import Reloading, Swapping
from desk.bot_training import archives_of, inputs_of
from desk.database import Database
from desk.exam_process import ExamProcess
from desk.intents import INTENTS_OF_LINES
from desk.paths import CHOSEN_BY, HELD_OUT, Paths
from desk.settings import Settings
from knowledge.running import Runs

log = logging.getLogger(__name__)

Result = TypeVar("Result")


class School:
    """The parts behind the console's page of the bot."""

    def __init__(
        self,
        *,
        settings: Settings,
        database: Database,
        bot: Reloading,
        clock: Callable[[], datetime],
    ) -> None:
        write, read = database.write, database.read
        self.settings, self._clock = settings, clock
        self.files = LessonFiles(
            settings.training_data / "nlu",
            held_out=[HELD_OUT, CHOSEN_BY],
            lock=Paths.of(settings).lessons_lock,
        )
        self.lessons = Lessons(
            write=write,
            read=read,
            clock=clock,
            intents=INTENTS_OF_LINES,
            held_out=self.files.held_out,
        )
        self.runs = Runs(write=write, read=read, clock=clock)
        self.starter: Starter = ExamProcess(settings, self.runs)
        self.swapping = Swapping(
            bot=bot,
            archives=archives_of(settings),
            runs=self.runs,
            inputs=lambda: inputs_of(settings),
            clock=clock,
        )

    async def plan(self) -> Plan:
        """What writing the lessons would add to the training data."""
        lessons = await self.lessons.list_lessons()
        return await asyncio.to_thread(self.files.plan, lessons)

    async def write(self) -> Plan:
        """Write the lessons; the bot in service stays until somebody swaps, also over a restart."""
        lessons = await self.lessons.list_lessons()
        return await asyncio.to_thread(self._changing, lambda: self.files.write(lessons))

    async def find(self, wanted: str) -> list[Taught]:
        """Examples of the training data; without a wish the accepted ones, the newest first."""
        if wanted.strip():
            return await asyncio.to_thread(self.files.find, wanted)
        lessons = await self.lessons.list_lessons()
        return await asyncio.to_thread(self.files.written, lessons)

    async def take_out(self, intent: str, text: str, *, by: str) -> None:
        """Take an example out of the training data, and let nobody's word write it again.

        What was accepted goes first: where the file cannot be written, the same call does the rest.
        """
        await self.lessons.disown(intent, text, by=by)
        await asyncio.to_thread(self._changing, lambda: self.files.take_out(intent, text))
        log.info("%s took an example of %s out of the training data", by, intent)

    def _changing(self, work: Callable[[], Result]) -> Result:
        """The bot in service goes on serving although what it was trained from changes."""
        before = inputs_of(self.settings)
        result = work()
        after = inputs_of(self.settings)
        if after != before:
            self.swapping.archives.hold(was=before, inputs=after)
        return result

    def router(self, staff: StaffService, centres: Centres) -> APIRouter:
        """The calls of the page."""
        desk = connectors.bot_training_api.BotSchool(
            staff=staff,
            centres=centres,
            lessons=self.lessons,
            book=self,
            runs=self.runs,
            starter=self.starter,
            swapping=self.swapping,
            intents=INTENTS_OF_LINES,
            clock=self._clock,
        )
        return connectors.bot_training_api.make_router(desk)
