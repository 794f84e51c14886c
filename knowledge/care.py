"""Which entries want to be looked at: due for a review, soon over, never said, often said. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from knowledge.entry import CUSTOMER_KINDS, Entry, EntryState

# an entry that ends within this time wants a successor
SOON = timedelta(days=30)
# over how long hits are looked at
HIT_PERIOD = timedelta(days=90)
# an entry is badly rated when it is called wrong this often, of the times it is said or offered:
# one thumb down among a thousand readers says more of the reader
BAD_SHARE = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """An entry that somebody must look at, and since or until when."""

    entry: Entry
    on: date


def past_review(entries: Sequence[Entry], *, today: date) -> list[Due]:
    """The entries whose day of review has come, longest overdue first."""
    due = [
        Due(entry=entry, on=entry.review_by)
        for entry in entries
        if entry.review_by is not None
        and entry.review_by <= today
        and entry.state is not EntryState.WITHDRAWN
    ]
    return sorted(due, key=lambda each: each.on)


def ending_soon(entries: Sequence[Entry], *, now: datetime) -> list[tuple[Entry, datetime]]:
    """The approved entries that end within a month, the next to end first."""
    ending = [
        (entry, entry.valid_until)
        for entry in entries
        if entry.state is EntryState.APPROVED
        and entry.valid_until is not None
        and now < entry.valid_until <= now + SOON
    ]
    return sorted(ending, key=lambda pair: pair[1])


def never_said(entries: Sequence[Entry], hits: Mapping[str, int], *, now: datetime) -> list[Entry]:
    """What customers could have been told and never were."""
    return [entry for entry in _sayable(entries, now) if not hits.get(entry.entry_id)]


def often_said(
    entries: Sequence[Entry], hits: Mapping[str, int], *, now: datetime, count: int = 10
) -> list[tuple[Entry, int]]:
    """What customers are told most, with how often."""
    said = [
        (entry, hits[entry.entry_id])
        for entry in _sayable(entries, now)
        if hits.get(entry.entry_id)
    ]
    return sorted(said, key=lambda pair: -pair[1])[:count]


def bad_share(hits: int, wrong: int) -> float:
    """How often an entry is called wrong or no help, of the times it is said or offered."""
    # an agent may call wrong what no customer has seen
    return wrong / max(hits, wrong) if wrong else 0.0


def badly_rated(
    entries: Sequence[Entry], hits: Mapping[str, int], wrong: Mapping[str, int]
) -> list[tuple[Entry, int]]:
    """What is called wrong too often, with how often; the worst first."""

    def rating(entry: Entry) -> tuple[float, int]:
        count = wrong.get(entry.entry_id, 0)
        return bad_share(hits.get(entry.entry_id, 0), count), count

    rated = [(entry, *rating(entry)) for entry in entries]
    bad = [each for each in rated if each[1] >= BAD_SHARE]
    return [
        (entry, count) for entry, _, count in sorted(bad, key=lambda each: (-each[1], -each[2]))
    ]


def _sayable(entries: Sequence[Entry], now: datetime) -> list[Entry]:
    return [
        entry
        for entry in entries
        if entry.kind in CUSTOMER_KINDS
        and entry.state is EntryState.APPROVED
        and entry.is_valid(now)
    ]
