"""Saying what the knowledge found: an entry with its source, choices, or that it is not known."""

import json
from collections.abc import Sequence

from rasa_sdk.executor import CollectingDispatcher

from conversations.answering import source_of
from knowledge.calibration import LEAST_CHOICE, Decision
from knowledge.entry import Entry
from knowledge.search import SearchResult

Buttons = Sequence[dict[str, str]]


def say_found(
    dispatcher: CollectingDispatcher, found: SearchResult, *, buttons: Buttons = ()
) -> None:
    """Say what the search decided: the answer, the choices, or that it is not known.

    `buttons` go under an answer.
    """
    if found.decision is Decision.ANSWER:
        say_entry(dispatcher, found.candidates[0].entry, buttons=buttons)
    elif found.decision is Decision.CLARIFY:
        dispatcher.utter_message(response="utter_clarify", buttons=_choices(found))
    else:
        dispatcher.utter_message(response="utter_not_known")


def say_entry(dispatcher: CollectingDispatcher, entry: Entry, *, buttons: Buttons = ()) -> None:
    """Say an entry's answer with its source."""
    dispatcher.utter_message(
        response="utter_answer",
        answer=entry.answer,
        buttons=list(buttons) or None,
        json_message={"sources": [source_of(entry)]},
    )


def _choices(found: SearchResult) -> list[dict[str, str]]:
    likely = [each.entry for each in found.candidates if each.probability >= LEAST_CHOICE]
    return [
        {"title": entry.title, "payload": f"/consult{json.dumps({'entry_id': entry.entry_id})}"}
        for entry in likely or [found.candidates[0].entry]
    ]
