"""How long a ticket may wait for its customer, or be on hold, before somebody looks at it. Pure.

A wait stops clocks that may be stopped, so nothing else would ever speak of the ticket again
(日清日审: what is not finished is followed every day, requirements 1.1 row 9).
"""

from collections.abc import Iterator
from datetime import datetime

from tickets.escalation import Alarm, AlarmKind
from tickets.limits import Limits, Unit
from tickets.reckoning import to_utc
from tickets.terms import Terms
from tickets.ticket import Kind, Ticket


def parked_until(ticket: Ticket, terms: Terms) -> datetime | None:
    """When it has waited or been on hold for as long as the centre allows; aware, in UTC.

    None when it does neither, or the centre sets no longest time. Days are counted as limits are.
    """
    longest = terms.limits.parked.get(ticket.state)
    since = _since(ticket)
    if longest is None or since is None:
        return None
    span = longest.within
    if span.as_time is not None:
        end = terms.time.add_time(since, span.as_time)
    else:
        working = span.unit is Unit.WORKING_DAYS
        end = terms.time.add_days(since, span.count, working=working)
    return None if end is None else to_utc(end.at)


def told_of_parked(kind: Kind, limits: Limits, *, at: datetime) -> Iterator[Alarm]:
    """Who is told: the rung of the owner, and the next above it, who leads the shift."""
    lowest = limits.lowest_rung(kind)
    for level, rung in list(enumerate(limits.chain.rungs))[lowest : lowest + 2]:
        yield Alarm(kind=AlarmKind.PARKED, level=level, role=rung.role, at=at)


def _since(ticket: Ticket) -> datetime | None:
    """When it came into its present state; what was only written down since moved nothing."""
    since = None
    for line in reversed(ticket.history):
        if line.state is not ticket.state:
            break
        since = line.at
    return since
