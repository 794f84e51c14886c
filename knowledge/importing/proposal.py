"""A proposal: an entry as an import would have it, with what a person should look at first."""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from knowledge.entry import EntryKind, KnowledgeError

# what an entry can hold (profiles/README.md)
MAX_LINE = 300
MAX_ANSWER = 2000
# hexadecimal digits that name a proposal: of 20,000 two are the same once in a million lists
DIGEST = 12


class Flag(StrEnum):
    """Why a person should look at a proposal; rules/told.yml names each."""

    MASKED_NUMBER = "masked_number"
    LOOKS_EXPIRED = "looks_expired"
    DUPLICATED = "duplicated"
    CONTRADICTS = "contradicts"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    FOREIGN = "foreign"
    DOUBTFUL_TEXT = "doubtful_text"
    NO_STORED_VALUE = "no_stored_value"
    CHANGES_AN_ENTRY = "changes_an_entry"


# until a person has decided on these, the text must not be published
BLOCKING = frozenset({Flag.MASKED_NUMBER, Flag.DOUBTFUL_TEXT, Flag.NO_STORED_VALUE})


class ProposalsChanged(KnowledgeError):
    """A proposal that was looked at is not in the list that was made anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One flag and what it was raised for."""

    flag: Flag
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What a file would add. The fields after `flags` are known only from an exported file."""

    title: str
    questions: tuple[str, ...]
    answer: str
    kind: EntryKind
    topic: str
    source: str
    # file and paragraph, row or page
    origin: str
    flags: tuple[Finding, ...] = ()
    entry_id: str = ""
    grade: str = "B"
    region: str = ""
    phase: str = ""
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    # the day by which somebody must look at it again
    review_by: date | None = None

    @property
    def needs_a_decision(self) -> bool:
        """Whether it must not be published before a person has decided on one of its flags."""
        return any(finding.flag in BLOCKING for finding in self.flags)

    @property
    def digest(self) -> str:
        """What names it in lists made at different times: all it says, its flags apart.

        A list is made anew from the file and today's corpus, so that no place in it stays.
        """
        said = [getattr(self, each.name) for each in fields(self) if each.name != "flags"]
        return hashlib.sha256(repr(said).encode()).hexdigest()[:DIGEST]


def leave_out(proposals: Sequence[Proposal], without: Collection[str]) -> list[Proposal]:
    """The proposals but those of these digests; raises `ProposalsChanged` where one is not there.

    Without that, what somebody left out would be recorded in other words.
    """
    gone = set(without) - {each.digest for each in proposals}
    if gone:
        raise ProposalsChanged(
            f"not in the list any more: {', '.join(sorted(gone))}; look at the file again"
        )
    return [each for each in proposals if each.digest not in without]


class Drafts(Protocol):
    """Takes proposals into the corpus."""

    async def propose(
        self, profile: str, proposals: Sequence[Proposal], *, author: str, now: datetime
    ) -> list[str]:
        """Record each as a draft; returns the entry ids, in the same order."""
        ...
