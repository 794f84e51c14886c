"""The verbs of an event: open, put in and take out, write down what is known, end, dissolve."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from tickets.event import (
    Deed,
    Event,
    EventNotSaid,
    EventState,
    EventThere,
    Member,
    MemberNotAllowed,
)
from tickets.event_gathering import list_running
from tickets.event_keeping import (
    OUT_OF_EVENT,
    begin,
    get_running,
    keep_event,
    note_on_ticket,
    put,
)
from tickets.event_place import lies_within
from tickets.event_rules import Watch, check_restore, find_covering, is_news
from tickets.event_store import EventStore
from tickets.event_words import closing_words, news_words
from tickets.keeping import Keeper, Transaction
from tickets.profile import Profile
from tickets.terms import Terms
from tickets.ticket import OPEN, Kind, Ticket

_MANY = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What an agent writes down of an event; what is None stays as it is.

    `restore_at` is aware; `area` is said to customers and names no home.
    """

    cause: str | None = None
    restore_at: datetime | None = None
    area: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEvent:
    """What an agent opens by hand; `matter` is one of the choices a fault has."""

    profile: str
    matter: str
    area: str
    known: Known = Known()
    tickets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EventSheet:
    """An event with the tickets in it."""

    event: Event
    members: tuple[tuple[Member, Ticket], ...]


