"""Drafts from what an importer found, with an id made of the title's sounds. Pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import count
from typing import Protocol

from pypinyin import lazy_pinyin

from knowledge.entry import Entry, EntryKind, EntryState

# of an id made from a title: long enough to be read, short enough to be typed
LONGEST_ID = 48


class Finding(Protocol):
    """Why a person should look at a proposal first."""

    @property
    def flag(self) -> str: ...  # noqa: D102
    @property
    def detail(self) -> str: ...  # noqa: D102


class Proposed(Protocol):
    """What an importer found; the part below `flags` is known only from an exported file."""

    @property
    def title(self) -> str: ...  # noqa: D102
    @property
    def questions(self) -> Sequence[str]: ...  # noqa: D102
    @property
    def answer(self) -> str: ...  # noqa: D102
    @property
    def kind(self) -> str: ...  # noqa: D102
    @property
    def topic(self) -> str: ...  # noqa: D102
    @property
    def source(self) -> str: ...  # noqa: D102
    @property
    def origin(self) -> str: ...  # noqa: D102
    @property
    def flags(self) -> Iterable[Finding]: ...  # noqa: D102
    @property
    def entry_id(self) -> str: ...  # noqa: D102
    @property
    def grade(self) -> str: ...  # noqa: D102
    @property
    def region(self) -> str: ...  # noqa: D102
    @property
    def phase(self) -> str: ...  # noqa: D102
    @property
    def valid_from(self) -> datetime | None: ...  # noqa: D102
    @property
    def valid_until(self) -> datetime | None: ...  # noqa: D102
    @property
    def review_by(self) -> date | None: ...  # noqa: D102


class Worded(Protocol):
    """What says something under a title."""

    @property
    def title(self) -> str: ...  # noqa: D102
    @property
    def answer(self) -> str: ...  # noqa: D102


class Latest:
    """The latest version of every entry of a centre, by id and by words, with drafts added to it.

    Thousands of rows may come at once: nothing is looked for by going through all.
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._by_id: dict[str, Entry] = {}
        self._ids: dict[tuple[str, str], list[str]] = {}
        # how many ids of one sound are taken, at least
        self._taken: dict[str, int] = {}
        for entry in entries:
            self.add(entry)

    def add(self, entry: Entry) -> None:
        """This is the latest version of its entry by now."""
        self._by_id[entry.entry_id] = entry
        ids = self._ids.setdefault((entry.title, entry.answer), [])
        if entry.entry_id not in ids:
            ids.append(entry.entry_id)

    def find(self, entry_id: str) -> Entry | None:
        """The entry of this id."""
        return self._by_id.get(entry_id)

    def find_same_words(self, wanted: Worded) -> Entry | None:
        """The entry that says the same under the same title, word for word."""
        words = (wanted.title, wanted.answer)
        said = (self._by_id[entry_id] for entry_id in self._ids.get(words, ()))
        # a later version may say something else
        return next((each for each in said if (each.title, each.answer) == words), None)

    def new_id(self, title: str) -> str:
        """An id from the title's sounds, with a number when it is taken: bao-xiu-hou-duo-jiu."""
        slug = _slug(title)
        for number in count(self._taken.get(slug, 0) + 1):
            wanted = slug if number == 1 else f"{slug}-{number}"
            if wanted not in self._by_id:
                return wanted
            self._taken[slug] = number
        raise AssertionError("numbers have no end")

    def take(self, proposal: Proposed, now: datetime) -> Entry:
        """The draft that a proposal becomes, or the entry that says the same, word for word.

        One with the id of an entry is a new draft of that; any other is new, with an id of its own.
        """
        known = self.find(proposal.entry_id)
        if known is None and not proposal.entry_id:
            known = self.find_same_words(proposal)
        if known is None:
            entry_id = proposal.entry_id or self.new_id(proposal.title)
            # without a day of its own it holds from now on
            return _draft(entry_id, proposal, now.replace(second=0, microsecond=0))
        if not proposal.entry_id:
            return known
        draft = replace(
            _draft(known.entry_id, proposal, known.valid_from), version=known.version + 1
        )
        same = replace(draft, state=known.state).content_hash() == known.content_hash()
        return known if same else draft


def _draft(entry_id: str, proposal: Proposed, valid_from: datetime) -> Entry:
    return Entry(
        entry_id=entry_id,
        version=1,
        kind=EntryKind(proposal.kind),
        topic=proposal.topic,
        title=proposal.title,
        questions=tuple(proposal.questions),
        answer=proposal.answer,
        source=proposal.source,
        grade=proposal.grade,
        region=proposal.region,
        phase=proposal.phase,
        valid_from=proposal.valid_from or _begins(valid_from, proposal.valid_until),
        valid_until=proposal.valid_until,
        review_by=proposal.review_by,
        state=EntryState.DRAFT,
        origin=proposal.origin,
    )


def _begins(usual: datetime, ends: datetime | None) -> datetime:
    """Where no beginning was given; what is over already began the day before it ended."""
    return usual if ends is None or usual < ends else ends - timedelta(days=1)


def why_look_first(proposal: Proposed) -> str:
    """Its flags in one line, for the history."""
    return "; ".join(
        f"{each.flag}: {each.detail}" if each.detail else each.flag for each in proposal.flags
    )


def _slug(title: str) -> str:
    sounds = re.findall(r"[a-z0-9]+", " ".join(lazy_pinyin(title)).lower())
    slug = ""
    for sound in sounds:
        if len(slug) + 1 + len(sound) > LONGEST_ID:
            break
        slug = f"{slug}-{sound}" if slug else sound
    return slug or "entry"
