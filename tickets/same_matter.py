"""Whether a customer asks again about something they have asked for before."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from tickets.ticket import State, Ticket, read_number

# kinds that are linked when they come again
_TEXTS = ("matter", "words", "wish")
# a matter that was settled longer ago is a new one
_FRESH = timedelta(days=30)
# of the pairs of characters in the shorter text, how many the longer one has too
_ALIKE = 0.3


def find_earlier(new: Ticket, earlier: Iterable[Ticket], *, now: datetime) -> Ticket | None:
    """The earlier ticket of the same customer and kind that a new one is about, if any.

    It is the one whose number they name, or else the newest that is still fresh, at no other
    place, and told in like words. Both texts missing counts as alike.
    """
    others = [each for each in earlier if each.no != new.no and each.state is not State.MERGED]
    told = " ".join(new.fields.get(name, "") for name in _TEXTS)
    named = read_number(told)
    for each in others:
        if named is not None and each.no == named:
            return each
    fresh = (each for each in others if now - each.registered_at <= _FRESH)
    return next((each for each in fresh if _is_alike(new, each)), None)


def _is_alike(new: Ticket, other: Ticket) -> bool:
    here, there = new.fields.get("address", ""), other.fields.get("address", "")
    if here and there and here not in there and there not in here:
        return False
    ours, theirs = _pairs(new), _pairs(other)
    if not ours or not theirs:
        return not ours and not theirs
    return len(ours & theirs) / min(len(ours), len(theirs)) >= _ALIKE


def _pairs(ticket: Ticket) -> set[str]:
    text = ticket.fields.get("matter") or ticket.fields.get("words", "")
    letters = "".join(sign for sign in text if sign.isalnum())
    return {letters[at : at + 2] for at in range(len(letters) - 1)}
