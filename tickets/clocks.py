"""The clocks of a ticket as they are kept beside it, worked out whenever it changes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tickets.life import case_of
from tickets.limits import What
from tickets.reckoning import to_utc
from tickets.sla import Doubt, Due, Verdict, due_times
from tickets.terms import Terms
from tickets.ticket import PostponeNotAllowed, Ticket

# requirements 1.1, row 11: not more than a week, and the same matter not twice
LONGEST_DELAY = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """One thing owed on a ticket; moments are aware, in UTC.

    Without `due_at` it stands still (waiting for the customer), or the centre has set no figure.
    """

    what: What
    started_at: datetime
    due_at: datetime | None = None
    warn_at: datetime | None = None
    # when it was met, or the ticket was over
    closed_at: datetime | None = None
    is_met: bool = False
    is_unset: bool = False
    doubts: frozenset[Doubt] = frozenset()

    @property
    def is_open(self) -> bool:
        """Whether it is still owed."""
        return self.closed_at is None

    def verdict(self, now: datetime) -> Verdict:
        """How it stands; late is after the due time, not at it."""
        if self.is_unset:
            return Verdict.UNSET
        if self.due_at is not None and (self.closed_at or now) > self.due_at:
            return Verdict.BREACHED
        if self.closed_at is not None:
            return Verdict.MET if self.is_met else Verdict.STOPPED
        if self.due_at is None:
            return Verdict.STOPPED
        is_warned = self.warn_at is not None and now >= self.warn_at
        return Verdict.WARN if is_warned else Verdict.RUNNING


@dataclass(frozen=True, slots=True, kw_only=True)
class Postponement:
    """A limit put off, with the customer's consent.

    With `with_others` so was every other that ran then and was due by `until`.
    """

    no: str
    what: What
    was_due_at: datetime
    until: datetime
    reason: str
    # how and when the customer agreed
    consent: str
    at: datetime
    actor: str
    with_others: bool = False


def clocks_of(
    ticket: Ticket, terms: Terms, *, now: datetime, postponed: Postponement | None = None
) -> tuple[Clock, ...]:
    """Every clock of the ticket that has started, by its history.

    What has happened stays so when the clock of the machine was put back meanwhile.
    """
    now = max([now, *(line.at for line in ticket.history)])
    dues = due_times(terms.limits, terms.time, case_of(ticket), now=now)
    clocks = (_kept(due) for due in dues if due.started_at is not None)
    return tuple(clock if postponed is None else _put_off(clock, postponed) for clock in clocks)


def first_due(clocks: Iterable[Clock]) -> datetime | None:
    """When the first of the open limits is over."""
    return min((each.due_at for each in clocks if each.is_open and each.due_at), default=None)


def choose_clock(clocks: Sequence[Clock], what: What | None, *, now: datetime) -> Clock:
    """The clock to be postponed: the one asked for, or the one due first."""
    fits = [
        each
        for each in clocks
        if each.is_open and each.due_at is not None and what in (None, each.what)
    ]
    if not fits:
        raise PostponeNotAllowed("no such limit is running, so there is nothing to postpone")
    return min(fits, key=lambda each: each.due_at or now)


def check_postponement(clock: Clock, until: datetime, *, now: datetime) -> None:
    """Raises `PostponeNotAllowed` when it is too late, goes back, or goes on for too long."""
    due = clock.due_at
    if due is None or now > due:
        raise PostponeNotAllowed(f"{clock.what} was due already; what is late cannot be postponed")
    # compared as it is: the last days there are cannot be told in another zone
    if not due < until <= due + LONGEST_DELAY:
        raise PostponeNotAllowed(
            f"{clock.what} is due {due.isoformat()} and can be put off by at most a week"
        )


def _kept(due: Due) -> Clock:
    assert due.started_at is not None
    met, over = due.met_at, due.over_at
    is_met = met is not None and (over is None or to_utc(met) <= to_utc(over))
    closed = met if is_met else over
    return Clock(
        what=due.limit.what,
        started_at=to_utc(due.started_at),
        due_at=None if due.at is None else to_utc(due.at),
        warn_at=None if due.warn_at is None else to_utc(due.warn_at),
        closed_at=None if closed is None else to_utc(closed),
        is_met=is_met,
        is_unset=due.verdict is Verdict.UNSET,
        doubts=due.doubts,
    )


def _put_off(clock: Clock, postponed: Postponement) -> Clock:
    """What was agreed holds for this clock, but not for one that began anew since."""
    due = clock.due_at
    if due is None or due >= postponed.until or clock.started_at > postponed.at:
        return clock
    if clock.what is not postponed.what and not _goes_along(clock, postponed):
        return clock
    warn = None if clock.warn_at is None else clock.warn_at + (postponed.until - due)
    return replace(clock, due_at=postponed.until, warn_at=warn)


def _goes_along(clock: Clock, postponed: Postponement) -> bool:
    """Whether a clock is put off with the one that was due first: it ran, and was not late."""
    at, due, closed = postponed.at, clock.due_at, clock.closed_at
    ran = closed is None or closed > at
    return postponed.with_others and ran and due is not None and due >= at
