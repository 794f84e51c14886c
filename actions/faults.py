"""Reporting a fault: what is asked, what is checked, the read-back, and the ticket."""

import json
from collections.abc import Sequence
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.conversation import Centres, request_key, words_of
from actions.forms import DetailsForm
from actions.tickets import ticket_card
from tickets.profile import Choice, Profile
from tickets.service import TicketService
from tickets.store import NewTicket
from tickets.ticket import Kind

FIELDS = ("fault_kind", "address", "scope", "since", "phone")
# the phone is kept: the same customer's next request needs it again
COLLECTED = ("fault_kind", "address", "scope", "since", "fault_confirmed")
HOUSEHOLD = "household"


class ValidateFaultForm(DetailsForm):
    """Checks what the fault form collected."""

    places = frozenset({"address"})
    optional = frozenset({"scope", "since", "phone"})

    def name(self) -> str:
        """Name in the domain."""
        return "validate_fault_form"

    async def validate_fault_kind(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> dict[str, Any]:
        """One of the profile's kinds."""
        return {"fault_kind": _one_of(value, self._centres.of(tracker).fault_kinds)}

    async def validate_scope(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> dict[str, Any]:
        """One of the profile's scopes, or not known; one household alone is told what to check."""
        profile = self._centres.of(tracker)
        scope = value if value == profile.wordings.unknown else _one_of(value, profile.scopes)
        alone = next((c.title for c in profile.scopes if c.id == HOUSEHOLD), None)
        if scope is not None and scope == alone:
            dispatcher.utter_message(response="utter_self_check")
        return {"scope": scope}

    async def validate_address(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> dict[str, Any]:
        """Any place the desk recognised."""
        return {"address": _last(value)}

    async def validate_since(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> dict[str, Any]:
        """The customer's own words."""
        return {"since": _last(value)}

    async def validate_phone(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> dict[str, Any]:
        """A number the desk recognised as valid."""
        return {"phone": _last(value)}

    async def validate_fault_confirmed(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> dict[str, Any]:
        """Yes files the ticket; no asks what to change and reads back again."""
        if value:
            return {"fault_confirmed": True}
        dispatcher.utter_message(response="utter_ask_change")
        return {"fault_confirmed": None}


class AskChoice(Action):
    """Ask for a slot with the profile's choices as buttons."""

    def __init__(self, slot: str, *, centres: Centres) -> None:
        self._slot, self._centres = slot, centres

    def name(self) -> str:
        """Name in the domain."""
        return f"action_ask_{self._slot}"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[dict[str, Any]]:
        """Utter the question with its buttons."""
        buttons = [
            {"title": choice.title, "payload": _inform(self._slot, choice.title)}
            for choice in choices_of(self._slot, self._centres.of(tracker))
        ]
        dispatcher.utter_message(response=f"utter_ask_{self._slot}", buttons=buttons)
        return []


class ReadBack(Action):
    """Show what will be filed, each field with a way to change it."""

    def __init__(self, *, centres: Centres) -> None:
        self._centres = centres

    def name(self) -> str:
        """Name in the domain."""
        return "action_ask_fault_confirmed"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[dict[str, Any]]:
        """Utter the read-back as text and as a card."""
        labels = self._centres.of(tracker).field_labels
        fields = [
            {
                "slot": slot,
                "label": labels[slot],
                "value": tracker.get_slot(slot),
                "payload": f"/correct{json.dumps({'field': slot})}",
            }
            for slot in FIELDS
        ]
        lead = words_of("utter_read_back_lead", domain)
        dispatcher.utter_message(
            response="utter_read_back_fault",
            summary="\n".join(f"{field['label']}：{field['value']}" for field in fields),
            json_message={"card": {"type": "read_back", "lead": lead, "fields": fields}},
        )
        return []


class FileFault(Action):
    """Make the ticket and tell its number."""

    def __init__(self, *, tickets: TicketService, centres: Centres) -> None:
        self._tickets, self._centres = tickets, centres

    def name(self) -> str:
        """Name in the domain."""
        return "action_file_fault"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[dict[str, Any]]:
        """File once, however often this line arrives."""
        profile = self._centres.of(tracker)
        ticket = await self._tickets.register(
            NewTicket(
                request_key=request_key(tracker, "fault"),
                profile=profile.name,
                kind=Kind.FAULT,
                conversation_id=tracker.sender_id,
                fields={slot: str(tracker.get_slot(slot)) for slot in FIELDS},
            ),
            actor="bot",
            timezone=profile.timezone,
        )
        card, words = ticket_card(ticket, profile, lead=words_of("utter_filed_lead", domain))
        dispatcher.utter_message(response="utter_fault_filed", json_message={"card": card}, **words)
        return forget(COLLECTED)


def choices_of(slot: str, profile: Profile) -> Sequence[Choice]:
    """The profile's choices for a slot."""
    return {"fault_kind": profile.fault_kinds, "scope": profile.scopes}[slot]


def forget(slots: Sequence[str]) -> list[EventType]:
    """Empty these slots."""
    return [SlotSet(slot, None) for slot in slots]


def _inform(slot: str, value: str) -> str:
    return f"/inform{json.dumps({slot: value}, ensure_ascii=False)}"


def _last(value: Any) -> str | None:
    found = value[-1] if isinstance(value, list) and value else value
    return str(found) if found else None


def _one_of(value: Any, choices: Sequence[Choice]) -> str | None:
    return next((choice.title for choice in choices if choice.title == _last(value)), None)
