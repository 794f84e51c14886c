"""Answering from the knowledge: the entry, up to three choices, or an honest "I do not know"."""

import json
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.conversation import text_of
from actions.requests import Requests, begin_report_if_told
from conversations.answering import source_of
from knowledge.calibration import LEAST_CHOICE, Decision
from knowledge.entry import Entry
from knowledge.search import SearchResult
from knowledge.service import Knowledge


class Answer(Action):
    """Search for the line, or say the entry that a choice's button names."""

    def __init__(self, *, knowledge: Knowledge, requests: Requests) -> None:
        self._knowledge, self._requests = knowledge, requests

    def name(self) -> str:
        """Name in the domain."""
        return "action_answer"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[dict[str, Any]]:
        """Utter the answer with its source, or the choices, or that it is not known."""
        profile = self._requests.centres.of(tracker).name
        chosen = next(tracker.get_latest_entity_values("entry_id"), None)
        if chosen is not None:
            entry = self._knowledge.find_entry(str(chosen), profile=profile)
            if entry is None:
                dispatcher.utter_message(response="utter_entry_gone")
            else:
                self._knowledge.hits.answered(profile, entry.entry_id)
                say_entry(dispatcher, entry)
            return []
        found = await self._knowledge.search(text_of(tracker), profile=profile)
        if found.decision is not Decision.ANSWER:
            begun = await begin_report_if_told(self._requests, dispatcher, tracker)
            if begun is not None:
                return begun
        count_hits(self._knowledge, profile, found)
        say_found(dispatcher, found)
        return []


def count_hits(knowledge: Knowledge, profile: str, found: SearchResult) -> None:
    """Count the entries that `say_found` says or offers."""
    if found.decision is Decision.ANSWER:
        knowledge.hits.answered(profile, found.candidates[0].entry.entry_id)
    elif found.decision is Decision.CLARIFY:
        knowledge.hits.offered(profile, [entry.entry_id for entry in _offered(found)])


def say_found(dispatcher: CollectingDispatcher, found: SearchResult) -> None:
    """Say what the search decided: the answer, the choices, or that it is not known."""
    if found.decision is Decision.ANSWER:
        say_entry(dispatcher, found.candidates[0].entry)
    elif found.decision is Decision.CLARIFY:
        dispatcher.utter_message(response="utter_clarify", buttons=_choices(found))
    else:
        dispatcher.utter_message(response="utter_not_known")


def say_entry(dispatcher: CollectingDispatcher, entry: Entry) -> None:
    """Say an entry's answer with its source."""
    dispatcher.utter_message(
        response="utter_answer",
        answer=entry.answer,
        json_message={"sources": [source_of(entry)]},
    )


def _choices(found: SearchResult) -> list[dict[str, str]]:
    return [
        {"title": entry.title, "payload": f"/consult{json.dumps({'entry_id': entry.entry_id})}"}
        for entry in _offered(found)
    ]


def _offered(found: SearchResult) -> list[Entry]:
    likely = [each.entry for each in found.candidates if each.probability >= LEAST_CHOICE]
    return likely or [found.candidates[0].entry]
