"""What the desk itself owes an event: telling its news, answering its tickets, asking its end."""

from collections.abc import Callable, Mapping
from datetime import datetime

from tickets.escalation import Alarm, AlarmKind
from tickets.event import Event, EventState, Member, News, Unsettled
from tickets.event_rules import REPORTING, Watch, ask_whether_over
from tickets.event_store import EventStore
from tickets.keeping import Keeper, Transaction
from tickets.life import Change, changed, marks_of, routed
from tickets.limits import Chain
from tickets.terms import Terms
from tickets.ticket import ALLOWED_MOVES, DESK, State, Ticket


class EventDuties:
    """Each verb is one transaction, may be called at any time, and does nothing twice."""

    def __init__(
        self,
        *,
        write: Transaction,
        read: Transaction,
        clock: Callable[[], datetime],
        terms: Mapping[str, Terms],
        watches: Mapping[str, Watch],
    ) -> None:
        self._write, self._read, self._clock = write, read, clock
        self._terms, self._watches = terms, watches

    async def list_unsettled(self, *, limit: int = 100) -> list[Unsettled]:
        """Tickets of ended events that are still to be answered, in their order."""
        async with self._read() as connection:
            return await EventStore(connection).list_unsettled(limit=limit)

    async def settle(self, member: Member) -> None:
        """Answer a ticket of an event that is over; call it when its customer has been told.

        Nothing happens to one that is settled, was put into another event, or is answered already.
        """
        async with self._write() as connection:
            keeper = Keeper(connection, self._terms, self._clock())
            if await keeper.events.find_member(member.ticket_no) == member:
                ticket = await keeper.get(member.ticket_no)
                event = await keeper.events.get(member.event_no)
                await _answer(keeper, ticket, event)
                await keeper.events.settle(member, at=keeper.now)

    async def list_news(self) -> list[News]:
        """What has become known of running events and is still to be told."""
        async with self._read() as connection:
            return await EventStore(connection).list_news()

    async def note_told(self, news: News) -> None:
        """Call it when everybody named in the news has been told."""
        async with self._write() as connection:
            await EventStore(connection).note_told(news)

    async def remind(self) -> int:
        """Ask the shift lead whether events are over that should be; returns how many.

        Asked once, and again when the event was changed meanwhile. The question is an alarm of
        the first ticket in the event; one without a ticket hinders nobody.
        """
        asked = 0
        for profile, watch in self._watches.items():
            terms = self._terms.get(profile)
            if watch.remind is None or terms is None:
                continue
            async with self._write() as connection:
                keeper = Keeper(connection, self._terms, self._clock())
                for event in await keeper.events.list_events(profile, state=EventState.RUNNING):
                    event = await keeper.events.get(event.no)
                    since = ask_whether_over(event, watch.remind)
                    if since <= keeper.now:
                        asked += await _ask(keeper, event, terms.limits.chain, since=since)
        return asked


async def _ask(keeper: Keeper, event: Event, chain: Chain, *, since: datetime) -> bool:
    """Ask about an event, unless that has been asked; whether it was asked now."""
    members = await keeper.events.list_members(event.no)
    if not members:
        return False
    ticket = next((each for _, each in members if each.state in REPORTING), members[0][1])
    # whoever takes the calls has not ended it: the next rung is asked
    level = min(1, len(chain.rungs) - 1)
    alarm = Alarm(kind=AlarmKind.EVENT, level=level, role=chain.rungs[level].role, at=keeper.now)
    return await keeper.clocks.raise_now(ticket, alarm, about=since)


async def _answer(keeper: Keeper, ticket: Ticket, event: Event) -> None:
    """Move a ticket on until it is answered, if somebody still works on it.

    What its customer was told is the answer that stands in its history, and on paper.
    """
    if ticket.state not in REPORTING:
        return
    is_near = State.ANSWERED in ALLOWED_MOVES[ticket.state]
    terms = keeper.terms_of(ticket)
    limits = None if terms is None else terms.limits
    for state in (State.ANSWERED,) if is_near else (State.DISPATCHED, State.ANSWERED):
        after = changed(ticket, Change(state=state), actor=DESK)
        after = after if terms is None else routed(ticket, after, terms)
        marks = marks_of(ticket, after, None, limits)
        note = event.closing if state is State.ANSWERED else event.no
        ticket = await keeper.keep(ticket, after, actor=DESK, note=note, marks=marks)
