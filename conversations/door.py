"""A door to customers who write elsewhere: what comes in, what goes out, when it is tried again.

Errors
    DeliveryError
    ├── FarSideAway    not now: the network, a fault of theirs, or too many at once
    ├── CustomerGone   never: the customer has blocked us, or is there no more
    └── LineRefused    never: the far side does not take this line, whoever it is for

Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from typing import Any, Protocol, runtime_checkable

from tickets.attachments import MediaType

# a far side that is away is tried again after this long, then twice as long, up to the longest
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=1), timedelta(seconds=60)
# a part of the wait that chance takes off, so that a thousand customers do not come back at once
JITTER = 0.5
_MOST_DOUBLINGS = 10
# to so many customers lines go out at once, and to so many of those lines nobody asked for
AT_ONCE, NEWS_AT_ONCE = 40, 20


class DeliveryError(Exception):
    """A line did not reach the customer; the text says why."""


class FarSideAway(DeliveryError):
    """Not now: the network, a fault of theirs, or too many at once."""

    def __init__(self, said: str, *, retry_after: timedelta | None = None) -> None:
        super().__init__(said)
        self.retry_after = retry_after


class CustomerGone(DeliveryError):
    """The customer has blocked us, or is there no more."""


class LineRefused(DeliveryError):
    """The far side does not take this line, whoever it is for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Abilities:
    """What a door can do besides sending text of at most `longest` characters."""

    longest: int
    has_buttons: bool = False
    has_files: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What came to a door, before anybody has read it.

    `key` is the far side's own for it: the same key again is the same letter, and so is one that
    was kept under its `old_key`, if it has one. Letters of one address are read in the order of
    `place`.
    """

    channel: str
    key: str
    address: str
    place: int
    sent_at: datetime
    body: Mapping[str, Any]
    old_key: str = ""
    letter_id: int = 0
    tries: int = 0


class Kind(StrEnum):
    """What a letter turns out to be."""

    TEXT = "text"
    EDIT = "edit"
    PRESS = "press"
    COMMAND = "command"
    PLACE = "place"
    CONTACT = "contact"
    FILE = "file"
    VOICE = "voice"
    # a picture of a feeling, and all that holds no words
    WORDLESS = "wordless"
    GROUP = "group"
    GONE = "gone"
    BACK = "back"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class FarFile:
    """A file that still lies on the far side; `size` in bytes, 0 when it was not told.

    Films and music are not fetched: nothing here takes them.
    """

    ref: str
    name: str = ""
    size: int = 0
    is_film: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A letter as it was read.

    `message_id` is unique for this customer; a line of theirs may be known by its `old_id`, if it
    has one, from before lines were named so. `text` is what was said, a caption, or the name of a
    command, `rest` what followed the command. `mark` names the button that was pressed,
    `pressed_in` the far side's message that shows it, and `press_id` the pressing, as the far side
    wants to be told of it.
    """

    kind: Kind
    message_id: str = ""
    old_id: str = ""
    text: str = ""
    rest: str = ""
    mark: str = ""
    press_id: str = ""
    pressed_in: str = ""
    file: FarFile | None = None
    # latitude and longitude in degrees
    place: tuple[float, float] | None = None
    # a phone, and whose it is; no name: the customer's own
    phone: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """Something that can be chosen: a payload, or a text that is said for the customer."""

    title: str
    payload: str = ""
    says: str = ""
    mark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutFile:
    """A file for a customer."""

    name: str
    media_type: MediaType
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One piece of a line on its way out; `key` is the same whenever it is tried again."""

    key: str
    text: str
    options: tuple[Option, ...] = ()
    file: OutFile | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chat:
    """A customer's place behind a door, and how far our lines have come there."""

    channel: str
    address: str
    conversation_id: str
    delivered_seq: int = 0
    tries: int = 0
    next_at: datetime | None = None
    gone_at: datetime | None = None
    is_muted: bool = False


class Haste(IntEnum):
    """What waits for a customer at most: news that nobody asked for, an answer, a danger."""

    NEWS = 0
    ANSWER = 1
    DANGER = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How far our lines reach a customer: what came last, what never will, and why."""

    delivered_seq: int
    gone_at: datetime | None
    failed: Mapping[int, str]


class Connector(Protocol):
    """All that a door must be able to do."""

    name: str
    abilities: Abilities

    def read(self, letter: Letter) -> Heard:
        """What a letter of this door says; whatever is in it, this raises nothing."""
        ...

    async def send(self, address: str, part: Part) -> str:
        """Send one part; returns the far side's id of it. Raises `DeliveryError`."""
        ...


@runtime_checkable
class ShowsTyping(Protocol):
    """A door that can show that somebody is writing."""

    async def show_typing(self, address: str) -> None:
        """Show it for a few seconds; it matters little, and raises nothing."""
        ...


@runtime_checkable
class FetchesFiles(Protocol):
    """A door through which files come."""

    async def fetch(self, file: FarFile) -> bytes:
        """The bytes; raises `FarSideAway` or `LineRefused`."""
        ...


@runtime_checkable
class AnswersPresses(Protocol):
    """A door whose buttons wait for an answer."""

    async def answer_press(self, press_id: str, text: str) -> None:
        """Answer a press with a word; it matters little, and raises nothing."""
        ...

    async def close_choice(self, address: str, far_id: str, text: str) -> None:
        """Take the buttons away from the message `far_id`, which shows `text` then, if any.

        It matters little, and raises nothing.
        """
        ...


def wait_before(tries: int, *, asked: timedelta | None, chance: float) -> timedelta:
    """How long to wait after `tries` failures; what the far side `asked` for is kept at least.

    `chance` is at least 0 and below 1.
    """
    doubled = FIRST_WAIT * (1 << min(max(tries - 1, 0), _MOST_DOUBLINGS))
    wait = min(doubled, LONGEST_WAIT) * (1 - JITTER * chance)
    return max(wait, asked) if asked is not None else wait


def has_room(haste: Haste, busy: int) -> bool:
    """Whether one more customer may be written to while `busy` others are.

    Telegram takes thirty messages a second: news for ten thousand would keep all others waiting
    for minutes. So they leave room for answers, and a danger needs none.
    """
    return haste is Haste.DANGER or busy < (NEWS_AT_ONCE if haste is Haste.NEWS else AT_ONCE)


def mark_of(seq: int, index: int) -> str:
    """What names the button `index` of the line `seq`: short, whatever it stands for."""
    return f"b:{seq}:{index}"


def read_mark(mark: str) -> tuple[int, int] | None:
    """The line and the index that a mark names; None when it is none of ours."""
    kind, _, rest = mark.partition(":")
    seq, _, index = rest.partition(":")
    if kind != "b" or not all(each.isascii() and each.isdigit() for each in (seq, index)):
        return None
    # no number that a database could not hold
    return (int(seq), int(index)) if len(seq) <= 9 and len(index) <= 3 else None
