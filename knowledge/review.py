"""What may be approved, and by whom. Pure."""

from collections.abc import Iterable

from knowledge.entry import Entry, EntryMoveNotAllowed, Move, NotApprovable
from knowledge.private_phones import find_private_phones


def why_not_approvable(entry: Entry) -> list[str]:
    """What must be put right before an entry may be said to anybody."""
    reasons = []
    if not entry.title.strip() or not entry.answer.strip():
        reasons.append("it has no title or no answer")
    if not entry.source.strip():
        reasons.append("it names no source")
    if not entry.questions:
        reasons.append("it has no question that people would ask for it")
    if _ends_before_it_begins(entry):
        reasons.append("it ends before it begins")
    phones = private_phones_of(entry)
    if phones:
        reasons.append(f"it holds a private person's phone number: {', '.join(phones)}")
    return reasons


def private_phones_of(entry: Entry) -> list[str]:
    """Private people's numbers in what customers would hear."""
    return find_private_phones(f"{entry.title}\n{entry.answer}")


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


def refuse_own_review(entry: Entry, *, author: str, reviewer: str) -> None:
    """Four eyes: nobody approves what they wrote."""
    if reviewer.strip() == author:
        raise EntryMoveNotAllowed(
            f"{reviewer} wrote version {entry.version} of {entry.entry_id}: another person must "
            "approve it"
        )


def refuse_nameless(who: str) -> None:
    """Whoever changes an entry has a name."""
    if not who.strip():
        raise EntryMoveNotAllowed("whoever changes an entry must give a name")


def refuse_without_reason(move: Move, reason: str) -> None:
    """What takes something from others is explained to them."""
    if not reason.strip():
        raise EntryMoveNotAllowed(f"{move} needs a reason")


def _ends_before_it_begins(entry: Entry) -> bool:
    return entry.valid_until is not None and entry.valid_until <= entry.valid_from
