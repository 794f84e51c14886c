"""Drafts from what an importer found, with an id made of the title's sounds. Pure."""

import re
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Protocol

from pypinyin import lazy_pinyin

from knowledge.entry import Entry, EntryKind, EntryState

# of an id made from a title: long enough to be read, short enough to be typed
LONGEST_ID = 48
# the grade of what has no law or official source to show for it yet
UNPROVEN = "B"


class Proposed(Protocol):
    """What an importer found and a trainer has not looked at yet."""

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
    def flags(self) -> Iterable[str]: ...  # noqa: D102


def draft_of(entry_id: str, proposal: Proposed, now: datetime) -> Entry:
    """The draft that a proposal becomes; it holds from now on."""
    return Entry(
        entry_id=entry_id,
        version=1,
        kind=EntryKind(proposal.kind),
        topic=proposal.topic,
        title=proposal.title,
        questions=tuple(proposal.questions),
        answer=proposal.answer,
        source=proposal.source,
        grade=UNPROVEN,
        region="",
        phase="",
        valid_from=now.replace(second=0, microsecond=0),
        valid_until=None,
        state=EntryState.DRAFT,
        origin=proposal.origin,
    )


def new_id(title: str, taken: Collection[str]) -> str:
    """An id from the title's sounds, with a number when it is taken: bao-xiu-hou-duo-jiu."""
    sounds = re.findall(r"[a-z0-9]+", " ".join(lazy_pinyin(title)).lower())
    slug = ""
    for sound in sounds:
        if len(slug) + 1 + len(sound) > LONGEST_ID:
            break
        slug = f"{slug}-{sound}" if slug else sound
    slug = slug or "entry"
    return next(
        each
        for each in (slug, *(f"{slug}-{number}" for number in range(2, len(taken) + 3)))
        if each not in taken
    )
