"""A ticket from the customer's call to the file: register, look up, move on, amend."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from desk.database import Database
from tickets.service import URGED, TicketService
from tickets.store import NewTicket
from tickets.ticket import (
    ALLOWED_MOVES,
    Kind,
    MoveNotAllowed,
    State,
    Ticket,
    TicketNotFound,
    new_number,
)

pytestmark = pytest.mark.each_database

# a way to bring a new ticket into each state
WAYS: dict[State, tuple[State, ...]] = {
    State.REGISTERED: (),
    State.DISPATCHED: (State.DISPATCHED,),
    State.IN_PROGRESS: (State.IN_PROGRESS,),
    State.WAITING: (State.WAITING,),
    State.ON_HOLD: (State.ON_HOLD,),
    State.ANSWERED: (State.IN_PROGRESS, State.ANSWERED),
    State.FOLLOW_UP: (State.IN_PROGRESS, State.ANSWERED, State.FOLLOW_UP),
    State.REOPENED: (State.IN_PROGRESS, State.ANSWERED, State.REOPENED),
    State.FILED: (State.IN_PROGRESS, State.ANSWERED, State.FILED),
    State.WITHDRAWN: (State.WITHDRAWN,),
}
# one is merged by saying into which, not by a move
BY_MOVES = [state for state in State if state is not State.MERGED]


def outage(key: str = "lihua:line-1:fault", **more: Any) -> NewTicket:
    """Li Hua's report of an outage; `more` replaces any field."""
    fields: dict[str, Any] = {
        "profile": "power",
        "kind": Kind.FAULT,
        "conversation_id": "lihua",
        "fields": {"address": "幸福里6栋301", "phone": "13800138000"},
        **more,
    }
    return NewTicket(request_key=key, **fields)


@pytest.fixture
def tickets(database: Database, clock: Callable[[], datetime]) -> TicketService:
    return TicketService(write=database.write, read=database.read, clock=clock)


async def ticket_in(
    tickets: TicketService, state: State, *, key: str = "lihua:line-1:fault"
) -> Ticket:
    ticket = await tickets.register(outage(key), actor="bot")
    for step in WAYS[state]:
        ticket = await tickets.change(ticket.no, actor="张班长", state=step, note="客户说的")
    return ticket


class TestRegister:
    async def test_gives_a_number_that_can_be_read_out(self, tickets: TicketService) -> None:
        ticket = await tickets.register(outage(), actor="bot")

        assert ticket.no == "2026112100012"
        assert ticket.state is State.REGISTERED
        assert [line.actor for line in ticket.history] == ["bot"]

    async def test_returns_the_first_ticket_when_the_same_request_comes_twice(
        self, tickets: TicketService
    ) -> None:
        first = await tickets.register(outage(), actor="bot")

        second = await tickets.register(outage(fields={"address": "后来又写了一遍"}), actor="bot")

        assert second == first
        assert len(await tickets.list_tickets()) == 1

    async def test_makes_one_ticket_when_the_same_request_races_itself(
        self, tickets: TicketService
    ) -> None:
        made = await asyncio.gather(*(tickets.register(outage(), actor="bot") for _ in range(10)))

        assert {ticket.no for ticket in made} == {new_number("20261121", 1)}
        assert len(await tickets.list_tickets()) == 1

    async def test_loses_none_of_twenty_racing_requests(self, tickets: TicketService) -> None:
        callers = [outage(f"customer-{each}:line-1:fault") for each in range(20)]

        made = await asyncio.gather(*(tickets.register(each, actor="bot") for each in callers))

        everybody = {new_number("20261121", each) for each in range(1, 21)}
        assert {ticket.no for ticket in made} == everybody
        assert {ticket.no for ticket in await tickets.list_tickets()} == everybody

    async def test_takes_the_day_from_the_centres_own_clock(
        self, database: Database, clock: Any
    ) -> None:
        clock.moment = datetime(2026, 11, 21, 16, 30, tzinfo=UTC)
        tickets = TicketService(write=database.write, read=database.read, clock=clock)

        shanghai = await tickets.register(outage("a"), actor="bot", timezone="Asia/Shanghai")
        london = await tickets.register(outage("b"), actor="bot", timezone="Europe/London")

        assert shanghai.no.startswith("20261122")
        assert london.no.startswith("20261121")
        assert shanghai.registered_at == london.registered_at == clock.moment

    async def test_begins_again_at_one_after_midnight(
        self, tickets: TicketService, clock: Any
    ) -> None:
        await tickets.register(outage("a"), actor="bot")
        clock.move(timedelta(days=1))

        tomorrow = await tickets.register(outage("b"), actor="bot")

        assert tomorrow.no == new_number("20261122", 1)

    async def test_remembers_its_tickets_after_a_restart(
        self, database: Database, clock: Any
    ) -> None:
        before = TicketService(write=database.write, read=database.read, clock=clock)
        first = await before.register(outage("a"), actor="bot")

        after = TicketService(write=database.write, read=database.read, clock=clock)
        again = await after.register(outage("a"), actor="bot")
        second = await after.register(outage("b"), actor="bot")

        assert again == first
        assert second.no == new_number("20261121", 2)


