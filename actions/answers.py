"""Answering from the knowledge: the entry, up to three choices, or an honest "I do not know"."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.conversation import talk_of, text_of
from actions.requests import Requests, begin_report_if_told
from actions.saying import say_entry, say_found
from knowledge.calibration import Decision
from knowledge.search import SearchResult
from knowledge.service import Knowledge

# "fine, thanks" is no question
LEAST_LETTERS_OF_A_QUESTION = 6


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
        profile = self._requests.centres.of(tracker)
        chosen = next(tracker.get_latest_entity_values("entry_id"), None)
        if chosen is not None:
            entry = self._knowledge.find_entry(str(chosen), profile=profile.name)
            if entry is None:
                dispatcher.utter_message(response="utter_entry_gone")
            else:
                say_entry(dispatcher, entry, hits=self._knowledge.hits, profile=profile.name)
            return []
        found = await self._search(tracker, profile.name)
        if found.decision is not Decision.ANSWER:
            begun = await begin_report_if_told(self._requests, dispatcher, tracker)
            if begun is not None:
                return begun
        say_found(dispatcher, found, hits=self._knowledge.hits, profile=profile.name)
        return []

    async def _search(self, tracker: Tracker, profile: str) -> SearchResult:
        """What is found for the line; a short one may leave out what was talked about before."""
        text, topic = text_of(tracker), talk_of(tracker).topic
        found = await self._knowledge.search(text, profile=profile)
        if found.decision is Decision.ANSWER or not topic or topic in text:
            return found
        within = await self._knowledge.search(f"{topic}，{text}", profile=profile)
        surer = within.decision is Decision.ANSWER
        surer |= within.decision is Decision.SUGGEST and not found.decision.shows_an_answer
        return within if surer else found


class AskMore(Answer):
    """Yes, no or "I do not know" with nothing asked: perhaps a question in other words."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_ask_more"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[dict[str, Any]]:
        """Answer what reads as a question; else ask what it is about."""
        profile, text = self._requests.centres.of(tracker), text_of(tracker)
        if profile.asks_something(text):
            return await super().run(dispatcher, tracker, domain)
        if len(text) >= LEAST_LETTERS_OF_A_QUESTION:
            found = await self._search(tracker, profile.name)
            if found.decision is Decision.ANSWER:
                say_found(dispatcher, found, hits=self._knowledge.hits, profile=profile.name)
                return []
        dispatcher.utter_message(response="utter_ask_more")
        return []
