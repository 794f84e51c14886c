"""Tickets that wait for their customer, or are on hold, for longer than their centre allows."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from desk.database import Database
from tests.conftest import Clock
from tests.tickets.timed import TERMS, Centre
from tickets.limits import Longest, Span, Unit
from tickets.parking import parked_until
from tickets.terms import Terms
from tickets.ticket import Kind, State

pytestmark = pytest.mark.each_database

PARKED = [("parked", "agent"), ("parked", "shift_lead")]


@pytest.fixture
async def centre(database: Database, clock: Clock) -> Centre:
    return Centre(database, clock, TERMS)


async def park(centre: Centre, state: State, **more: object) -> str:
    """A ticket of which nothing else is told, put where nobody works on it."""
    given = {"kind": Kind.SUGGESTION, "fields": {}, **more}
    no = (await centre.register(**given)).no
    await centre.apply(no, state=state, note="等配件")
    return no


def power_with(span: Span) -> Terms:
    longest = Longest(within=span, source="本中心")
    limits = TERMS["power"].limits.model_copy(update={"parked": {State.ON_HOLD: longest}})
    return replace(TERMS["power"], limits=limits)


class TestParkedUntil:
    @pytest.mark.parametrize(
        ("span", "until"),
        [
            # Saturday 21 November, 09:30
            (Span(90, Unit.MINUTES), "2026-11-21T11:00+08:00"),
            (Span(1, Unit.DAYS), "2026-11-23T00:00+08:00"),
            (Span(1, Unit.WORKING_DAYS), "2026-11-24T00:00+08:00"),
        ],
    )
    async def test_counts_as_limits_are_counted(
        self, centre: Centre, span: Span, until: str
    ) -> None:
        ticket = await centre.tickets.get(await park(centre, State.ON_HOLD))

        at = parked_until(ticket, power_with(span))

        assert at == datetime.fromisoformat(until)

    async def test_is_counted_from_the_move_and_not_from_what_was_written_down_since(
        self, centre: Centre
    ) -> None:
        no = await park(centre, State.ON_HOLD)
        terms = power_with(Span(90, Unit.MINUTES))
        at = parked_until(await centre.tickets.get(no), terms)
        centre.clock.move(timedelta(minutes=30))

        await centre.apply(no, fields={"matter": "补充"})

        assert parked_until(await centre.tickets.get(no), terms) == at

    async def test_is_not_known_of_what_somebody_works_on(self, centre: Centre) -> None:
        no = await park(centre, State.ON_HOLD)
        await centre.apply(no, state=State.IN_PROGRESS)

        assert parked_until(await centre.tickets.get(no), TERMS["power"]) is None


class TestTellOfParked:
    @pytest.mark.parametrize(("state", "days"), [(State.WAITING, 3), (State.ON_HOLD, 1)])
    async def test_tells_the_owner_and_the_lead_once(
        self, centre: Centre, state: State, days: int
    ) -> None:
        no = await park(centre, state)
        await centre.after(days=days)
        assert await centre.told(no) == []

        await centre.after(days=1)
        await centre.after(days=30)

        assert await centre.told(no) == PARKED
        for name, role in (("小李", "agent"), ("老陈", "lead")):
            found = await centre.owing.outstanding(
                "power", name=name, access_role=role, sees_all=role == "lead"
            )
            assert [told.no for _, told in found.told] == [no]

    async def test_is_not_said_again_when_something_is_written_down(self, centre: Centre) -> None:
        no = await park(centre, State.ON_HOLD)
        await centre.after(days=2)

        await centre.apply(no, fields={"matter": "补充"})
        await centre.after(days=2)

        assert await centre.told(no) == PARKED

    async def test_is_said_again_of_the_next_wait(self, centre: Centre) -> None:
        no = await park(centre, State.ON_HOLD)
        await centre.after(days=2)
        await centre.apply(no, state=State.IN_PROGRESS)
        await centre.apply(no, state=State.WAITING)

        await centre.after(days=4)

        assert await centre.told(no) == PARKED * 2

    async def test_is_said_of_no_ticket_that_was_taken_up_in_time(self, centre: Centre) -> None:
        no = await park(centre, State.WAITING)
        await centre.after(days=1)
        await centre.apply(no, state=State.IN_PROGRESS)

        await centre.after(days=9)

        assert await centre.told(no) == []

    async def test_is_said_of_a_report_to_those_who_may_see_it(self, centre: Centre) -> None:
        no = await park(centre, State.ON_HOLD, kind=Kind.REPORT)

        await centre.after(days=2)

        assert await centre.told(no) == [("parked", "supervisor")]

    async def test_is_said_also_of_what_was_parked_before_the_centre_set_a_time(
        self, database: Database, clock: Clock
    ) -> None:
        no = await park(Centre(database, clock, {}), State.ON_HOLD)
        centre = Centre(database, clock, TERMS)

        await centre.work.reckon_anew()
        await centre.after(days=2)

        assert await centre.told(no) == PARKED
