"""All SQL about entries: every version ever written, and what was done to each."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    JSON,
    Column,
    Index,
    Integer,
    MetaData,
    RowMapping,
    Select,
    String,
    Table,
    Text,
    and_,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from knowledge.entry import Entry, EntryChanged, EntryKind, EntryState, HistoryLine, Move
from knowledge.succession import DECIDED, to_carry, to_say

metadata = MetaData()

# every version stays: a publication points to exact versions
entries = Table(
    "entries",
    metadata,
    Column("profile", String(40), primary_key=True),
    Column("entry_id", String(80), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("topic", String(300), nullable=False),
    Column("title", String(300), nullable=False),
    Column("questions", JSON, nullable=False),
    Column("answer", Text, nullable=False),
    Column("source", String(300), nullable=False),
    Column("grade", String(1), nullable=False),
    Column("region", String(300), nullable=False),
    Column("phase", String(300), nullable=False),
    Column("valid_from", String(40), nullable=False),
    Column("valid_until", String(40)),
    Column("state", String(20), nullable=False),
    Column("recorded_at", String(40), nullable=False),
    Column("origin", String(300), nullable=False, server_default=""),
    Column("review_by", String(10)),
    # the state in which the corpus files hold this version; null when they do not
    Column("file_state", String(20)),
    # from when on no publication may say this version, nor an earlier one
    Column("silent_from", String(40), index=True),
)

entry_history = Table(
    "entry_history",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("profile", String(40), nullable=False),
    Column("entry_id", String(80), nullable=False),
    Column("version", Integer, nullable=False),
    Column("move", String(20), nullable=False),
    Column("state", String(20), nullable=False),
    Column("author", String(80), nullable=False),
    Column("reviewer", String(80), nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", String(40), nullable=False),
    Index("ix_entry_history_entry", "profile", "entry_id"),
)


class Silence(NamedTuple):
    """No version of an entry up to this one is said since then."""

    version: int
    since: datetime


# by profile and entry
Silences = dict[str, dict[str, Silence]]


class EntryStore:
    """Entries and their history in the database, inside the caller's transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def list_latest(self, profile: str) -> list[Entry]:
        """The latest version of every entry of a profile, withdrawn ones included."""
        return await self._list(_newest(entries.c.profile == profile))

    async def find_latest(self, profile: str, entry_id: str) -> Entry | None:
        """The latest version of one entry."""
        wanted = and_(entries.c.profile == profile, entries.c.entry_id == entry_id)
        return next(iter(await self._list(_newest(wanted))), None)

    async def list_versions(self, profile: str, entry_id: str) -> list[Entry]:
        """Every version of one entry, oldest first."""
        wanted = and_(entries.c.profile == profile, entries.c.entry_id == entry_id)
        return await self._list(select(entries).where(wanted).order_by(entries.c.version))

    async def stamp(self, profile: str) -> tuple[int, ...]:
        """Changes whenever anything is done to an entry of a profile; quick to ask for."""
        done = select(func.count(), func.max(entry_history.c.id)).where(
            entry_history.c.profile == profile
        )
        versions = select(func.count()).where(entries.c.profile == profile)
        moved, counted = (
            await self._connection.execute(done),
            await self._connection.scalar(versions),
        )
        return (*(number or 0 for number in moved.one()), counted or 0)

    async def list_approved(self, profile: str, *, now: datetime) -> list[Entry]:
        """What a publication takes: of each entry the version approved last, unless withdrawn.

        While that one waits for its day, also the one that holds until then.
        """
        query = select(entries).where(entries.c.profile == profile, entries.c.state.in_(DECIDED))
        versions = await self._list(query.order_by(entries.c.entry_id, entries.c.version))
        return to_say(versions, now=now)

    async def list_carried(self, profile: str, *, now: datetime) -> list[Entry]:
        """Of each entry the latest version, and those before it that are still said."""
        query = select(entries).where(entries.c.profile == profile)
        versions = await self._list(query.order_by(entries.c.entry_id, entries.c.version))
        return to_carry(versions, now=now)

    async def list_in_files(self, profile: str) -> dict[str, Entry]:
        """Every entry as the corpus files held it when they were last brought in."""
        filed = and_(entries.c.profile == profile, entries.c.file_state.is_not(None))
        rows = await self._connection.execute(_newest(filed))
        return {
            row["entry_id"]: entry_of(row, state=EntryState(row["file_state"]))
            for row in rows.mappings()
        }

    async def add_version(self, profile: str, entry: Entry, *, at: datetime) -> None:
        """Record a new version of an entry."""
        await self.add_versions(profile, [entry], at=at)

    async def add_versions(self, profile: str, those: Sequence[Entry], *, at: datetime) -> None:
        """Record new versions, all in one call."""
        if those:
            rows = [_row_of(profile, entry, at) for entry in those]
            await self._connection.execute(insert(entries), rows)

    async def set_state(self, profile: str, entry: Entry, state: EntryState) -> None:
        """Move one version to another state; raises `EntryChanged` if it is not as it was seen."""
        as_seen = and_(_is(profile, entry), entries.c.state == entry.state)
        changed = await self._connection.execute(update(entries).where(as_seen).values(state=state))
        if not changed.rowcount:
            raise EntryChanged(
                f"{entry.entry_id} was changed meanwhile: look at it again", version=entry.version
            )

    async def silence(self, profile: str, entry: Entry, *, at: datetime) -> None:
        """From then on no publication says this version or an earlier one."""
        await self._connection.execute(
            update(entries).where(_is(profile, entry)).values(silent_from=at.isoformat())
        )

    async def list_silences(self) -> Silences:
        """By profile and entry, what must no longer be said and since when."""
        query = select(
            entries.c.profile, entries.c.entry_id, entries.c.version, entries.c.silent_from
        ).where(entries.c.silent_from.is_not(None))
        rows = await self._connection.execute(query.order_by(entries.c.version))
        silences: Silences = {}
        for row in rows.mappings():
            since = datetime.fromisoformat(row["silent_from"])
            silence = Silence(row["version"], since)
            silences.setdefault(row["profile"], {})[row["entry_id"]] = silence
        return silences

    async def mark_in_files(self, profile: str, entry: Entry) -> None:
        """Remember that the corpus files hold the entry in exactly this version and state."""
        await self._connection.execute(
            update(entries).where(_is(profile, entry)).values(file_state=entry.state)
        )

    async def record(self, profile: str, line: HistoryLine) -> None:
        """Write down what was done to an entry."""
        await self.record_all(profile, [line])

    async def record_all(self, profile: str, lines: Sequence[HistoryLine]) -> None:
        """Write down what was done to entries, all in one call."""
        if lines:
            rows = [
                {**asdict(line), "profile": profile, "at": line.at.isoformat()} for line in lines
            ]
            await self._connection.execute(insert(entry_history), rows)

    async def list_history(self, profile: str, entry_id: str) -> list[HistoryLine]:
        """All that was done to an entry, oldest first."""
        query = select(entry_history).where(
            entry_history.c.profile == profile, entry_history.c.entry_id == entry_id
        )
        rows = await self._connection.execute(query.order_by(entry_history.c.id))
        return [_line(row) for row in rows.mappings()]

    async def _list(self, query: Select[Any]) -> list[Entry]:
        rows = await self._connection.execute(query)
        return [entry_of(row) for row in rows.mappings()]


