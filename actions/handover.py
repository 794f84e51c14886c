"""Asking for a person: a phone if the customer gives one, and a ticket with what is known."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.conversation import Centres, request_key, words_of
from actions.faults import FIELDS, forget
from actions.forms import DetailsForm
from actions.tickets import ticket_card
from tickets.service import TicketService
from tickets.store import NewTicket
from tickets.ticket import Kind

COLLECTED = ("callback_kind", "callback_words", "callback_phone", "fault_confirmed")


class ValidateCallbackForm(DetailsForm):
    """A phone number, or the customer's wish not to give one."""

    optional = frozenset({"callback_phone"})

    def name(self) -> str:
        """Name in the domain."""
        return "validate_callback_form"

    async def get_validation_events(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """A phone given earlier is not asked for again."""
        phone = tracker.get_slot("phone")
        unknown = self._centres.of(tracker).wordings.unknown
        if phone and phone != unknown and not tracker.get_slot("callback_phone"):
            return [SlotSet("callback_phone", phone)]
        return await super().get_validation_events(dispatcher, tracker, domain)

    async def validate_callback_phone(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> dict[str, Any]:
        """A number the desk recognised as valid."""
        return {"callback_phone": value[-1] if isinstance(value, list) else value}


class FileCallback(Action):
    """Make the ticket: what was asked for, the customer's words, and every detail known."""

    def __init__(self, *, tickets: TicketService, centres: Centres) -> None:
        self._tickets, self._centres = tickets, centres

    def name(self) -> str:
        """Name in the domain."""
        return "action_file_callback"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[dict[str, Any]]:
        """File once, however often this line arrives."""
        profile = self._centres.of(tracker)
        known = {slot: tracker.get_slot(slot) for slot in FIELDS}
        known |= {
            "phone": tracker.get_slot("callback_phone"),
            "words": tracker.get_slot("callback_words"),
        }
        ticket = await self._tickets.register(
            NewTicket(
                request_key=request_key(tracker, "callback"),
                profile=profile.name,
                kind=Kind(tracker.get_slot("callback_kind") or Kind.CALLBACK),
                conversation_id=tracker.sender_id,
                fields={slot: str(value) for slot, value in known.items() if value},
            ),
            actor="bot",
            timezone=profile.timezone,
        )
        card, words = ticket_card(ticket, profile, lead=words_of("utter_filed_lead", domain))
        dispatcher.utter_message(
            response="utter_callback_filed", json_message={"card": card}, **words
        )
        return forget(COLLECTED)
