"""Answering from the knowledge: the entry, up to three choices, or an honest "I do not know"."""

import json
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.conversation import Centres, text_of
from conversations.answering import source_of
from knowledge.calibration import Decision
from knowledge.entry import Entry
from knowledge.service import Knowledge


class Answer(Action):
    """Search for the line, or say the entry that a choice's button names."""

    def __init__(self, *, knowledge: Knowledge, centres: Centres) -> None:
        self._knowledge, self._centres = knowledge, centres

    def name(self) -> str:
        """Name in the domain."""
        return "action_answer"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[dict[str, Any]]:
        """Utter the answer with its source, or the choices, or that it is not known."""
        profile = self._centres.of(tracker).name
        chosen = next(tracker.get_latest_entity_values("entry_id"), None)
        if chosen is not None:
            entry = self._knowledge.find_entry(str(chosen), profile=profile)
            _say(dispatcher, entry) if entry else dispatcher.utter_message(response="utter_entry_gone")
            return []
        found = await self._knowledge.search(text_of(tracker), profile=profile)
        if found.decision is Decision.ANSWER:
            _say(dispatcher, found.candidates[0].entry)
        elif found.decision is Decision.CLARIFY:
            choices = [_choice(candidate.entry) for candidate in found.candidates]
            dispatcher.utter_message(response="utter_clarify", buttons=choices)
        else:
            dispatcher.utter_message(response="utter_not_known")
        return []


def _say(dispatcher: CollectingDispatcher, entry: Entry) -> None:
    dispatcher.utter_message(
        response="utter_answer",
        answer=entry.answer,
        json_message={"sources": [source_of(entry)]},
    )


def _choice(entry: Entry) -> dict[str, str]:
    return {
        "title": entry.title,
        "payload": f"/consult{json.dumps({'entry_id': entry.entry_id})}",
    }
