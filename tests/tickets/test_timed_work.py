"""Limits that are nearly over, or over: who is told, once, whatever happens to the desk."""

import asyncio
from datetime import timedelta

import pytest

from desk.database import Database
from tests.conftest import Clock
from tests.tickets.timed import TERMS, Centre
from tickets.limits import What
from tickets.sla import Verdict
from tickets.ticket import Kind, Mark, State

pytestmark = pytest.mark.each_database

WARNED = ("warning", "agent")
LATE = [("breach", "agent"), ("climb", "shift_lead")]


@pytest.fixture
async def centre(database: Database, clock: Clock) -> Centre:
    return Centre(database, clock, TERMS)


class TestRaiseAlarms:
    async def test_warns_marks_what_is_late_and_climbs(self, centre: Centre) -> None:
        no = (await centre.register()).no

        story = []
        for minutes in (35, 1, 9, 1, 29, 1, 90):
            await centre.after(minutes=minutes)
            story.append(len(await centre.told(no)))

        # 36 minutes are four fifths of 45; late is after the due time, not at it
        assert story == [0, 1, 1, 3, 3, 4, 5]
        assert await centre.told(no) == [
            WARNED,
            *LATE,
            ("climb", "team_lead"),
            ("climb", "supervisor"),
        ]

    @pytest.mark.parametrize(
        ("profile", "told"),
        [
            ("power", [("breach", "supervisor")]),
            ("gas", [("breach", "supervisor")]),
        ],
    )
    async def test_tells_of_a_report_only_those_who_may_see_it(
        self, centre: Centre, profile: str, told: list[tuple[str, str]]
    ) -> None:
        no = (await centre.register(kind=Kind.REPORT, profile=profile)).no

        await centre.after(days=30)

        # nine working days in power, ten days in gas
        assert await centre.told(no) == told

    async def test_warns_of_a_report_those_who_may_see_it(self, centre: Centre) -> None:
        no = (await centre.register(kind=Kind.REPORT)).no

        await centre.after(days=11)

        assert await centre.told(no) == [("warning", "supervisor")]

    async def test_tells_nothing_twice(self, centre: Centre) -> None:
        no = (await centre.register()).no
        await centre.after(hours=1)

        for _ in range(3):
            await centre.work.raise_alarms()

        assert await centre.told(no) == LATE

    async def test_catches_up_after_the_desk_was_down_over_the_limit(self, centre: Centre) -> None:
        no = (await centre.register()).no

        await centre.after(days=3)

        # to be warned of it is of no use any more
        assert await centre.told(no) == [
            *LATE,
            ("climb", "team_lead"),
            ("climb", "supervisor"),
        ]

    async def test_tells_once_when_it_runs_twice_at_once(
        self, centre: Centre, database_url: str
    ) -> None:
        nos = [(await centre.register(str(n))).no for n in range(5)]
        centre.clock.move(timedelta(hours=1))
        second = Database(database_url)
        other = Centre(second, centre.clock, TERMS)

        await asyncio.gather(*(desk.work.raise_alarms() for desk in (centre, other) * 3))

        assert [await centre.told(no) for no in nos] == [LATE] * 5
        await second.close()

    async def test_tells_of_all_when_more_are_late_than_go_into_one_transaction(
        self, centre: Centre, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("tickets.timed_work._TOLD_AT_ONCE", 2)
        # all at one moment, so that a transaction ends among equals
        nos = [(await centre.register(str(n))).no for n in range(5)]
        centre.clock.move(timedelta(hours=1))

        assert await centre.work.raise_alarms() == 5

        assert [await centre.told(no) for no in nos] == [LATE] * 5

    async def test_tells_nobody_of_what_was_met_in_time(self, centre: Centre) -> None:
        no = (await centre.register()).no
        centre.clock.move(timedelta(minutes=40))
        await centre.apply(no, step=Mark.ARRIVED)

        await centre.after(minutes=20)

        assert await centre.told(no) == []

    async def test_marks_what_was_met_too_late_and_climbs_no_further(self, centre: Centre) -> None:
        no = (await centre.register()).no
        centre.clock.move(timedelta(minutes=50))
        await centre.apply(no, step=Mark.ARRIVED)

        await centre.after(minutes=30)

        assert await centre.told(no) == LATE[:1]

    async def test_speaks_again_of_a_limit_that_was_moved(self, centre: Centre) -> None:
        no = (await centre.register()).no
        await centre.after(minutes=40)
        await centre.apply(no, area="rural")

        await centre.after(minutes=33)

        assert await centre.told(no) == [WARNED, WARNED]

    async def test_waits_with_the_customer(self, centre: Centre) -> None:
        no = (await centre.register(profile="property", kind=Kind.COMPLAINT)).no
        await centre.apply(no, state=State.WAITING)

        await centre.after(days=2)

        assert await centre.told(no) == []

    async def test_leaves_a_centre_alone_that_it_does_not_know(
        self, centre: Centre, database: Database, clock: Clock
    ) -> None:
        no = (await centre.register()).no
        only_gas = Centre(database, clock, {"gas": TERMS["gas"]})

        await only_gas.after(hours=1)
        assert await centre.told(no) == []

        await centre.after(minutes=0)
        assert await centre.told(no) == LATE


class TestAReportOfGas:
    async def test_stands_in_the_late_list_of_those_who_may_see_reports(
        self, centre: Centre
    ) -> None:
        no = (await centre.register(kind=Kind.REPORT, profile="gas")).no

        await centre.after(days=12)

        assert [late.ticket.no for late in await centre.owing.list_late("gas")] == [no]
        assert await centre.owing.list_late("gas", without=Kind.REPORT) == []
        found = await centre.owing.outstanding(
            "gas", name="老陈", access_role="supervisor", sees_all=True
        )
        assert [told.no for _, told in found.told] == [no]


class TestReckonAnew:
    async def test_gives_clocks_to_tickets_of_before(
        self, centre: Centre, database: Database, clock: Clock
    ) -> None:
        before = Centre(database, clock, {})
        no = (await before.register()).no
        over = (await before.register("2")).no
        await before.apply(over, state=State.WITHDRAWN, note="来电了")

        assert await centre.work.reckon_anew() == 1
        assert await centre.work.reckon_anew() == 0

        assert (await centre.check(no)).due_at == clock() + timedelta(minutes=45)

    async def test_follows_limits_that_the_centre_changed(self, centre: Centre) -> None:
        no = (await centre.register()).no
        power = TERMS["power"]
        fewer = [each for each in power.limits.limits if each.what is not What.ON_SITE]
        limits = power.limits.model_copy(update={"limits": fewer})
        changed = type(power)(limits=limits, time=power.time, digest="changed")
        later = Centre(centre.database, centre.clock, {"power": changed})

        assert await later.work.reckon_anew() == 1

        assert What.ON_SITE not in await later.clocks(no)
        await later.check(no)


class TestLateList:
    async def test_has_the_longest_first_with_who_was_told(self, centre: Centre) -> None:
        first = (await centre.register("1")).no
        centre.clock.move(timedelta(minutes=10))
        second = (await centre.register("2")).no
        await centre.register("3", kind=Kind.PRAISE)
        await centre.after(minutes=50)

        late = await centre.owing.list_late("power")

        assert [each.ticket.no for each in late] == [first, second]
        assert [each.told for each in late] == ["shift_lead", "shift_lead"]
        (clock,) = late[0].clocks
        assert clock.verdict(centre.clock()) is Verdict.BREACHED

    async def test_loses_what_is_answered(self, centre: Centre) -> None:
        no = (await centre.register()).no
        await centre.after(hours=1)
        await centre.apply(no, state=State.IN_PROGRESS)
        await centre.apply(no, state=State.ANSWERED)

        assert await centre.owing.list_late("power") == []


class TestReview:
    async def test_counts_what_is_still_open_by_owner(self, centre: Centre) -> None:
        await centre.register("1", actor="小李")
        await centre.register("2", actor="bot", kind=Kind.COMPLAINT)
        done = await centre.register("3", actor="小陈")
        await centre.apply(done.no, state=State.WITHDRAWN, note="来电了")
        centre.clock.move(timedelta(days=1))
        await centre.register("4", actor="小李")

        days = await centre.owing.review("power")

        assert [
            (day.owner, day.open, day.late, day.due_today, day.carried_over) for day in days
        ] == [
            ("小李", 2, 1, 1, 1),
            ("", 1, 0, 1, 1),
        ]

    async def test_lists_an_owners_own_what_is_due_first_in_front(self, centre: Centre) -> None:
        slow = await centre.register("1", kind=Kind.COMPLAINT)
        quick = await centre.register("2")
        never = await centre.register("3", kind=Kind.PRAISE)
        await centre.register("4", actor="小陈")

        listed = await centre.owing.list_open("power", owner="小李")

        assert [each.ticket.no for each in listed] == [quick.no, slow.no, never.no]