class Events:
    """Events of all profiles; each verb is one transaction."""

    def __init__(
        self,
        *,
        write: Transaction,
        read: Transaction,
        clock: Callable[[], datetime],
        terms: Mapping[str, Terms],
        watches: Mapping[str, Watch],
        profiles: Mapping[str, Profile],
    ) -> None:
        self._write, self._read, self._clock = write, read, clock
        self._terms, self._watches, self._profiles = terms, watches, profiles

    async def list_events(
        self, profile: str, *, state: EventState | None = None, limit: int = 100
    ) -> list[tuple[Event, int]]:
        """Events, the newest first, each with how many tickets are in it."""
        async with self._read() as connection:
            store = EventStore(connection)
            found = await store.list_events(profile, state=state, limit=limit)
            counts = await store.count_members([each.no for each in found])
            return [(each, counts[each.no]) for each in found]

    async def get_sheet(self, no: str) -> EventSheet:
        """All about one event; raises `EventNotFound`."""
        async with self._read() as connection:
            store = EventStore(connection)
            members = tuple(await store.list_members(no))
            return EventSheet(event=await store.get(no), members=members)

    async def find_known(self, profile: str, fields: Mapping[str, str]) -> Event | None:
        """The running event that a report with these fields would be about, if any."""
        watch = self._watches.get(profile)
        matter, address = watch.matter_of(fields) if watch else None, fields.get("address")
        if not matter or not address:
            return None
        async with self._read() as connection:
            running = await EventStore(connection).list_events(
                profile, state=EventState.RUNNING, limit=_MANY
            )
        return find_covering(running, matter=matter, address=address)

    async def find_of_ticket(self, ticket_no: str) -> Event | None:
        """The event a ticket is in, if it is in one."""
        async with self._read() as connection:
            store = EventStore(connection)
            member = await store.find_member(ticket_no)
            if member is None or member.removed_at is not None:
                return None
            return await store.get(member.event_no)

    async def open(self, new: NewEvent, *, actor: str) -> Event:
        """Begin an event by hand, with these tickets in it.

        Raises `EventNotSaid`, `RestoreTooFar`, `EventThere`, `TicketNotFound` or
        `MemberNotAllowed`.
        """
        profile = self._profiles[new.profile]
        watch = self._watches.get(new.profile)
        area = _checked(new.area, what="area")
        choices = profile.fields[watch.field].choices if watch else []
        if new.matter not in {each.title for each in choices}:
            titles = "、".join(each.title for each in choices) or "none"
            raise EventNotSaid(f"no fault of {new.profile} is {new.matter!r}; there are: {titles}")
        async with self._write() as connection:
            keeper = Keeper(connection, self._terms, self._clock())
            check_restore(new.known.restore_at, now=keeper.now)
            day = keeper.now.astimezone(ZoneInfo(profile.timezone)).strftime("%Y%m%d")
            event = Event(
                no=await keeper.events.new_number(day),
                profile=new.profile,
                matter=new.matter,
                area=area,
                state=EventState.RUNNING,
                began_at=keeper.now,
                cause=(new.known.cause or "").strip(),
                restore_at=new.known.restore_at,
            )
            await _check_place(keeper, event)
            event = await begin(keeper, event, actor=actor)
            for no in new.tickets:
                await _put_by_hand(keeper, event, no, actor=actor)
            return event

    async def add(
        self, no: str, ticket_no: str, *, actor: str, version: int | None = None
    ) -> Event:
        """Put a ticket in, out of the event where it may be.

        Raises `TicketNotFound` or `MemberNotAllowed`, as well as what `get_running` raises.
        """
        async with self._write() as connection:
            keeper = Keeper(connection, self._terms, self._clock())
            event = await get_running(keeper, no, version=version)
            if not await _put_by_hand(keeper, event, ticket_no, actor=actor):
                return event
            return await keep_event(
                keeper, event, event, actor=actor, what=Deed.ADDED, note=ticket_no
            )

    async def remove(
        self, no: str, ticket_no: str, *, actor: str, version: int | None = None
    ) -> Event:
        """Take a ticket out; it is put into no event again but by hand.

        Raises `MemberNotAllowed`, as well as what `get_running` raises.
        """
        async with self._write() as connection:
            keeper = Keeper(connection, self._terms, self._clock())
            event = await get_running(keeper, no, version=version)
            member = await keeper.events.find_member(ticket_no)
            if member is None or member.event_no != no or member.removed_at is not None:
                raise MemberNotAllowed(f"ticket {ticket_no} is not in event {no}")
            await keeper.events.remove(no, ticket_no, at=keeper.now)
            ticket = await keeper.get(ticket_no)
            await note_on_ticket(keeper, ticket, actor=actor, what=OUT_OF_EVENT, event_no=no)
            return await keep_event(
                keeper, event, event, actor=actor, what=Deed.REMOVED, note=ticket_no
            )

    async def tell(self, no: str, known: Known, *, actor: str, version: int | None = None) -> Event:
        """Write down what is known; who reports from now on is told, who has reported soon.

        Raises `EventNotSaid`, `RestoreTooFar` or `EventThere`, as well as what `get_running`
        raises.
        """
        async with self._write() as connection:
            keeper = Keeper(connection, self._terms, self._clock())
            event = await get_running(keeper, no, version=version)
            if known.restore_at != event.restore_at:
                # what stands there already may have gone by since
                check_restore(known.restore_at, now=keeper.now)
            after = replace(
                event,
                cause=event.cause if known.cause is None else known.cause.strip(),
                restore_at=known.restore_at or event.restore_at,
                area=event.area if known.area is None else _checked(known.area, what="area"),
            )
            if after.area != event.area:
                await _check_place(keeper, after)
            if is_news(event, after, now=keeper.now):
                words = news_words(after, self._profiles[event.profile], now=keeper.now)
                after = replace(after, news=words, news_at=keeper.now)
            return await keep_event(keeper, event, after, actor=actor, what=Deed.TOLD)

    async def end(
        self, no: str, *, actor: str, note: str = "", version: int | None = None
    ) -> Event:
        """It works again: no report joins any more, its tickets are to be answered.

        Answering them and telling their customers is the desk's work from then on (`EventDuties`).
        Raises what `get_running` raises.
        """
        async with self._write() as connection:
            keeper = Keeper(connection, self._terms, self._clock())
            event = await get_running(keeper, no, version=version)
            closing = closing_words(event, self._profiles[event.profile], now=keeper.now)
            ended = replace(event, state=EventState.ENDED, ended_at=keeper.now, closing=closing)
            return await keep_event(keeper, event, ended, actor=actor, what=Deed.ENDED, note=note)

    async def dissolve(
        self, no: str, *, actor: str, reason: str, version: int | None = None
    ) -> Event:
        """It was no event: its tickets go on one by one, and nobody is told that it is over.

        Raises `EventNotSaid`, as well as what `get_running` raises.
        """
        reason = _checked(reason, what="reason")
        async with self._write() as connection:
            keeper = Keeper(connection, self._terms, self._clock())
            event = await get_running(keeper, no, version=version)
            await keeper.events.remove(no, None, at=keeper.now)
            gone = replace(event, state=EventState.DISSOLVED, ended_at=keeper.now)
            return await keep_event(
                keeper, event, gone, actor=actor, what=Deed.DISSOLVED, note=reason
            )


async def _put_by_hand(keeper: Keeper, event: Event, ticket_no: str, *, actor: str) -> bool:
    """Put a ticket in; whether it was not in it already."""
    ticket = await keeper.get(ticket_no)
    if ticket.profile != event.profile or ticket.kind is not Kind.FAULT or ticket.urgent:
        raise MemberNotAllowed(f"ticket {ticket_no} is no fault of {event.profile}, or is urgent")
    if ticket.state not in OPEN:
        raise MemberNotAllowed(f"ticket {ticket_no} is {ticket.state}")
    member = await keeper.events.find_member(ticket_no)
    if member is not None and member.event_no == event.no and member.removed_at is None:
        return False
    await put(keeper, ticket, event, actor=actor)
    return True


async def _check_place(keeper: Keeper, event: Event) -> None:
    """Raises `EventThere` when another event of the matter runs at the very same place."""
    for other in await list_running(keeper, event.profile, event.matter):
        is_same = lies_within(other.area, event.area) and lies_within(event.area, other.area)
        if other.no != event.no and is_same:
            raise EventThere(f"event {other.no} for {event.matter} runs at {other.area} already")


def _checked(text: str, *, what: str) -> str:
    if not text.strip():
        raise EventNotSaid(f"the {what} is missing")
    return text.strip()
