"""Tickets in a real SQLite file: numbers, filters, history."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from desk.database import Database
from tickets.store import NewTicket, TicketStore
from tickets.ticket import HistoryLine, Kind, State, TicketNotFound, new_number

pytestmark = pytest.mark.each_database

MORNING = datetime(2026, 11, 21, 1, 30, tzinfo=UTC)
DAY = "20261121"


def request(key: str, **more: Any) -> NewTicket:
    """Li Hua's report of an outage; `more` replaces any field."""
    fields: dict[str, Any] = {
        "profile": "power",
        "kind": Kind.FAULT,
        "conversation_id": "lihua",
        "fields": {"address": "幸福里6栋301"},
        **more,
    }
    return NewTicket(request_key=key, **fields)


async def add(database: Database, new: NewTicket, *, at: datetime = MORNING, day: str = DAY) -> str:
    async with database.write() as connection:
        return await TicketStore(connection).add(new, day=day, actor="bot", at=at)


async def happen(
    database: Database, no: str, *, request_key: str | None, event: str = "urged"
) -> None:
    async with database.write() as connection:
        line = HistoryLine(at=MORNING, actor="customer", state=State.REGISTERED, event=event)
        await TicketStore(connection).add_history(no, line, request_key=request_key)


class TestAdd:
    async def test_keeps_everything_that_was_known(self, database: Database) -> None:
        no = await add(database, request("line-1", urgent=True))

        async with database.read() as connection:
            ticket = await TicketStore(connection).get(no)

        assert ticket.no == new_number(DAY, 1)
        assert (ticket.profile, ticket.kind, ticket.urgent) == ("power", Kind.FAULT, True)
        assert (ticket.state, ticket.conversation_id) == (State.REGISTERED, "lihua")
        assert ticket.fields == {"address": "幸福里6栋301"}
        assert ticket.registered_at == MORNING
        assert [(line.actor, line.state) for line in ticket.history] == [("bot", State.REGISTERED)]

    async def test_counts_from_one_each_day(self, database: Database) -> None:
        await add(database, request("late"), day="20261120")

        first = await add(database, request("early"), day="20261121")
        second = await add(database, request("next"), day="20261121")

        assert [first, second] == [new_number("20261121", 1), new_number("20261121", 2)]

    async def test_gives_racing_writers_different_numbers(self, database: Database) -> None:
        callers = [request(f"line-{caller}") for caller in range(20)]

        numbers = await asyncio.gather(*(add(database, each) for each in callers))

        assert sorted(numbers) == [new_number(DAY, each) for each in range(1, 21)]

    async def test_refuses_a_second_ticket_for_the_same_request(self, database: Database) -> None:
        await add(database, request("line-1"))

        with pytest.raises(IntegrityError):
            await add(database, request("line-1"))

    async def test_takes_back_the_number_when_the_transaction_fails(
        self, database: Database
    ) -> None:
        async def add_and_die() -> None:
            async with database.write() as connection:
                await TicketStore(connection).add(
                    request("line-1"), day=DAY, actor="bot", at=MORNING
                )
                raise ConnectionError("the process was killed here")

        with pytest.raises(ConnectionError):
            await add_and_die()

        assert await add(database, request("line-2")) == new_number(DAY, 1)
        async with database.read() as connection:
            assert await TicketStore(connection).find_by_request("line-1") is None


class TestFind:
    async def test_finds_the_ticket_of_a_request(self, database: Database) -> None:
        no = await add(database, request("line-1"))

        async with database.read() as connection:
            ticket = await TicketStore(connection).find_by_request("line-1")

        assert ticket is not None
        assert ticket.no == no

    async def test_finds_nothing_for_a_number_nobody_has(self, database: Database) -> None:
        async with database.read() as connection:
            assert await TicketStore(connection).find("2026112100012") is None

    async def test_get_names_the_number_that_is_missing(self, database: Database) -> None:
        async with database.read() as connection:
            with pytest.raises(TicketNotFound, match="2026112100012"):
                await TicketStore(connection).get("2026112100012")


