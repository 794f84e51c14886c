"""Which versions of an entry a publication says, one after the other. Pure.

A version approved for a day to come waits in the publication for that day; until then the one
before is said, and ends where its successor begins. Not stored anywhere: it follows from which
versions a publication holds.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby, pairwise

from knowledge.entry import Entry, EntryState

# somebody has said what becomes of these
DECIDED = (EntryState.APPROVED, EntryState.WITHDRAWN)


def to_say(decided: Iterable[Entry], *, now: datetime) -> list[Entry]:
    """What a publication takes of these approved and withdrawn versions.

    They stand by entry, the oldest version first, and so does what is taken: of each entry the
    version approved last, and those before it that hold until it begins.
    """
    said: list[Entry] = []
    for _, versions in groupby(decided, key=lambda entry: entry.entry_id):
        said += _of_one(list(versions), now)
    return ending_at_successors(said)


def to_carry(versions: Sequence[Entry], *, now: datetime) -> list[Entry]:
    """What another installation needs of all these versions, as they were written.

    They stand by entry, the oldest version first, and so does what is taken: of each entry the
    latest version, and those before it that a publication would say.
    """
    decided = [entry for entry in versions if entry.state in DECIDED]
    said = {(entry.entry_id, entry.version) for entry in to_say(decided, now=now)}
    newest = {entry.entry_id: entry.version for entry in versions}
    return [
        entry
        for entry in versions
        if (entry.entry_id, entry.version) in said or entry.version == newest[entry.entry_id]
    ]


def why_not_beside(earlier: Entry, later: Entry) -> str | None:
    """Why two versions of one entry cannot both be in a file; None when they can.

    Both count only while the earlier one is said, until the later is approved or begins.
    """
    if earlier.version == later.version:
        return f"version {earlier.version} is there twice"
    if earlier.state is not EntryState.APPROVED:
        return f"version {earlier.version} is {earlier.state} and version {later.version} follows"
    if later.state is EntryState.APPROVED and later.valid_from <= earlier.valid_from:
        return f"version {later.version} begins no later than version {earlier.version}"
    if later.state is EntryState.WITHDRAWN:
        return f"version {later.version} is withdrawn, and so is all before it"
    return None


def ending_at_successors(content: Sequence[Entry]) -> list[Entry]:
    """The same, where each version ends no later than the next one of its entry begins."""
    versions: dict[str, list[Entry]] = defaultdict(list)
    for entry in content:
        versions[entry.entry_id].append(entry)
    begins = {
        (one.entry_id, one.version): following.valid_from
        for each in versions.values()
        for one, following in pairwise(sorted(each, key=lambda entry: entry.version))
    }
    return [_ending(entry, begins.get((entry.entry_id, entry.version))) for entry in content]


def places_of(content: Sequence[Entry]) -> dict[str, list[int]]:
    """Where in a content the versions of each entry stand."""
    places: dict[str, list[int]] = defaultdict(list)
    for place, entry in enumerate(content):
        places[entry.entry_id].append(place)
    return dict(places)


def _of_one(versions: Sequence[Entry], now: datetime) -> list[Entry]:
    taken: list[Entry] = []
    for entry in reversed(versions):
        # withdrawing ends a version and all before it
        if entry.state is not EntryState.APPROVED:
            break
        if taken and entry.valid_from >= taken[-1].valid_from:
            # its successor begins before it would: it is never said
            continue
        taken.append(entry)
        if entry.valid_from <= now:
            break
    return taken[::-1]


def _ending(entry: Entry, begins: datetime | None) -> Entry:
    if begins is None or (entry.valid_until is not None and entry.valid_until <= begins):
        return entry
    return replace(entry, valid_until=begins)
