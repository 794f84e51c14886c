"""How long somebody who guesses passwords has to wait. Pure; the tries are kept in the database."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How many tries in a row are borne, and the pauses after them: each longer than the last."""

    tries: int
    pauses: tuple[timedelta, ...]
    forgets_after: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Tries:
    """What was tried in vain so far: since the last pause, how many pauses, and until when."""

    count: int
    pauses: int
    last_at: datetime
    until: datetime | None = None


# guesses at one person's password, from wherever they come
OF_A_NAME = Patience(
    tries=5,
    pauses=(timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15)),
    forgets_after=timedelta(days=1),
)
# guesses at anybody's; a whole centre may sit behind one address, and each may slip now and then
OF_AN_ADDRESS = Patience(
    tries=50,
    pauses=(timedelta(minutes=5), timedelta(minutes=15)),
    forgets_after=timedelta(hours=1),
)


def add_try(before: Tries | None, patience: Patience, *, now: datetime) -> Tries:
    """The tries with one more; the last that is borne begins a pause."""
    if before is None or now - before.last_at >= patience.forgets_after:
        before = Tries(count=0, pauses=0, last_at=now)
    count = before.count + 1
    if count < patience.tries:
        return Tries(count=count, pauses=before.pauses, last_at=now)
    pause = patience.pauses[min(before.pauses, len(patience.pauses) - 1)]
    return Tries(count=0, pauses=before.pauses + 1, last_at=now, until=now + pause)


def left_to_wait(tries: Tries | None, *, now: datetime) -> timedelta:
    """How long nothing may be tried; nothing when it may."""
    if tries is None or tries.until is None:
        return timedelta()
    return max(tries.until - now, timedelta())
