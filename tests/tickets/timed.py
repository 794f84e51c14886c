"""A power centre at work: its tickets, what is owed on them, and a clock that a test moves."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from desk.database import Database
from tests.centres import read_terms
from tests.conftest import Clock
from tickets.clock_store import RaisedAlarm
from tickets.clocks import Clock as TicketClock
from tickets.clocks import clocks_of, first_due
from tickets.event_duties import EventDuties
from tickets.event_rules import Watch, watch_of
from tickets.event_service import Events
from tickets.follow_up import FollowUp
from tickets.life import Change
from tickets.limits import What
from tickets.owed import Owing
from tickets.profile import Profile
from tickets.service import TicketService
from tickets.store import NewTicket
from tickets.terms import Terms
from tickets.ticket import Kind, Ticket
from tickets.timed_work import TimedWork
from tickets.together import Matters

TERMS = read_terms("power", "gas", "property")


def asked(key: str = "1", **more: Any) -> NewTicket:
    """Li Hua has no electricity; `more` replaces any field."""
    fields: dict[str, Any] = {
        "profile": "power",
        "kind": Kind.FAULT,
        "conversation_id": "lihua",
        "fields": {"address": "幸福里6栋301", "phone": "13800138000"},
        **more,
    }
    return NewTicket(request_key=key, **fields)


@dataclass
class Centre:
    """The services of one desk, on one database and one clock."""

    database: Database
    clock: Clock
    terms: Mapping[str, Terms]
    watches: Mapping[str, Watch] = field(default_factory=dict)
    profiles: Mapping[str, Profile] = field(default_factory=dict)

    def __post_init__(self) -> None:
        write, read, clock = self.database.write, self.database.read, self.clock
        self.tickets = TicketService(
            write=write, read=read, clock=clock, terms=self.terms, watches=self.watches
        )
        self.events = Events(
            write=write,
            read=read,
            clock=clock,
            terms=self.terms,
            watches=self.watches,
            profiles=self.profiles,
        )
        self.duties = EventDuties(
            write=write, read=read, clock=clock, terms=self.terms, watches=self.watches
        )
        self.matters = Matters(write=write, clock=clock, terms=self.terms)
        self.follow_up = FollowUp(write=write, clock=clock, terms=self.terms)
        self.owing = Owing(read=read, clock=clock, terms=self.terms)
        self.work = TimedWork(write=write, clock=clock, terms=self.terms)

    async def register(self, key: str = "1", *, actor: str = "小李", **more: Any) -> Ticket:
        return await self.tickets.register(asked(key, **more), actor=actor)

    async def apply(
        self, no: str, *, actor: str = "小李", role: str = "agent", **what: Any
    ) -> Ticket:
        return await self.tickets.apply(no, Change(**what), actor=actor, access_role=role)

    async def after(self, **time: float) -> None:
        """So much time passes, and the desk looks at the limits."""
        self.clock.move(timedelta(**time))
        await self.work.raise_alarms()
        await self.work.tell_of_parked()

    async def clocks(self, no: str) -> dict[What, TicketClock]:
        return {clock.what: clock for clock in (await self.owing.get_sheet(no)).clocks}

    async def alarms(self, no: str) -> list[RaisedAlarm]:
        return list((await self.owing.get_sheet(no)).alarms)

    async def told(self, no: str) -> list[tuple[str, str]]:
        """What was told, and to whom."""
        return [(each.alarm.kind.value, each.alarm.role) for each in await self.alarms(no)]

    async def check(self, no: str) -> Ticket:
        """The ticket, whose history and clocks must agree with it."""
        sheet = await self.owing.get_sheet(no)
        ticket = sheet.ticket
        assert ticket.history[-1].state is ticket.state
        assert ticket.version == len(ticket.history)
        terms = self.terms[ticket.profile]
        clocks = clocks_of(ticket, terms, now=self.clock(), postponed=sheet.postponed)
        assert sheet.clocks == clocks
        assert ticket.due_at == first_due(clocks)
        return ticket


def centre_with_events(
    database: Database,
    clock: Clock,
    power: Profile,
    *,
    watches: Mapping[str, Watch] | None = None,
) -> Centre:
    """The same where many reports are one event; `watches` says for what it watches instead."""
    watch = watch_of(power)
    assert watch is not None
    watched = {"power": watch} if watches is None else watches
    return Centre(database, clock, TERMS, watches=watched, profiles={"power": power})
