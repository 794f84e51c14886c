"""All SQL about alarms that somebody has to take note of."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Row, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from tickets.clock_store import RaisedAlarm, raised_of
from tickets.tables import IS_OPEN, ticket_alarms, tickets
from tickets.ticket import Kind, Ticket
from tickets.ticket_rows import ticket_of

# so many things may be told of one ticket to one role
_A_TICKET = 4

_is_new = ticket_alarms.c.noted_at.is_(None)


class AlarmStore:
    """Alarms as those see them to whom they were told, inside the caller's transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def list_new(
        self,
        profile: str,
        *,
        roles: Iterable[str],
        own: str | None,
        without: Kind | None,
        limit: int,
    ) -> list[tuple[RaisedAlarm, Ticket]]:
        """Of each open ticket the last thing told to these roles that nobody took note of.

        The newest first. With `own` only of tickets that this person owns or handles, or nobody
        has taken up.
        """
        wanted: list[ColumnElement[bool]] = [tickets.c.profile == profile]
        if own is not None:
            theirs = tickets.c.owner == own, tickets.c.handler == own, tickets.c.owner == ""
            wanted.append(or_(*theirs))
        if without is not None:
            wanted.append(tickets.c.kind != without)
        last: dict[str, int] = {}
        for role in sorted(roles):
            for id_, no in await self._newest(role, wanted, limit=limit * _A_TICKET):
                last[no] = max(id_, last.get(no, 0))
        ids = sorted(last.values(), reverse=True)[:limit]
        columns = [column.label(f"alarm_{column.name}") for column in ticket_alarms.columns]
        query = (
            select(*columns, *tickets.columns)
            .join_from(ticket_alarms, tickets, ticket_alarms.c.no == tickets.c.no)
            .where(ticket_alarms.c.id.in_(ids))
            .order_by(ticket_alarms.c.id.desc())
        )
        rows = await self._connection.execute(query)
        return [(raised_of(row, "alarm_"), ticket_of(row)) for row in rows.mappings()]

    async def _newest(
        self, role: str, wanted: Sequence[ColumnElement[bool]], *, limit: int
    ) -> Sequence[Row[int, str]]:
        """Of one role, so that its index gives them in their order and no more are read."""
        query = (
            select(ticket_alarms.c.id, ticket_alarms.c.no)
            .join_from(ticket_alarms, tickets, ticket_alarms.c.no == tickets.c.no)
            .where(_is_new, ticket_alarms.c.role == role, IS_OPEN, *wanted)
            .order_by(ticket_alarms.c.id.desc())
            .limit(limit)
        )
        return (await self._connection.execute(query)).all()

    async def note(
        self, no: str, *, roles: Iterable[str], up_to: int, by: str, at: datetime
    ) -> int:
        """Take note of what these roles were told of a ticket up to an alarm; returns how many.

        What somebody took note of before stays theirs.
        """
        noted = await self._connection.execute(
            update(ticket_alarms)
            .where(
                ticket_alarms.c.no == no,
                ticket_alarms.c.role.in_(list(roles)),
                ticket_alarms.c.id <= up_to,
                _is_new,
            )
            .values(noted_by=by, noted_at=at)
        )
        return noted.rowcount

    async def lay_down(self, no: str, *, at: datetime) -> None:
        """The ticket is over: nobody has to take note of anything of it any more."""
        told = update(ticket_alarms).where(ticket_alarms.c.no == no, _is_new)
        await self._connection.execute(told.values(noted_at=at))
