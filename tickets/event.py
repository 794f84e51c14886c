"""An event: one thing that many customers report, which the centre works on once.

Errors
    EventError
    ├── EventNotFound      no event has this number
    ├── EventChanged       somebody else changed the event since it was looked at
    ├── EventOver          the event is over: nothing is done to it any more
    ├── EventThere         an event for this matter runs at this place already
    ├── EventNotSaid       matter, area or reason is missing, or the centre has no such matter
    ├── RestoreTooFar      it would work again in a month, or has long done so: the date is a slip
    └── MemberNotAllowed   this ticket cannot be in this event
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class EventError(Exception):
    """Something about an event cannot be done; the text says what and why."""


class EventNotFound(EventError):
    """No event has this number."""


class EventChanged(EventError):
    """Somebody else changed the event since it was looked at."""

    def __init__(self, text: str, *, version: int = 0, by: str = "", at: str = "") -> None:
        super().__init__(text)
        self.version = version
        # told to whoever came too late
        self.told = {"changed_by": by, "changed_at": at}


class EventOver(EventError):
    """The event is over: nothing is done to it any more."""


class EventThere(EventError):
    """An event for this matter runs at this place already."""


class EventNotSaid(EventError):
    """Matter, area or reason is missing, or the centre has no such matter."""


class RestoreTooFar(EventError):
    """It would work again in a month, or has long done so: the date is a slip."""


class MemberNotAllowed(EventError):
    """This ticket cannot be in this event."""


class EventState(StrEnum):
    """Where an event stands."""

    RUNNING = "running"
    ENDED = "ended"  # it works again
    DISSOLVED = "dissolved"  # it was none: its tickets go on one by one
    MERGED = "merged"  # into a wider one


class Level(StrEnum):
    """How wide the place of an event is, the narrowest first."""

    BUILDING = "building"
    COMMUNITY = "community"
    ROAD = "road"


class Deed(StrEnum):
    """What was done to an event."""

    OPENED = "opened"
    ADDED = "added"
    REMOVED = "removed"
    TOLD = "told"  # what is known has changed
    WIDENED = "widened"
    ENDED = "ended"
    DISSOLVED = "dissolved"
    MERGED = "merged"


@dataclass(frozen=True, slots=True, kw_only=True)
class EventLine:
    """One thing that was done to an event; `note` is a ticket's number, a place or words."""

    at: datetime
    actor: str
    what: Deed
    note: str = ""
    changes: Mapping[str, tuple[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event, as the desk sees it; times are aware, in UTC."""

    no: str
    profile: str
    # the title of the choice in the tickets' field
    matter: str
    # a place without homes, as it is said to customers
    area: str
    state: EventState
    began_at: datetime
    ended_at: datetime | None = None
    cause: str = ""
    restore_at: datetime | None = None
    # what its reporters are told when it is over
    closing: str = ""
    merged_into: str | None = None
    # what those who had reported it by `news_at` are still to be told has changed
    news: str = ""
    news_at: datetime | None = None
    # counts the changes; a change that names an older one is refused
    version: int = 1
    history: tuple[EventLine, ...] = ()

    @property
    def is_running(self) -> bool:
        """Whether it goes on."""
        return self.state is EventState.RUNNING


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A ticket's place in an event."""

    ticket_no: str
    event_no: str
    conversation_id: str | None
    added_at: datetime
    added_by: str
    removed_at: datetime | None = None
    settled_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsettled:
    """A ticket of an event that is over, which is still to be answered."""

    member: Member
    # what its customer is told
    closing: str
    # a customer who took the ticket back is told nothing
    is_wanted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What has become known of a running event, and in which conversations it is to be said."""

    event_no: str
    words: str
    since: datetime
    conversations: tuple[str, ...]

    @property
    def key(self) -> str:
        """The same for the same news, however often it is told."""
        return f"event:{self.event_no}:{self.since.isoformat()}"
