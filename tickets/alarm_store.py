"""All SQL about alarms that somebody has to take note of."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from tickets.clock_store import RaisedAlarm, raised_of
from tickets.tables import IS_OPEN, ticket_alarms, tickets
from tickets.ticket import Kind, Ticket
from tickets.ticket_rows import ticket_of

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
        last = (
            select(func.max(ticket_alarms.c.id))
            .join_from(ticket_alarms, tickets, ticket_alarms.c.no == tickets.c.no)
            .where(
                _is_new,
                ticket_alarms.c.role.in_(list(roles)),
                tickets.c.profile == profile,
                IS_OPEN,
            )
            .group_by(ticket_alarms.c.no)
            .order_by(func.max(ticket_alarms.c.id).desc())
            .limit(limit)
        )
        if own is not None:
            theirs = tickets.c.owner == own, tickets.c.handler == own, tickets.c.owner == ""
            last = last.where(or_(*theirs))
        if without is not None:
            last = last.where(tickets.c.kind != without)
        ids = list(await self._connection.scalars(last))
        columns = [column.label(f"alarm_{column.name}") for column in ticket_alarms.columns]
        query = (
            select(*columns, *tickets.columns)
            .join_from(ticket_alarms, tickets, ticket_alarms.c.no == tickets.c.no)
            .where(ticket_alarms.c.id.in_(ids))
            .order_by(ticket_alarms.c.id.desc())
        )
        rows = await self._connection.execute(query)
        return [(raised_of(row, "alarm_"), ticket_of(row)) for row in rows.mappings()]

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
