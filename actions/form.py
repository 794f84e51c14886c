"""The form: begin a business, take a line for it, ask on, file it, cancel, start again."""

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
    FILED,
    FORM,
    TALK,
    is_filling_in,
    line_of,
    returns_from_interruption,
    say,
    talk_of,
)
from actions.filing import Filing
from actions.requests import URGE, WITHDRAWAL, Requests
from conversations.asking import ask
from conversations.beginning import resume
from conversations.duty import Duty
from conversations.filling import take
from conversations.handover import HAND_OVER
from conversations.handovers import HandOvers
from conversations.leaving import SURE_ENOUGH_TO_LEAVE
from conversations.message import Reply
from conversations.request import BUSINESSES, Talk, next_step, start_again
from conversations.steps import Verdict
from knowledge.calibration import Decision
from tickets.profile import Profile
from tickets.sent_file_service import SentFiles
from tickets.ticket import Kind

# below this, what is put as a question is looked up first …
SURE_ENOUGH_TO_BEGIN = 0.6
# … but "no power at home, what now?" is a fault, and "are they coming at all?" an urge
BEGUN_BY_A_QUESTION = frozenset({"fault", "urge", "rating", "callback"})


class Begin(Action):
    """Begin the business that the line asks for."""

    def __init__(self, requests: Requests, *, handovers: HandOvers, duty: Duty) -> None:
        self._requests, self._handovers, self._duty = requests, handovers, duty

    def name(self) -> str:
        """Name in the domain."""
        return "action_begin"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[dict[str, Any]]:
        """Put it on top of what is being filled in; the form asks what is missing."""
        line, profile = line_of(tracker), self._requests.centres.of(tracker)
        kind = BUSINESSES[line.intent]
        if kind == Kind.CALLBACK and await self._someone_answers(tracker.sender_id, profile):
            # the hub puts them into the queue, and says their place instead
            say(dispatcher, Reply(text=profile.wordings.person, card={"type": HAND_OVER}))
            return []
        is_sure = line.confidence >= SURE_ENOUGH_TO_BEGIN or kind in BEGUN_BY_A_QUESTION
        if not is_sure and profile.asks_something(line.text):
            # "is there a reward for informing on theft?" is a question, not a report
            found = await self._requests.search(line, profile)
            if found.decision is not Decision.NONE:
                self._requests.say_found(dispatcher, found, profile)
                return []
        return await self._requests.begin(kind, dispatcher, tracker)

    async def _someone_answers(self, conversation_id: str, profile: Profile) -> bool:
        has_one = await self._handovers.find_open(conversation_id) is not None
        return has_one or await self._duty.is_staffed(profile.name)


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

    def __init__(self, requests: Requests, files: SentFiles) -> None:
        self._requests, self._files = requests, files

    def name(self) -> str:
        """Name in the domain."""
        return f"action_ask_{FILED}"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[dict[str, Any]]:
        """Utter it with its buttons; before it, what is known where others reported the same."""
        talk, profile = talk_of(tracker), self._requests.centres.of(tracker)
        if talk.current is None:
            return []
        talk, known = await self._requests.tell_known(talk, profile)
        if known is not None:
            say(dispatcher, known)
        if talk.current is not None and talk.current.kind in list(Kind):
            # a photo sent meanwhile belongs to what is being told, and to nothing before it
            await self._files.hold(tracker.sender_id, Kind(talk.current.kind))
        say(dispatcher, ask(talk, profile))
        return [] if known is None else [SlotSet(TALK, talk.data())]


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
        line = line_of(tracker)
        names_one = "ticket_no" in line.details
        if not names_one and all(ticket.kind is Kind.EMERGENCY for ticket in own):
            if line.text and line.confidence < SURE_ENOUGH_TO_LEAVE:
                # "never mind, how do I look up my bill"
                found = await self._requests.search(line, profile)
                self._requests.say_found(dispatcher, found, profile)
                return []
            say(dispatcher, Reply(text=profile.wordings.nothing_to_cancel))
            return []
        begun = await self._requests.begin(WITHDRAWAL, dispatcher, tracker)
        return [*begun, FollowupAction(FORM)]


class StartAgain(Action):
    """Forget what was said for the request and ask from the beginning."""

    def __init__(self, requests: Requests) -> None:
        self._requests = requests

    def name(self) -> str:
        """Name in the domain."""
        return "action_start_again"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[dict[str, Any]]:
        """The form asks again by itself."""
        if not is_filling_in(tracker):
            if await self._requests.open_tickets(tracker):
                # "they must come back and do it again"
                begun = await self._requests.begin(URGE, dispatcher, tracker)
                return [*begun, FollowupAction(FORM)]
            dispatcher.utter_message(response="utter_ask_more")
            return []
        dispatcher.utter_message(response="utter_start_again")
        return [SlotSet(TALK, start_again(talk_of(tracker)).data())]


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
