"""Who is told of a limit, and when: nobody twice, nobody too early, however long nobody looked."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.tickets.timed import TERMS
from tickets.clocks import Clock
from tickets.escalation import AlarmKind, Ladder
from tickets.limits import What

START = datetime(2026, 11, 21, 1, 30, tzinfo=UTC)
CHAIN = TERMS["power"].limits.chain
LADDER = Ladder(CHAIN)
minutes = st.integers(0, 600).map(lambda count: timedelta(minutes=count))


@st.composite
def clocks(draw: st.DrawFn) -> Clock:
    """A clock that was warned of before it was due, and may have been met at any time."""
    within = draw(st.integers(10, 300))
    closed = draw(st.none() | minutes)
    return Clock(
        what=What.ON_SITE,
        started_at=START,
        due_at=START + timedelta(minutes=within),
        warn_at=START + timedelta(minutes=draw(st.integers(1, within))),
        closed_at=None if closed is None else START + closed,
        is_met=closed is not None,
    )


@given(clock=clocks(), looks=st.lists(minutes, min_size=1, max_size=8).map(sorted))
def test_however_often_it_is_looked_at_the_same_is_told(
    clock: Clock, looks: list[timedelta]
) -> None:
    told, next_at = set(), LADDER.first_of(clock)
    for look in looks:
        now = START + look
        if next_at is not None and next_at <= now:
            steps, next_at = LADDER.look(clock, now=now)
            told |= set(steps)

    everything, _ = LADDER.look(clock, now=START + looks[-1])
    missed = set(everything) - told
    assert not missed
    # only a warning may be told besides, by whoever looked before the limit was over
    assert {step.kind for step in told - set(everything)} <= {AlarmKind.WARNING}


@given(clock=clocks(), look=minutes)
def test_nothing_is_told_before_its_time(clock: Clock, look: timedelta) -> None:
    now = START + look
    assert clock.due_at is not None
    assert clock.warn_at is not None

    told, next_at = LADDER.look(clock, now=now)

    for step in told:
        is_warning = step.kind is AlarmKind.WARNING
        assert (clock.warn_at if is_warning else clock.due_at + step.after) <= now
    assert next_at is None or next_at > now
    is_late = (clock.closed_at or now) > clock.due_at
    kinds = [step.kind for step in told]
    # what was met too late is marked as soon as its limit is over
    assert kinds.count(AlarmKind.BREACH) == (is_late and now > clock.due_at)


@given(clock=clocks(), look=minutes)
def test_what_comes_next_is_told_then_and_not_a_moment_sooner(
    clock: Clock, look: timedelta
) -> None:
    told, next_at = LADDER.look(clock, now=START + look)

    if next_at is not None:
        then, _ = LADDER.look(clock, now=next_at)
        sooner, _ = LADDER.look(clock, now=next_at - timedelta(microseconds=1))
        assert sooner == told
        assert set(then) - set(told)


def test_the_chain_is_climbed_from_below() -> None:
    assert [step.after for step in LADDER.steps] == sorted(step.after for step in LADDER.steps)
    assert [step.level for step in LADDER.steps] == [0, 1, 2, 3]
    assert [step.role for step in LADDER.steps] == [rung.role for rung in CHAIN.rungs]
