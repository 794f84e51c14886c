"""What teaching the bot works with, joined: misread lines, lessons, trainings, which bot serves."""

import asyncio
from collections.abc import Callable
from datetime import datetime

from fastapi import APIRouter

import connectors.bot_training_api
from connectors.api import Centres
from connectors.publications_api import Starter
from connectors.sign_in import StaffService
from conversations.lesson_files import LessonFiles, Plan
from conversations.lessons import Lessons
from conversations.swapping import Reloading, Swapping
from desk.bot_training import archives_of, inputs_of
from desk.database import Database
from desk.exam_process import ExamProcess
from desk.intents import INTENTS_OF_LINES
from desk.paths import CHOSEN_BY, HELD_OUT, Paths
from desk.settings import Settings
from knowledge.running import Runs


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

        def work() -> Plan:
            before = inputs_of(self.settings)
            plan = self.files.write(lessons)
            if plan.added:
                self.swapping.archives.hold(was=before, inputs=inputs_of(self.settings))
            return plan

        return await asyncio.to_thread(work)

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
