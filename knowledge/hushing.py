"""What was withdrawn in the desk ends in every publication that says it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from knowledge.entry import Entry
from knowledge.entry_store import Silence


def hushed(content: Sequence[Entry], silent: Mapping[str, Silence]) -> list[Entry]:
    """The entries, where what was withdrawn ends as if it had expired then."""
    return [
        replace(entry, valid_until=_earlier(entry.valid_until, silent[entry.entry_id].since))
        if entry.entry_id in silent and entry.version <= silent[entry.entry_id].version
        else entry
        for entry in content
    ]


def _earlier(one: datetime | None, other: datetime) -> datetime:
    return other if one is None else min(one, other)
