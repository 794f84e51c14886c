"""What is owed on a ticket by when, and how it stands now.

Everything follows from the centre's limits, what the ticket is, and what happened to it; `now` is
an argument, and whatever lies after it has not happened yet.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from tickets.limits import Limit, Limits, Span, Unit, What
from tickets.reckoning import CentreTime, Pause, Reckoned, to_utc
from tickets.ticket import Kind, Mark

MET_BY: dict[What, frozenset[Mark]] = {
    What.FORM: frozenset({Mark.FORM_SENT}),
    What.FIRST_RESPONSE: frozenset({Mark.CONTACTED, Mark.ARRIVED, Mark.ANSWERED, Mark.RESOLVED}),
    # what was put right from afar needs nobody on the spot any more
    What.ON_SITE: frozenset({Mark.ARRIVED, Mark.RESOLVED}),
    What.ANSWER: frozenset({Mark.ANSWERED}),
    What.RESOLVE: frozenset({Mark.RESOLVED}),
    What.FOLLOW_UP: frozenset({Mark.FOLLOWED_UP}),
}
_ENDS = frozenset({Mark.FILED, Mark.WITHDRAWN})
# a ticket that is over or taken up again waits for nobody
_RESUMES = _ENDS | {Mark.RESUMED, Mark.REOPENED}


class Verdict(StrEnum):
    """How a limit stands."""

    NOT_STARTED = "not_started"
    UNSET = "unset"  # the centre has not decided the figure
    RUNNING = "running"
    WARN = "warn"
    BREACHED = "breached"  # also when it was met too late
    MET = "met"
    STOPPED = "stopped"  # waiting for the customer, or over before it was due


class Doubt(StrEnum):
    """Why a due time may still change."""

    CALENDAR = "calendar"  # the State Council has not published a year yet
    AREA = "area"
    CLASS = "class"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Something that happened to a ticket."""

    at: datetime
    mark: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What a clock needs to know of a ticket; a class or area that is not known yet is None."""

    kind: Kind
    class_id: str | None = None
    area: str | None = None
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One limit on one ticket; moments are in the centre's zone.

    `at` is None when it has not started, has no figure, or the clock stands still.
    """

    limit: Limit
    verdict: Verdict
    started_at: datetime | None = None
    at: datetime | None = None
    day: date | None = None
    warn_at: datetime | None = None
    met_at: datetime | None = None
    # the ticket was filed or withdrawn
    over_at: datetime | None = None
    doubts: frozenset[Doubt] = frozenset()

    @property
    def provisional(self) -> bool:
        """Whether the due time may still change without anything happening to the ticket."""
        return bool(self.doubts)


def due_times(limits: Limits, centre: CentreTime, case: Case, *, now: datetime) -> tuple[Due, ...]:
    """Every limit that concerns the ticket, one for each thing owed, as it stands at `now`.

    A ticket whose class is not judged counts as the centre says (`unjudged`); while its area is
    not known, the general limit counts, or else the one that is due first. After a reopening the
    limits that run again are counted from there.
    """
    now = to_utc(now)
    steps = sorted(case.steps, key=lambda step: to_utc(step.at))
    clock = _Clock(limits, centre, [step for step in steps if to_utc(step.at) <= now], now)
    of_kind = [each for each in limits.limits if each.kind is case.kind]
    dues = []
    for what in What:
        fits, doubts = _find_limits(limits, of_kind, case, what)
        if fits:
            due = min((clock.judge(limit) for limit in fits), key=_urgency)
            dues.append(replace(due, doubts=due.doubts | doubts))
    return tuple(dues)


def _find_limits(
    limits: Limits, of_kind: Sequence[Limit], case: Case, what: What
) -> tuple[list[Limit], frozenset[Doubt]]:
    fits = [each for each in of_kind if each.what is what]
    doubts = set()
    # a class or an area that the centre has removed is not known any more
    class_id = case.class_id
    if limits.class_of(case.kind, class_id) is None:
        class_id = limits.unjudged.get(case.kind)
        doubts = {Doubt.CLASS} if any(each.class_id is not None for each in fits) else set()
    own = [each for each in fits if class_id is not None and each.class_id == class_id]
    fits = own or [each for each in fits if each.class_id is None]
    if case.area in limits.areas:
        own = [each for each in fits if each.area == case.area]
        return own or [each for each in fits if each.area is None], frozenset(doubts)
    general = [each for each in fits if each.area is None]
    if len(general) < len(fits):
        doubts.add(Doubt.AREA)
    return general or fits, frozenset(doubts)


def _urgency(due: Due) -> tuple[bool, datetime, bool]:
    at = datetime.max.replace(tzinfo=UTC) if due.at is None else to_utc(due.at)
    return due.at is None, at, due.verdict is Verdict.UNSET


