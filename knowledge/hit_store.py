"""All SQL about how often entries are said: a row for each entry and day (UTC)."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Column, Integer, MetaData, String, Table, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

metadata = MetaData()

entry_hits = Table(
    "entry_hits",
    metadata,
    Column("profile", String(40), primary_key=True),
    Column("entry_id", String(80), primary_key=True),
    Column("day", String(10), primary_key=True),
    # said as the answer, also after it was chosen from a list
    Column("answered", Integer, nullable=False),
    Column("offered", Integer, nullable=False),
)

_ADD = text(
    "INSERT INTO entry_hits (profile, entry_id, day, answered, offered) "
    "VALUES (:profile, :entry_id, :day, :answered, :offered) "
    "ON CONFLICT (profile, entry_id, day) DO UPDATE SET "
    "answered = entry_hits.answered + excluded.answered, "
    "offered = entry_hits.offered + excluded.offered"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """How often an entry was said, and offered."""

    entry_id: str
    answered: int
    offered: int


class HitStore:
    """Counts in the database, inside the caller's transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, profile: str, day: str, hit: Hit) -> None:
        """Add to the counts of one entry and day."""
        await self._connection.execute(
            _ADD,
            {
                "profile": profile,
                "entry_id": hit.entry_id,
                "day": day,
                "answered": hit.answered,
                "offered": hit.offered,
            },
        )

    async def list_since(self, profile: str, day: date) -> dict[str, Hit]:
        """Every entry that was hit on this day or later, by its id."""
        query = (
            select(
                entry_hits.c.entry_id,
                func.sum(entry_hits.c.answered).label("answered"),
                func.sum(entry_hits.c.offered).label("offered"),
            )
            .where(entry_hits.c.profile == profile, entry_hits.c.day >= day.isoformat())
            .group_by(entry_hits.c.entry_id)
        )
        rows = await self._connection.execute(query)
        return {
            row["entry_id"]: Hit(
                entry_id=row["entry_id"], answered=row["answered"], offered=row["offered"]
            )
            for row in rows.mappings()
        }

    async def list_offered(self, profile: str, *, first: date, last: date) -> dict[str, int]:
        """How often each entry was offered on these days (UTC), the last included."""
        days = entry_hits.c.day.between(first.isoformat(), last.isoformat())
        query = (
            select(entry_hits.c.entry_id, func.sum(entry_hits.c.offered).label("offered"))
            .where(entry_hits.c.profile == profile, days)
            .group_by(entry_hits.c.entry_id)
        )
        return {row.entry_id: row.offered for row in await self._connection.execute(query)}
