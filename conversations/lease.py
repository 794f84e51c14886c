"""What only one desk of several may do: it holds a lease, and renews it while it lives. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

# a process that was killed is replaced after so long; a start of the desk takes about as long
LASTS = timedelta(seconds=15)
RENEWED_EACH = timedelta(seconds=3)
# whoever cannot renew it stops so long before another may begin: sending takes 3 s to stop
STOPS_BEFORE = timedelta(seconds=4)


@dataclass(frozen=True, slots=True)
class Lease:
    """Who does what, and until when if it is not renewed (aware, in UTC)."""

    name: str
    holder: str
    until: datetime


def may_take(held: Lease | None, holder: str, now: datetime) -> bool:
    """Whether `holder` may take or renew a lease: nobody else has it, or not any more."""
    return held is None or held.holder == holder or held.until <= now


def must_stop(own: Lease, now: datetime) -> bool:
    """Whether its holder, who could not renew it, must stop: another may begin in a moment."""
    return now >= own.until - STOPS_BEFORE