class _Clock:
    """The limits of one ticket at one moment."""

    def __init__(
        self, limits: Limits, centre: CentreTime, steps: Sequence[Step], now: datetime
    ) -> None:
        self._limits, self._centre, self._steps, self._now = limits, centre, steps, now
        self._pauses = _find_pauses(steps)
        self._hours = limits.opening_hours

    def judge(self, limit: Limit) -> Due:
        start, after = self._find_start(limit)
        if start is None:
            return Due(limit=limit, verdict=Verdict.NOT_STARTED)
        here = start.astimezone(self._centre.zone)
        met = next((step.at for step in after if step.mark in MET_BY[limit.what]), None)
        over = next((step.at for step in after if step.mark in _ENDS), None)
        due = Due(
            limit=limit,
            verdict=Verdict.UNSET,
            started_at=here,
            met_at=None if met is None else met.astimezone(self._centre.zone),
            over_at=None if over is None else over.astimezone(self._centre.zone),
        )
        if limit.within is None:
            return due
        end = self._reckon(limit, start, limit.within)
        warn = None if end is None else self._find_warning(limit, start, end, limit.within)
        verdict = self._find_verdict(end, warn, met, over)
        if end is None:
            return replace(due, verdict=verdict)
        doubts = frozenset({Doubt.CALENDAR} if end.provisional else ())
        return replace(due, verdict=verdict, at=end.at, day=end.day, warn_at=warn, doubts=doubts)

    def _find_start(self, limit: Limit) -> tuple[datetime | None, Sequence[Step]]:
        """When the clock started in the present round, and what has happened since."""
        steps = self._steps
        if limit.once is not None and all(step.mark is not limit.once for step in steps):
            return None, ()
        reopened = [at for at, step in enumerate(steps) if step.mark is Mark.REOPENED]
        if reopened and limit.again:
            steps = steps[reopened[-1] :]
            if limit.starts is Mark.REGISTERED:
                return steps[0].at, steps[1:]
        for at, step in enumerate(steps):
            if step.mark is limit.starts:
                return step.at, steps[at + 1 :]
        return None, ()

    def _reckon(self, limit: Limit, start: datetime, span: Span) -> Reckoned | None:
        hours = self._hours[limit.hours] if limit.hours is not None else None
        pauses = self._pauses if limit.stops else ()
        if span.as_time is not None:
            return self._centre.add_time(start, span.as_time, hours=hours, pauses=pauses)
        working = span.unit is Unit.WORKING_DAYS
        return self._centre.add_days(
            start, span.count, working=working, until=limit.until, hours=hours, pauses=pauses
        )

    def _find_warning(
        self, limit: Limit, start: datetime, end: Reckoned, within: Span
    ) -> datetime | None:
        warn = limit.warn or self._limits.warn
        if warn.before is not None:
            earlier = self._reckon(limit, start, _shorten(within, warn.before))
        else:
            # the share of a limit in days is one of the time that passes, nights and all
            counts = limit.hours is not None and within.as_time is not None
            hours = self._hours[limit.hours] if counts and limit.hours is not None else None
            pauses = self._pauses if limit.stops else ()
            whole = self._centre.counted_between(start, end.at, hours=hours, pauses=pauses)
            earlier = self._centre.add_time(start, whole * warn.share, hours=hours, pauses=pauses)
        return None if earlier is None else earlier.at

    def _find_verdict(
        self,
        end: Reckoned | None,
        warn: datetime | None,
        met: datetime | None,
        over: datetime | None,
    ) -> Verdict:
        due = None if end is None else to_utc(end.at)
        reached = met or over or self._now
        if due is not None and to_utc(reached) > due:
            return Verdict.BREACHED
        if met is not None and (over is None or to_utc(met) <= to_utc(over)):
            return Verdict.MET
        if over is not None or due is None:
            return Verdict.STOPPED
        is_warned = warn is not None and self._now >= to_utc(warn)
        return Verdict.WARN if is_warned else Verdict.RUNNING


def _shorten(span: Span, by: Span) -> Span:
    length, less = span.as_time, by.as_time
    if length is None or less is None:
        return Span(span.count - by.count, span.unit)
    return Span((length - less) // timedelta(minutes=1), Unit.MINUTES)


def _find_pauses(steps: Sequence[Step]) -> list[Pause]:
    """The times of waiting for the customer; a second wait within one is the same wait."""
    pauses: list[Pause] = []
    since: datetime | None = None
    for step in steps:
        if step.mark is Mark.WAITING and since is None:
            since = step.at
        elif step.mark in _RESUMES and since is not None:
            pauses.append((since, step.at))
            since = None
    return pauses if since is None else [*pauses, (since, None)]
