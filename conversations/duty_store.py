"""All SQL about which agents are at their desks."""

from datetime import datetime

from sqlalchemy import Boolean, Column, MetaData, String, Table, delete, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

metadata = MetaData()

duty = Table(
    "duty",
    metadata,
    Column("name", String(80), primary_key=True),
    Column("seen_at", String(40), nullable=False),
    # an agent on a break sees the queue and is not counted on
    Column("is_taking", Boolean, nullable=False),
)

# two pages of one agent may say it at once; the same on SQLite and PostgreSQL
_BE_ON_DUTY = text(
    "INSERT INTO duty (name, seen_at, is_taking) VALUES (:name, :seen_at, :is_taking) "
    "ON CONFLICT (name) DO UPDATE SET seen_at = excluded.seen_at, is_taking = excluded.is_taking"
)


class DutyStore:
    """Who is on duty, inside the caller's transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def be_on_duty(self, name: str, *, at: datetime, is_taking: bool) -> None:
        """Note that an agent's page is open now."""
        values = {"name": name, "seen_at": at.isoformat(), "is_taking": is_taking}
        await self._connection.execute(_BE_ON_DUTY, values)

    async def go_off_duty(self, name: str) -> None:
        """The agent has signed out."""
        await self._connection.execute(delete(duty).where(duty.c.name == name))

    async def list_on_duty(self, *, since: datetime) -> dict[str, bool]:
        """Whose page was open at `since` or later, and whether they take conversations."""
        query = select(duty.c.name, duty.c.is_taking).where(duty.c.seen_at >= since.isoformat())
        rows = await self._connection.execute(query)
        return {row["name"]: bool(row["is_taking"]) for row in rows.mappings()}
