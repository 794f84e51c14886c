"""All SQL about what is owed: reading only, made for many tickets."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from tickets.asking_after import OPEN_TO_ASKING
from tickets.store import TicketStore
from tickets.tables import IS_OPEN, ticket_clocks, tickets
from tickets.ticket import Kind, Ticket
from tickets.ticket_rows import ticket_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many tickets are open, past a limit, and nearly past one."""

    open: int
    late: int
    due_soon: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnersDay:
    """What one owner still has open; an empty name stands for what nobody has taken up."""

    owner: str
    open: int
    late: int
    due_today: int
    # registered before today
    carried_over: int


class OwedStore:
    """What is owed, as the database knows it."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def list_late(
        self,
        profile: str,
        *,
        now: datetime,
        department: str | None,
        owner: str | None,
        without: Kind | None,
        limit: int,
    ) -> list[Ticket]:
        """Tickets whose first open limit is over, the longest first, without their history."""
        query = select(tickets).where(tickets.c.profile == profile, tickets.c.due_at < now)
        if department is not None:
            query = query.where(tickets.c.department == department)
        if owner is not None:
            # nothing is owed on what is over; said here, it leads to the index of what is open
            query = query.where(tickets.c.owner == owner, IS_OPEN)
        if without is not None:
            query = query.where(tickets.c.kind != without)
        rows = await self._connection.execute(query.order_by(tickets.c.due_at).limit(limit))
        return [ticket_of(row) for row in rows.mappings()]

    async def list_due_soon(
        self, profile: str, *, now: datetime, owner: str | None, without: Kind | None, limit: int
    ) -> list[Ticket]:
        """Tickets whose first open limit was warned of and is not over, the nearest first."""
        query = select(tickets).where(_is_due_soon(profile, now), *_narrowed(owner, without))
        rows = await self._connection.execute(query.order_by(tickets.c.due_at).limit(limit))
        return [ticket_of(row) for row in rows.mappings()]

    async def count(
        self, profile: str, *, now: datetime, owner: str | None, without: Kind | None
    ) -> Counts:
        """How much one owner has open, or all of them together."""
        columns, whose = tickets.c, _narrowed(owner, without)
        each = select(func.count(), func.count().filter(columns.due_at < now)).where(
            columns.profile == profile, IS_OPEN, *whose
        )
        soon = select(func.count()).where(_is_due_soon(profile, now), *whose)
        found = (await self._connection.execute(each)).one()
        due_soon = await self._connection.scalar(soon)
        return Counts(open=found[0], late=found[1], due_soon=due_soon or 0)

    async def list_open(
        self, profile: str, *, owner: str, without: Kind | None, limit: int
    ) -> list[Ticket]:
        """What one owner has open, what is due first in front, what has no limit last."""
        query = select(tickets).where(
            tickets.c.profile == profile, tickets.c.owner == owner, IS_OPEN
        )
        if without is not None:
            query = query.where(tickets.c.kind != without)
        ordered = query.order_by(tickets.c.due_at.is_(None), tickets.c.due_at, tickets.c.no)
        rows = await self._connection.execute(ordered.limit(limit))
        return [ticket_of(row) for row in rows.mappings()]

    async def list_to_phone(
        self, profile: str, *, without: Kind | None, limit: int
    ) -> list[Ticket]:
        """Answered tickets that the desk does not follow up by itself, the oldest first."""
        query = select(tickets).where(
            tickets.c.profile == profile,
            tickets.c.state.in_(OPEN_TO_ASKING),
            tickets.c.follow_up_at.is_(None),
        )
        if without is not None:
            query = query.where(tickets.c.kind != without)
        rows = await self._connection.execute(query.order_by(tickets.c.no).limit(limit))
        nos = [row["no"] for row in rows.mappings()]
        return await TicketStore(self._connection).list_whole(nos)

    async def count_by_owner(
        self,
        profile: str,
        *,
        now: datetime,
        end_of_day: datetime,
        today: str,
        without: Kind | None,
    ) -> list[OwnersDay]:
        """How much each owner has open; `today` is the day as it stands in a ticket's number."""
        columns = tickets.c
        query = select(
            columns.owner,
            func.count(),
            func.count().filter(columns.due_at < now),
            func.count().filter(columns.due_at >= now, columns.due_at <= end_of_day),
            func.count().filter(columns.no < today),
        ).where(columns.profile == profile, IS_OPEN)
        if without is not None:
            query = query.where(columns.kind != without)
        rows = await self._connection.execute(query.group_by(columns.owner))
        days = [
            OwnersDay(owner=owner, open=open_, late=late, due_today=due, carried_over=carried)
            for owner, open_, late, due, carried in rows.tuples()
        ]
        return sorted(days, key=lambda day: (-day.late, -day.open, day.owner))


def _is_due_soon(profile: str, now: datetime) -> ColumnElement[bool]:
    """Whether a ticket's first open limit has come so near that it was warned of."""
    clock = ticket_clocks.c
    is_warned = exists().where(
        clock.no == tickets.c.no, clock.due_at == tickets.c.due_at, clock.warn_at <= now
    )
    return and_(tickets.c.profile == profile, IS_OPEN, tickets.c.due_at >= now, is_warned)


def _narrowed(owner: str | None, without: Kind | None) -> list[ColumnElement[bool]]:
    """Only one owner's, and nothing of a kind that is not to be known of."""
    wanted = [] if owner is None else [tickets.c.owner == owner]
    return wanted if without is None else [*wanted, tickets.c.kind != without]
