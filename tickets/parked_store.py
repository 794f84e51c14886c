"""All SQL about tickets that have waited or been on hold for too long."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from tickets.tables import tickets


class Parked(NamedTuple):
    """Of a ticket, what has to be known to tell of it; the names are those of its columns."""

    no: str
    profile: str
    # a `Kind`, as it stands in the database
    kind: str
    parked_until: datetime


class ParkedStore:
    """Parked tickets, inside the caller's transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def list_overdue(
        self, profiles: Sequence[str], *, now: datetime, limit: int
    ) -> list[Parked]:
        """Those whose longest time is over and has not been told of, the longest first."""
        until = tickets.c.parked_until
        query = (
            select(*(tickets.c[name] for name in Parked._fields))
            .where(until <= now, tickets.c.profile.in_(profiles))
            .order_by(until)
            .limit(limit)
        )
        return [Parked._make(row) for row in await self._connection.execute(query)]

    async def note_told(self, nos: Collection[str]) -> None:
        """They are not looked for again, unless they change meanwhile."""
        told = update(tickets).where(tickets.c.no.in_(nos))
        await self._connection.execute(told.values(parked_until=None))
