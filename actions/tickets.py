"""Telling how a ticket is going, to the customer it belongs to and to nobody else."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from rasa_sdk import Action, Tracker
from rasa_sdk.events import FollowupAction
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.answers import say_found
from actions.conversation import Centres, details_of, text_of
from knowledge.calibration import Decision
from knowledge.service import Knowledge
from tickets.profile import Profile
from tickets.service import TicketService
from tickets.ticket import Ticket, spoken_number


class TellProgress(Action):
    """By number, or the newest ticket of this conversation."""

    def __init__(self, *, tickets: TicketService, knowledge: Knowledge, centres: Centres) -> None:
        self._tickets, self._knowledge, self._centres = tickets, knowledge, centres

    def name(self) -> str:
        """Name in the domain."""
        return "action_tell_progress"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[dict[str, Any]]:
        """Utter the state; a number that is not theirs gets the answer an unknown one gets."""
        no = next(tracker.get_latest_entity_values("ticket_no"), None)
        if no is None:
            own = await self._tickets.list_tickets(conversation_id=tracker.sender_id)
            if not own:
                await self._answer_or_ask_number(dispatcher, tracker)
                return []
            no = own[0].no
        ticket = await self._tickets.find(str(no))
        if ticket is None or not ticket.belongs_to(
            conversation_id=tracker.sender_id, phone=tracker.get_slot("phone")
        ):
            dispatcher.utter_message(
                response="utter_ticket_not_yours", spoken=spoken_number(str(no))
            )
            return []
        dispatcher.utter_message(
            response="utter_progress", **progress_words(ticket, self._centres.of(tracker))
        )
        return []

    async def _answer_or_ask_number(
        self, dispatcher: CollectingDispatcher, tracker: Tracker
    ) -> None:
        """Without a ticket, "how long does it take" is a question like any other."""
        profile = self._centres.of(tracker).name
        found = await self._knowledge.search(text_of(tracker), profile=profile)
        if found.decision is not Decision.NONE:
            say_found(dispatcher, found)
        dispatcher.utter_message(response="utter_ask_ticket_no")


class NoteDetails(TellProgress):
    """A detail outside any form: a number asks for progress, a fault begins a report."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_note_details"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[dict[str, Any]]:
        """Tell the progress, begin a report, ask what it is for, or look for an answer."""
        details = details_of(tracker)
        if "ticket_no" in details:
            return await super().run(dispatcher, tracker, domain)
        if "fault_kind" in details:
            return [FollowupAction("fault_form")]
        if details:
            dispatcher.utter_message(response="utter_details_noted")
        else:
            profile = self._centres.of(tracker).name
            found = await self._knowledge.search(text_of(tracker), profile=profile)
            say_found(dispatcher, found)
        return []


def ticket_card(
    ticket: Ticket, profile: Profile, *, lead: str
) -> tuple[dict[str, str], dict[str, str]]:
    """A filed ticket as a card, and the words that say the same."""
    promise = profile.promises[ticket.kind]
    words = {"spoken": spoken_number(ticket.no), "next": promise.next, "by": promise.by}
    kind = profile.kind_labels[ticket.kind]
    return {"type": "ticket", "lead": lead, "no": ticket.no, "kind": kind, **words}, words


def progress_words(ticket: Ticket, profile: Profile) -> dict[str, str]:
    """What a customer is told of a ticket's progress."""
    return {
        "spoken": spoken_number(ticket.no),
        "kind": profile.kind_labels[ticket.kind],
        "state": profile.state_labels[ticket.state],
        "registered": _local(ticket.registered_at, profile),
        "note": "",
    }


def _local(moment: datetime, profile: Profile) -> str:
    return moment.astimezone(ZoneInfo(profile.timezone)).strftime("%Y-%m-%d %H:%M")
