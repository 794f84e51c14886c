"""What may be approved, and by whom. Pure."""

from collections.abc import Collection, Iterable, Sequence
from enum import StrEnum

from knowledge.entry import (
    WRITING_MOVES,
    Entry,
    EntryMoveNotAllowed,
    EntryState,
    HistoryLine,
    Move,
    NotApprovable,
)
from knowledge.private_phones import find_private_phones
from knowledge.remains import find_remains


class Lack(StrEnum):
    """What must be put right before an entry may be said to anybody."""

    NO_TEXT = "no_text"
    NO_SOURCE = "no_source"
    NO_QUESTION = "no_question"
    ENDS_FIRST = "ends_first"
    PRIVATE_PHONE = "private_phone"
    MASKED_REMAINS = "masked_remains"


_SAID = {
    Lack.NO_TEXT: "it has no title or no answer",
    Lack.NO_SOURCE: "it names no source",
    Lack.NO_QUESTION: "it has no question that people would ask for it",
    Lack.ENDS_FIRST: "it ends before it begins",
    Lack.PRIVATE_PHONE: "it holds a private person's phone number: {phones}",
    Lack.MASKED_REMAINS: "it holds what is left of somebody's data: {remains}",
}


def lacks_of(entry: Entry) -> list[Lack]:
    """All that keeps an entry from being approved."""
    found = {
        Lack.NO_TEXT: not entry.title.strip() or not entry.answer.strip(),
        Lack.NO_SOURCE: not entry.source.strip(),
        Lack.NO_QUESTION: not entry.questions,
        Lack.ENDS_FIRST: _ends_before_it_begins(entry),
        Lack.PRIVATE_PHONE: bool(private_phones_of(entry)),
        Lack.MASKED_REMAINS: bool(_remains_of(entry)),
    }
    return [lack for lack, is_so in found.items() if is_so]


def why_not_approvable(entry: Entry) -> list[str]:
    """The same in words."""
    phones, remains = ", ".join(private_phones_of(entry)), ", ".join(_remains_of(entry))
    return [_SAID[lack].format(phones=phones, remains=remains) for lack in lacks_of(entry)]


def private_phones_of(entry: Entry) -> list[str]:
    """Private people's numbers in what customers would hear, and in what is learned from them."""
    said = (entry.title, *entry.questions, entry.answer, entry.source, entry.region)
    return find_private_phones("\n".join(said))


def refuse_private_phones(entries: Iterable[Entry]) -> None:
    """Raise `NotApprovable` naming every entry that would give a private person's number away."""
    told = [
        f"{entry.entry_id} ({', '.join(found)})"
        for entry in entries
        if (found := private_phones_of(entry))
    ]
    if told:
        raise NotApprovable(
            f"private people's phone numbers must not be said to customers: {'; '.join(told)}"
        )


def refuse_unfit(entry: Entry) -> None:
    """Raise `NotApprovable` naming the entry and all that is wrong with it."""
    reasons = why_not_approvable(entry)
    if reasons:
        raise NotApprovable(f"{entry.entry_id} cannot be approved: {'; '.join(reasons)}")


def refuse_backwards(entry: Entry) -> None:
    """Raise `NotApprovable` for an entry that ends before it begins."""
    if _ends_before_it_begins(entry):
        raise NotApprovable(f"{entry.entry_id} ends before it begins")


def writers_of(entry: Entry, history: Sequence[HistoryLine]) -> frozenset[str]:
    """Everybody who wrote on this version since the last one that was approved before it.

    A version holds what the drafts before it held: who adds a line to a colleague's draft makes
    the whole text neither their own nor reviewed.
    """
    done = [line for line in history if line.version <= entry.version]
    approved = max((line.version for line in done if line.state is EntryState.APPROVED), default=0)
    return frozenset(
        line.author
        for line in done
        if line.move in WRITING_MOVES and (line.version > approved or line.version == entry.version)
    )


def refuse_own_review(entry: Entry, *, writers: Collection[str], reviewer: str) -> None:
    """Four eyes: nobody approves a text of which they wrote a part."""
    if reviewer.strip() in writers:
        raise EntryMoveNotAllowed(
            f"{reviewer} wrote on version {entry.version} of {entry.entry_id} since it was "
            "approved last: another person must approve it"
        )


def refuse_nameless(who: str) -> None:
    """Whoever changes an entry has a name."""
    if not who.strip():
        raise EntryMoveNotAllowed("whoever changes an entry must give a name")


def refuse_without_reason(move: Move, reason: str) -> None:
    """What takes something from others is explained to them."""
    if not reason.strip():
        raise EntryMoveNotAllowed(f"{move} needs a reason")


def _remains_of(entry: Entry) -> list[str]:
    return find_remains("\n".join((entry.title, *entry.questions, entry.answer)))


def _ends_before_it_begins(entry: Entry) -> bool:
    return entry.valid_until is not None and entry.valid_until <= entry.valid_from
