"""Filling in a request: one form for every business; what it asks is in the profile."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import (
    ActionExecutionRejected,
    ActiveLoop,
    EventType,
    FollowupAction,
    SlotSet,
)
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.conversation import (
    FAULT_KIND,
    FILED,
    FORM,
    TALK,
    Centres,
    begins_a_report,
    is_filling_in,
    line_of,
    message_id_of,
    returns_from_interruption,
    say,
    talk_of,
)
from actions.filing import Filing
from conversations.asking import ask, button
from conversations.filling import Verdict, begin, resume, take
from conversations.message import Reply
from conversations.request import BUSINESSES, Line, Request, Talk, next_step, start_again
from tickets.details import find_choice, read_details
from tickets.profile import FieldType, Profile
from tickets.service import TicketService
from tickets.ticket import Kind, State, Ticket, spoken_number

# a ticket that can still be urged or withdrawn
OPEN = frozenset({State.REGISTERED, State.DISPATCHED, State.IN_PROGRESS, State.ANSWERED})
RATING, WITHDRAWAL, FAULT, URGE = "rating", "withdrawal", "fault", "urge"
APPLICATION, APPLICATION_KIND = "application", "application_kind"
FEW = 3


class Requests:
    """What the actions below share: lines with their tickets looked up, requests begun."""

    def __init__(
        self, *, tickets: TicketService, centres: Centres, clock: Callable[[], datetime]
    ) -> None:
        self.centres = centres
        self._tickets, self._clock = tickets, clock

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
            say(dispatcher, Reply(text=profile.wordings.nothing_to_urge, buttons=_person(profile)))
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


class Begin(Action):
    """Begin the business that the line asks for."""

    def __init__(self, requests: Requests) -> None:
        self._requests = requests

    def name(self) -> str:
        """Name in the domain."""
        return "action_begin"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[dict[str, Any]]:
        """Put it on top of what is being filled in; the form asks what is missing."""
        kind = BUSINESSES[line_of(tracker).intent]
        return await self._requests.begin(kind, dispatcher, tracker)


class TakeLine(Action):
    """The form's validation: what the line means for the request that is being filled in."""

    def __init__(self, requests: Requests) -> None:
        self._requests = requests

    def name(self) -> str:
        """Name in the domain."""
        return f"validate_{FORM}"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[dict[str, Any]]:
        """The talk as it is now; a rejection when the line is about something else."""
        profile, talk = self._requests.centres.of(tracker), talk_of(tracker)
        if talk.current is None:
            return [ActiveLoop(None), SlotSet("requested_slot", None)]
        if not is_filling_in(tracker) or returns_from_interruption(tracker):
            return _state(talk, profile)
        line = await self._requests.line_for(talk.current, tracker)
        step = take(talk, line, profile)
        if step.verdict is Verdict.ASIDE:
            return [ActionExecutionRejected(FORM)]
        for reply in step.replies:
            say(dispatcher, reply)
        if step.verdict is Verdict.STOPPED:
            stopped = [SlotSet(TALK, step.talk.data()), SlotSet(FILED, None)]
            return [*stopped, ActiveLoop(None), SlotSet("requested_slot", None)]
        return _state(step.talk, profile)


class AskNext(Action):
    """The question for what is missing, or the read-back."""

    def __init__(self, requests: Requests) -> None:
        self._requests = requests

    def name(self) -> str:
        """Name in the domain."""
        return f"action_ask_{FILED}"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[dict[str, Any]]:
        """Utter it with its buttons."""
        talk = talk_of(tracker)
        if talk.current is not None:
            say(dispatcher, ask(talk, self._requests.centres.of(tracker)))
        return []


class FileRequest(Action):
    """File what is complete; then go on with what waited."""

    def __init__(self, requests: Requests, filing: Filing) -> None:
        self._requests, self._filing = requests, filing

    def name(self) -> str:
        """Name in the domain."""
        return "action_file"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[dict[str, Any]]:
        """File once, however often this line arrives."""
        profile, talk = self._requests.centres.of(tracker), talk_of(tracker)
        if talk.current is not None and tracker.get_slot(FILED):
            say(dispatcher, await self._filing.file(talk.current, profile, tracker))
            talk = talk.without_current()
        return [*_resume(talk, profile, dispatcher), SlotSet(FILED, None)]


class Cancel(Action):
    """Leave what is being filled in; with nothing open, take back a ticket."""

    def __init__(self, requests: Requests) -> None:
        self._requests = requests

    def name(self) -> str:
        """Name in the domain."""
        return "action_cancel"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[dict[str, Any]]:
        """Close the form and say so, or begin a withdrawal."""
        profile = self._requests.centres.of(tracker)
        if is_filling_in(tracker):
            talk = talk_of(tracker)
            if talk.current is not None and talk.current.kind == WITHDRAWAL:
                say(dispatcher, Reply(text=profile.wordings.not_withdrawn))
            else:
                dispatcher.utter_message(response="utter_cancelled")
            talk = talk.without_current()
            closed = [ActiveLoop(None), SlotSet("requested_slot", None)]
            return [*closed, *_resume(talk, profile, dispatcher)]
        own = await self._requests.open_tickets(tracker)
        names_one = "ticket_no" in line_of(tracker).details
        if not names_one and all(ticket.kind is Kind.EMERGENCY for ticket in own):
            say(dispatcher, Reply(text=profile.wordings.nothing_to_cancel))
            return []
        begun = await self._requests.begin(WITHDRAWAL, dispatcher, tracker)
        return [*begun, FollowupAction(FORM)]


class StartAgain(Action):
    """Forget what was said for the request and ask from the beginning."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_start_again"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[dict[str, Any]]:
        """The form asks again by itself."""
        if not is_filling_in(tracker):
            dispatcher.utter_message(response="utter_ask_more")
            return []
        dispatcher.utter_message(response="utter_start_again")
        return [SlotSet(TALK, start_again(talk_of(tracker)).data())]


async def begin_report_if_told(
    requests: Requests, dispatcher: CollectingDispatcher, tracker: Tracker
) -> list[EventType] | None:
    """A fault with its place, taken for something else, begins a report; None when it is none."""
    if not begins_a_report(tracker, requests.centres.of(tracker)):
        return None
    begun = await requests.begin(FAULT, dispatcher, tracker)
    return [*begun, FollowupAction(FORM)]


def _state(talk: Talk, profile: Profile) -> list[EventType]:
    request = talk.current
    is_complete = request is not None and next_step(request, profile) is None
    return [SlotSet(TALK, talk.data()), SlotSet(FILED, True if is_complete else None)]


def _resume(talk: Talk, profile: Profile, dispatcher: CollectingDispatcher) -> list[EventType]:
    """Go on with the request that waited, if one did."""
    talk = resume(talk, profile)
    kept = SlotSet(TALK, talk.data())
    if talk.current is None:
        return [kept]
    title = profile.businesses[talk.current.kind].title
    say(dispatcher, Reply(text=profile.wordings.resumed.format(title=title)))
    return [kept, FollowupAction(FORM)]


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
