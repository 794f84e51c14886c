"""Saying what the knowledge found: an entry with its source, choices, or that it is not known."""

import json
from collections.abc import Sequence

from rasa_sdk.executor import CollectingDispatcher

from conversations.answering import source_of
from conversations.handover import MISSED
from knowledge.calibration import LEAST_CHOICE, Decision
from knowledge.entry import Entry
from knowledge.hits import Hits
from knowledge.search import SearchResult

Buttons = Sequence[dict[str, str]]


def say_found(
    dispatcher: CollectingDispatcher,
    found: SearchResult,
    *,
    hits: Hits,
    profile: str,
    buttons: Buttons = (),
) -> None:
    """Say what the search decided, and count it: an answer, choices, or that it is not known.

    `buttons` go under an answer.
    """
    if found.decision is Decision.ANSWER:
        say_entry(
            dispatcher, found.candidates[0].entry, hits=hits, profile=profile, buttons=buttons
        )
    elif found.decision is Decision.SUGGEST:
        first, others = found.candidates[0].entry, _offered(found)[1:]
        hits.offered(profile, [entry.entry_id for entry in others])
        say_entry(
            dispatcher,
            first,
            hits=hits,
            profile=profile,
            response="utter_suggest",
            buttons=[*map(_choice, others), *buttons],
        )
    elif found.decision is Decision.CLARIFY:
        offered = _offered(found)
        hits.offered(profile, [entry.entry_id for entry in offered])
        dispatcher.utter_message(
            response="utter_clarify", buttons=[_choice(entry) for entry in offered]
        )
    else:
        dispatcher.utter_message(
            response="utter_not_known", json_message={"card": {"type": MISSED}}
        )


def say_entry(
    dispatcher: CollectingDispatcher,
    entry: Entry,
    *,
    hits: Hits,
    profile: str,
    response: str = "utter_answer",
    buttons: Buttons = (),
) -> None:
    """Say an entry's answer with its source, and count it."""
    hits.answered(profile, entry.entry_id)
    dispatcher.utter_message(
        response=response,
        title=entry.title,
        answer=entry.answer,
        buttons=list(buttons) or None,
        json_message={"sources": [source_of(entry)]},
    )


def _offered(found: SearchResult) -> list[Entry]:
    likely = [each.entry for each in found.candidates if each.probability >= LEAST_CHOICE]
    return likely or [found.candidates[0].entry]


def _choice(entry: Entry) -> dict[str, str]:
    payload = f"/consult{json.dumps({'entry_id': entry.entry_id})}"
    return {"title": entry.title, "payload": payload}
