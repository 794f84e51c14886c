"""The centre's paper forms: which boxes each has, and what a ticket puts into them.

Errors
    FormError
    ├── UnknownForm     there is no form of this name
    └── FormNotForKind  this form is for tickets of another kind
"""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from profiles.document import Document
from tickets.ticket import Kind, Ticket, TicketError

# what a ticket can put into a box, besides `field.<name>`
VALUES = frozenset(
    {
        "no",
        "kind",
        "state",
        "class",
        "class_id",
        "urgency",
        "centre",
        "department",
        "owner",
        "handler",
        "received_by",
        "registered_at",
        "dispatched_at",
        "answered_at",
        "filed_on",
        "due_at",
        "today",
        "story",
        "other_fields",
        "result",
        "progress",
        "urges",
        "outcome",
        "rating",
        "attachments",
        "number",
    }
)


class FormError(TicketError):
    """Something about a form cannot be done; the text says what and why."""


class UnknownForm(FormError):
    """There is no form of this name."""


class FormNotForKind(FormError):
    """This form is for tickets of another kind."""


def _known(name: str) -> str:
    if name not in VALUES and not name.startswith("field."):
        known = ", ".join(sorted(VALUES))
        raise ValueError(f"a ticket has no {name!r}; it has field.<name>, {known}")
    return name


Value = Annotated[str, AfterValidator(_known)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Box(_Part):
    """One box of a form; without `source` it is filled in by hand."""

    label: str
    source: Value | None = Field(None, alias="from")
    lines: int = Field(1, ge=1, le=30)
    # what is ticked by hand or by the value; by id, where the value is one
    tick: list[str] | dict[str, str] = []


class Section(_Part):
    """Boxes under one heading."""

    title: str
    source: str
    rows: list[Annotated[list[Box], Field(min_length=1, max_length=3)]]


class Form(_Part):
    """A form about one ticket."""

    title: str
    source: str
    # none: for every kind
    kinds: list[Kind] = []
    sections: Annotated[list[Section], Field(min_length=1)]


class SummaryColumn(_Part):
    """One column of the summary; its width is in characters."""

    label: str
    source: Value | None = Field(None, alias="from")
    width: int = Field(ge=4, le=80)


class Summary(_Part):
    """A table with a line for each ticket of a month."""

    title: str
    source: str
    kinds: Annotated[list[Kind], Field(min_length=1)]
    columns: Annotated[list[SummaryColumn], Field(min_length=1)]
    signed: list[str] = []


class Words(_Part):
    """What stands in boxes that hold neither a time nor the customer's own words."""

    urgent: str
    normal: str
    # those who act on tickets and are nobody of the staff
    actors: dict[str, str]
    # behind a limit that may still change by itself
    provisional: str
    # what came of asking the customer
    outcomes: dict[str, str]
    # before the number of an event or another ticket in a history
    numbered: dict[str, str] = {}


class Forms(_Part):
    """profiles/forms.yml."""

    words: Words
    forms: dict[str, Form]
    summary: Summary

    def form(self, name: str, ticket: Ticket) -> Form:
        """The form for this ticket; raises `UnknownForm` or `FormNotForKind`."""
        form = self.forms.get(name)
        if form is None:
            raise UnknownForm(f"there is no form {name!r}; there are: {', '.join(self.forms)}")
        if form.kinds and ticket.kind not in form.kinds:
            raise FormNotForKind(f"ticket {ticket.no} is of kind {ticket.kind}: not for {name!r}")
        return form


def load_forms(path: Path) -> Forms:
    """Read profiles/forms.yml; a fault raises `DocumentError` with file, line and reason."""
    return Document(path).read_as(Forms)