def _row_of(profile: str, entry: Entry, at: datetime) -> dict[str, Any]:
    return {
        "profile": profile,
        "entry_id": entry.entry_id,
        "version": entry.version,
        "kind": entry.kind,
        "topic": entry.topic,
        "title": entry.title,
        "questions": list(entry.questions),
        "answer": entry.answer,
        "source": entry.source,
        "grade": entry.grade,
        "region": entry.region,
        "phase": entry.phase,
        "valid_from": entry.valid_from.isoformat(),
        "valid_until": entry.valid_until.isoformat() if entry.valid_until else None,
        "state": entry.state,
        "recorded_at": at.isoformat(),
        "origin": entry.origin,
        "review_by": entry.review_by.isoformat() if entry.review_by else None,
    }


def entry_of(row: RowMapping, *, state: EntryState | None = None) -> Entry:
    """The entry in a row, or the same in another state."""
    until, review_by = row["valid_until"], row["review_by"]
    return Entry(
        entry_id=row["entry_id"],
        version=row["version"],
        kind=EntryKind(row["kind"]),
        topic=row["topic"],
        title=row["title"],
        questions=tuple(row["questions"]),
        answer=row["answer"],
        source=row["source"],
        grade=row["grade"],
        region=row["region"],
        phase=row["phase"],
        valid_from=datetime.fromisoformat(row["valid_from"]),
        valid_until=datetime.fromisoformat(until) if until else None,
        state=state or EntryState(row["state"]),
        origin=row["origin"],
        review_by=date.fromisoformat(review_by) if review_by else None,
    )


def _newest(among: Any) -> Select[Any]:
    """Of each entry the highest version that meets the condition."""
    newest = (
        select(entries.c.profile, entries.c.entry_id, func.max(entries.c.version).label("version"))
        .where(among)
        .group_by(entries.c.profile, entries.c.entry_id)
        .subquery()
    )
    return (
        select(entries)
        .join(
            newest,
            and_(
                entries.c.profile == newest.c.profile,
                entries.c.entry_id == newest.c.entry_id,
                entries.c.version == newest.c.version,
            ),
        )
        .order_by(entries.c.entry_id)
    )


def _is(profile: str, entry: Entry) -> Any:
    return and_(
        entries.c.profile == profile,
        entries.c.entry_id == entry.entry_id,
        entries.c.version == entry.version,
    )


def _line(row: RowMapping) -> HistoryLine:
    return HistoryLine(
        entry_id=row["entry_id"],
        version=row["version"],
        move=Move(row["move"]),
        state=EntryState(row["state"]),
        author=row["author"],
        reviewer=row["reviewer"],
        reason=row["reason"],
        at=datetime.fromisoformat(row["at"]),
    )
