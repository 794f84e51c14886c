"""The scripts of rehearsals: what a customer does step by step, and what is expected to come of it.

Those of this project lie in tests/rehearsals/, with their format.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from profiles.document import Document, DocumentError

OneOrMore = str | list[str]


class Place(BaseModel):
    """A location sent from a map."""

    model_config = ConfigDict(extra="forbid")

    latitude: float
    longitude: float
    address: str = ""


class TicketExpected(BaseModel):
    """One ticket of the conversation, its newest unless `kind` names another."""

    model_config = ConfigDict(extra="forbid")

    kind: str | None = None
    state: str | None = None
    urgent: bool | None = None
    # field to its exact value
    fields: dict[str, str] = {}
    # field to a text that must be in it
    contains: dict[str, OneOrMore] = {}
    # fields that must not be there
    without: list[str] = []


class Step(BaseModel):
    """One thing the customer does, and what must come of it."""

    model_config = ConfigDict(extra="forbid")

    # a line, or several sent as a burst
    say: OneOrMore | None = None
    # the title of a button; of a read-back's field with 修改 before its label
    press: str | None = None
    location: Place | None = None
    # a picture with this caption
    photo: str | None = None
    # seconds
    wait: Annotated[float, Field(ge=0, le=120)] | None = None
    # texts that must be in the answers; of a list in the list, one
    expect: str | list[OneOrMore] = []
    expect_not: OneOrMore = []
    expect_buttons: OneOrMore = []
    expect_ticket: TicketExpected | None = None
    expect_tickets: int | None = None

    @model_validator(mode="after")
    def _does_one_thing(self) -> "Step":
        doings = (self.say, self.press, self.location, self.photo, self.wait)
        if sum(doing is not None for doing in doings) > 1:
            raise ValueError("a step does one thing: say, press, location, photo or wait")
        return self


class Script(BaseModel):
    """One customer."""

    model_config = ConfigDict(extra="forbid")

    script: str
    profile: str
    steps: Annotated[list[Step], Field(min_length=1)]


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    scripts: Annotated[list[Script], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """A script and where it stands."""

    script: Script
    path: Path
    # of each step
    lines: tuple[int, ...]


def read_scripts(paths: Sequence[Path]) -> list[Rehearsal]:
    """The scripts of files and folders; raises `DocumentError` with file, line and reason."""
    files = [
        file
        for path in paths
        for file in (sorted(path.rglob("*.yml")) if path.is_dir() else [path])
    ]
    if not files:
        raise DocumentError(paths[0] if paths else Path(), 1, "there is no script here")
    found = []
    for file in files:
        document = Document(file)
        for number, script in enumerate(document.read_as(_File).scripts):
            lines = tuple(
                document.line_of(("scripts", number, "steps", place))
                for place in range(len(script.steps))
            )
            found.append(Rehearsal(script, file, lines))
    return found
