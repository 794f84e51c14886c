"""What a change does to a ticket and its clocks, on a real database."""

import asyncio
import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desk.database import Database
from tests.conftest import Clock
from tests.tickets.timed import TERMS, Centre
from tickets.asking_after import Outcome
from tickets.life import Change
from tickets.limits import What
from tickets.routing import Rule
from tickets.sla import Verdict
from tickets.terms import Terms
from tickets.ticket import (
    ALLOWED_MOVES,
    OPEN,
    Kind,
    Mark,
    MayNotJudge,
    MoveNotAllowed,
    NotInProfile,
    ReasonMissing,
    State,
    TicketChanged,
)

MINUTES = timedelta(minutes=1)
NUMBERS = itertools.count()


@pytest.fixture
def centre(database: Database, clock: Clock) -> Centre:
    return Centre(database, clock, TERMS)


class TestOwner:
    async def test_is_whoever_of_the_staff_received_it_first(self, centre: Centre) -> None:
        ticket = await centre.register(actor="小李")
        await centre.apply(ticket.no, actor="张班长", state=State.DISPATCHED, handler="小王")
        answered = await centre.apply(ticket.no, actor="小王", state=State.ANSWERED)

        assert (answered.owner, answered.handler) == ("小李", "小王")

    async def test_of_what_the_bot_took_down_is_the_first_person_who_acts(
        self, centre: Centre
    ) -> None:
        ticket = await centre.register(actor="bot")
        await centre.apply(ticket.no, actor="bot", fields={"scope": "整栋楼"})
        taken = await centre.apply(ticket.no, actor="小陈", note="我来跟")

        assert (ticket.owner, taken.owner) == ("", "小陈")
        assert taken.history[-1].changes == {"owner": ("", "小陈")}


class TestHistory:
    async def test_never_holds_who_informed(self, centre: Centre) -> None:
        report = await centre.register(kind=Kind.REPORT)

        changed = await centre.apply(report.no, fields={"phone": "13900139000"}, area="urban")

        assert changed.history[-1].changes == {"area": ("", "urban"), "fields.phone": ("", "")}


class TestFiling:
    async def test_puts_it_where_it_goes(self, centre: Centre) -> None:
        ticket = await centre.register()

        assert (ticket.department, ticket.history[0].marks) == ("repair", (Mark.REGISTERED,))

    async def test_elsewhere_than_its_limit_says_refers_it(self, centre: Centre) -> None:
        power = TERMS["power"]
        rule = Rule(kind=Kind.COMPLAINT, department="metering", source="本中心")
        elsewhere = Centre(
            centre.database, centre.clock, {"power": replace(power, routing=(rule,))}
        )

        ticket = await elsewhere.register(kind=Kind.COMPLAINT)

        assert ticket.department == "metering"
        assert ticket.history[0].marks == (Mark.REGISTERED, Mark.REFERRED)

    async def test_without_terms_puts_it_nowhere(self, centre: Centre) -> None:
        unknown = Centre(centre.database, centre.clock, {})

        assert (await unknown.register()).department is None


class TestRouted:
    async def test_follows_what_becomes_known_of_it(self, centre: Centre) -> None:
        ticket = await centre.register()

        told = await centre.apply(ticket.no, fields={"fault_kind": "电表异常"})
        assert told.department == "metering"
        assert told.history[-1].changes["department"] == ("repair", "metering")

        corrected = await centre.apply(ticket.no, fields={"fault_kind": "停电"}, area="rural")
        assert corrected.department == "station"

    async def test_stays_where_somebody_has_put_it(self, centre: Centre) -> None:
        ticket = await centre.register()
        await centre.apply(ticket.no, department="service")

        told = await centre.apply(ticket.no, fields={"fault_kind": "电表异常"})

        assert told.department == "service"

    async def test_stays_once_it_is_dispatched(self, centre: Centre) -> None:
        ticket = await centre.register()
        await centre.apply(ticket.no, state=State.DISPATCHED)

        told = await centre.apply(ticket.no, fields={"fault_kind": "电表异常"})

        assert told.department == "repair"

    async def test_is_dispatched_to_what_its_class_says(self, centre: Centre) -> None:
        ticket = await centre.register(kind=Kind.APPLICATION)

        sent = await centre.apply(ticket.no, class_id="meter_test", state=State.DISPATCHED)

        assert (ticket.department, sent.department) == ("service", "metering")


