"""Telling how a ticket is going, to the customer it belongs to and to nobody else."""

from dataclasses import replace
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.cards import progress_words
from actions.conversation import FAULT_KIND, FORM, TALK, Centres, line_of, say, talk_of, text_of
from actions.requests import FAULT, Requests
from actions.saying import say_found
from conversations.asking import button
from conversations.message import Reply
from conversations.request import note
from knowledge.service import Knowledge
from tickets.details import find_choice
from tickets.service import TicketService
from tickets.ticket import spoken_number


class TellProgress(Action):
    """By number, or the newest ticket of this conversation."""

    def __init__(
        self,
        *,
        requests: Requests,
        tickets: TicketService,
        knowledge: Knowledge,
        centres: Centres,
    ) -> None:
        self._requests, self._tickets = requests, tickets
        self._knowledge, self._centres = knowledge, centres

    def name(self) -> str:
        """Name in the domain."""
        return "action_tell_progress"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[dict[str, Any]]:
        """Utter the state; a number that is not theirs gets the answer an unknown one gets."""
        line, profile = line_of(tracker), self._centres.of(tracker)
        no = line.details.get("ticket_no")
        if no is None and "wrong_ticket_no" in line.details:
            say(dispatcher, Reply(text=profile.wordings.wrong_ticket_no))
            return []
        if no is None:
            own = await self._tickets.list_tickets(conversation_id=tracker.sender_id)
            if not own:
                await self._answer_or_ask_number(dispatcher, tracker)
                return []
            no = own[0].no
        ticket = await self._tickets.find(no)
        phone = line.details.get("phone") or talk_of(tracker).known.get("phone")
        if ticket is None or not ticket.belongs_to(conversation_id=tracker.sender_id, phone=phone):
            dispatcher.utter_message(response="utter_ticket_not_yours", spoken=spoken_number(no))
            return []
        # a merged ticket stands where the one stands that leads it
        leading = await self._tickets.get_leading(no)
        words = progress_words(replace(ticket, state=leading.state), profile)
        dispatcher.utter_message(response="utter_progress", **words)
        known = await self._requests.known_of(ticket, profile)
        if known is not None:
            say(dispatcher, known)
        return []

    async def _answer_or_ask_number(
        self, dispatcher: CollectingDispatcher, tracker: Tracker
    ) -> None:
        """Without a ticket, "how long does it take" is a question like any other."""
        profile = self._centres.of(tracker)
        text = text_of(tracker)
        found = await self._knowledge.search(text, profile=profile.name)
        # "what about my ticket" is less of a question than "when will they come"
        if found.decision.shows_an_answer and not profile.names_a_ticket(text):
            # whoever asks after a ticket that is not here may need somebody to look
            person = button(profile.wordings.person, "/request_person")
            say_found(
                dispatcher,
                found,
                hits=self._knowledge.hits,
                profile=profile.name,
                buttons=[person],
            )
        else:
            dispatcher.utter_message(response="utter_ask_ticket_no")


class NoteDetails(TellProgress):
    """A detail outside any request: a number asks for progress, a fault begins a report."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_note_details"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[dict[str, Any]]:
        """Tell the progress, begin a report, ask what it is for, or look for an answer."""
        line, profile = line_of(tracker), self._centres.of(tracker)
        if line.pressed is not None:
            dispatcher.utter_message(response="utter_button_old")
            return []
        if {"ticket_no", "wrong_ticket_no"} & set(line.details):
            return await super().run(dispatcher, tracker, domain)
        kinds = profile.fields[FAULT_KIND].choices if FAULT_KIND in profile.fields else []
        if find_choice(line.text, kinds) is not None:
            begun = await self._requests.begin(FAULT, dispatcher, tracker)
            return [*begun, FollowupAction(FORM)]
        if line.details and not profile.asks_something(line.text):
            dispatcher.utter_message(response="utter_details_noted")
            return [SlotSet(TALK, note(talk_of(tracker), line).data())]
        found = await self._knowledge.search(line.text, profile=profile.name)
        say_found(dispatcher, found, hits=self._knowledge.hits, profile=profile.name)
        return []
