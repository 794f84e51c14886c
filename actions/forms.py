"""Forms in general: what answers, what interrupts, what corrects. One mechanism for all.

A form takes whatever details a line holds. A line that asks something else is rejected, so that
the rule for its intent runs and the form asks again by itself.
"""

from abc import ABC
from typing import Any

from rasa_sdk import Action, FormValidationAction, Tracker
from rasa_sdk.events import ActionExecutionRejected, ActiveLoop, EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.conversation import Centres, intent_of, returns_from_interruption, text_of
from tickets.details import tidy_place
from tickets.profile import Profile

# intents by which people answer a form's question
ANSWERS = frozenset(
    {"inform", "affirm", "deny", "unsure", "correct", "report_fault", "nlu_fallback"}
)
# intents under which a free text may describe what was asked for
DESCRIBES = frozenset({"inform", "nlu_fallback"})
# intents that leave the form even when the line also holds a detail it could use
LEAVES = frozenset({"request_person", "complain", "cancel"})
SURE_ENOUGH_TO_LEAVE = 0.6
LEAST_LETTERS_OF_A_PLACE = 4


class DetailsForm(FormValidationAction, ABC):
    """Validation of a form whose slots fill from the desk's entities."""

    # slots for a place, which a free text may describe when no pattern recognises it
    places: frozenset[str] = frozenset()
    # slots the customer need not know: `unsure` and `deny` fill them with the profile's word for it
    optional: frozenset[str] = frozenset()

    def __init__(self, centres: Centres) -> None:
        self._centres = centres

    async def get_validation_events(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Validated slots; a rejection when the line is about something else."""
        events = await super().get_validation_events(dispatcher, tracker, domain)
        asked = tracker.get_slot("requested_slot")
        is_active = (tracker.active_loop or {}).get("name") == self.form_name()
        if not is_active or asked is None or returns_from_interruption(tracker, self.form_name()):
            return events
        intent, confidence = intent_of(tracker)
        given = {event["name"]: event["value"] for event in events if event["event"] == "slot"}
        if intent in LEAVES and confidence >= SURE_ENOUGH_TO_LEAVE:
            return [*events, ActionExecutionRejected(self.form_name())]
        if any(value is not None for value in given.values()) or asked in given:
            return events
        if intent == "correct":
            return [*events, *self._correct(tracker, dispatcher)]
        if intent not in ANSWERS:
            return [*events, ActionExecutionRejected(self.form_name())]
        return [*events, *self._take(asked, intent, tracker, dispatcher)]

    def _take(
        self, asked: str, intent: str, tracker: Tracker, dispatcher: CollectingDispatcher
    ) -> list[EventType]:
        """The whole line as the answer, an honest "not known", or a hint and the question again."""
        text, profile = text_of(tracker), self._centres.of(tracker)
        if intent in {"unsure", "deny"} and asked in self.optional:
            return [SlotSet(asked, profile.wordings.unknown)]
        if asked in self.places and intent in DESCRIBES and _could_be_a_place(text, profile):
            return [SlotSet(asked, tidy_place(text))]
        if intent == "nlu_fallback" and profile.asks_something(text):
            return [ActionExecutionRejected(self.form_name())]
        dispatcher.utter_message(response=f"utter_hint_{asked}")
        return [SlotSet(asked, None)]

    def _correct(self, tracker: Tracker, dispatcher: CollectingDispatcher) -> list[EventType]:
        """Clear the slot that is pointed at, so that the form asks for it; else ask which."""
        field = next(tracker.get_latest_entity_values("field"), None)
        pointed = field or self._centres.of(tracker).find_pointed_field(text_of(tracker))
        if pointed in tracker.slots:
            return [SlotSet(pointed, None)]
        dispatcher.utter_message(response="utter_ask_change")
        return [SlotSet(tracker.get_slot("requested_slot"), None)]


def _could_be_a_place(text: str, profile: Profile) -> bool:
    letters = sum(character.isalpha() for character in text)
    return letters >= LEAST_LETTERS_OF_A_PLACE and not profile.asks_something(text)


class LeaveForm(Action):
    """Close whatever form is open, so that another may begin; what it collected is kept."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_leave_form"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[dict[str, Any]]:
        """Say nothing."""
        return [ActiveLoop(None), SlotSet("requested_slot", None)]


class Cancel(Action):
    """Leave whatever form is open and forget what it collected."""

    def __init__(self, collected: tuple[str, ...]) -> None:
        self._collected = collected

    def name(self) -> str:
        """Name in the domain."""
        return "action_cancel"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[dict[str, Any]]:
        """Close the form; say so."""
        if not (tracker.active_loop or {}).get("name"):
            dispatcher.utter_message(response="utter_nothing_to_cancel")
            return []
        dispatcher.utter_message(response="utter_cancelled")
        cleared = [SlotSet(slot, None) for slot in (*self._collected, "requested_slot")]
        return [ActiveLoop(None), *cleared]