class TestDispatch:
    async def test_goes_to_the_department_of_the_limit(self, centre: Centre) -> None:
        ticket = await centre.register()

        assert (await centre.apply(ticket.no, state=State.DISPATCHED)).department == "repair"

    async def test_sends_what_was_filed_before_there_were_rules(self, centre: Centre) -> None:
        before = Centre(centre.database, centre.clock, {})
        ticket = await before.register(fields={"fault_kind": "电表异常"})

        assert (await centre.apply(ticket.no, state=State.DISPATCHED)).department == "metering"

    async def test_elsewhere_refers_it(self, centre: Centre) -> None:
        ticket = await centre.register(profile="property", kind=Kind.COMPLAINT)

        moved = await centre.apply(ticket.no, state=State.DISPATCHED, department="engineering")

        assert moved.history[-1].marks == (Mark.DISPATCHED, Mark.REFERRED)
        form = (await centre.clocks(ticket.no))[What.FORM]
        assert form.due_at == ticket.registered_at + 30 * MINUTES

    async def test_refuses_a_department_that_is_not_there(self, centre: Centre) -> None:
        ticket = await centre.register()

        with pytest.raises(NotInProfile, match="there are: repair"):
            await centre.apply(ticket.no, state=State.DISPATCHED, department="steam")

        assert await centre.tickets.get(ticket.no) == ticket

    async def test_sends_it_elsewhere_when_its_department_is_gone(self, centre: Centre) -> None:
        ticket = await centre.register(fields={"fault_kind": "电表异常"})
        later = Centre(centre.database, centre.clock, {"power": without_metering()})

        sent = await later.apply(ticket.no, state=State.DISPATCHED)

        assert sent.department == "repair"
        assert sent.history[-1].changes["department"] == ("metering", "repair")


class TestADepartmentThatIsGone:
    async def test_keeps_what_is_at_work_until_the_desk_starts_anew(self, centre: Centre) -> None:
        ticket = await centre.register(fields={"fault_kind": "电表异常"})
        await centre.apply(ticket.no, state=State.DISPATCHED)
        later = Centre(centre.database, centre.clock, {"power": without_metering()})

        answered = await later.apply(ticket.no, state=State.ANSWERED)

        assert answered.department == "metering"

    @pytest.mark.parametrize("by_phone", [False, True], ids=["by a move", "by a follow-up"])
    async def test_gets_nothing_back_that_is_reopened(self, centre: Centre, by_phone: bool) -> None:
        no = (await centre.register(fields={"fault_kind": "电表异常"})).no
        for state in (State.IN_PROGRESS, State.ANSWERED):
            await centre.apply(no, state=state)
        if not by_phone:
            await centre.apply(no, state=State.FILED, note="客户已当面确认")
        later = Centre(centre.database, centre.clock, {"power": without_metering()})

        if by_phone:
            await later.follow_up.note(no, Outcome.UNSATISFIED, actor="小陈", words="表还在走")
        else:
            await later.apply(no, state=State.REOPENED, note="表还在走")

        again = await later.check(no)
        assert (again.state, again.department) == (State.REOPENED, "repair")
        assert again.history[-1].changes["department"] == ("metering", "repair")

    async def test_loses_its_open_tickets_to_where_they_would_go_now(self, centre: Centre) -> None:
        lies = await centre.register("1", fields={"fault_kind": "电表异常"})
        at_work = await centre.register("2", fields={"fault_kind": "电表异常"})
        await centre.apply(at_work.no, state=State.IN_PROGRESS)
        over = await centre.register("3", fields={"fault_kind": "电表异常"})
        await centre.apply(over.no, state=State.WITHDRAWN, note="来电了")
        other = await centre.register("4")
        later = Centre(centre.database, centre.clock, {"power": without_metering()})

        await later.work.reckon_anew()
        await later.work.reckon_anew()

        for no in (lies.no, at_work.no):
            moved = await later.check(no)
            assert moved.department == "repair"
            last = moved.history[-1]
            assert (last.actor, last.event) == ("desk", "rerouted")
            assert last.changes == {"department": ("metering", "repair")}
        assert (await later.check(other.no)).version == other.version
        assert (await later.tickets.get(over.no)).department == "metering"


def without_metering() -> Terms:
    """The power centre after it has given up its department of meters, and sends nothing there."""
    power = TERMS["power"]
    left = {k: v for k, v in power.limits.departments.items() if k != "metering"}
    limits = power.limits.model_copy(update={"departments": left})
    rules = tuple(rule for rule in power.routing if rule.department in left)
    return replace(power, limits=limits, routing=rules, digest="without metering")


