"""A profile: everything about one kind of centre that is a setting and not code."""

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from profiles.document import Document

Words = Annotated[list[str], Field(min_length=1)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Starter(_Part):
    """A button under the greeting: what it shows and what it says for the customer."""

    title: str
    text: str


class Choice(_Part):
    """One value of a ticket field, with the words by which customers mean it."""

    id: str
    title: str
    words: Words
    # taken out of the line first: they hold one of the words and mean something else
    unless: list[str] = []


class Emergency(_Part):
    """A danger that is recognised before any model, and what must be said at once.

    A text is this emergency when it holds a word of every list in `signs`; the words in
    `unless` are taken out of it first.
    """

    id: str
    title: str
    call: str
    steps: Words
    signs: Annotated[list[list[str]], Field(min_length=1)]
    unless: list[str] = []


class Promise(_Part):
    """What a customer is told after filing: what happens next and by when, with its source."""

    next: str
    by: str
    source: str


class Wordings(_Part):
    """Sentences the desk itself must be able to say while the bot is away."""

    bot_away: str
    no_words: str
    emergency_ticket: str
    emergency_known: str
    emergency_details: str
    unknown: str


class Profile(_Part):
    """One kind of centre (profiles/<name>/profile.yml)."""

    name: str
    title: str
    hotline: str
    hours: str
    timezone: str = "Asia/Shanghai"
    greeting: str
    starters: list[Starter]
    fault_kinds: Annotated[list[Choice], Field(min_length=1)]
    scopes: Annotated[list[Choice], Field(min_length=1)]
    promises: dict[str, Promise]
    emergencies: list[Emergency]
    # a general question about a danger is a question, not an emergency
    asking_words: list[str] = []
    # words that make a line a question rather than an answer to one
    question_words: list[str] = []
    # words by which a customer points at a field ("the phone is wrong")
    field_words: dict[str, list[str]] = {}
    wordings: Wordings
    field_labels: dict[str, str]
    kind_labels: dict[str, str]
    state_labels: dict[str, str]

    def asks_something(self, text: str) -> bool:
        """Whether a line reads as a question."""
        return any(word in text for word in self.question_words)

    def find_pointed_field(self, text: str) -> str | None:
        """The ticket field a line points at, if any."""
        return next(
            (
                field
                for field, words in self.field_words.items()
                if any(word in text for word in words)
            ),
            None,
        )


def load_profile(folder: Path) -> Profile:
    """Read `folder/profile.yml`; a fault raises `DocumentError` with file, line and reason."""
    return Document(folder / "profile.yml").read_as(Profile)
