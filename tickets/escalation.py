"""Who is told when a limit is nearly over, or over: each of them once for each due time."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from tickets.clocks import Clock
from tickets.limits import Chain

# late is after the due time, not at it
_JUST_AFTER = timedelta(microseconds=1)


class AlarmKind(StrEnum):
    """What is told."""

    WARNING = "warning"  # the limit is nearly over
    BREACH = "breach"  # it is over
    CLIMB = "climb"  # it has been over for so long that the next rung is told
    URGED = "urged"  # the customer pushes
    JUDGED = "judged"  # to be of a class that somebody must hear of at once


# made by the hundred thousand after a long pause, and quicker to make than a dataclass
class Alarm(NamedTuple):
    """One thing told to one role."""

    kind: AlarmKind
    # the rung of the chain, the lowest is 0
    level: int
    role: str
    at: datetime


def schedule(clock: Clock, chain: Chain) -> tuple[Alarm, ...]:
    """All that will be told of a clock in its time, first to last.

    What was met late is marked as a breach and climbs no further; what was met in time, or was
    over before it was due, is told to nobody.
    """
    due, lowest = clock.due_at, chain.rungs[0].role
    if due is None or clock.is_unset:
        return ()
    breach = Alarm(kind=AlarmKind.BREACH, level=0, role=lowest, at=due + _JUST_AFTER)
    if clock.closed_at is not None:
        return (breach,) if clock.closed_at > due else ()
    alarms = [breach]
    if clock.warn_at is not None:
        alarms.insert(0, Alarm(kind=AlarmKind.WARNING, level=0, role=lowest, at=clock.warn_at))
    for level, (role, after) in enumerate(chain.delays[1:], start=1):
        at = due + after + _JUST_AFTER
        alarms.append(Alarm(kind=AlarmKind.CLIMB, level=level, role=role, at=at))
    return tuple(alarms)


def due_now(
    clock: Clock, chain: Chain, *, now: datetime
) -> tuple[tuple[Alarm, ...], datetime | None]:
    """What is to be told by now, whether it was told before or not, and when the next thing is.

    After the limit nobody needs to be warned of it any more.
    """
    alarms = schedule(clock, chain)
    told = tuple(alarm for alarm in alarms if alarm.at <= now)
    if any(alarm.kind is AlarmKind.BREACH for alarm in told):
        told = tuple(alarm for alarm in told if alarm.kind is not AlarmKind.WARNING)
    return told, min((alarm.at for alarm in alarms if alarm.at > now), default=None)


def first_of(clock: Clock, chain: Chain) -> datetime | None:
    """When the first thing is to be told."""
    return min((alarm.at for alarm in schedule(clock, chain)), default=None)
