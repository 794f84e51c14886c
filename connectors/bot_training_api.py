"""The HTTP API of teaching the bot: misread lines, lessons, trainings, and which bot serves."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Protocol

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from connectors.api import LAST_SEQ, Centres
from connectors.bot_training_data import plan_data, served_data, training_data, utterance_data
from connectors.publications_api import Starter
from connectors.sign_in import StaffDoor, StaffService
from conversations.lesson_files import Plan, Taught
from conversations.lessons import Lessons
from conversations.people import Staff
from conversations.rights import Right
from conversations.swapping import Swapping
from conversations.utterance import LONGEST_EXAMPLE, UNSURE, Doubt
from knowledge.run import RunKind, RunNotFound
from knowledge.running import Runs

Id = Annotated[int, Path(ge=1, le=LAST_SEQ)]


class RelabelForm(BaseModel):
    """Body of `POST /training/utterances/{utterance_id}/relabel`."""

    model_config = ConfigDict(extra="forbid")

    profile: str | None = None
    intent: str = Field(min_length=1, max_length=80, description="what the line is")


class RejectForm(BaseModel):
    """Body of `POST /training/utterances/{utterance_id}/reject`."""

    model_config = ConfigDict(extra="forbid")

    profile: str | None = None


class NothingElse(BaseModel):
    """Body of `POST /training/lessons` and `POST /training/runs`: an empty object."""

    model_config = ConfigDict(extra="forbid")


class SwapForm(BaseModel):
    """Body of `POST /training/runs/{no}/swap`."""

    model_config = ConfigDict(extra="forbid")

    override: str = Field("", max_length=500, description="why a worse bot may serve all the same")


class BackForm(BaseModel):
    """Body of `POST /training/bot/back`."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field("", max_length=500)


