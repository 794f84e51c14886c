"""What is different between two versions of an entry, and between two contents. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

from knowledge.entry import Entry

# what a reader or the search would notice; in the order in which people read an entry
_LAST = ("version", "state", "origin")
COMPARED = tuple(field.name for field in fields(Entry) if field.name not in ("entry_id", *_LAST))


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One field, in the words of before and of after; lists a line each, empty when not there."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """An entry in both contents that is no longer the same."""

    before: Entry
    after: Entry
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What was added, changed and taken out, each in the order of its content."""

    added: tuple[Entry, ...]
    changed: tuple[Changed, ...]
    removed: tuple[Entry, ...]

    @property
    def is_empty(self) -> bool:
        """Whether both contents say the same."""
        return not (self.added or self.changed or self.removed)


def differences(before: Entry, after: Entry) -> tuple[Difference, ...]:
    """The fields in which two versions differ."""
    return tuple(
        Difference(field=name, before=_told(one), after=_told(other))
        for name in COMPARED
        if (one := getattr(before, name)) != (other := getattr(after, name))
    )


def compare(before: Sequence[Entry], after: Sequence[Entry]) -> Changes:
    """From one content to another; a version that only counts higher is no change."""
    old = {entry.entry_id: entry for entry in before}
    # of an entry whose next version waits for its day there are two
    same = {(entry.entry_id, entry.version): entry for entry in before}
    new = {entry.entry_id for entry in after}
    both = [
        (same.get((entry.entry_id, entry.version), old[entry.entry_id]), entry)
        for entry in after
        if entry.entry_id in old
    ]
    found = [(one, other, differences(one, other)) for one, other in both if one != other]
    return Changes(
        added=tuple(entry for entry in after if entry.entry_id not in old),
        changed=tuple(
            Changed(before=one, after=other, differences=differing)
            for one, other, differing in found
            if differing
        ),
        removed=tuple(entry for entry in before if entry.entry_id not in new),
    )


def _told(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, tuple):
        return "\n".join(value)
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
