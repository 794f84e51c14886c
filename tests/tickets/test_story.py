"""One fault from the call to the file: dispatched, late, climbed, answered, reopened, filed."""

from datetime import timedelta

from desk.database import Database
from tests.conftest import Clock
from tests.tickets.timed import TERMS, Centre
from tickets.follow_up import Outcome
from tickets.sla import Verdict
from tickets.ticket import Mark, State


async def test_a_fault_that_took_too_long(database: Database, clock: Clock) -> None:
    centre = Centre(database, clock, TERMS)
    registered = await centre.register(actor="小李")
    no = registered.no
    await centre.apply(no, state=State.DISPATCHED, area="urban", handler="抢修二班")

    # nobody comes: warned after 36 minutes, late after 45, and the chain is climbed
    await centre.after(minutes=37)
    await centre.after(minutes=9)
    await centre.after(minutes=30)
    assert await centre.told(no) == [
        ("warning", "agent"),
        ("breach", "agent"),
        ("climb", "shift_lead"),
        ("climb", "team_lead"),
    ]
    (late,) = await centre.owing.list_late("power")
    assert (late.ticket.no, late.told) == (no, "team_lead")

    # they come, put it right, and the customer is told
    await centre.apply(no, actor="抢修二班", step=Mark.ARRIVED, state=State.IN_PROGRESS)
    clock.move(timedelta(minutes=50))
    await centre.apply(no, step=Mark.RESOLVED)
    await centre.apply(no, state=State.ANSWERED, note="已恢复供电")
    assert await centre.owing.list_late("power") == []

    # it did not help: the clocks run anew
    clock.move(timedelta(hours=5))
    again = await centre.follow_up.note(no, Outcome.UNSATISFIED, actor="小陈", words="又停了")
    assert (again.state, again.owner) == (State.REOPENED, "小李")
    assert again.due_at == clock() + timedelta(minutes=45)

    # this time it does
    await centre.apply(no, actor="抢修二班", step=Mark.ARRIVED, state=State.IN_PROGRESS)
    await centre.apply(no, state=State.ANSWERED)
    filed = await centre.follow_up.note(no, Outcome.SATISFIED, actor="小陈")
    assert (filed.state, filed.outcome, filed.owner) == (State.FILED, "satisfied", "小李")
    await centre.after(days=9)
    assert len(await centre.told(no)) == 4

    verdicts = {clock_.verdict(clock()) for clock_ in (await centre.clocks(no)).values()}
    assert Verdict.RUNNING not in verdicts
    assert [line.state for line in (await centre.check(no)).history] == [
        State.REGISTERED,
        State.DISPATCHED,
        State.IN_PROGRESS,
        State.IN_PROGRESS,
        State.ANSWERED,
        State.REOPENED,
        State.IN_PROGRESS,
        State.ANSWERED,
        State.FILED,
    ]
