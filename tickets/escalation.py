"""Who is told when a limit is nearly over, or over: each of them once for each due time."""

from bisect import bisect_right
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple, Protocol

from tickets.limits import Chain

# late is after the due time, not at it
_JUST_AFTER = timedelta(microseconds=1)
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class AlarmKind(StrEnum):
    """What is told."""

    WARNING = "warning"  # the limit is nearly over
    BREACH = "breach"  # it is over
    CLIMB = "climb"  # it has been over for so long that the next rung is told
    URGED = "urged"  # the customer pushes
    JUDGED = "judged"  # to be of a class that somebody must hear of at once
    WROTE = "wrote"  # the customer, for whom it waits
    PARKED = "parked"  # for longer than a ticket may wait for its customer, or be on hold
    EVENT = "event"  # that it is in should be over, and nobody has ended it


class Alarm(NamedTuple):
    """One thing told to one role."""

    kind: AlarmKind
    # the rung of the chain, the lowest is 0
    level: int
    role: str
    at: datetime


class Step(NamedTuple):
    """One thing told of every clock: so long `after` its due time, but a warning when it says."""

    kind: AlarmKind
    level: int
    role: str
    after: timedelta


class Timed(Protocol):
    """What the chain needs to know of a clock."""

    @property
    def due_at(self) -> datetime | None:
        """When it is over; nothing is told of one that stands still."""

    @property
    def warn_at(self) -> datetime | None:
        """When somebody is to be warned of it, at the latest when it is over."""

    @property
    def closed_at(self) -> datetime | None:
        """When it was met, or the ticket was over."""

    @property
    def is_unset(self) -> bool:
        """Whether the centre has set no figure."""


class Ladder:
    """A centre's chain with the delays of its rungs worked out, to look at many clocks.

    It begins at the rung `lowest`; those below hear of nothing. What was met late is marked as a
    breach and climbs no further; what was met in time, or was over before it was due, is told to
    nobody. After the limit nobody needs to be warned of it.
    """

    def __init__(self, chain: Chain, *, lowest: int = 0) -> None:
        (level, role, _), *above = (
            (at, role, after) for at, (role, after) in enumerate(chain.delays) if at >= lowest
        )
        self._warning = (Step(AlarmKind.WARNING, level, role, timedelta(0)),)
        self.steps = (
            Step(AlarmKind.BREACH, level, role, _JUST_AFTER),
            *(Step(AlarmKind.CLIMB, at, told, after + _JUST_AFTER) for at, told, after in above),
        )
        self._delays = [step.after for step in self.steps]
        # the same few tuples for all clocks, so that what is told of many can be said once
        self._first = [self.steps[:count] for count in range(len(self.steps) + 1)]

    def look(self, clock: Timed, *, now: datetime) -> tuple[tuple[Step, ...], datetime | None]:
        """What is to be told by `now`, told before or not, and when the next thing is."""
        due, closed = clock.due_at, clock.closed_at
        if due is None or clock.is_unset:
            return (), None
        ahead = len(self._delays)
        if closed is not None:
            ahead = 1 if closed > due else 0
        passed = min(bisect_right(self._delays, now - due), ahead)
        next_at = due + self._delays[passed] if passed < ahead else None
        if passed or closed is not None or clock.warn_at is None:
            return self._first[passed], next_at
        if clock.warn_at <= now:
            return self._warning, next_at
        return (), min(clock.warn_at, due + self._delays[0])

    def first_of(self, clock: Timed) -> datetime | None:
        """When the first thing is to be told."""
        return self.look(clock, now=_LONG_AGO)[1]
