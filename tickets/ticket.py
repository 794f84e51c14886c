"""A ticket: one request of a customer, its number, kind, state, details and history.

Errors
    TicketError
    ├── TicketNotFound   no ticket has this number
    └── MoveNotAllowed   the ticket cannot go from its state to the one asked for
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class TicketError(Exception):
    """Something about a ticket cannot be done; the text says what and why."""


class TicketNotFound(TicketError):
    """No ticket has this number."""


class MoveNotAllowed(TicketError):
    """The ticket cannot go from its present state to the one asked for."""


class Kind(StrEnum):
    """What a ticket is about (requirements 1.1, rows 1–3)."""

    FAULT = "fault"
    COMPLAINT = "complaint"
    REPORT = "report"
    SUGGESTION = "suggestion"
    PRAISE = "praise"
    APPLICATION = "application"
    INQUIRY = "inquiry"
    EMERGENCY = "emergency"
    CALLBACK = "callback"


class State(StrEnum):
    """Where a ticket stands on its way (requirements 1.1, row 7)."""

    REGISTERED = "registered"
    DISPATCHED = "dispatched"
    IN_PROGRESS = "in_progress"
    ANSWERED = "answered"
    FILED = "filed"
    WITHDRAWN = "withdrawn"


ALLOWED_MOVES: dict[State, frozenset[State]] = {
    State.REGISTERED: frozenset({State.DISPATCHED, State.IN_PROGRESS, State.WITHDRAWN}),
    State.DISPATCHED: frozenset({State.IN_PROGRESS, State.ANSWERED, State.WITHDRAWN}),
    State.IN_PROGRESS: frozenset({State.DISPATCHED, State.ANSWERED, State.WITHDRAWN}),
    State.ANSWERED: frozenset({State.FILED, State.IN_PROGRESS}),
    State.FILED: frozenset(),
    State.WITHDRAWN: frozenset(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryLine:
    """One thing that happened to a ticket."""

    at: datetime
    actor: str
    state: State
    note: str = ""
    event: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """One request, as the desk and the customer see it; times are aware, in UTC."""

    no: str
    profile: str
    kind: Kind
    state: State
    conversation_id: str | None
    fields: dict[str, str]
    registered_at: datetime
    urgent: bool = False
    history: tuple[HistoryLine, ...] = field(default=())

    def belongs_to(self, *, conversation_id: str | None, phone: str | None) -> bool:
        """Whether this customer may hear about the ticket: same conversation, or its phone."""
        if conversation_id is not None and conversation_id == self.conversation_id:
            return True
        # "not known" is also a value of the field, and nobody's phone
        is_phone = phone is not None and any(sign.isdigit() for sign in phone)
        return is_phone and phone == self.fields.get("phone")


def new_number(day: str, sequence: int) -> str:
    """A number a person can read out: date, running number, and a digit that catches slips.

    `day` is YYYYMMDD on the centre's clock. The last digit is a Damm check digit: it catches
    each single wrong digit and each swap of neighbours, as heard over a bad line.
    """
    body = f"{day}{sequence:04d}"
    return f"{body}{_damm(body)}"


def read_number(text: str) -> str | None:
    """The ticket number in what a person typed or read out, or None if its check digit is wrong."""
    digits = "".join(character for character in text if character.isdecimal())
    is_number = len(digits) >= 13 and digits.isascii() and _damm(digits) == 0
    return digits if is_number else None


def spoken_number(no: str) -> str:
    """The number in groups, as it is read out: `2026112100012` becomes `2026 1121 0001 2`."""
    return " ".join(no[start : start + 4] for start in range(0, len(no), 4))


# Damm's table: H. Michael Damm, "Total anti-symmetrische Quasigruppen" (2004)
_QUASIGROUP = (
    "0317598642",
    "7092154863",
    "4206871359",
    "1750983426",
    "6123045978",
    "3674209581",
    "5869720134",
    "8945362017",
    "9438617205",
    "2581436790",
)


def _damm(digits: str) -> int:
    """The check digit of these digits; 0 for a number that ends with its own."""
    interim = 0
    for digit in digits:
        interim = int(_QUASIGROUP[interim][int(digit)])
    return interim
