"""An entry: one approved answer or wording, the questions it answers, its source and validity.

Errors
    KnowledgeError
    ├── CorpusError      a corpus file cannot be used; names file, line and reason
    └── NothingPublished this profile has no live publication
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum


class KnowledgeError(Exception):
    """The corpus or its index cannot do what was asked; the text says what to do."""


class CorpusError(KnowledgeError):
    """A corpus file cannot be used; the text names file, line and reason."""


class NothingPublished(KnowledgeError):
    """This profile has no live publication yet."""


class EntryKind(StrEnum):
    """What an entry is for; scripts are wordings for agents, which the bot never says."""

    FAQ = "faq"
    POLICY = "policy"
    SCRIPT = "script"


CUSTOMER_KINDS = frozenset({EntryKind.FAQ, EntryKind.POLICY})


class EntryState(StrEnum):
    """Only approved entries can be published."""

    DRAFT = "draft"
    APPROVED = "approved"
    WITHDRAWN = "withdrawn"


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

    def is_valid(self, now: datetime) -> bool:
        """Whether the entry may be said at this moment."""
        begun = self.valid_from <= now
        return begun and (self.valid_until is None or now < self.valid_until)

    def content_hash(self) -> str:
        """Changes with anything a reader or the search would notice; not with the version."""
        content = {key: value for key, value in asdict(self).items() if key != "version"}
        text = json.dumps(content, ensure_ascii=False, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()
