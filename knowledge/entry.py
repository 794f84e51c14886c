"""An entry: one approved answer or wording, the questions it answers, its source and its life.

Errors
    KnowledgeError
    ├── CorpusError          a corpus file cannot be used; names file, line and reason
    ├── NothingPublished     this profile has no live publication
    ├── EntryNotFound        there is no entry of this id
    ├── EntryChanged         somebody else changed the entry since it was looked at
    ├── EntryThere           an entry of this id, or with these very words, is there already
    ├── TooManyQuestions     more similar questions than any entry has
    ├── QuestionTooLong      a similar question is longer than an entry can hold
    ├── EntryMoveNotAllowed  the entry's state does not allow this move
    ├── NotApprovable        the entry's text may not be said to customers
    ├── PublicationRefused   the gate let nothing go live
    ├── PublicationOvertaken another publication went live since this one was begun
    └── NoRoom               the disk is full; what was live stays
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from enum import StrEnum


class KnowledgeError(Exception):
    """The corpus or its index cannot do what was asked; the text says what to do."""


class CorpusError(KnowledgeError):
    """A corpus file cannot be used; the text names file, line and reason."""


class NothingPublished(KnowledgeError):
    """This profile has no live publication yet."""


class EntryNotFound(KnowledgeError):
    """There is no entry of this id."""


class EntryChanged(KnowledgeError):
    """Somebody else changed the entry since it was looked at: who, and its version by now."""

    def __init__(self, text: str, *, version: int = 0, changed_by: str = "") -> None:
        super().__init__(text)
        self.told = {"version": version, "changed_by": changed_by}


class EntryThere(KnowledgeError):
    """An entry of this id, or with these very words, is there already."""

    def __init__(self, text: str, *, entry_id: str = "", named: str = "") -> None:
        super().__init__(text)
        self.told = {"entry_id": entry_id, "named": named}


class TooManyQuestions(KnowledgeError):
    """More similar questions than any entry has."""

    def __init__(self, *, limit: int, count: int) -> None:
        super().__init__(f"{count} similar questions: an entry has at most {limit}")
        self.limit, self.count = limit, count


class QuestionTooLong(KnowledgeError):
    """A similar question is longer than an entry can hold; `place` counts from 1."""

    def __init__(self, *, limit: int, length: int, place: int) -> None:
        super().__init__(f"similar question {place} has {length} characters, at most {limit}")
        self.limit, self.length, self.place = limit, length, place


class EntryMoveNotAllowed(KnowledgeError):
    """The entry's state does not allow this move, or not by this person."""


class NotApprovable(KnowledgeError):
    """The entry's text may not be said to customers as it stands."""


class PublicationRefused(KnowledgeError):
    """The gate let nothing go live; `no` is where its figures are kept."""

    def __init__(self, text: str, *, no: int = 0) -> None:
        super().__init__(text)
        self.no = no


class PublicationOvertaken(KnowledgeError):
    """Another publication went live since this one was begun."""


class NoRoom(KnowledgeError):
    """The disk is full; what was live stays live."""


class EntryKind(StrEnum):
    """What an entry is for; scripts are wordings for agents, which the bot never says."""

    FAQ = "faq"
    POLICY = "policy"
    SCRIPT = "script"


CUSTOMER_KINDS = frozenset({EntryKind.FAQ, EntryKind.POLICY})


class EntryState(StrEnum):
    """Where a version stands; an approved one is published once it is in a publication."""

    DRAFT = "draft"
    REVIEW = "review"
    APPROVED = "approved"
    WITHDRAWN = "withdrawn"


class Move(StrEnum):
    """What is done to an entry. `IMPORT` is the corpus files' own, and leads where they say."""

    IMPORT = "import"
    PROPOSE = "propose"
    EDIT = "edit"
    SUBMIT = "submit"
    APPROVE = "approve"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    RESTORE = "restore"


# people's moves: from which state, and to which; what is not here is refused
MOVES: Mapping[Move, Mapping[EntryState, EntryState]] = {
    Move.EDIT: dict.fromkeys(EntryState, EntryState.DRAFT),
    Move.SUBMIT: {EntryState.DRAFT: EntryState.REVIEW},
    Move.APPROVE: {EntryState.REVIEW: EntryState.APPROVED},
    Move.REJECT: {EntryState.REVIEW: EntryState.DRAFT},
    Move.WITHDRAW: {
        EntryState.DRAFT: EntryState.WITHDRAWN,
        EntryState.REVIEW: EntryState.WITHDRAWN,
        EntryState.APPROVED: EntryState.WITHDRAWN,
    },
    Move.RESTORE: {EntryState.WITHDRAWN: EntryState.DRAFT},
}
# these write a version of their own; the others change the state of the latest one
WRITING_MOVES = frozenset({Move.IMPORT, Move.PROPOSE, Move.EDIT, Move.RESTORE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One version of one entry. `valid_until` is the first moment it no longer holds."""

    entry_id: str
    version: int
    kind: EntryKind
    topic: str
    title: str
    questions: tuple[str, ...]
    answer: str
    source: str
    grade: str
    region: str
    phase: str
    valid_from: datetime
    valid_until: datetime | None
    state: EntryState = EntryState.APPROVED
    # where the text came from: a file and its paragraph, or the desk
    origin: str = ""
    # the day by which somebody must look at it again
    review_by: date | None = None

    def is_valid(self, now: datetime) -> bool:
        """Whether the entry may be said at this moment."""
        begun = self.valid_from <= now
        return begun and (self.valid_until is None or now < self.valid_until)

    def after(self, move: Move) -> EntryState:
        """The state a person's move leads to; raises `EntryMoveNotAllowed`."""
        following = MOVES.get(move, {}).get(self.state)
        if following is None:
            allowed = [str(each) for each, leads in MOVES.items() if self.state in leads]
            raise EntryMoveNotAllowed(
                f"{self.entry_id} is {self.state}: {move} is not allowed, only {', '.join(allowed)}"
            )
        return following

    def content_hash(self) -> str:
        """Changes with anything a reader or the search would notice; not with the version."""
        skipped = {"version", "origin"}
        content = {key: value for key, value in asdict(self).items() if key not in skipped}
        text = json.dumps(content, ensure_ascii=False, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryLine:
    """One move of an entry: which version, by whom, why and when."""

    entry_id: str
    version: int
    move: Move
    state: EntryState
    # who made the move; for a reviewer's, who had written the version
    author: str
    reviewer: str
    reason: str
    at: datetime
