"""What begins a request: the business meant, the tickets it is about, the line as it is read."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from rasa_sdk import Tracker
from rasa_sdk.events import (
    EventType,
    FollowupAction,
    SlotSet,
)
from rasa_sdk.executor import CollectingDispatcher

from actions.conversation import (
    FAULT_KIND,
    FORM,
    TALK,
    Centres,
    begins_a_report,
    line_of,
    message_id_of,
    say,
    talk_of,
)
from actions.saying import say_found
from conversations.asking import button
from conversations.beginning import begin
from conversations.message import Reply
from conversations.request import Line, Request, Talk
from knowledge.search import SearchResult
from knowledge.service import Knowledge
from tickets.details import find_choice, read_details
from tickets.event_service import Events
from tickets.event_words import known_words
from tickets.profile import Profile
from tickets.profile_parts import FieldType
from tickets.service import TicketService
from tickets.ticket import OPEN, Kind, Ticket, spoken_number

RATING, WITHDRAWAL, FAULT, URGE = "rating", "withdrawal", "fault", "urge"
APPLICATION, APPLICATION_KIND = "application", "application_kind"
FEW = 3


class Requests:
    """What the actions below share: lines with their tickets looked up, requests begun."""

    def __init__(
        self,
        *,
        tickets: TicketService,
        events: Events,
        knowledge: Knowledge,
        centres: Centres,
        clock: Callable[[], datetime],
    ) -> None:
        self.centres = centres
        self._tickets, self._events = tickets, events
        self._knowledge, self._clock = knowledge, clock

    async def begin(
        self, kind: str, dispatcher: CollectingDispatcher, tracker: Tracker
    ) -> list[EventType]:
        """Begin a business with what the line gives for it; the form then asks."""
        profile, line = self.centres.of(tracker), self.read(tracker)
        talk = talk_of(tracker)
        kind = _kind_meant(kind, line, profile)
        own: list[Ticket] = []
        if _needs_ticket(kind, profile):
            line, own = await self._with_tickets(line, tracker, kind)
        if kind == URGE and not own and "ticket_no" not in line.details and not _numbered(line):
            if _names(FAULT_KIND, line, profile):
                return await self.begin(FAULT, dispatcher, tracker)
            await self._answer_an_urge(dispatcher, line, profile)
            return []
        if kind == RATING and not own and "ticket_no" not in line.details:
            say(dispatcher, _thanks_for_rating(line, profile))
            return []
        step = begin(talk, kind, line, profile, message_id=message_id_of(tracker))
        request = step.talk.current
        if own and request is not None:
            step = replace(step, talk=step.talk.with_current(_with_offers(request, own, profile)))
        for reply in step.replies:
            say(dispatcher, reply)
        return [SlotSet(TALK, step.talk.data())]

    async def _answer_an_urge(
        self, dispatcher: CollectingDispatcher, line: Line, profile: Profile
    ) -> None:
        """There is nothing to urge: "how long will they be?" is a question like any other."""
        if profile.asks_something(line.text) and not profile.names_a_ticket(line.text):
            found = await self.search(line, profile)
            if found.decision.shows_an_answer:
                self.say_found(dispatcher, found, profile)
                return
        say(dispatcher, Reply(text=profile.wordings.nothing_to_urge, buttons=_person(profile)))

    async def search(self, line: Line, profile: Profile) -> SearchResult:
        """What the knowledge has for a line that turned out to be a question."""
        return await self._knowledge.search(line.text, profile=profile.name)

    def say_found(
        self, dispatcher: CollectingDispatcher, found: SearchResult, profile: Profile
    ) -> None:
        """Say what was found for it."""
        say_found(dispatcher, found, hits=self._knowledge.hits, profile=profile.name)

    async def line_for(self, request: Request, tracker: Tracker) -> Line:
        """The line, with a ticket number only where the ticket is the customer's."""
        line = self.read(tracker)
        if "ticket_no" in line.details:
            line, _ = await self._with_tickets(line, tracker, request.kind)
        return line

    def read(self, tracker: Tracker) -> Line:
        """The line; what a button says is read like typed words."""
        line = line_of(tracker)
        if line.pressed is None or not line.pressed[1]:
            return line
        profile = self.centres.of(tracker)
        return replace(line, details=read_details(line.pressed[1], profile, self._clock()))

    async def open_tickets(self, tracker: Tracker) -> list[Ticket]:
        """The customer's tickets that are not done with, newest first."""
        own = await self._tickets.list_tickets(conversation_id=tracker.sender_id)
        return [ticket for ticket in own if ticket.state in OPEN]

    async def tell_known(self, talk: Talk, profile: Profile) -> tuple[Talk, Reply | None]:
        """What is known of the event that a fault is about, said once; and the talk after it."""
        request = talk.current
        if request is None or request.kind != FAULT:
            return talk, None
        event = await self._events.find_known(profile.name, request.fields)
        if event is None or event.no in request.told:
            return talk, None
        told = replace(request, told=(*request.told, event.no))
        words = known_words(event, profile, now=self._clock())
        return talk.with_current(told), Reply(text=words)

    async def known_of(self, ticket: Ticket, profile: Profile) -> Reply | None:
        """What is known of the running event that a ticket is in."""
        event = await self._events.find_of_ticket(ticket.no)
        if event is None or not event.is_running:
            return None
        return Reply(text=known_words(event, profile, now=self._clock()))

    async def _with_tickets(
        self, line: Line, tracker: Tracker, kind: str
    ) -> tuple[Line, list[Ticket]]:
        """The line without a number that is not the customer's, and tickets to choose from."""
        details = dict(line.details)
        no = details.pop("ticket_no", None)
        ticket = await self._tickets.find(no) if no else None
        phone = details.get("phone") or talk_of(tracker).known.get("phone")
        if ticket and ticket.belongs_to(conversation_id=tracker.sender_id, phone=phone):
            return replace(line, details={**details, "ticket_no": ticket.no}), []
        own = await self.open_tickets(tracker)
        if kind == WITHDRAWAL:
            own = [each for each in own if each.kind is not Kind.EMERGENCY]
        if kind == RATING:
            own = own[:1]
        if no is None and len(own) == 1:
            details["ticket_no"] = own[0].no
        return replace(line, details=details), own[:FEW]


