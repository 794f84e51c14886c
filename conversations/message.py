"""A message: one line in a conversation, and what may be in it.

Errors
    ConversationError
    ├── UnknownConversation  no such conversation, or the token is not its own
    ├── EmptyMessage         nothing readable was sent
    ├── MessageTooLong       more than `limit` characters
    ├── PayloadNotIssued     a button the desk never offered in this conversation
    └── FileNotSent          a file that was not chosen here, or was sent before
"""

import math
import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from tickets.sent_files import SentFile

MAX_TEXT = 2000
# how many lines one customer may write is counted over so long
FLOOD_WINDOW = timedelta(minutes=1)
PLACE_MARK = "【位置】"
FILE_MARK = "【图片】"
VOICE_MARK = "【语音】"


class ConversationError(Exception):
    """Something in a conversation cannot be done."""


class UnknownConversation(ConversationError):
    """No such conversation, or the token is not its own; the two must look the same."""


class EmptyMessage(ConversationError):
    """Nothing readable was sent."""


class MessageTooLong(ConversationError):
    """More characters than one message may have."""

    def __init__(self, length: int) -> None:
        super().__init__(f"{length} characters; {MAX_TEXT} are allowed")
        self.length, self.limit = length, MAX_TEXT


class WritesTooFast(ConversationError):
    """More lines within `FLOOD_WINDOW` than one customer may write."""

    def __init__(self, wait: timedelta | str) -> None:
        seconds = math.ceil(wait.total_seconds()) if isinstance(wait, timedelta) else 60
        super().__init__(f"too many lines; again in {seconds} s")
        self.told = {"retry_after_s": seconds}


class PayloadNotIssued(ConversationError):
    """A button the desk never offered in this conversation."""


class FileNotSent(ConversationError):
    """A file that was not chosen in this conversation, or was sent with another line before."""


class Sender(StrEnum):
    """Who said a line."""

    CUSTOMER = "customer"
    BOT = "bot"
    AGENT = "agent"
    SYSTEM = "system"


FROM_THE_DESK = (Sender.BOT, Sender.AGENT, Sender.SYSTEM)


class Mode(StrEnum):
    """Who answers the customer."""

    BOT = "bot"
    AGENT = "agent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """What a door received: text, or a button's payload with the title the customer saw."""

    message_id: str
    text: str = ""
    payload: str | None = None
    # the ticket that the desk asked about just before
    about: str | None = None
    # a person has talked since the bot last did
    is_after_person: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A line that is not answered yet, and the later line it was put together with, if any."""

    incoming: Incoming
    merged_into: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """What became of a line: its answers, or the later line that is answered for both."""

    answers: list["Message"]
    merged_into: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer. `text` says everything; buttons, sources and card are shown where they can be."""

    text: str
    buttons: tuple[dict[str, str], ...] = ()
    sources: tuple[dict[str, Any], ...] = ()
    card: dict[str, Any] | None = None

    @property
    def card_type(self) -> str | None:
        """What kind of card it carries, if any."""
        return (self.card or {}).get("type")

    def offers(self) -> dict[str, str]:
        """The title of every payload this reply offers."""
        fields = (self.card or {}).get("fields", [])
        return {
            offer["payload"]: offer.get("title") or offer.get("label", "")
            for offer in (*self.buttons, *fields)
            if "payload" in offer
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A stored line; `seq` grows along a conversation, `at` is aware, in UTC."""

    seq: int
    conversation_id: str
    sender: Sender
    message_id: str | None
    reply: Reply
    at: datetime
    # pictures and papers that were sent with it
    files: tuple[SentFile, ...] = ()
    # under which the desk said it, and says it once
    key: str | None = None
    # what the customer wrote before they corrected it, and when they last did
    first_text: str | None = None
    corrected_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """One customer on one channel, in one profile."""

    conversation_id: str
    profile: str
    channel: str
    mode: Mode
    opened_at: datetime


def clean(text: str) -> str:
    """The text without control and invisible characters, trimmed; raises when nothing is left.

    Everything else is kept as it was sent: markup is text, and stays text.
    """
    kept = "".join(
        character
        for character in text
        if character == "\n" or unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Co"}
    ).strip()
    if not kept:
        raise EmptyMessage("the message holds no text")
    if len(kept) > MAX_TEXT:
        raise MessageTooLong(len(kept))
    return kept


def has_words(text: str) -> bool:
    """Whether there is a letter, a character or a digit in it, and not emoji and signs alone."""
    return any(character.isalnum() for character in text)


def place_as_text(address: str, latitude: float, longitude: float) -> str:
    """A sent location as a line, which `find_sent_place` reads again."""
    return f"{PLACE_MARK}{' '.join(address.split())}（{latitude:.5f}，{longitude:.5f}）"


def find_sent_place(text: str) -> str | None:
    """The place of a sent location: its address, if it had one, and its coordinates."""
    found = re.search(rf"{PLACE_MARK}([^\n]*?（-?[\d.]+，-?[\d.]+）)", text)
    return found[1] if found else None


def file_as_text(caption: str) -> str:
    """A sent picture or file as a line: what is in it is not looked at."""
    return f"{FILE_MARK}{caption}"


def is_voice(text: str) -> bool:
    """Whether a line is a voice message, which nobody here has heard."""
    return text.startswith(VOICE_MARK)


def is_file_alone(text: str) -> bool:
    """Whether a line is a picture or file without a word."""
    return text.startswith(FILE_MARK) and not has_words(text.replace(FILE_MARK, ""))
