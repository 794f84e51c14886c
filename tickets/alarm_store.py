"""All SQL about alarms that somebody has to take note of."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from tickets.clock_store import RaisedAlarm, raised_of
from tickets.tables import IS_OPEN, ticket_alarms, tickets
from tickets.ticket import Kind, Ticket
from tickets.ticket_rows import ticket_of

# so many things may be told of one ticket to one role
_A_TICKET = 4
# no more numbers than every database takes in one statement
_AT_ONCE = 500

_is_new = ticket_alarms.c.noted_at.is_(None)


class AlarmStore:
    """Alarms as those see them to whom they were told, inside the caller's transaction.

    What is told of so `few` tickets is looked up ticket by ticket; of more, the newest alarms of
    all are read until enough are found, which a few tickets among very many would not be.
    """

    def __init__(self, connection: AsyncConnection, *, few: int = 2000) -> None:
        self._connection, self._few = connection, few

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
        is_theirs = _theirs(profile, own=own, without=without)
        few = None if own is None else await self._list_few(is_theirs)
        if few is None:
            last = await self._last_by_role(sorted(roles), is_theirs, limit=limit * _A_TICKET)
        else:
            last = await self._last_of(few, roles)
        ids = sorted(last, reverse=True)[:limit]
        columns = [column.label(f"alarm_{column.name}") for column in ticket_alarms.columns]
        query = (
            select(*columns, *tickets.columns)
            .join_from(ticket_alarms, tickets, ticket_alarms.c.no == tickets.c.no)
            .where(ticket_alarms.c.id.in_(ids))
            .order_by(ticket_alarms.c.id.desc())
        )
        rows = await self._connection.execute(query)
        return [(raised_of(row, "alarm_"), ticket_of(row)) for row in rows.mappings()]

    async def _list_few(self, is_theirs: Sequence[ColumnElement[bool]]) -> list[str] | None:
        """The numbers of these open tickets, each kind of them by its index; None if many."""
        found: set[str] = set()
        for each in is_theirs:
            query = select(tickets.c.no).where(IS_OPEN, each).limit(self._few + 1)
            found.update((await self._connection.execute(query)).scalars())
        return sorted(found) if len(found) <= self._few else None

    async def _last_of(self, nos: Sequence[str], roles: Iterable[str]) -> list[int]:
        """Of each of these tickets the last thing told, read ticket by ticket."""
        last: list[int] = []
        for start in range(0, len(nos), _AT_ONCE):
            query = (
                select(func.max(ticket_alarms.c.id))
                .where(
                    ticket_alarms.c.no.in_(nos[start : start + _AT_ONCE]),
                    ticket_alarms.c.role.in_(list(roles)),
                    _is_new,
                )
                .group_by(ticket_alarms.c.no)
            )
            last += (await self._connection.execute(query)).scalars()
        return last

    async def _last_by_role(
        self, roles: Sequence[str], is_theirs: Sequence[ColumnElement[bool]], *, limit: int
    ) -> list[int]:
        """The same of many tickets: each role's index gives its alarms, the newest first."""
        last: dict[str, int] = {}
        for role in roles:
            query = (
                select(ticket_alarms.c.id, ticket_alarms.c.no)
                .join_from(ticket_alarms, tickets, ticket_alarms.c.no == tickets.c.no)
                .where(_is_new, ticket_alarms.c.role == role, IS_OPEN, or_(*is_theirs))
                .order_by(ticket_alarms.c.id.desc())
                .limit(limit)
            )
            for id_, no in (await self._connection.execute(query)).tuples():
                last[no] = max(id_, last.get(no, 0))
        return list(last.values())

    async def list_told(
        self,
        profile: str,
        *,
        roles: Iterable[str],
        after: int,
        without: Kind | None = None,
        limit: int = 100,
    ) -> list[tuple[RaisedAlarm, Ticket]]:
        """What these roles were told past the given number, with the tickets."""
        columns = [column.label(f"alarm_{column.name}") for column in ticket_alarms.columns]
        query = (
            select(*columns, *tickets.columns)
            .join_from(ticket_alarms, tickets, ticket_alarms.c.no == tickets.c.no)
            .where(
                ticket_alarms.c.id > after,
                ticket_alarms.c.role.in_(list(roles)),
                tickets.c.profile == profile,
            )
        )
        if without is not None:
            query = query.where(tickets.c.kind != without)
        rows = await self._connection.execute(query.order_by(ticket_alarms.c.id).limit(limit))
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


def _theirs(
    profile: str, *, own: str | None, without: Kind | None
) -> tuple[ColumnElement[bool], ...]:
    """Which tickets of a centre somebody has to hear of: any of these will do."""
    here = [tickets.c.profile == profile]
    if without is not None:
        here.append(tickets.c.kind != without)
    if own is None:
        return (and_(*here),)
    return (
        and_(*here, tickets.c.owner.in_([own, ""])),
        and_(*here, tickets.c.handler == own),
    )
