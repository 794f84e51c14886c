"""What is owed: the late list, the daily review (日清日审), and all about one ticket."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from tickets.alarm_store import AlarmStore
from tickets.clock_store import ClockStore, RaisedAlarm
from tickets.clocks import Clock, Postponement
from tickets.event_store import EventStore
from tickets.keeping import Transaction
from tickets.link_store import Link, LinkStore
from tickets.owed_store import Counts, OwedStore, OwnersDay
from tickets.sla import Doubt
from tickets.store import TicketStore
from tickets.terms import Terms, posts_of
from tickets.ticket import Kind, Ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """An open ticket with its clocks, and the highest role that was told of the one due first."""

    ticket: Ticket
    clocks: tuple[Clock, ...]
    told: str = ""

    @property
    def doubts(self) -> frozenset[Doubt]:
        """Why the due time of the ticket may still change by itself; none when it may not."""
        first = (each for each in self.clocks if each.is_open and each.due_at == self.ticket.due_at)
        return frozenset().union(*(each.doubts for each in first))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """Everything about one ticket."""

    ticket: Ticket
    clocks: tuple[Clock, ...]
    alarms: tuple[RaisedAlarm, ...]
    links: tuple[Link, ...]
    postponed: Postponement | None
    # the number of the event it is in
    event: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outstanding:
    """What somebody has to see of a centre's tickets now."""

    counts: Counts
    # the longest late and the nearest due first
    late: tuple[Owed, ...]
    due_soon: tuple[Owed, ...]
    # of each ticket the last thing told that nobody took note of, the newest first
    told: tuple[tuple[RaisedAlarm, Ticket], ...]


class Owing:
    """Reads what is owed; it changes nothing."""

    def __init__(
        self, *, read: Transaction, clock: Callable[[], datetime], terms: Mapping[str, Terms]
    ) -> None:
        self._read, self._clock, self._terms = read, clock, terms

    async def get_sheet(self, no: str) -> Sheet:
        """All about one ticket; raises `TicketNotFound`."""
        async with self._read() as connection:
            ticket = await TicketStore(connection).get(no)
            clocks, links = ClockStore(connection), LinkStore(connection)
            kept = (await clocks.list_clocks([no]))[no]
            member = await EventStore(connection).find_member(no)
            return Sheet(
                ticket=ticket,
                clocks=tuple(each.clock for each in kept),
                alarms=tuple(await clocks.list_alarms([no])),
                links=tuple(await links.list_links(no)),
                postponed=(await links.list_postponements([no])).get(no),
                event=member.event_no if member is not None and not member.removed_at else None,
            )

    async def list_late(
        self,
        profile: str,
        *,
        department: str | None = None,
        owner: str | None = None,
        without: Kind | None = None,
        limit: int = 100,
    ) -> list[Owed]:
        """Tickets with a limit that is over, the longest first."""
        async with self._read() as connection:
            late = await OwedStore(connection).list_late(
                profile,
                now=self._clock(),
                department=department,
                owner=owner,
                without=without,
                limit=limit,
            )
            return await _with_clocks(ClockStore(connection), late)

    async def review(self, profile: str, *, without: Kind | None = None) -> list[OwnersDay]:
        """What is still open today, owner by owner; those who owe most first."""
        now = self._clock()
        begins, ends = self._day(profile, now)
        async with self._read() as connection:
            return await OwedStore(connection).count_by_owner(
                profile,
                now=now,
                end_of_day=ends,
                today=begins.strftime("%Y%m%d"),
                without=without,
            )

    async def list_open(
        self, profile: str, *, owner: str, without: Kind | None = None, limit: int = 100
    ) -> list[Owed]:
        """What one owner still has open, what is due first in front."""
        async with self._read() as connection:
            found = await OwedStore(connection).list_open(
                profile, owner=owner, without=without, limit=limit
            )
            return await _with_clocks(ClockStore(connection), found)

    async def list_to_phone(
        self, profile: str, *, without: Kind | None = None, limit: int = 100
    ) -> list[Ticket]:
        """Answered tickets whose customers a person has to ask (回访), the oldest first."""
        async with self._read() as connection:
            return await OwedStore(connection).list_to_phone(profile, without=without, limit=limit)

    async def list_told(
        self,
        profile: str,
        *,
        access_role: str,
        after: int = 0,
        without: Kind | None = None,
    ) -> list[tuple[RaisedAlarm, Ticket]]:
        """What was told to those with this access role past an alarm's number, oldest first."""
        async with self._read() as connection:
            return await AlarmStore(connection).list_told(
                profile,
                roles=posts_of(self._terms, profile, access_role),
                after=after,
                without=without,
            )

    async def outstanding(
        self,
        profile: str,
        *,
        name: str,
        access_role: str,
        sees_all: bool,
        without: Kind | None = None,
        limit: int = 50,
    ) -> Outstanding:
        """What this person has to see: their own tickets, or with `sees_all` everybody's.

        Alarms are those told to the posts of their access role; who does not see all has those of
        tickets that are theirs or nobody's.
        """
        now, own = self._clock(), None if sees_all else name
        roles = posts_of(self._terms, profile, access_role)
        async with self._read() as connection:
            owed, clocks = OwedStore(connection), ClockStore(connection)
            counts = await owed.count(profile, now=now, owner=own, without=without)
            late = await owed.list_late(
                profile, now=now, department=None, owner=own, without=without, limit=limit
            )
            soon = await owed.list_due_soon(
                profile, now=now, owner=own, without=without, limit=limit
            )
            told = await AlarmStore(connection).list_new(
                profile, roles=roles, own=own, without=without, limit=limit
            )
            return Outstanding(
                counts=counts,
                late=tuple(await _with_clocks(clocks, late)),
                due_soon=tuple(await _with_clocks(clocks, soon)),
                told=tuple(told),
            )

    def _day(self, profile: str, now: datetime) -> tuple[datetime, datetime]:
        """When the centre's day began and ends."""
        terms = self._terms.get(profile)
        here = now if terms is None else now.astimezone(terms.time.zone)
        begins = datetime.combine(here.date(), time(0), tzinfo=here.tzinfo)
        tomorrow = here.date() + timedelta(days=1)
        return begins, datetime.combine(tomorrow, time(0), tzinfo=here.tzinfo)


async def _with_clocks(store: ClockStore, tickets: Sequence[Ticket]) -> list[Owed]:
    nos = [ticket.no for ticket in tickets]
    clocks = await store.list_clocks(nos)
    told = await store.list_highest_told(nos)
    return [
        Owed(
            ticket=ticket,
            clocks=tuple(each.clock for each in clocks[ticket.no]),
            told=told.get(ticket.no, ""),
        )
        for ticket in tickets
    ]
