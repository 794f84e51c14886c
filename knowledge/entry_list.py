"""The list of entries a trainer looks through: what it is searched and filtered by. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache

from knowledge.care import SOON, badly_rated
from knowledge.entry import CUSTOMER_KINDS, Entry, EntryKind, EntryState
from knowledge.lexical import letters_of


class Only(StrEnum):
    """Entries that want to be looked at, and why."""

    NEVER_HIT = "never_hit"
    BADLY_RATED = "badly_rated"
    PAST_REVIEW = "past_review"
    ENDING_SOON = "ending_soon"
    NOT_VALID = "not_valid"
    NOT_PUBLISHED = "not_published"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of the entries beside their text, by their ids.

    `hits`: how often said or offered; `wrong`: how often called wrong or no help; `live`: the
    version in the live publication.
    """

    hits: Mapping[str, int] = field(default_factory=dict)
    wrong: Mapping[str, int] = field(default_factory=dict)
    live: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody looks for; what is None or empty does not matter."""

    text: str = ""
    kind: EntryKind | None = None
    state: EntryState | None = None
    only: Only | None = None


def pick(
    entries: Sequence[Entry], wanted: Wanted, known: Known, *, now: datetime, today: date
) -> list[Entry]:
    """The entries that are wanted, those whose id or title holds the text first."""
    found = [
        entry
        for entry in entries
        if wanted.kind in (None, entry.kind)
        and wanted.state in (None, entry.state)
        and (wanted.only is None or _is(entry, wanted.only, known, now=now, today=today))
    ]
    if wanted.only is Only.BADLY_RATED:
        # the worst first, wherever the words are found
        found = [entry for entry, _ in badly_rated(found, known.hits, known.wrong)]
    words = [letters_of(word) or word for word in wanted.text.lower().split()]
    if not words:
        return found
    ranked = [(rank, entry) for entry in found if (rank := _rank(entry, words)) is not None]
    return [entry for _, entry in sorted(ranked, key=lambda pair: pair[0])]


def _is(entry: Entry, only: Only, known: Known, *, now: datetime, today: date) -> bool:
    stands = entry.state is not EntryState.WITHDRAWN
    match only:
        case Only.NEVER_HIT:
            said = entry.kind in CUSTOMER_KINDS and entry.entry_id in known.live
            return stands and said and not known.hits.get(entry.entry_id)
        case Only.BADLY_RATED:
            return bool(known.wrong.get(entry.entry_id))
        case Only.PAST_REVIEW:
            return stands and entry.review_by is not None and entry.review_by <= today
        case Only.ENDING_SOON:
            ends = entry.valid_until
            return stands and ends is not None and now < ends <= now + SOON
        case Only.NOT_VALID:
            return stands and not entry.is_valid(now)
        case Only.NOT_PUBLISHED:
            return known.live.get(entry.entry_id) != entry.version


def _rank(entry: Entry, words: Sequence[str]) -> int | None:
    """Where all the words stand: in id or title, in the questions, or anywhere; None if not."""
    seen = ""
    for rank, text in enumerate(_texts(entry)):
        seen += text
        if all(word in seen for word in words):
            return rank
    return None


# levelling a text out takes longer than looking into it, and every key looks into all of them
@lru_cache(maxsize=30_000)
def _texts(entry: Entry) -> tuple[str, ...]:
    """From where a word weighs most to where it weighs least."""
    return (
        f"{letters_of(entry.entry_id)}\n{letters_of(entry.title)}\n",
        "\n".join(map(letters_of, entry.questions)) + "\n",
        letters_of(f"{entry.topic} {entry.answer} {entry.source}"),
    )
