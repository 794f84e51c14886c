"""A ticket: one request of a customer, its number, kind, state, details and history.

Errors
    TicketError
    ├── TicketNotFound      no ticket has this number
    ├── MoveNotAllowed      the ticket cannot go from its state to the one asked for
    ├── ReasonMissing       such a move needs a reason
    ├── TicketChanged       somebody else changed the ticket since it was looked at
    ├── HiddenValue         what is to be kept was read with its numbers hidden
    ├── NotInProfile        the centre has no such class, area or department
    ├── MayNotJudge         this role may not judge a ticket to be of this class
    ├── PostponeNotAllowed  the limit cannot be postponed, or not once more
    └── LinkNotAllowed      these two tickets cannot be put together
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum

# who is behind a change when it is nobody of the staff
BOT, CUSTOMER, DESK = "bot", "customer", "desk"
NO_STAFF = frozenset({BOT, CUSTOMER, DESK})

# how the follow-up of a ticket ended that staff filed without asking the customer
NOT_ASKED = "not_asked"


class TicketError(Exception):
    """Something about a ticket cannot be done; the text says what and why."""


class TicketNotFound(TicketError):
    """No ticket has this number."""


class MoveNotAllowed(TicketError):
    """The ticket cannot go from its present state to the one asked for."""

    def __init__(self, text: str, *, allowed: Iterable[str] = ()) -> None:
        super().__init__(text)
        # told to whoever asked: the states that it can go to
        self.told = {"allowed": list(allowed)}


class ReasonMissing(TicketError):
    """Such a move needs a reason."""


class TicketChanged(TicketError):
    """Somebody else changed the ticket since it was looked at."""

    def __init__(self, text: str, *, version: int = 0, by: str = "", at: str = "") -> None:
        super().__init__(text)
        self.version = version
        # told to whoever came too late
        self.told = {"changed_by": by, "changed_at": at}


class HiddenValue(TicketError):
    """What is to be kept was read with its numbers hidden: the numbers would be lost."""


class NotInProfile(TicketError):
    """The centre has no such class, area or department."""


class MayNotJudge(TicketError):
    """This role may not judge a ticket to be of this class."""


class PostponeNotAllowed(TicketError):
    """The limit cannot be postponed, or not once more."""


class LinkNotAllowed(TicketError):
    """These two tickets cannot be put together."""


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
    WAITING = "waiting"  # for the customer
    ON_HOLD = "on_hold"  # for something of ours: its clocks run on
    ANSWERED = "answered"
    FOLLOW_UP = "follow_up"
    REOPENED = "reopened"
    FILED = "filed"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"  # into the ticket that leads


ENDED = frozenset({State.FILED, State.WITHDRAWN, State.MERGED})
OPEN = frozenset(State) - ENDED
# somebody still has to do with it
UNANSWERED = OPEN - {State.ANSWERED, State.FOLLOW_UP}

# nobody works on it until something comes
PARKED = frozenset({State.WAITING, State.ON_HOLD})

_AT_WORK = frozenset({State.DISPATCHED, State.IN_PROGRESS, State.WAITING, State.ON_HOLD})
_GIVEN_UP = frozenset({State.WITHDRAWN, State.MERGED})

ALLOWED_MOVES: dict[State, frozenset[State]] = {
    State.REGISTERED: _AT_WORK | _GIVEN_UP,
    State.DISPATCHED: (_AT_WORK | _GIVEN_UP | {State.ANSWERED}) - {State.DISPATCHED},
    State.IN_PROGRESS: (_AT_WORK | _GIVEN_UP | {State.ANSWERED}) - {State.IN_PROGRESS},
    State.WAITING: (_AT_WORK | _GIVEN_UP | {State.ANSWERED}) - {State.WAITING},
    State.ON_HOLD: (_AT_WORK | _GIVEN_UP | {State.ANSWERED}) - {State.ON_HOLD},
    State.REOPENED: _AT_WORK | _GIVEN_UP | {State.ANSWERED},
    State.ANSWERED: frozenset({State.FOLLOW_UP, State.FILED, State.REOPENED}),
    State.FOLLOW_UP: frozenset({State.FILED, State.REOPENED}),
    State.FILED: frozenset({State.REOPENED}),
    State.WITHDRAWN: frozenset({State.REOPENED}),
    State.MERGED: frozenset(),
}


class Mark(StrEnum):
    """What happened to a ticket, as far as a clock minds."""

    REGISTERED = "registered"
    REFERRED = "referred"  # another department is needed
    DISPATCHED = "dispatched"
    FORM_SENT = "form_sent"
    CONTACTED = "contacted"
    ARRIVED = "arrived"
    ANSWERED = "answered"
    RESOLVED = "resolved"
    FOLLOWED_UP = "followed_up"
    WAITING = "waiting"  # for the customer
    RESUMED = "resumed"
    REOPENED = "reopened"
    FILED = "filed"
    WITHDRAWN = "withdrawn"


class Priority(IntEnum):
    """How soon a ticket is to be taken up; each urging raises it by one, up to HIGH."""

    NORMAL = 0
    RAISED = 1
    HIGH = 2
    URGENT = 3  # a danger


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryLine:
    """One thing that happened to a ticket."""

    at: datetime
    actor: str
    state: State
    note: str = ""
    event: str = ""
    marks: tuple[Mark, ...] = ()
    # what was changed: its value before, and after
    changes: Mapping[str, tuple[str, str]] = field(default_factory=dict)


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
    # counts the changes; a change that names an older one is refused
    version: int = 1
    # the first of the staff who received it; keeps it until it is filed
    owner: str = ""
    department: str | None = None
    handler: str | None = None
    class_id: str | None = None
    area: str | None = None
    priority: Priority = Priority.NORMAL
    urges: int = 0
    merged_into: str | None = None
    # how the follow-up ended
    outcome: str = ""
    # when the first of its open limits is over
    due_at: datetime | None = None
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
