"""How long customers may wait for a person in a centre, and what they are told meanwhile."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from profiles.document import Document

FILE = "hand_over.yml"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class WaitLimits(_Part):
    """Seconds of waiting, and how often something may happen before a person takes over."""

    long_wait_s: int = Field(gt=0)
    too_long_s: int = Field(gt=0)
    far_too_long_s: int = Field(gt=0)
    # an agent whose page has been away so long has gone
    gone_s: int = Field(gt=0)
    misses: int = Field(gt=0)
    angers: int = Field(gt=0)


class HandOverWords(_Part):
    """What the customer is told on the way to a person and back."""

    ahead: str
    next: str
    queued: str
    still_queued: str
    queued_angry: str
    queued_missed: str
    claimed: str
    waited_long: str
    call_back: str
    called_back: str
    called_back_no_phone: str
    nobody: str
    went_back: str
    given_back: str
    given_back_quietly: str
    rated: str
    rated_bad: str
    # the marks a customer may give, by id
    rates: dict[str, str]

    def place(self, ahead: int) -> str:
        """How many wait before the customer, or that it is their turn next."""
        return self.ahead.format(ahead=ahead) if ahead else self.next


class HandOverTerms(_Part):
    """A centre's hand_over.yml over the one of all centres."""

    limits: WaitLimits
    # the opening hours of limits.yml in which persons answer
    hours: str
    words: HandOverWords


def load_hand_over(root: Path, profiles: Iterable[str]) -> dict[str, HandOverTerms]:
    """By profile; a fault raises `DocumentError` with file, line and reason."""
    shared = Document(root / FILE)
    common = shared.read_as(HandOverTerms)
    terms = {}
    for name in profiles:
        own = root / name / FILE
        terms[name] = _over(common, Document(own)) if own.is_file() else common
    return terms


class _Own(_Part):
    """What a centre may say otherwise."""

    limits: dict[str, int] = {}
    hours: str | None = None
    words: dict[str, Any] = {}


def _over(common: HandOverTerms, file: Document) -> HandOverTerms:
    own, data = file.read_as(_Own), common.model_dump()
    merged = {
        "limits": data["limits"] | own.limits,
        "hours": own.hours or common.hours,
        "words": data["words"] | own.words,
    }
    return file.check(HandOverTerms, merged)
