"""Who is told of a limit, and when: nobody twice, nobody too early, however long nobody looked."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.tickets.timed import TERMS
from tickets.clocks import Clock
from tickets.escalation import AlarmKind, due_now, first_of, schedule
from tickets.limits import What

START = datetime(2026, 11, 21, 1, 30, tzinfo=UTC)
CHAIN = TERMS["power"].limits.chain
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
    told, next_at = set(), first_of(clock, CHAIN)
    for look in looks:
        now = START + look
        if next_at is not None and next_at <= now:
            alarms, next_at = due_now(clock, CHAIN, now=now)
            told |= set(alarms)

    everything, _ = due_now(clock, CHAIN, now=START + looks[-1])
    missed = set(everything) - told
    assert not missed
    # only a warning may be told besides, by whoever looked before the limit was over
    assert {alarm.kind for alarm in told - set(everything)} <= {AlarmKind.WARNING}


@given(clock=clocks(), look=minutes)
def test_nothing_is_told_before_its_time(clock: Clock, look: timedelta) -> None:
    now = START + look

    told, next_at = due_now(clock, CHAIN, now=now)

    assert all(alarm.at <= now for alarm in told)
    assert next_at is None or next_at > now
    is_late = clock.due_at is not None and (clock.closed_at or now) > clock.due_at
    kinds = [alarm.kind for alarm in told]
    # what was met too late is marked as soon as its limit is over
    assert kinds.count(AlarmKind.BREACH) == (is_late and now > clock.due_at)


@given(clock=clocks())
def test_the_chain_is_climbed_from_below(clock: Clock) -> None:
    alarms = schedule(clock, CHAIN)

    assert [alarm.at for alarm in alarms] == sorted(alarm.at for alarm in alarms)
    assert [alarm.level for alarm in alarms] == sorted(alarm.level for alarm in alarms)
    assert len({(alarm.kind, alarm.level) for alarm in alarms}) == len(alarms)