class TestListTickets:
    async def test_lists_the_newest_first(self, database: Database) -> None:
        older = await add(database, request("a"), at=MORNING)
        newest = await add(database, request("b"), at=MORNING + timedelta(hours=2))
        same_moment = await add(database, request("c"), at=MORNING)

        async with database.read() as connection:
            listed = await TicketStore(connection).list_tickets()

        assert [ticket.no for ticket in listed] == [newest, same_moment, older]

    async def test_keeps_to_every_filter_at_once(self, database: Database) -> None:
        wanted = await add(database, request("a"))
        await add(database, request("b", conversation_id="wangwei"))
        await add(database, request("c", kind=Kind.COMPLAINT))
        filed = await add(database, request("d"))
        async with database.write() as connection:
            store = TicketStore(connection)
            await store.save(replace(await store.get(filed), state=State.FILED))

        async with database.read() as connection:
            listed = await TicketStore(connection).list_tickets(
                conversation_id="lihua", kind=Kind.FAULT, state=State.REGISTERED
            )

        assert [ticket.no for ticket in listed] == [wanted]

    async def test_lists_no_more_than_asked(self, database: Database) -> None:
        for line in range(5):
            await add(database, request(f"line-{line}"))

        async with database.read() as connection:
            listed = await TicketStore(connection).list_tickets(limit=3)

        assert len(listed) == 3

    async def test_leaves_out_a_kind(self, database: Database) -> None:
        fault = await add(database, request("a"))
        await add(database, request("b", kind=Kind.EMERGENCY))

        async with database.read() as connection:
            listed = await TicketStore(connection).list_tickets(without=Kind.EMERGENCY)

        assert [ticket.no for ticket in listed] == [fault]


class TestChange:
    async def test_touches_only_the_ticket_it_names(self, database: Database) -> None:
        mine = await add(database, request("a"))
        other = await add(database, request("b"))

        async with database.write() as connection:
            store = TicketStore(connection)
            ticket = await store.get_for_change(mine)
            moved = replace(
                ticket, state=State.DISPATCHED, fields={"address": "幸福里8栋301"}, version=2
            )
            await store.save(moved)

        async with database.read() as connection:
            store = TicketStore(connection)
            changed, untouched = await store.get(mine), await store.get(other)
        assert (changed.state, changed.fields["address"]) == (State.DISPATCHED, "幸福里8栋301")
        assert (untouched.state, untouched.fields["address"]) == (State.REGISTERED, "幸福里6栋301")


class TestAddHistory:
    async def test_tells_what_happened_in_the_order_it_happened(self, database: Database) -> None:
        no = await add(database, request("a"))

        async with database.write() as connection:
            store = TicketStore(connection)
            for minutes, note in ((5, "已派给城东班"), (50, "到现场，更换熔丝")):
                at = MORNING + timedelta(minutes=minutes)
                line = HistoryLine(at=at, actor="张班长", state=State.IN_PROGRESS, note=note)
                await store.add_history(no, line)

        async with database.read() as connection:
            history = (await TicketStore(connection).get(no)).history
        assert [line.note for line in history] == ["", "已派给城东班", "到现场，更换熔丝"]
        assert history[-1].at == MORNING + timedelta(minutes=50)

    async def test_tells_what_happened_beside_the_state(self, database: Database) -> None:
        no = await add(database, request("a"))

        async with database.write() as connection:
            line = HistoryLine(
                at=MORNING,
                actor="customer",
                state=State.REGISTERED,
                note="咋还不来",
                event="urged",
            )
            await TicketStore(connection).add_history(no, line, request_key="lihua:line-9:urge")

        async with database.read() as connection:
            history = (await TicketStore(connection).get(no)).history
        assert [(line.event, line.note) for line in history] == [("", ""), ("urged", "咋还不来")]

    async def test_refuses_the_same_request_a_second_time(self, database: Database) -> None:
        mine, other = await add(database, request("a")), await add(database, request("b"))
        await happen(database, mine, request_key="lihua:line-9:urge")

        for no in (mine, other):
            with pytest.raises(IntegrityError):
                await happen(database, no, request_key="lihua:line-9:urge")

    async def test_takes_any_number_of_lines_without_a_request(self, database: Database) -> None:
        no = await add(database, request("a"))

        for _ in range(3):
            await happen(database, no, request_key=None)

        async with database.read() as connection:
            assert len((await TicketStore(connection).get(no)).history) == 4


class TestFindEvent:
    async def test_knows_a_request_that_is_written_down(self, database: Database) -> None:
        no = await add(database, request("a"))
        await happen(database, no, request_key="lihua:line-9:urge")

        async with database.read() as connection:
            store = TicketStore(connection)
            assert await store.find_event("lihua:line-9:urge") == "urged"
            assert await store.find_event("lihua:line-10:urge") is None
            # a ticket's own request is no event
            assert await store.find_event("a") is None
