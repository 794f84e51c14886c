"""Tickets about the same matter, limits that are put off, and asking afterwards."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from desk.database import Database
from tests.conftest import Clock
from tests.tickets.timed import TERMS, Centre
from tickets.follow_up import Outcome
from tickets.limits import What
from tickets.link_store import Relation
from tickets.ticket import (
    Kind,
    LinkNotAllowed,
    MoveNotAllowed,
    PostponeNotAllowed,
    Priority,
    ReasonMissing,
    State,
    TicketChanged,
)
from tickets.together import Delay

DAY = timedelta(days=1)


@pytest.fixture
def centre(database: Database, clock: Clock) -> Centre:
    return Centre(database, clock, TERMS)


def complaint(matter: str, **more: Any) -> dict[str, Any]:
    fields = {"matter": matter, "phone": "13800138000", **more}
    return {"kind": Kind.COMPLAINT, "fields": fields}


async def links_of(centre: Centre, no: str) -> list[tuple[str, str]]:
    links = (await centre.owing.get_sheet(no)).links
    return [(link.end(no), link.relation.value) for link in links]


class TestASecondComplaint:
    FIRST = "抄表员态度差，电费多算了两百块"

    async def test_about_the_same_matter_is_linked_to_the_first(self, centre: Centre) -> None:
        first = await centre.register("1", **complaint(self.FIRST))
        centre.clock.move(2 * DAY)

        second = await centre.register(
            "2", conversation_id="another day", **complaint("上次说的电费多算了两百块还没人管")
        )

        assert await links_of(centre, second.no) == [(first.no, "same_matter")]
        assert (second.history[-1].event, second.history[-1].note) == ("linked", first.no)
        await centre.check(second.no)

    @pytest.mark.parametrize(
        ("later", "more"),
        [
            ("小区门口的变压器一直响，吵得睡不着", {}),
            (FIRST, {"phone": "13900139000"}),
            (FIRST, {"address": "文三路9号"}),
        ],
        ids=["another matter", "somebody else", "another place"],
    )
    async def test_about_anything_else_is_not(
        self, centre: Centre, later: str, more: dict[str, str]
    ) -> None:
        await centre.register("1", **complaint(self.FIRST, address="幸福里6栋301"))

        second = await centre.register("2", conversation_id="x", **complaint(later, **more))

        assert await links_of(centre, second.no) == []

    async def test_that_names_the_first_is_linked_whatever_it_says(self, centre: Centre) -> None:
        first = await centre.register("1", **complaint(self.FIRST))

        second = await centre.register("2", **complaint(f"工单{first.no}到底有没有人看"))

        assert await links_of(centre, second.no) == [(first.no, "same_matter")]


class TestPostpone:
    def delay(self, centre: Centre, **time: float) -> Delay:
        until = centre.clock() + timedelta(**time)
        return Delay(until=until, reason="等配件", consent="电话里同意", what=None)

    async def test_moves_the_limit_and_its_warning(self, centre: Centre) -> None:
        ticket = await centre.register()
        delay = self.delay(centre, days=1)

        put_off = await centre.matters.postpone(ticket.no, delay, actor="小李")

        assert put_off.due_at == delay.until
        (clock,) = (await centre.owing.get_sheet(ticket.no)).clocks
        assert clock.warn_at == delay.until - timedelta(minutes=9)
        await centre.check(ticket.no)

    async def test_moves_every_limit_that_is_due_by_then(self, centre: Centre) -> None:
        # to be answered and settled within the same 24 hours
        no = (await centre.register(profile="property", kind=Kind.COMPLAINT)).no
        delay = self.delay(centre, days=2)

        put_off = await centre.matters.postpone(no, delay, actor="小李")
        await centre.after(days=1, hours=1)

        assert put_off.due_at == delay.until
        clocks = await centre.clocks(no)
        assert {clocks[what].due_at for what in (What.ANSWER, What.RESOLVE)} == {delay.until}
        assert await centre.owing.list_late("property") == []
        await centre.check(no)

    async def test_moves_the_one_limit_that_is_named(self, centre: Centre) -> None:
        no = (await centre.register(profile="property", kind=Kind.COMPLAINT)).no
        before = await centre.clocks(no)
        delay = replace(self.delay(centre, days=2), what=What.RESOLVE)

        await centre.matters.postpone(no, delay, actor="小李")

        clocks = await centre.clocks(no)
        assert clocks[What.RESOLVE].due_at == delay.until
        assert clocks[What.ANSWER] == before[What.ANSWER]

    async def test_leaves_a_limit_that_was_met_as_it_was(self, centre: Centre) -> None:
        no = (await centre.register(profile="property", kind=Kind.COMPLAINT)).no
        for state in (State.IN_PROGRESS, State.ANSWERED):
            await centre.apply(no, state=state)
        answered = (await centre.clocks(no))[What.ANSWER]

        await centre.matters.postpone(no, self.delay(centre, days=2), actor="小李")

        assert (await centre.clocks(no))[What.ANSWER] == answered

    async def test_is_done_once_for_a_matter(self, centre: Centre) -> None:
        first = await centre.register("1", **complaint("电费多算了两百块"))
        second = await centre.register("2", **complaint("电费多算了两百块没人管"))
        # five working days from a Saturday
        until = Delay(
            until=centre.clock() + 8 * DAY, reason="要查底册", consent="同意", what=What.ANSWER
        )
        await centre.matters.postpone(first.no, until, actor="小李")

        for no in (first.no, second.no):
            with pytest.raises(PostponeNotAllowed, match=first.no):
                await centre.matters.postpone(no, until, actor="小李")

    async def test_is_done_once_also_at_the_same_moment(self, centre: Centre) -> None:
        no = (await centre.register()).no

        done = await asyncio.gather(
            *(
                centre.matters.postpone(no, self.delay(centre, days=1), actor=who)
                for who in ("小李", "老王")
            ),
            return_exceptions=True,
        )

        assert sorted(type(each).__name__ for each in done) == ["PostponeNotAllowed", "Ticket"]

    @pytest.mark.parametrize(
        "time", [{"minutes": 45}, {"minutes": -5}, {"days": 7, "minutes": 46}], ids=repr
    )
    async def test_goes_on_and_for_a_week_at_most(
        self, centre: Centre, time: dict[str, float]
    ) -> None:
        ticket = await centre.register()

        with pytest.raises(PostponeNotAllowed):
            await centre.matters.postpone(ticket.no, self.delay(centre, **time), actor="小李")

        assert await centre.tickets.get(ticket.no) == ticket

    async def test_cannot_hide_what_is_late(self, centre: Centre) -> None:
        no = (await centre.register()).no
        await centre.after(hours=1)

        with pytest.raises(PostponeNotAllowed, match="late"):
            await centre.matters.postpone(no, self.delay(centre, days=1), actor="小李")

    async def test_needs_the_customers_consent(self, centre: Centre) -> None:
        no = (await centre.register()).no
        delay = Delay(until=centre.clock() + DAY, reason="等配件", consent=" ")

        with pytest.raises(ReasonMissing):
            await centre.matters.postpone(no, delay, actor="小李")

    async def test_does_not_hold_for_a_limit_that_began_anew(self, centre: Centre) -> None:
        ticket = await centre.register()
        await centre.matters.postpone(ticket.no, self.delay(centre, days=1), actor="小李")
        for state in (State.IN_PROGRESS, State.ANSWERED):
            await centre.apply(ticket.no, state=state)
        centre.clock.move(timedelta(hours=1))

        again = await centre.apply(ticket.no, state=State.REOPENED, note="又停了")

        assert again.due_at == centre.clock() + timedelta(minutes=45)


class TestUrge:
    async def test_raises_the_priority_and_tells_those_at_work(self, centre: Centre) -> None:
        no = (await centre.register()).no

        for key in "abc":
            ticket, times = await centre.tickets.urge(
                no, actor="customer", words="快点", request_key=key
            )

        assert (times, ticket.urges, ticket.priority) == (3, 3, Priority.HIGH)
        assert await centre.told(no) == [("urged", "agent")] * 3
        told = await centre.owing.list_told("power", access_role="agent")
        assert [alarm.alarm.level for alarm, _ in told] == [1, 2, 3]

    async def test_of_a_report_tells_those_who_may_see_it(self, centre: Centre) -> None:
        no = (await centre.register(kind=Kind.REPORT)).no

        await centre.tickets.urge(no, actor="customer", words="快点", request_key="a")

        assert await centre.told(no) == [("urged", "supervisor")]

    async def test_leaves_the_most_urgent_so(self, centre: Centre) -> None:
        no = (await centre.register(kind=Kind.EMERGENCY, urgent=True)).no

        ticket, _ = await centre.tickets.urge(no, actor="customer", words="", request_key="a")

        assert ticket.priority is Priority.URGENT

    async def test_comes_too_late_for_what_is_over(self, centre: Centre) -> None:
        no = (await centre.register()).no
        await centre.apply(no, state=State.WITHDRAWN, note="来电了")

        with pytest.raises(MoveNotAllowed):
            await centre.tickets.urge(no, actor="customer", words="", request_key="a")


class TestMerge:
    async def test_lets_one_lead(self, centre: Centre) -> None:
        leader = await centre.register("1")
        second = await centre.register("2", conversation_id="wangwei")

        merged = await centre.matters.merge(second.no, leader.no, actor="小李")

        assert (merged.state, merged.merged_into) == (State.MERGED, leader.no)
        assert merged.due_at is None
        assert (await centre.tickets.get_leading(second.no)).no == leader.no
        for no in (leader.no, second.no):
            await centre.check(no)

    async def test_lets_the_leader_be_as_urgent_as_the_other_was(self, centre: Centre) -> None:
        leader = await centre.register("1")
        second = await centre.register("2", conversation_id="wangwei")
        for key in "ab":
            await centre.tickets.urge(second.no, actor="customer", words="快点", request_key=key)

        await centre.matters.merge(second.no, leader.no, actor="小李")

        leads = await centre.check(leader.no)
        assert leads.priority is Priority.HIGH
        assert leads.history[-1].changes == {"priority": ("0", "2")}

    @pytest.mark.parametrize("state", [State.ANSWERED, State.FOLLOW_UP])
    async def test_into_what_is_answered_would_leave_nobody_at_work(
        self, centre: Centre, state: State
    ) -> None:
        leader = await centre.register("1")
        second = await centre.register("2", conversation_id="wangwei")
        await centre.apply(leader.no, state=State.IN_PROGRESS)
        await centre.apply(leader.no, state=State.ANSWERED)
        if state is State.FOLLOW_UP:
            await centre.apply(leader.no, state=state)

        with pytest.raises(LinkNotAllowed, match=state):
            await centre.matters.merge(second.no, leader.no, actor="小李")

        assert (await centre.check(second.no)).due_at == second.due_at

    async def test_pushes_the_one_that_leads(self, centre: Centre) -> None:
        leader = await centre.register("1")
        second = await centre.register("2", conversation_id="wangwei")
        await centre.matters.merge(second.no, leader.no, actor="小李")

        own, times = await centre.tickets.urge(
            second.no, actor="customer", words="快点", request_key="a"
        )

        assert (own.no, times) == (second.no, 1)
        assert (await centre.tickets.get(leader.no)).urges == 1

    async def test_takes_along_what_it_led(self, centre: Centre) -> None:
        first, second, third = [(await centre.register(key)).no for key in "123"]
        await centre.matters.merge(first, second, actor="小李")

        await centre.matters.merge(second, third, actor="小李")

        assert (await centre.tickets.get_leading(first)).no == third
        await centre.check(first)

    async def test_never_mixes_informants_with_others(self, centre: Centre) -> None:
        report = await centre.register("1", kind=Kind.REPORT)
        fault = await centre.register("2")

        for one, other in ((report, fault), (fault, report)):
            with pytest.raises(LinkNotAllowed):
                await centre.matters.merge(one.no, other.no, actor="老王")
            with pytest.raises(LinkNotAllowed):
                await centre.matters.link(one.no, other.no, actor="老王", relation=Relation.RELATED)

    async def test_refuses_itself_what_is_over_and_an_old_version(self, centre: Centre) -> None:
        first, second = await centre.register("1"), await centre.register("2")

        with pytest.raises(LinkNotAllowed, match="itself"):
            await centre.matters.merge(first.no, first.no, actor="小李")
        with pytest.raises(TicketChanged):
            await centre.matters.merge(first.no, second.no, actor="小李", version=7)
        await centre.apply(second.no, state=State.WITHDRAWN, note="来电了")
        with pytest.raises(LinkNotAllowed, match="withdrawn"):
            await centre.matters.merge(first.no, second.no, actor="小李")

        assert (await centre.check(first.no)).state is State.REGISTERED


class TestFollowUp:
    @pytest.fixture
    async def no(self, centre: Centre) -> str:
        """A fault at the property centre that has been answered."""
        no = (await centre.register(profile="property")).no
        await centre.apply(no, state=State.IN_PROGRESS)
        await centre.apply(no, state=State.ANSWERED)
        return no

    async def test_is_owed_once_it_is_answered(self, centre: Centre, no: str) -> None:
        clock = (await centre.clocks(no))[What.FOLLOW_UP]

        assert clock.due_at is not None

    async def test_files_what_satisfied(self, centre: Centre, no: str) -> None:
        filed = await centre.follow_up.note(no, Outcome.SATISFIED, actor="小陈")

        assert (filed.state, filed.outcome) == (State.FILED, "satisfied")
        assert (await centre.clocks(no))[What.FOLLOW_UP].is_met
        await centre.check(no)

    async def test_reopens_what_did_not(self, centre: Centre, no: str) -> None:
        again = await centre.follow_up.note(no, Outcome.UNSATISFIED, actor="小陈", words="还漏")

        assert (again.state, again.history[-1].note) == (State.REOPENED, "还漏")
        assert again.due_at == centre.clock() + timedelta(minutes=15)

    async def test_reopens_nothing_without_saying_why(self, centre: Centre, no: str) -> None:
        with pytest.raises(ReasonMissing):
            await centre.follow_up.note(no, Outcome.UNSATISFIED, actor="小陈", words=" ")

        assert (await centre.check(no)).state is State.ANSWERED

    async def test_files_as_unreached_at_the_third_try(self, centre: Centre, no: str) -> None:
        states = [
            await centre.follow_up.note(no, Outcome.UNREACHED, actor="小陈") for _ in range(3)
        ]

        assert [each.state for each in states] == [
            State.FOLLOW_UP,
            State.FOLLOW_UP,
            State.FILED,
        ]
        assert states[-1].outcome == "unreached"
        assert not (await centre.clocks(no))[What.FOLLOW_UP].is_met

    async def test_counts_anew_after_another_answer(self, centre: Centre, no: str) -> None:
        for outcome in (Outcome.UNREACHED, Outcome.UNREACHED, Outcome.UNSATISFIED):
            await centre.follow_up.note(no, outcome, actor="小陈", words="电话里说的")
        await centre.apply(no, state=State.ANSWERED)

        once = await centre.follow_up.note(no, Outcome.UNREACHED, actor="小陈")

        assert once.state is State.FOLLOW_UP

    async def test_waits_for_an_answer(self, centre: Centre) -> None:
        no = (await centre.register()).no

        with pytest.raises(MoveNotAllowed, match="answered"):
            await centre.follow_up.note(no, Outcome.SATISFIED, actor="小陈")
