"""The HTTP API for the trainers' entries: look for one, write, have it reviewed, withdraw it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from connectors.api import Centres
from connectors.entry_data import (
    EntryForm,
    beside_data,
    clashes_data,
    contradiction_data,
    difference_data,
    entry_data,
    history_data,
    lacks_data,
    row_data,
)
from connectors.sign_in import StaffDoor, StaffService
from conversations.answering import source_of
from conversations.people import Staff
from conversations.rights import Right
from conversations.thumb_store import ThumbStore
from knowledge.care import HIT_PERIOD
from knowledge.catalogue import Catalogue, Transaction
from knowledge.changes import differences
from knowledge.conflicts import find_duplicates
from knowledge.editing import Editor, Ref, author_of
from knowledge.entry import MOVES, Entry, EntryKind, EntryNotFound, EntryState, HistoryLine, Move
from knowledge.entry_list import Known, Only, Wanted, pick
from knowledge.hit_store import HitStore
from knowledge.neighbours import Neighbours
from knowledge.pick_store import PickStore
from knowledge.review import writers_of
from knowledge.store import KnowledgeStore

LONGEST_REASON = 500


class NewEntryForm(EntryForm):
    """Body of `POST /knowledge/entries`."""

    entry_id: str = Field("", max_length=80, description="nothing: made of the title")
    profile: str | None = None


class EntryChange(EntryForm):
    """Body of `PUT /knowledge/entries/{entry_id}`: the text, the version that was seen, and why."""

    version: int = Field(ge=1)
    reason: str = Field(min_length=1, max_length=LONGEST_REASON)
    profile: str | None = None


class DraftCheck(EntryForm):
    """Body of `POST /knowledge/entries/check`: a text as it is being written."""

    entry_id: str = Field("", max_length=80)
    profile: str | None = None


class MoveName(StrEnum):
    """What is done to a version without writing another text."""

    SUBMIT = "submit"
    APPROVE = "approve"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    RESTORE = "restore"


class MoveForm(BaseModel):
    """Body of `POST /knowledge/entries/{entry_id}/{move}`."""

    model_config = ConfigDict(extra="forbid")

    version: int = Field(ge=1, description="the version that was seen")
    reason: str = Field("", max_length=LONGEST_REASON)
    profile: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryDesk:
    """The parts these calls need."""

    staff: StaffService
    centres: Centres
    editor: Editor
    catalogue: Catalogue
    neighbours: Neighbours
    read: Transaction
    clock: Callable[[], datetime]

    def zone(self, profile: str) -> ZoneInfo:
        """The clock on a centre's wall."""
        return ZoneInfo(self.centres.get(profile).timezone)

    async def known(self, profile: str) -> Known:
        """What is known of the entries beside their text."""
        since = self.clock() - HIT_PERIOD
        async with self.read() as connection:
            store = KnowledgeStore(connection)
            hits = await HitStore(connection).list_since(profile, since.date())
            wrong = await ThumbStore(connection).count_against(profile, since=since)
            wrong.update(await PickStore(connection).count_wrong(profile, since=since))
            live = (await store.live_numbers()).get(profile)
            versions = await store.list_versions_of(live) if live is not None else ()
        counts = {entry_id: hit.answered + hit.offered for entry_id, hit in hits.items()}
        return Known(hits=counts, wrong=wrong, live=dict(versions))


def make_router(desk: EntryDesk) -> APIRouter:
    """`/knowledge/entries`."""
    router = APIRouter(tags=["trainer"])
    Trainer = Annotated[Staff, Depends(StaffDoor(desk.staff, Right.TEACH))]

    @router.get("/knowledge/entries", summary="Look for entries")
    async def list_entries(
        member: Trainer,
        q: Annotated[str, Query(max_length=200)] = "",
        kind: EntryKind | None = None,
        state: EntryState | None = None,
        only: Only | None = None,
        offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
        profile: str | None = None,
    ) -> dict[str, Any]:
        centre, now = desk.centres.get(profile), desk.clock()
        entries, known = await desk.catalogue.latest(centre.name), await desk.known(centre.name)
        desk.neighbours.warm_soon(entries)
        today = now.astimezone(ZoneInfo(centre.timezone)).date()
        wanted = Wanted(text=q, kind=kind, state=state, only=only)
        found = pick(entries, wanted, known, now=now, today=today)
        return {
            "total": len(found),
            "of": len(entries),
            "topics": sorted({entry.topic for entry in entries if entry.topic}),
            "entries": [
                row_data(entry, known, now=now) for entry in found[offset : offset + limit]
            ],
        }

    @router.post("/knowledge/entries", status_code=201, summary="Write a new draft")
    async def create(member: Trainer, form: NewEntryForm) -> dict[str, Any]:
        profile, now = desk.centres.get(form.profile).name, desk.clock()
        wanted = form.entry(form.entry_id, 1, zone=desk.zone(profile), now=now)
        entry = await desk.editor.create(profile, wanted, author=member.name, now=now)
        return await _told(desk, profile, entry.entry_id, member)

    @router.post(
        "/knowledge/entries/check",
        summary="What already answers a draft, what contradicts it, how customers will see it",
    )
    async def check(member: Trainer, form: DraftCheck) -> dict[str, Any]:
        profile = desk.centres.get(form.profile).name
        draft = form.entry(form.entry_id, 1, zone=desk.zone(profile), now=desk.clock())
        return await check_draft(desk, profile, draft)

    @router.get(
        "/knowledge/alike",
        summary="Pairs of the whole corpus that contradict each other or say the same",
    )
    async def list_alike(member: Trainer, profile: str | None = None) -> dict[str, Any]:
        latest = await desk.catalogue.latest(desk.centres.get(profile).name)
        return clashes_data(await desk.neighbours.compare_all(latest))

    @router.get("/knowledge/entries/{entry_id}", summary="An entry, its history and differences")
    async def get_entry(
        member: Trainer, entry_id: str, profile: str | None = None
    ) -> dict[str, Any]:
        return await _told(desk, desk.centres.get(profile).name, entry_id, member)

    @router.put("/knowledge/entries/{entry_id}", summary="Write a new draft of an entry")
    async def edit(member: Trainer, entry_id: str, form: EntryChange) -> dict[str, Any]:
        profile, now = desk.centres.get(form.profile).name, desk.clock()
        wanted = form.entry(entry_id, form.version, zone=desk.zone(profile), now=now)
        await desk.editor.edit(profile, wanted, author=member.name, reason=form.reason, now=now)
        return await _told(desk, profile, entry_id, member)

    @router.post(
        "/knowledge/entries/{entry_id}/{move}",
        summary="Submit, approve, reject, withdraw or restore the version that was seen",
    )
    async def move_on(
        member: Trainer, entry_id: str, move: MoveName, form: MoveForm
    ) -> dict[str, Any]:
        profile = desk.centres.get(form.profile).name
        ref = Ref(profile=profile, entry_id=entry_id, version=form.version)
        await _move(desk, ref, move, member=member, reason=form.reason)
        return await _told(desk, profile, entry_id, member)

    return router


