"""All SQL about what agents did with suggested wordings: one row for each that was shown."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import (
    Column,
    Index,
    Integer,
    MetaData,
    RowMapping,
    String,
    Table,
    Text,
    func,
    select,
    text,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from knowledge.picks import Outcome

metadata = MetaData()

suggestion_outcomes = Table(
    "suggestion_outcomes",
    metadata,
    # which wording for which line: what is said of it later replaces what was said before
    Column("suggestion_id", String(40), primary_key=True),
    Column("profile", String(40), nullable=False),
    Column("conversation_id", String(40)),
    # the customer's line without personal data; empty where an informant speaks
    Column("line", Text, nullable=False),
    Column("entry_id", String(80), nullable=False),
    Column("version", Integer, nullable=False),
    # 1 for the first that was shown; 0 when it is not known
    Column("place", Integer, nullable=False),
    Column("outcome", String(20), nullable=False),
    Column("actor", String(80), nullable=False),
    Column("at", String(40), nullable=False),
    Index("ix_suggestion_outcomes_profile_at", "profile", "at"),
)

_PUT = text(
    "INSERT INTO suggestion_outcomes (suggestion_id, profile, conversation_id, line, entry_id, "
    "version, place, outcome, actor, at) VALUES (:suggestion_id, :profile, :conversation_id, "
    ":line, :entry_id, :version, :place, :outcome, :actor, :at) "
    "ON CONFLICT (suggestion_id) DO UPDATE SET "
    "outcome = excluded.outcome, actor = excluded.actor, at = excluded.at"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A wording that was shown for a line."""

    suggestion_id: str
    profile: str
    conversation_id: str | None
    line: str
    entry_id: str
    version: int
    place: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What an agent did with it; `at` is aware, in UTC."""

    shown: Shown
    outcome: Outcome
    actor: str
    at: datetime


class PickStore:
    """Outcomes in the database, inside the caller's transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def put(self, told: Told) -> None:
        """Write an outcome down, in the place of an earlier one of the same suggestion."""
        row = asdict(told.shown) | {
            "outcome": told.outcome,
            "actor": told.actor,
            "at": told.at.isoformat(),
        }
        await self._connection.execute(_PUT, row)

    async def count_wrong(self, profile: str, *, since: datetime) -> dict[str, int]:
        """How often agents called each entry wrong at `since` or later, by its id."""
        columns = suggestion_outcomes.c
        query = (
            select(columns.entry_id, func.count().label("times"))
            .where(columns.profile == profile, columns.outcome == Outcome.WRONG)
            .where(columns.at >= since.isoformat())
            .group_by(columns.entry_id)
        )
        rows = await self._connection.execute(query)
        return {row["entry_id"]: row["times"] for row in rows.mappings()}

    async def list_last(
        self, profile: str, *, limit: int, since: datetime | None = None
    ) -> Sequence[Told]:
        """The last outcomes with a line, newest first; only those at `since` or later."""
        columns = suggestion_outcomes.c
        query = select(suggestion_outcomes).where(columns.profile == profile, columns.line != "")
        if since is not None:
            query = query.where(columns.at >= since.isoformat())
        rows = await self._connection.execute(query.order_by(columns.at.desc()).limit(limit))
        return [_told(row) for row in rows.mappings()]


def _told(row: RowMapping) -> Told:
    return Told(
        shown=Shown(
            suggestion_id=row["suggestion_id"],
            profile=row["profile"],
            conversation_id=row["conversation_id"],
            line=row["line"],
            entry_id=row["entry_id"],
            version=row["version"],
            place=row["place"],
        ),
        outcome=Outcome(row["outcome"]),
        actor=row["actor"],
        at=datetime.fromisoformat(row["at"]),
    )
