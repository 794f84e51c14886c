"""Keeping a change: ticket, history and clocks together, in the caller's transaction."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from tickets.alarm_store import AlarmStore
from tickets.asking_after import next_step
from tickets.clock_store import ClockStore, KeptClock
from tickets.clocks import Clock, clocks_of, first_due
from tickets.event_store import EventStore
from tickets.life import differences, is_over
from tickets.link_store import LinkStore
from tickets.parking import parked_until
from tickets.store import Ahead, TicketStore
from tickets.terms import Terms
from tickets.ticket import DESK, HistoryLine, Mark, Ticket, TicketChanged

Transaction = Callable[[], AbstractAsyncContextManager[AsyncConnection]]


class Keeper:
    """What every verb does to keep a change, inside its one transaction."""

    def __init__(
        self, connection: AsyncConnection, terms: Mapping[str, Terms], now: datetime
    ) -> None:
        self.tickets = TicketStore(connection)
        self.clocks = ClockStore(connection)
        self.links = LinkStore(connection)
        self.events = EventStore(connection)
        self._alarms = AlarmStore(connection)
        self._terms, self.now = terms, now

    async def get(self, no: str, *, version: int | None = None) -> Ticket:
        """The ticket, held for the change.

        Raises `TicketNotFound`, or `TicketChanged` when it is not the version that was seen.
        """
        ticket = await self.tickets.get_for_change(no)
        if version is not None and version != ticket.version:
            last = ticket.history[-1] if ticket.history else None
            by, at = (last.actor, last.at.isoformat()) if last else (DESK, "")
            raise TicketChanged(
                f"{by} changed ticket {no} at {at}: it is version {ticket.version}, not {version}",
                version=ticket.version,
                by=by,
                at=at,
            )
        return ticket

    def terms_of(self, ticket: Ticket) -> Terms | None:
        """What the ticket's centre is held to, if that is known."""
        return self._terms.get(ticket.profile)

    async def keep(
        self,
        was: Ticket,
        now: Ticket,
        *,
        actor: str,
        note: str = "",
        event: str = "",
        marks: Sequence[Mark] = (),
        request_key: str | None = None,
    ) -> Ticket:
        """Write a change down and work its clocks out anew; returns the ticket as it is kept."""
        line = HistoryLine(
            at=self.now,
            actor=actor,
            state=now.state,
            note=note,
            event=event,
            marks=tuple(marks),
            changes=differences(was, now),
        )
        await self.tickets.add_history(now.no, line, request_key=request_key)
        if is_over(now):
            await self._alarms.lay_down(now.no, at=self.now)
        return await self.reckon(replace(now, history=(*was.history, line)))

    async def reckon(self, ticket: Ticket) -> Ticket:
        """Work out the ticket's clocks and keep both."""
        terms = self.terms_of(ticket)
        if terms is None:
            await self.tickets.save(ticket)
            return ticket
        postponed = (await self.links.list_postponements([ticket.no])).get(ticket.no)
        kept = (await self.clocks.list_clocks([ticket.no]))[ticket.no]
        clocks = clocks_of(ticket, terms, now=self.now, postponed=postponed)
        if [each.clock for each in kept] != list(clocks):
            rows = rows_of(ticket, clocks, kept, terms)
            await self.clocks.replace([ticket.no], rows)
        ticket = replace(ticket, due_at=first_due(clocks))
        ahead = ahead_of(ticket, terms)
        await self.tickets.save(ticket, reckoned_by=terms.digest, ahead=ahead)
        return ticket


def ahead_of(ticket: Ticket, terms: Terms) -> Ahead:
    """What the desk has to do by itself, besides its limits, and when."""
    step = next_step(ticket, terms)
    return Ahead(
        follow_up_at=None if step is None else step.at, parked_until=parked_until(ticket, terms)
    )


def rows_of(
    ticket: Ticket, clocks: Sequence[Clock], kept: Sequence[KeptClock], terms: Terms
) -> list[KeptClock]:
    """The clocks as they are kept; one that stays as it is keeps its place among the alarms."""
    ladder = terms.ladder_of(ticket.kind)
    before = {each.clock: each.alarm_at for each in kept}
    return [
        KeptClock(
            no=ticket.no,
            profile=ticket.profile,
            clock=clock,
            alarm_at=before[clock] if clock in before else ladder.first_of(clock),
        )
        for clock in clocks
    ]
