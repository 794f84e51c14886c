"""A request: what a customer is asking for, what is known for it, and what is still missing.

A talk is a stack of requests: a new business in the middle of another is put on top, and the one
below goes on when it is done. Pure; what the fields are and what is said comes from the profile.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from tickets.places import is_findable
from tickets.profile import Profile
from tickets.profile_parts import Choice, FieldType, Readiness

# the business an intent asks for
BUSINESSES = {
    "report_fault": "fault",
    "complain": "complaint",
    "report_wrong": "report",
    "suggest": "suggestion",
    "praise": "praise",
    "apply": "application",
    "urge": "urge",
    "rate": "rating",
    "request_person": "callback",
}

# steps that are no field of the ticket
READY, CONFIRM = "ready", "confirm"
# the customer's own, and kept for the next request of the same conversation
REMEMBERED = ("phone", "address", "account_no", "name")


# fields of a request that plain values hold as lists
_TUPLES = ("ready", "told", "placed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A customer's line as it is understood; `pressed` is a button's field and value."""

    text: str = ""
    intent: str = ""
    confidence: float = 0.0
    details: Mapping[str, str] = field(default_factory=dict)
    pressed: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One business: what is known for it, and where it stands."""

    kind: str
    # the line it began with, and the id of that line
    words: str = ""
    begun_by: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    # answers to the readiness questions so far
    ready: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    # places whose building was asked for already
    placed: tuple[str, ...] = ()
    misses: int = 0
    # ticket numbers the customer may choose from, with what is shown for them
    offers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """All that is asked for in a conversation, the present request last; and what is known."""

    requests: tuple[Request, ...] = ()
    known: dict[str, str] = field(default_factory=dict)
    # what was talked about last ("change of owner"): a short question may leave it out
    topic: str = ""

    @property
    def current(self) -> Request | None:
        """The request that is being filled in."""
        return self.requests[-1] if self.requests else None

    def with_current(self, request: Request) -> "Talk":
        """The same talk with its present request as it is now."""
        return replace(self, requests=(*self.requests[:-1], request))

    def without_current(self) -> "Talk":
        """The talk after its present request is done with."""
        return replace(self, requests=self.requests[:-1])

    def data(self) -> dict[str, Any]:
        """As plain values, for the bot's slot."""
        return asdict(self)

    @classmethod
    def of(cls, data: Mapping[str, Any] | None) -> "Talk":
        """From plain values; nothing is an empty talk."""
        if not data:
            return cls()
        requests = tuple(
            Request(**each | {name: tuple(each.get(name, ())) for name in _TUPLES})
            for each in data["requests"]
        )
        topic = str(data.get("topic", ""))
        return cls(requests=requests, known=dict(data["known"]), topic=topic)


def note(talk: Talk, line: Line) -> Talk:
    """Keep the details of a line that belongs to no request yet."""
    kept = {name: line.details[name] for name in REMEMBERED if name in line.details}
    return replace(talk, known=talk.known | kept)


def start_again(talk: Talk) -> Talk:
    """The present request from its beginning; what was said for it is forgotten."""
    request = talk.current
    if request is None:
        return talk
    fresh = Request(
        kind=request.kind, words=request.words, begun_by=request.begun_by, offers=request.offers
    )
    return replace(talk.with_current(fresh), known={})


def next_step(request: Request, profile: Profile) -> str | None:
    """The field to ask for, READY or CONFIRM; None when nothing is missing."""
    business = profile.businesses[request.kind]
    for name in business.fields:
        if name not in request.fields or lacks_rest(request, name, profile):
            return name
        if len(request.ready) < len(readiness_of(request, name, profile)):
            return READY
    return CONFIRM if business.confirm and CONFIRM not in request.fields else None


def lacks_rest(request: Request, name: str, profile: Profile) -> bool:
    """Whether a place of one home cannot be found yet and its rest was not asked for."""
    is_settled = name in request.placed or not profile.fields[name].ask_rest
    if is_settled or profile.businesses[request.kind].anonymous:
        return False
    filled = [each for each in request.fields if each in profile.fields]
    chosen = (chosen_of(request, each, profile) for each in filled)
    is_wide = any(choice is not None and choice.wide for choice in chosen)
    return not is_wide and not is_findable(request.fields[name])


def summary(request: Request, profile: Profile) -> list[tuple[str, str, str]]:
    """Name, label and value of every field that is filled, in the order of the business."""
    return [
        (name, profile.fields[name].label, request.fields[name])
        for name in profile.businesses[request.kind].fields
        if name in request.fields
    ]


def ticket_fields(request: Request, profile: Profile) -> dict[str, str]:
    """What is written on the ticket."""
    fields = {name: value for name, value in request.fields.items() if name != CONFIRM}
    if request.words:
        fields["words"] = request.words
    questions = [
        each
        for name in profile.businesses[request.kind].fields
        for each in readiness_of(request, name, profile)
    ]
    answers = [
        f"{each.ask}{answer}" for each, answer in zip(questions, request.ready, strict=False)
    ]
    return fields | ({READY: "\n".join(answers)} if answers else {})


def chosen_of(request: Request, name: str, profile: Profile) -> Choice | None:
    """The choice a field holds, if it is one."""
    value = request.fields.get(name)
    return next((each for each in profile.fields[name].choices if each.title == value), None)


def readiness_of(request: Request, name: str, profile: Profile) -> list[Readiness]:
    """The readiness questions that the choice in a field brings along."""
    chosen = chosen_of(request, name, profile)
    return chosen.ready if chosen else []


def is_story(asked: str | None, profile: Profile) -> bool:
    """Whether what is asked for is told in free words."""
    return asked in profile.fields and profile.fields[asked].type is FieldType.STORY
