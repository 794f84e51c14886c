"""What the bot took a customer's line for, when that is doubtful, and what a trainer says. Pure.

Errors
    LessonError
    ├── UtteranceNotFound   there is no such line any more
    ├── UtteranceDecided    somebody else decided about it first
    ├── UnknownIntent       the bot knows no such intent
    ├── HeldOutLine         the bot is examined with this line, so it may not be taught it
    ├── NothingToTeach      nothing is left of the line without personal data
    ├── NotTaught           the training data holds no such example
    └── TooFewExamples      an intent needs the examples it has
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from knowledge.lexical import letters_of
from knowledge.remains import without_remains

# of the 528 lines in tests/bot/heldout/tuning.yml 39 are read less surely, among them 11 of the 16
# that are misread; what the bot calls the fallback is unsure whatever the number
UNSURE = 0.5
FALLBACK = "nlu_fallback"
# whoever wants a person so soon was not helped by the answer to this line
HAND_OVER_RIGHT_AFTER = timedelta(minutes=2)
ASKS_FOR_A_PERSON = "request_person"
# of a line the bot is taught; the rest of a long one tells its story and not what is wanted
LONGEST_EXAMPLE = 200

# what Rasa reads in an example as the mark of an entity
_MARKS = str.maketrans({"[": "［", "]": "］", "{": "｛", "}": "｝"})


class LessonError(Exception):
    """Something about teaching the bot cannot be done."""


class UtteranceNotFound(LessonError):
    """There is no such line any more."""


class UtteranceDecided(LessonError):
    """Somebody else decided about the line first."""

    def __init__(self, by: str) -> None:
        super().__init__(f"{by} has decided about this line meanwhile: look at the list again")
        self.told = {"by": by}


class UnknownIntent(LessonError):
    """The bot knows no such intent."""


class HeldOutLine(LessonError):
    """The bot is examined with this line, so it may not be taught it."""


class NothingToTeach(LessonError):
    """Nothing is left of the line without personal data."""


class NotTaught(LessonError):
    """The training data holds no such example."""


class TooFewExamples(LessonError):
    """An intent needs the examples it has."""


class Doubt(StrEnum):
    """Why what the bot took a line for is doubtful."""

    UNSURE = "unsure"
    NOT_KNOWN = "not_known"
    HANDED_OVER = "handed_over"


class Verdict(StrEnum):
    """What a trainer said of a line."""

    RELABELLED = "relabelled"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What the bot took a line for.

    `intent` is what it went by, which is the fallback when it was unsure; `first` is the likeliest
    of the others, with `confidence` from 0 to 1. `model` is the number of the trained model.
    """

    intent: str
    first: str
    confidence: float
    model: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardLine:
    """A line as it was read, without personal data; `message_id` is that of the bot's turn."""

    profile: str
    conversation_id: str
    message_id: str
    text: str
    read: Read
    at: datetime

    @property
    def words(self) -> str:
        """The same for lines of the same letters."""
        return words_of(self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance:
    """A doubtful line; `count` lines had the same words. Undecided while `verdict` is None."""

    utterance_id: int
    profile: str
    text: str
    read: Read
    doubt: Doubt
    at: datetime
    count: int = 1
    verdict: Verdict | None = None
    intent: str = ""
    decided_by: str = ""
    decided_at: datetime | None = None


def find_doubt(
    read: Read, said_at: datetime, *, was_missed: bool, handed_over_at: datetime | None
) -> Doubt | None:
    """Why a reading is doubtful, or None.

    The bot was unsure; or it answered that it does not know; or the customer was handed to a
    person right after, without having asked for one in this line.
    """
    if read.intent == FALLBACK or read.confidence < UNSURE:
        return Doubt.UNSURE
    if was_missed:
        return Doubt.NOT_KNOWN
    if read.first == ASKS_FOR_A_PERSON or handed_over_at is None:
        return None
    is_right_after = timedelta(0) <= handed_over_at - said_at <= HAND_OVER_RIGHT_AFTER
    return Doubt.HANDED_OVER if is_right_after else None


def words_of(text: str) -> str:
    """A short key, the same for texts of the same letters."""
    return hashlib.sha256(letters_of(text).encode()).hexdigest()


def example_of(text: str) -> str:
    """The line as the bot is taught it; raises `NothingToTeach`.

    One line, without what was masked in it, and without anything that Rasa would obey: marks of
    entities, and a leading slash or dash.
    """
    plain = without_remains(text).translate(_MARKS)
    shown = "".join(sign if sign.isprintable() else " " for sign in plain)
    example = " ".join(shown.split())[:LONGEST_EXAMPLE].lstrip("/-# ，,、。").rstrip()
    if not letters_of(example):
        raise NothingToTeach("nothing is left of this line without personal data: reject it")
    return example