class Book(Protocol):
    """The training data, as far as lessons go into it."""

    async def plan(self) -> Plan:
        """What writing the lessons would add."""
        ...

    async def write(self) -> Plan:
        """Write them; raises `LessonsNotWritten`."""
        ...

    async def find(self, wanted: str) -> list[Taught]:
        """Examples of the training data; without a wish the accepted ones, the newest first."""
        ...

    async def take_out(self, intent: str, text: str, *, by: str) -> None:
        """Take an example out of it, and let nobody's word write it again."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class BotSchool:
    """The parts these calls need; `intents` are names and what trainers call them."""

    staff: StaffService
    centres: Centres
    lessons: Lessons
    book: Book
    runs: Runs
    starter: Starter
    swapping: Swapping
    intents: Mapping[str, str]
    clock: Callable[[], datetime]


def make_router(school: BotSchool) -> APIRouter:
    """`/training`: no line here names a customer."""
    router = APIRouter(tags=["teaching the bot"])
    _add_utterances(router, school)
    _add_lessons(router, school)
    _add_runs(router, school)
    _add_bot(router, school)
    return router


def _add_utterances(router: APIRouter, school: BotSchool) -> None:
    Teacher = Annotated[Staff, Depends(StaffDoor(school.staff, Right.TEACH_BOT))]

    @router.get("/training/utterances", summary="Lines the bot may have misread, newest first")
    async def list_open(
        member: Teacher,
        profile: str | None = None,
        doubt: Doubt | None = None,
        offset: Annotated[int, Query(ge=0, le=LAST_SEQ)] = 0,
        limit: Annotated[int, Query(ge=1, le=100)] = 20,
    ) -> dict[str, Any]:
        page = await school.lessons.list_open(
            school.centres.get(profile).name, doubt, offset=offset, limit=limit
        )
        return {
            "utterances": [utterance_data(each) for each in page.utterances],
            "total": page.total,
            "intents": dict(school.intents),
            "unsure_below": UNSURE,
        }

    @router.get("/training/utterances/decided", summary="What was decided last, and by whom")
    async def list_decided(
        member: Teacher,
        profile: str | None = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> dict[str, Any]:
        found = await school.lessons.list_decided(school.centres.get(profile).name, limit=limit)
        return {"utterances": [utterance_data(each) for each in found]}

    @router.post("/training/utterances/{utterance_id}/relabel", summary="Say what a line is")
    async def relabel(member: Teacher, utterance_id: Id, form: RelabelForm) -> dict[str, Any]:
        profile = school.centres.get(form.profile).name
        return utterance_data(
            await school.lessons.relabel(profile, utterance_id, form.intent, by=member.name)
        )

    @router.post("/training/utterances/{utterance_id}/reject", summary="It teaches nothing")
    async def reject(member: Teacher, utterance_id: Id, form: RejectForm) -> dict[str, Any]:
        profile = school.centres.get(form.profile).name
        return utterance_data(await school.lessons.reject(profile, utterance_id, by=member.name))

    @router.delete("/training/utterances/{utterance_id}/verdict", summary="Take a decision back")
    async def undo(member: Teacher, utterance_id: Id, profile: str | None = None) -> dict[str, Any]:
        centre = school.centres.get(profile).name
        return utterance_data(await school.lessons.undo(centre, utterance_id, by=member.name))


def _add_lessons(router: APIRouter, school: BotSchool) -> None:
    Teacher = Annotated[Staff, Depends(StaffDoor(school.staff, Right.TEACH_BOT))]

    @router.get("/training/lessons", summary="Accepted lines that are not in the training data")
    async def plan(member: Teacher) -> dict[str, Any]:
        return {**plan_data(await school.book.plan()), "intents": dict(school.intents)}

    @router.post("/training/lessons", summary="Write them into the training data")
    async def write(member: Teacher, form: NothingElse) -> dict[str, Any]:
        return plan_data(await school.book.write())

    @router.get("/training/examples", summary="Examples of the training data, by their words")
    async def find(
        member: Teacher,
        q: Annotated[str, Query(max_length=LONGEST_EXAMPLE, description="nothing: accepted")] = "",
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> dict[str, Any]:
        found = await school.book.find(q)
        return {
            "total": len(found),
            "examples": [{"intent": each.intent, "text": each.text} for each in found[:limit]],
            "intents": dict(school.intents),
        }

    @router.delete("/training/examples", status_code=204, summary="Take an example out again")
    async def take_out(
        member: Teacher,
        intent: Annotated[str, Query(min_length=1, max_length=80)],
        text: Annotated[str, Query(min_length=1, max_length=1000)],
    ) -> Response:
        await school.book.take_out(intent, text, by=member.name)
        return Response(status_code=204)


def _add_runs(router: APIRouter, school: BotSchool) -> None:
    Teacher = Annotated[Staff, Depends(StaffDoor(school.staff, Right.TEACH_BOT))]

    async def told(no: int) -> dict[str, Any]:
        run = await school.runs.get(no if 0 <= no <= LAST_SEQ else 0)
        if run.kind is not RunKind.BOT:
            raise RunNotFound(f"run {no} trains no bot")
        return training_data(run, now=school.clock())

    @router.post("/training/runs", status_code=201, summary="Train, beside the desk, and examine")
    async def begin(member: Teacher, form: NothingElse) -> dict[str, Any]:
        run = await school.runs.begin("", author=member.name, kind=RunKind.BOT)
        try:
            await school.starter.start(run)
        except OSError as error:
            await school.runs.fail(run.no, str(error))
        return await told(run.no)

    @router.get("/training/runs", summary="The last trainings, and what goes on")
    async def list_runs(member: Teacher) -> dict[str, Any]:
        now = school.clock()
        running = await school.runs.find_running()
        return {
            "running": training_data(running, now=now) if running else None,
            "runs": [
                training_data(run, now=now) for run in await school.runs.list_last("", RunKind.BOT)
            ],
        }

    @router.get("/training/runs/{no}", summary="A training: progress, then how the bot does")
    async def get_run(member: Teacher, no: int) -> dict[str, Any]:
        return await told(no)

    @router.delete("/training/runs/{no}", summary="Stop a training")
    async def cancel(member: Teacher, no: int) -> dict[str, Any]:
        await told(no)
        await school.runs.cancel(no, by=member.name)
        return await told(no)

    @router.post("/training/runs/{no}/swap", summary="Let the bot that was trained serve")
    async def swap(member: Teacher, no: int, form: SwapForm) -> dict[str, Any]:
        await told(no)
        await school.swapping.swap(
            await school.runs.get(no), by=member.name, override=form.override
        )
        return await told(no)


def _add_bot(router: APIRouter, school: BotSchool) -> None:
    Teacher = Annotated[Staff, Depends(StaffDoor(school.staff, Right.TEACH_BOT))]

    @router.get("/training/bot", summary="Which bot serves, and which did before")
    async def bot(member: Teacher) -> dict[str, Any]:
        return await asyncio.to_thread(served_data, school.swapping.archives)

    @router.post("/training/bot/back", summary="Let the bot that served before serve again")
    async def back(member: Teacher, form: BackForm) -> dict[str, Any]:
        await school.swapping.go_back(by=member.name, reason=form.reason)
        return await asyncio.to_thread(served_data, school.swapping.archives)
