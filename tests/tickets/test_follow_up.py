"""Following a ticket up: what the desk has to do, done once; what a customer says of it."""

import asyncio
from datetime import timedelta

import pytest

from desk.database import Database
from tests.conftest import Clock
from tests.tickets.timed import TERMS, Centre
from tickets.asking_after import Action, NextStep, Outcome
from tickets.ticket import CUSTOMER, Kind, State, Ticket

pytestmark = pytest.mark.each_database

HOUR = timedelta(hours=1)


@pytest.fixture
async def centre(database: Database, clock: Clock) -> Centre:
    """It is Saturday, 9:30 in Shanghai, and the power centre's people are there."""
    return Centre(database, clock, TERMS)


async def answered(centre: Centre, key: str = "1", **more: object) -> Ticket:
    no = (await centre.register(key, **more)).no
    await centre.apply(no, state=State.IN_PROGRESS)
    return await centre.apply(no, state=State.ANSWERED)


async def due(centre: Centre) -> list[tuple[str, Action]]:
    return [(ticket.no, step.action) for ticket, step in await centre.follow_up.list_due()]


async def step_of(centre: Centre, no: str) -> NextStep:
    return {ticket.no: step for ticket, step in await centre.follow_up.list_due()}[no]


async def ask(centre: Centre, no: str) -> None:
    await centre.follow_up.note_asked(no, await step_of(centre, no))


async def rate(centre: Centre, no: str, outcome: Outcome, key: str = "press") -> bool:
    return await centre.follow_up.rate(
        no, outcome, given="…", actor=CUSTOMER, words="还漏", request_key=key
    )


class TestListDue:
    async def test_has_an_answered_ticket_after_half_an_hour(
        self, centre: Centre, clock: Clock
    ) -> None:
        no = (await answered(centre)).no
        assert await due(centre) == []

        clock.move(HOUR / 2)

        assert await due(centre) == [(no, Action.ASK)]

    async def test_has_nothing_of_reports_and_of_those_who_phoned(
        self, centre: Centre, clock: Clock
    ) -> None:
        report = await answered(centre, "1", kind=Kind.REPORT)
        phoned = await answered(centre, "2", conversation_id=None)
        clock.move(HOUR)

        assert await due(centre) == []
        to_phone = await centre.owing.list_to_phone("power")
        assert {each.no for each in to_phone} == {report.no, phoned.no}
        assert [t.no for t in await centre.owing.list_to_phone("power", without=Kind.REPORT)] == [
            phoned.no
        ]

    async def test_waits_where_it_was_put_off(self, centre: Centre, clock: Clock) -> None:
        no = (await answered(centre)).no
        clock.move(HOUR)

        await centre.follow_up.put_off(no, until=clock() + HOUR)

        assert await due(centre) == []
        clock.move(HOUR)
        assert await due(centre) == [(no, Action.ASK)]

    async def test_finds_what_was_answered_before_there_was_asking(
        self, database: Database, clock: Clock
    ) -> None:
        before = Centre(database, clock, {})
        no = (await answered(before)).no
        clock.move(HOUR)
        centre = Centre(database, clock, TERMS)
        assert await due(centre) == []

        await centre.work.reckon_anew()

        assert await due(centre) == [(no, Action.ASK)]


class TestNoteAsked:
    async def test_asks_once_when_it_runs_twice_at_once(self, centre: Centre, clock: Clock) -> None:
        no = (await answered(centre)).no
        clock.move(HOUR)
        step = await step_of(centre, no)

        await asyncio.gather(*(centre.follow_up.note_asked(no, step) for _ in range(4)))

        ticket = await centre.check(no)
        assert ticket.state is State.FOLLOW_UP
        assert [line.event for line in ticket.history].count("asked") == 1

    async def test_moves_nothing_that_was_answered_in_between(
        self, centre: Centre, clock: Clock
    ) -> None:
        no = (await answered(centre)).no
        clock.move(HOUR)
        step = await step_of(centre, no)
        await rate(centre, no, Outcome.UNSATISFIED)

        await centre.follow_up.note_asked(no, step)

        assert (await centre.check(no)).state is State.REOPENED