class TestLookUp:
    async def test_finds_a_ticket_by_its_number(self, tickets: TicketService) -> None:
        filed = await tickets.register(outage(), actor="bot")

        assert await tickets.find(filed.no) == filed
        assert await tickets.get(filed.no) == filed

    async def test_has_nothing_under_an_unknown_number(self, tickets: TicketService) -> None:
        assert await tickets.find("2026112100012") is None
        with pytest.raises(TicketNotFound, match="there is no ticket 2026112100012"):
            await tickets.get("2026112100012")

    async def test_lists_a_conversations_own_tickets_newest_first(
        self, tickets: TicketService, clock: Any
    ) -> None:
        first = await tickets.register(outage("a"), actor="bot")
        clock.move(timedelta(minutes=5))
        second = await tickets.register(outage("b", kind=Kind.COMPLAINT), actor="bot")
        await tickets.register(outage("c", conversation_id="wangwei"), actor="bot")

        listed = await tickets.list_tickets(conversation_id="lihua")

        assert [ticket.no for ticket in listed] == [second.no, first.no]


class TestChange:
    @pytest.mark.parametrize("was", BY_MOVES)
    async def test_moves_a_ticket_on(self, tickets: TicketService, was: State) -> None:
        for to in sorted(ALLOWED_MOVES[was] - {State.MERGED}):
            ticket = await ticket_in(tickets, was, key=f"lihua:{to}")

            moved = await tickets.change(ticket.no, actor="张班长", state=to, note="客户说的")

            assert moved.state is to
            assert (moved.history[-1].actor, moved.history[-1].state) == ("张班长", to)
            assert moved.version == ticket.version + 1
            assert await tickets.get(ticket.no) == moved

    @pytest.mark.parametrize("was", BY_MOVES)
    async def test_refuses_a_move_that_is_not_allowed(
        self, tickets: TicketService, was: State
    ) -> None:
        ticket = await ticket_in(tickets, was)

        for to in {*State} - ALLOWED_MOVES[was]:
            with pytest.raises(MoveNotAllowed, match=f"{ticket.no} is {was} .* not to {to}"):
                await tickets.change(
                    ticket.no, actor="张班长", state=to, fields={"address": "错的"}, note="不行"
                )

        assert await tickets.get(ticket.no) == ticket

    async def test_merges_nothing_into_nowhere(self, tickets: TicketService) -> None:
        ticket = await tickets.register(outage(), actor="bot")

        with pytest.raises(MoveNotAllowed, match="into which"):
            await tickets.change(ticket.no, actor="张班长", state=State.MERGED)

    async def test_amends_a_field_and_keeps_the_others(self, tickets: TicketService) -> None:
        ticket = await tickets.register(outage(), actor="bot")

        changed = await tickets.change(
            ticket.no, actor="小陈", fields={"address": "幸福里8栋301"}, note="客户更正地址"
        )

        assert changed.fields == {"address": "幸福里8栋301", "phone": "13800138000"}
        assert changed.state is State.REGISTERED
        assert (changed.history[-1].actor, changed.history[-1].note) == ("小陈", "客户更正地址")

    async def test_writes_down_a_note_alone(self, tickets: TicketService) -> None:
        ticket = await tickets.register(outage(), actor="bot")

        noted = await tickets.change(ticket.no, actor="小陈", note="客户来电催办")

        assert noted.history[-1].note == "客户来电催办"
        assert (noted.state, noted.fields) == (ticket.state, ticket.fields)

    async def test_keeps_both_of_two_amendments_at_the_same_moment(
        self, tickets: TicketService
    ) -> None:
        ticket = await tickets.register(outage(fields={}), actor="bot")

        await asyncio.gather(
            tickets.change(ticket.no, actor="bot", fields={"address": "幸福里6栋301"}),
            tickets.change(ticket.no, actor="小陈", fields={"phone": "13800138000"}),
        )

        amended = await tickets.get(ticket.no)
        assert amended.fields == {"address": "幸福里6栋301", "phone": "13800138000"}

    async def test_tells_when_each_thing_happened(self, tickets: TicketService, clock: Any) -> None:
        ticket = await tickets.register(outage(), actor="bot")
        clock.move(timedelta(minutes=20))

        moved = await tickets.change(ticket.no, actor="张班长", state=State.DISPATCHED)

        first, second = (line.at for line in moved.history)
        assert second - first == timedelta(minutes=20)

    async def test_knows_no_ticket_of_an_unknown_number(self, tickets: TicketService) -> None:
        with pytest.raises(TicketNotFound):
            await tickets.change("2026112100012", actor="小陈", state=State.DISPATCHED)


