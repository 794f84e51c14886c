"""The HTTP API for publications: what changed, examine it beside the desk, publish, roll back."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Protocol

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from connectors.api import LAST_SEQ, Centres
from connectors.publication_data import (
    changes_data,
    examined_data,
    publication_data,
    run_data,
)
from connectors.sign_in import StaffDoor, StaffService
from conversations.people import Staff
from conversations.rights import Right
from knowledge.catalogue import Transaction
from knowledge.changes import compare
from knowledge.entry import Entry
from knowledge.gate import Override
from knowledge.plots import draw
from knowledge.publishing import Publisher
from knowledge.run import Run
from knowledge.running import Runs
from knowledge.store import History, KnowledgeStore

# the page's history; all are in `seatmate knowledge history`
SHOWN = 30


class RunForm(BaseModel):
    """Body of `POST /knowledge/runs`."""

    model_config = ConfigDict(extra="forbid")

    profile: str | None = None


class PublishForm(BaseModel):
    """Body of `POST /knowledge/runs/{no}/publish`."""

    model_config = ConfigDict(extra="forbid")

    override: str = Field(
        "", max_length=500, description="why it may go live below a floor; not by who examined it"
    )


class RollBackForm(BaseModel):
    """Body of `POST /knowledge/publications/{no}/live`."""

    model_config = ConfigDict(extra="forbid")

    profile: str | None = None
    reason: str = Field(min_length=1, max_length=500)


class Starter(Protocol):
    """Does the work of a run, beside the desk."""

    async def start(self, run: Run) -> None:
        """Begin; the run says in the database how far it has come."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicationDesk:
    """The parts these calls need."""

    staff: StaffService
    centres: Centres
    publisher: Publisher
    runs: Runs
    starter: Starter
    read: Transaction
    clock: Callable[[], datetime]


def make_router(desk: PublicationDesk) -> APIRouter:
    """`/knowledge/publications`."""
    router = APIRouter(tags=["trainer"])
    Trainer = Annotated[Staff, Depends(StaffDoor(desk.staff, Right.TEACH))]

    @router.get("/knowledge/publications", summary="Publications with their figures, newest first")
    async def list_publications(
        member: Trainer,
        limit: Annotated[int, Query(ge=1, le=200)] = SHOWN,
        profile: str | None = None,
    ) -> dict[str, Any]:
        listed = await _listed(desk, desk.centres.get(profile).name)
        shown = listed.publications[:limit]
        return {
            "live": listed.live,
            "publications": [publication_data(each, listed) for each in shown],
        }

    @router.get("/knowledge/changes", summary="What a publication now would change")
    async def list_changes(member: Trainer, profile: str | None = None) -> dict[str, Any]:
        centre = desk.centres.get(profile).name
        return await changes_told(desk.read, centre, now=desk.clock())

    @router.get(
        "/knowledge/publications/plot.svg",
        summary="The figures over time, and the reliability of one (or of the live one), drawn",
        response_class=Response,
    )
    async def plot(member: Trainer, no: int | None = None, profile: str | None = None) -> Response:
        listed = await _listed(desk, desk.centres.get(profile).name)
        drawing = draw(list(listed.publications)[::-1], listed.pick(no))
        headers = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox"}
        return Response(drawing, media_type="image/svg+xml", headers=headers)

    @router.post("/knowledge/publications/{no}/live", summary="Go back to an earlier publication")
    async def roll_back(member: Trainer, no: int, form: RollBackForm) -> dict[str, Any]:
        profile = desk.centres.get(form.profile).name
        await desk.publisher.roll_back(
            profile, _known(no), author=member.name, now=desk.clock(), reason=form.reason
        )
        return {"live": no}

    return router


def make_run_router(desk: PublicationDesk) -> APIRouter:
    """`/knowledge/runs`: examinations, and letting one go live."""
    router = APIRouter(tags=["trainer"])
    Trainer = Annotated[Staff, Depends(StaffDoor(desk.staff, Right.TEACH))]

    @router.post("/knowledge/runs", status_code=201, summary="Examine the approved entries")
    async def begin(member: Trainer, form: RunForm) -> dict[str, Any]:
        profile = desk.centres.get(form.profile).name
        run = await desk.runs.begin(profile, author=member.name)
        try:
            await desk.starter.start(run)
        except OSError as error:
            await desk.runs.fail(run.no, str(error))
        return await _told(desk, run.no)

    @router.get("/knowledge/runs", summary="The last examinations, and the one that goes on")
    async def list_runs(member: Trainer, profile: str | None = None) -> dict[str, Any]:
        now = desk.clock()
        runs = await desk.runs.list_last(desk.centres.get(profile).name)
        running = await desk.runs.find_running()
        return {
            "running": run_data(running, now=now) if running else None,
            "runs": [run_data(run, now=now) for run in runs],
        }

    @router.get("/knowledge/runs/{no}", summary="An examination: progress, then what it found")
    async def get_run(member: Trainer, no: int) -> dict[str, Any]:
        return await _told(desk, _known(no))

    @router.delete("/knowledge/runs/{no}", summary="Stop an examination")
    async def cancel(member: Trainer, no: int) -> dict[str, Any]:
        await desk.runs.cancel(_known(no), by=member.name)
        return await _told(desk, no)

    @router.post("/knowledge/runs/{no}/publish", summary="Let go live what was examined")
    async def publish(member: Trainer, no: int, form: PublishForm) -> dict[str, Any]:
        run = await desk.runs.get(_known(no))
        override = Override(reviewer=member.name, reason=form.override) if form.override else None
        await desk.publisher.publish_run(run, by=member.name, now=desk.clock(), override=override)
        return await _told(desk, no)

    return router


def _known(no: int) -> int:
    """A number no database could hold is nobody's."""
    return no if 0 <= no <= LAST_SEQ else 0


async def _told(desk: PublicationDesk, no: int) -> dict[str, Any]:
    return await run_told(await desk.runs.get(no), desk.read, now=desk.clock())


async def run_told(run: Run, read: Transaction, *, now: datetime) -> dict[str, Any]:
    """How far a run has come, and, once it is examined, what it found."""
    told = run_data(run, now=now)
    if run.examined is None:
        return told
    async with read() as connection:
        store = KnowledgeStore(connection)
        if run.publication_no is None:
            return told | examined_data(
                run, run.examined.ruling, await store.find_live(run.profile)
            )
        # what it was published against, and with whose word
        published = await store.get_publication(run.publication_no)
        before = run.examined.live_no
        live = await store.get_publication(before) if before is not None else None
        return told | examined_data(run, published.ruling, live)


async def _listed(desk: PublicationDesk, profile: str) -> History:
    async with desk.read() as connection:
        return await KnowledgeStore(connection).history(profile)


async def changes_told(read: Transaction, profile: str, *, now: datetime) -> dict[str, Any]:
    """From the live content to what is approved now, and how many wait for a review."""
    async with read() as connection:
        store = KnowledgeStore(connection)
        live = await store.find_live(profile)
        published: list[Entry] = await store.list_published(live) if live else []
        approved = await store.list_approved(profile, now=now)
        latest = await store.list_latest(profile)
    waiting = sum(entry.state == "review" for entry in latest)
    return {**changes_data(compare(published, approved)), "in_review": waiting}