class TestGiveUp:
    async def test_asks_twice_and_then_leaves_it_to_a_person(
        self, centre: Centre, clock: Clock
    ) -> None:
        no = (await answered(centre)).no
        for _ in range(2):
            clock.move(HOUR)
            await ask(centre, no)
            assert await centre.owing.list_to_phone("power") == []
            clock.move(24 * HOUR)
            await centre.follow_up.give_up(no, await step_of(centre, no))

        (to_phone,) = await centre.owing.list_to_phone("power")
        assert (to_phone.no, to_phone.state) == (no, State.FOLLOW_UP)
        filed = await centre.follow_up.note(no, Outcome.UNREACHED, actor="小陈")
        assert (filed.state, filed.outcome) == (State.FILED, "unreached")
        await centre.check(no)

    async def test_files_as_unreached_who_left_no_phone_and_never_answered(
        self, centre: Centre, clock: Clock
    ) -> None:
        no = (await answered(centre, fields={"address": "幸福里6栋301"})).no
        for _ in range(3):
            clock.move(HOUR)
            await ask(centre, no)
            clock.move(24 * HOUR)
            await centre.follow_up.give_up(no, await step_of(centre, no))

        ticket = await centre.check(no)
        assert (ticket.state, ticket.outcome) == (State.FILED, "unreached")
        assert await due(centre) == []

    async def test_counts_once_when_it_runs_twice_at_once(
        self, centre: Centre, clock: Clock
    ) -> None:
        no = (await answered(centre)).no
        clock.move(HOUR)
        await ask(centre, no)
        clock.move(24 * HOUR)
        step = await step_of(centre, no)

        await asyncio.gather(*(centre.follow_up.give_up(no, step) for _ in range(4)))

        history = (await centre.check(no)).history
        assert [line.event for line in history].count("unreached") == 1


class TestRate:
    async def test_reopens_with_the_customers_words(self, centre: Centre, clock: Clock) -> None:
        no = (await answered(centre)).no
        clock.move(HOUR)
        await ask(centre, no)

        assert await rate(centre, no, Outcome.UNSATISFIED)

        ticket = await centre.check(no)
        assert (ticket.state, ticket.history[-1].note) == (State.REOPENED, "还漏")

    async def test_does_the_same_press_once(self, centre: Centre) -> None:
        no = (await answered(centre)).no

        told = [await rate(centre, no, Outcome.UNSATISFIED, key="same") for _ in range(2)]

        assert told == [True, True]
        assert (await centre.check(no)).version == 4

    async def test_is_forgotten_when_the_ticket_is_taken_up_again(self, centre: Centre) -> None:
        no = (await answered(centre)).no
        for _ in range(3):
            await centre.follow_up.note(no, Outcome.UNREACHED, actor="小李")
        assert (await centre.check(no)).outcome == "unreached"

        reopened = await centre.apply(no, role="lead", state=State.REOPENED, note="又坏了")

        assert reopened.outcome == ""

    async def test_reopens_also_what_was_filed_as_unreached(self, centre: Centre) -> None:
        no = (await answered(centre)).no
        for _ in range(3):
            await centre.follow_up.note(no, Outcome.UNREACHED, actor="小陈")

        assert await rate(centre, no, Outcome.UNSATISFIED)

        ticket = await centre.check(no)
        assert (ticket.state, ticket.outcome) == (State.REOPENED, "")

    async def test_only_notes_what_is_said_of_a_filed_ticket(self, centre: Centre) -> None:
        no = (await answered(centre)).no
        await rate(centre, no, Outcome.SATISFIED, key="first")

        assert not await rate(centre, no, Outcome.UNSATISFIED, key="second")

        ticket = await centre.check(no)
        assert (ticket.state, ticket.outcome) == (State.FILED, "satisfied")