async def check_draft(desk: EntryDesk, profile: str, draft: Entry) -> dict[str, Any]:
    """What is beside a draft in its corpus, what it lacks, and how customers will see it."""
    beside = await desk.neighbours.look(draft, await desk.catalogue.latest(profile))
    opposed = {each.alike.second.entry_id for each in beside.contradictions}
    alike = [pair for pair in find_duplicates(beside.alike) if pair.second.entry_id not in opposed]
    return {
        "alike": [beside_data(each) for each in alike],
        "contradictions": [contradiction_data(each) for each in beside.contradictions],
        "nearest": [beside_data(each) for each in beside.nearest],
        "lacks": lacks_data(draft),
        "preview": {"text": draft.answer, "title": draft.title, "sources": [source_of(draft)]},
    }


async def _move(desk: EntryDesk, ref: Ref, move: MoveName, *, member: Staff, reason: str) -> None:
    editor, name, now = desk.editor, member.name, desk.clock()
    match move:
        case MoveName.SUBMIT:
            await editor.submit(ref, author=name, reason=reason, now=now)
        case MoveName.APPROVE:
            await editor.approve(ref, reviewer=name, reason=reason, now=now)
        case MoveName.REJECT:
            await editor.reject(ref, reviewer=name, reason=reason, now=now)
        case MoveName.WITHDRAW:
            await editor.withdraw(ref, author=name, reason=reason, now=now)
        case MoveName.RESTORE:
            await editor.restore(ref, author=name, reason=reason, now=now)


async def _told(desk: EntryDesk, profile: str, entry_id: str, member: Staff) -> dict[str, Any]:
    """All there is to know of an entry; raises `EntryNotFound`."""
    zone, now = desk.zone(profile), desk.clock()
    async with desk.read() as connection:
        store = KnowledgeStore(connection)
        versions = await store.list_versions(profile, entry_id)
        if not versions:
            raise EntryNotFound(f"there is no entry {entry_id} in {profile}")
        history = await store.list_history(profile, entry_id)
    known, latest = await desk.known(profile), versions[-1]
    live = next((each for each in versions if each.version == known.live.get(entry_id)), None)
    return {
        **entry_data(latest, zone),
        **_counts(latest, known, now),
        "author": author_of(latest, history),
        "moves": _moves(latest, is_own=member.name in writers_of(latest, history)),
        "lacks": lacks_data(latest),
        "against_live": difference_data(differences(live, latest)) if live else [],
        "history": history_data(_with_start(history, versions), list(versions), zone),
    }


def _counts(entry: Entry, known: Known, now: datetime) -> dict[str, Any]:
    """How an entry fares, as its line in the list says it."""
    row = row_data(entry, known, now=now)
    return {name: row[name] for name in ("is_valid", "live_version", "hits", "wrong")}


def _moves(entry: Entry, *, is_own: bool) -> list[str]:
    """What this person may do to the version: nobody approves what they wrote a part of."""
    allowed = [str(move) for move, leads in MOVES.items() if entry.state in leads]
    return [move for move in allowed if not (is_own and move == Move.APPROVE)]


def _with_start(history: list[HistoryLine], versions: Sequence[Entry]) -> list[HistoryLine]:
    """The history; versions of before there was one have no line, and their text still counts."""
    known = {line.version for line in history}
    oldest = min(known, default=0)
    before = [entry for entry in versions if entry.version < oldest]
    if not before or not history:
        return history
    last = before[-1]
    line = HistoryLine(
        entry_id=last.entry_id,
        version=last.version,
        move=Move.IMPORT,
        state=last.state,
        author="",
        reviewer="",
        reason="",
        at=last.valid_from,
    )
    return [line, *history]
