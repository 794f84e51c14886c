"""What customers are told at a door, which commands they have, and how fast they may write."""

from collections.abc import Collection
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from profiles.document import Document

FILE = "doors.yml"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DoorLimits(_Part):
    """How fast one customer may write."""

    lines_a_minute: int = Field(gt=0)


class Command(_Part):
    """A command of the menu, and what it says for the customer, if it is not the door's own."""

    menu: str
    says: str = ""


class DoorWords(_Part):
    """Words and forms of words of a door."""

    help: str
    source: str
    change: str
    choose: str
    chosen: str
    file_elsewhere: str
    own_phone: str
    phone_of: str
    old_button: str
    unknown_button: str
    taken: str
    too_fast: str
    file_too_large: str
    file_lost: str
    file_refused: str
    too_many_files: str
    not_taken: str
    removed: str
    other_centre: str
    how_to_mute: str
    muted: str
    unmuted: str
    group: str


class DoorTerms(_Part):
    """profiles/doors.yml."""

    limits: DoorLimits
    # by the name that follows the slash
    commands: dict[str, Command]
    # what a link to us says for the customer, by the word in it
    links: dict[str, str]
    words: DoorWords

    def read_link(self, word: str, centres: Collection[str]) -> tuple[str, str]:
        """The centre that the word of a link names, and what it says for the customer, if any."""
        first, _, then = word.replace("_", "-").partition("-")
        centre = first if first in centres else ""
        return centre, self.links.get(then if centre else first, "")


def load_door_terms(root: Path) -> DoorTerms:
    """The terms of all centres; a fault raises `DocumentError` with file, line and reason."""
    return Document(root / FILE).read_as(DoorTerms)