async def begin_report_if_told(
    requests: Requests, dispatcher: CollectingDispatcher, tracker: Tracker
) -> list[EventType] | None:
    """A fault with its place, taken for something else, begins a report; None when it is none."""
    if not begins_a_report(tracker, requests.centres.of(tracker)):
        return None
    begun = await requests.begin(FAULT, dispatcher, tracker)
    return [*begun, FollowupAction(FORM)]


def _kind_meant(kind: str, line: Line, profile: Profile) -> str:
    """An application that names no business of that kind, but a fault, is a report of it."""
    is_fault = _names(FAULT_KIND, line, profile) and not _names(APPLICATION_KIND, line, profile)
    return FAULT if kind == APPLICATION and is_fault else kind


def _names(field: str, line: Line, profile: Profile) -> bool:
    choices = profile.fields[field].choices if field in profile.fields else []
    return find_choice(line.text, choices) is not None


def _numbered(line: Line) -> bool:
    return "wrong_ticket_no" in line.details


def _person(profile: Profile) -> tuple[dict[str, str], ...]:
    return (button(profile.wordings.person, "/request_person"),)


def _needs_ticket(kind: str, profile: Profile) -> bool:
    fields = profile.businesses[kind].fields
    return any(profile.fields[name].type is FieldType.TICKET for name in fields)


def _with_offers(request: Request, own: list[Ticket], profile: Profile) -> Request:
    offers = {
        ticket.no: f"{profile.kind_labels[ticket.kind]} {spoken_number(ticket.no)}"
        for ticket in own
    }
    return replace(request, offers=offers)


def _thanks_for_rating(line: Line, profile: Profile) -> Reply:
    """There is no ticket to write the rating on."""
    choices = profile.fields["satisfaction"].choices
    given = find_choice(line.text, choices)
    is_good = given in {choice.title for choice in choices if choice.id in {"good", "fair"}}
    return Reply(text=profile.wordings.rated_good if is_good else profile.wordings.rated_bad)
