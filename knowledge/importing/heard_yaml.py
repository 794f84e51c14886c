"""What customers say when a script is called for: profiles/<name>/heard.yml."""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from knowledge.entry import CorpusError
from profiles.document import Document, DocumentError

FILE = "heard.yml"


class Opening(StrEnum):
    """At which first line of an agent a script stands."""

    CALL = "call"  # nobody has answered the customer yet
    TAKEOVER = "takeover"  # the bot has


class OfTicket(StrEnum):
    """What a script says of the customer's ticket."""

    OPEN = "open"  # it is being worked on
    ANY = "any"
    POSTPONE = "postpone"  # its limit may still be put off


class Heard(BaseModel):
    """When one script is called for: lines like these, and what must be so besides."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    lines: Annotated[tuple[str, ...], Field(min_length=1)]
    opening: Opening | None = None
    # the field (profiles/common.yml) that the script asks for
    asks: str = ""
    ticket: OfTicket | None = None
    # for customers who are angry, whatever it is about
    calms: bool = False
    # for customers who have come with the same thing before
    repeats: bool = False


class _HeardFile(BaseModel):
    model_config = ConfigDict(extra="forbid")

    heard: dict[str, Heard]


def read_heard(folder: Path) -> Mapping[str, Heard]:
    """By script id; empty without the file. Raises `CorpusError` with file, line and reason."""
    path = folder / FILE
    if not path.is_file():
        return {}
    try:
        return Document(path).read_as(_HeardFile).heard
    except DocumentError as error:
        raise CorpusError(str(error)) from error