class TestClass:
    async def test_is_judged_by_those_whom_the_profile_allows(self, centre: Centre) -> None:
        ticket = await centre.register(profile="property", kind=Kind.COMPLAINT)

        with pytest.raises(MayNotJudge):
            await centre.apply(ticket.no, role="agent", class_id="invalid")
        judged = await centre.apply(ticket.no, role="lead", class_id="invalid")

        assert judged.class_id == "invalid"
        assert judged.history[-1].changes["class_id"] == ("", "invalid")

    async def test_that_is_major_is_told_at_once_to_those_at_the_top(self, centre: Centre) -> None:
        ticket = await centre.register(profile="property", kind=Kind.COMPLAINT)

        for _ in range(2):
            await centre.apply(ticket.no, role="supervisor", class_id="major")

        assert await centre.told(ticket.no) == [
            ("judged", "property_manager"),
            ("judged", "general_manager"),
        ]

    async def test_moves_the_due_times(self, centre: Centre) -> None:
        ticket = await centre.register(profile="property", kind=Kind.COMPLAINT)
        before = (await centre.clocks(ticket.no))[What.ANSWER]

        await centre.apply(ticket.no, role="supervisor", class_id="major")

        after = (await centre.clocks(ticket.no))[What.ANSWER]
        assert before.due_at == ticket.registered_at + timedelta(hours=24)
        # Saturday does not count; Monday to Wednesday do
        assert after.due_at == datetime(2026, 11, 25, 16, tzinfo=UTC)
        assert (bool(before.doubts), bool(after.doubts)) == (True, False)


class TestReason:
    @pytest.mark.parametrize("state", [State.ON_HOLD, State.WITHDRAWN])
    async def test_is_asked_for(self, centre: Centre, state: State) -> None:
        ticket = await centre.register()

        with pytest.raises(ReasonMissing):
            await centre.apply(ticket.no, state=state, note="  ")

        assert (await centre.apply(ticket.no, state=state, note="等配件")).state is state

    async def test_is_asked_for_by_what_is_filed_without_asking_the_customer(
        self, centre: Centre
    ) -> None:
        no = (await centre.register()).no
        for state in (State.IN_PROGRESS, State.ANSWERED):
            await centre.apply(no, state=state)

        with pytest.raises(ReasonMissing):
            await centre.apply(no, state=State.FILED)
        filed = await centre.apply(no, state=State.FILED, note="客户已当面确认")

        assert (filed.state, filed.outcome) == (State.FILED, "not_asked")
        assert (await centre.apply(no, state=State.REOPENED, note="又停了")).outcome == ""

    async def test_is_not_asked_of_a_customer_who_takes_back_what_is_theirs(
        self, centre: Centre
    ) -> None:
        ticket = await centre.register()

        moved = await centre.tickets.change(ticket.no, actor="customer", state=State.WITHDRAWN)

        assert moved.state is State.WITHDRAWN


class TestVersion:
    async def test_names_who_came_before(self, centre: Centre, clock: Clock) -> None:
        seen = await centre.register()
        clock.move(5 * MINUTES)
        await centre.apply(seen.no, actor="老王", fields={"phone": "13900139000"})

        with pytest.raises(TicketChanged, match="老王") as refused:
            await centre.tickets.apply(
                seen.no, Change(fields={"phone": "1"}), actor="小李", version=seen.version
            )

        assert refused.value.told == {"changed_by": "老王", "changed_at": clock().isoformat()}
        assert refused.value.version == 2
        assert (await centre.check(seen.no)).fields["phone"] == "13900139000"

    async def test_lets_one_of_two_win_at_the_same_moment(self, centre: Centre) -> None:
        seen = await centre.register()

        done = await asyncio.gather(
            *(
                centre.tickets.apply(
                    seen.no, Change(fields={"phone": who}), actor=who, version=seen.version
                )
                for who in ("小李", "老王", "小陈")
            ),
            return_exceptions=True,
        )

        assert sorted(type(each).__name__ for each in done) == [
            "Ticket",
            "TicketChanged",
            "TicketChanged",
        ]
        assert (await centre.check(seen.no)).version == 2