class TestUrge:
    async def test_counts_how_often_the_customer_pushes(
        self, tickets: TicketService, clock: Any
    ) -> None:
        ticket = await ticket_in(tickets, State.DISPATCHED)
        clock.move(timedelta(hours=2))

        _, once = await tickets.urge(
            ticket.no, actor="customer", words="咋还不来", request_key="lihua:line-5:urge"
        )
        pushed, twice = await tickets.urge(
            ticket.no, actor="customer", words="等两小时了", request_key="lihua:line-6:urge"
        )

        assert (once, twice) == (1, 2)
        assert [line.note for line in pushed.history if line.event == URGED] == [
            "咋还不来",
            "等两小时了",
        ]
        assert pushed.history[-1].actor == "customer"
        assert pushed.history[-1].at == clock.moment

    async def test_changes_neither_the_state_nor_a_field(self, tickets: TicketService) -> None:
        ticket = await ticket_in(tickets, State.IN_PROGRESS)

        pushed, _ = await tickets.urge(ticket.no, actor="customer", words="", request_key="a")

        assert (pushed.state, pushed.fields) == (ticket.state, ticket.fields)
        assert pushed.history[-1].state is State.IN_PROGRESS

    async def test_counts_the_same_request_once(self, tickets: TicketService) -> None:
        ticket = await tickets.register(outage(), actor="bot")

        made = [
            await tickets.urge(ticket.no, actor="customer", words="快点", request_key="a")
            for _ in range(3)
        ]

        assert [times for _, times in made] == [1, 1, 1]
        assert made[0] == made[2]

    async def test_counts_the_same_request_once_when_it_races_itself(
        self, tickets: TicketService
    ) -> None:
        ticket = await tickets.register(outage(), actor="bot")

        made = await asyncio.gather(
            *(
                tickets.urge(ticket.no, actor="customer", words="快点", request_key="a")
                for _ in range(10)
            )
        )

        assert {times for _, times in made} == {1}

    async def test_counts_each_ticket_by_itself(self, tickets: TicketService) -> None:
        first = await tickets.register(outage("a"), actor="bot")
        second = await tickets.register(outage("b"), actor="bot")

        await tickets.urge(first.no, actor="customer", words="", request_key="c")
        _, times = await tickets.urge(second.no, actor="customer", words="", request_key="d")

        assert times == 1

    async def test_knows_no_ticket_of_an_unknown_number(self, tickets: TicketService) -> None:
        with pytest.raises(TicketNotFound):
            await tickets.urge("2026112100012", actor="customer", words="", request_key="a")
