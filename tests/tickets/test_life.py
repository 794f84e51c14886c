"""What a change does to a ticket and its clocks, on a real database."""

import asyncio
import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desk.database import Database
from tests.conftest import Clock
from tests.tickets.timed import TERMS, Centre
from tickets.life import Change
from tickets.limits import What
from tickets.sla import Verdict
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


class TestDispatch:
    async def test_goes_to_the_department_of_the_limit(self, centre: Centre) -> None:
        ticket = await centre.register()

        assert (await centre.apply(ticket.no, state=State.DISPATCHED)).department == "repair"

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

    async def test_a_ticket_stays_when_its_department_is_gone(self, centre: Centre) -> None:
        ticket = await centre.register()
        await centre.apply(ticket.no, state=State.DISPATCHED)
        power = TERMS["power"]
        fewer = {k: v for k, v in power.limits.departments.items() if k != "repair"}
        limits = power.limits.model_copy(update={"departments": fewer})
        changed = type(power)(limits=limits, time=power.time, digest="other")
        later = Centre(centre.database, centre.clock, {"power": changed})

        answered = await later.apply(ticket.no, state=State.ANSWERED)

        assert answered.department == "repair"


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

    async def test_take_no_step_on_what_is_over(self, centre: Centre) -> None:
        ticket = await centre.register()
        await centre.apply(ticket.no, state=State.WITHDRAWN, note="来电了")

        with pytest.raises(MoveNotAllowed, match="reopen it first"):
            await centre.apply(ticket.no, step=Mark.ARRIVED)


class TestAnyStory:
    @settings(
        max_examples=15,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
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