class TestClocks:
    async def test_are_there_from_the_start_and_say_when_they_guess(self, centre: Centre) -> None:
        ticket = await centre.register()

        on_site = (await centre.clocks(ticket.no))[What.ON_SITE]

        assert on_site.due_at == ticket.due_at == ticket.registered_at + 45 * MINUTES
        assert {*on_site.doubts} == {"area"}

    async def test_are_exact_for_an_area_that_is_known(self, centre: Centre) -> None:
        ticket = await centre.register()

        await centre.apply(ticket.no, area="rural")

        on_site = (await centre.clocks(ticket.no))[What.ON_SITE]
        assert on_site.due_at == ticket.registered_at + 90 * MINUTES
        assert not on_site.doubts

    async def test_are_met_by_what_was_done(self, centre: Centre, clock: Clock) -> None:
        ticket = await centre.register()
        clock.move(30 * MINUTES)
        await centre.apply(ticket.no, step=Mark.ARRIVED, state=State.IN_PROGRESS)

        clocks = await centre.clocks(ticket.no)
        assert clocks[What.ON_SITE].verdict(clock()) is Verdict.MET
        assert clocks[What.RESOLVE].due_at == clock() + timedelta(hours=3)

        clock.move(60 * MINUTES)
        answered = await centre.apply(ticket.no, state=State.ANSWERED)

        clocks = await centre.clocks(ticket.no)
        assert clocks[What.RESOLVE].verdict(clock()) is Verdict.MET
        assert answered.due_at is None

    async def test_stand_while_the_customer_is_waited_for(
        self, centre: Centre, clock: Clock
    ) -> None:
        ticket = await centre.register(profile="property", kind=Kind.COMPLAINT)
        due = ticket.due_at
        assert due is not None
        waiting = await centre.apply(ticket.no, state=State.WAITING)
        clock.move(timedelta(hours=5))

        back = await centre.apply(ticket.no, state=State.IN_PROGRESS)

        assert waiting.due_at is None
        assert back.due_at == due + timedelta(hours=5)

    async def test_run_on_while_it_is_on_hold(self, centre: Centre) -> None:
        ticket = await centre.register(profile="property", kind=Kind.COMPLAINT)

        held = await centre.apply(ticket.no, state=State.ON_HOLD, note="等配件")

        assert held.due_at == ticket.due_at

    async def test_begin_anew_when_it_is_reopened(self, centre: Centre, clock: Clock) -> None:
        ticket = await centre.register()
        await centre.apply(ticket.no, state=State.IN_PROGRESS)
        await centre.apply(ticket.no, state=State.ANSWERED)
        clock.move(timedelta(days=1))

        again = await centre.apply(ticket.no, state=State.REOPENED, note="又停了")

        assert again.due_at == clock() + 45 * MINUTES

    async def test_stay_when_the_clock_of_the_machine_is_put_back(
        self, centre: Centre, clock: Clock
    ) -> None:
        ticket = await centre.register()
        clock.move(-timedelta(hours=3))

        noted = await centre.apply(ticket.no, note="对时以后")

        assert noted.due_at == ticket.due_at

    async def test_run_on_after_a_wait_that_ended_before_it_began(
        self, centre: Centre, clock: Clock
    ) -> None:
        ticket = await centre.register(profile="property", kind=Kind.COMPLAINT)
        due = ticket.due_at
        assert due is not None
        clock.move(10 * MINUTES)
        await centre.apply(ticket.no, state=State.WAITING)
        clock.move(-5 * MINUTES)

        back = await centre.apply(ticket.no, state=State.IN_PROGRESS)

        # it waited for no time at all
        assert back.due_at == due
        await centre.check(ticket.no)

    async def test_begin_anew_when_it_is_reopened_before_it_was_answered(
        self, centre: Centre, clock: Clock
    ) -> None:
        no = (await centre.register(profile="property", kind=Kind.COMPLAINT)).no
        await centre.apply(no, state=State.IN_PROGRESS)
        clock.move(10 * MINUTES)
        await centre.apply(no, state=State.ANSWERED)
        clock.move(-5 * MINUTES)

        await centre.apply(no, state=State.REOPENED, note="没有解决")

        assert (await centre.clocks(no))[What.ANSWER].is_open
        await centre.check(no)

    async def test_take_no_step_on_what_is_over(self, centre: Centre) -> None:
        ticket = await centre.register()
        await centre.apply(ticket.no, state=State.WITHDRAWN, note="来电了")

        with pytest.raises(MoveNotAllowed, match="reopen it first"):
            await centre.apply(ticket.no, step=Mark.ARRIVED)


class TestAnyStory:
    @settings(
        max_examples=15,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    @given(data=st.data())
    async def test_leaves_history_and_clocks_of_one_mind(
        self, centre: Centre, data: st.DataObject
    ) -> None:
        kind = data.draw(st.sampled_from([Kind.FAULT, Kind.COMPLAINT, Kind.APPLICATION]))
        profile = data.draw(st.sampled_from(["power", "gas", "property"]))
        # every example has a ticket of its own in the one database
        ticket = await centre.register(str(next(NUMBERS)), profile=profile, kind=kind)
        for _ in range(data.draw(st.integers(1, 8))):
            centre.clock.move(timedelta(minutes=data.draw(st.integers(0, 3000))))
            moves = sorted(ALLOWED_MOVES[ticket.state] - {State.MERGED})
            if ticket.state in OPEN and data.draw(st.booleans()):
                key = str(next(NUMBERS))
                await centre.tickets.urge(ticket.no, actor="customer", words="", request_key=key)
            ticket = await centre.apply(
                ticket.no, state=data.draw(st.sampled_from(moves)), note="客户说的"
            )
            await centre.work.raise_alarms()

            ticket = await centre.check(ticket.no)

        told = [
            (a.what, a.due_at, a.alarm.kind, a.alarm.level) for a in await centre.alarms(ticket.no)
        ]
        assert len(told) == len(set(told))
