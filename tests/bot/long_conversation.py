"""Runs in .venv-bot: a long conversation in the tracker store, told as one JSON object.

    python long_conversation.py <database file> <turns before the session is closed>

The tests that read it are in test_kept_trackers.py.
"""

import asyncio
import json
import sys
import warnings
from itertools import pairwise
from typing import Any

warnings.filterwarnings("ignore")

from rasa.shared.core.domain import Domain  # noqa: E402
from rasa.shared.core.events import (  # noqa: E402
    ActionExecuted,
    ActiveLoop,
    BotUttered,
    Event,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker  # noqa: E402

from bot.channels.desk import _earlier_answer  # noqa: E402
from bot.components.kept_trackers import KeptTrackers  # noqa: E402

SENDER = "wang"


class Agent:
    """What the channel needs of an agent."""

    def __init__(self, store: KeptTrackers) -> None:
        self.tracker_store = store


def opening() -> list[Event]:
    """A session as Rasa begins it."""
    return [ActionExecuted("action_session_start"), SessionStarted(), listen()]


def listen() -> Event:
    return ActionExecuted("action_listen")


def turn(number: int) -> list[Event]:
    """One line of a customer who is filling in a form, and its answer."""
    return [
        UserUttered(
            f"第{number}句",
            intent={"name": "inform", "confidence": 1.0},
            parse_data={"intent": {"name": "inform", "confidence": 1.0}, "entities": []},
            metadata={"message_id": f"m-{number}"},
        ),
        ActionExecuted("request_form"),
        SlotSet("talk", {"requests": [], "known": {"phone": f"1380013{number:04d}"}}),
        BotUttered(f"第{number}答", data={"buttons": [{"title": "是", "payload": "/affirm"}]}),
        listen(),
    ]


def known(tracker: DialogueStateTracker | None) -> dict[str, Any]:
    """What a tracker knows; `session` is what of its events the store reads back."""
    assert tracker is not None
    events = [event.as_dict() for event in tracker.events]
    begun = next(place for place, event in enumerate(events) if event["event"] == "session_started")
    return {
        "slots": {name: s.value for name, s in tracker.slots.items() if s.value is not None},
        "loop": tracker.active_loop_name,
        "latest": tracker.latest_message.text if tracker.latest_message else None,
        "latest_action": tracker.latest_action_name,
        "heard": [event["text"] for event in events if event["event"] == "user"],
        "said": [event["text"] for event in events if event["event"] == "bot"],
        "times_in_order": all(
            first["timestamp"] <= second["timestamp"] for first, second in pairwise(events)
        ),
        "session": events[begun:],
    }


async def main(database: str, turns: int) -> None:
    domain = Domain.load("bot/domain")

    def opened() -> KeptTrackers:
        return KeptTrackers(domain, dialect="sqlite", db=database)

    def rows(store: KeptTrackers) -> int:
        with store.session_scope() as session:
            return int(session.query(store.SQLEvent).filter_by(sender_id=SENDER).count())

    async def earlier(store: KeptTrackers, number: int) -> Any:
        return await _earlier_answer(Agent(store), SENDER, f"m-{number}")

    told: dict[str, Any] = {}
    store = opened()
    tracker = DialogueStateTracker(SENDER, domain.slots)
    tracker.update_with_events([*opening(), ActiveLoop("request_form")], domain)
    tracker.update(SlotSet("requested_slot", "filed"), domain)
    for number in range(turns):
        tracker.update_with_events(turn(number), domain)
    await store.save(tracker)
    told["before"], told["rows_before"] = known(tracker), rows(store)

    fresh = await store.retrieve(SENDER)
    told["after"], told["rows_after"] = known(fresh), rows(store)
    told["reread"] = known(await opened().retrieve(SENDER))
    told["rows_after_rereading"] = rows(store)
    told["again"] = {
        str(number): [await earlier(store, number), await earlier(opened(), number)]
        for number in (turns - 1, turns - 2)
    }

    # the turn goes on with what was retrieved
    tracker = await store.retrieve(SENDER)
    tracker.update_with_events(turn(turns), domain)
    await store.save(tracker)
    told["rows_after_a_turn"] = rows(store)
    await store.save(tracker)
    told["rows_after_saving_twice"] = rows(store)
    told["again_after_a_turn"] = await earlier(store, turns)

    # another process takes over
    other = opened()
    tracker = await other.retrieve(SENDER)
    told["taken_over"] = known(tracker)
    await other.save(tracker)
    told["rows_after_taking_over"] = rows(other)
    tracker.update_with_events(turn(turns + 1), domain)
    await other.save(tracker)
    told["rows_after_a_turn_there"] = rows(other)
    told["reread_there"] = known(await opened().retrieve(SENDER))

    # a turn that failed half way has put something on the tracker that was never saved
    tracker = await other.retrieve(SENDER)
    tracker.update(SlotSet("talk", {"requests": [], "known": {"phone": "half a turn"}}), domain)
    told["after_a_failed_turn"] = known(await other.retrieve(SENDER))

    full = await other.retrieve_full_tracker(SENDER)
    told["everything_heard"] = [e.text for e in full.events if isinstance(e, UserUttered)]
    print(json.dumps(told, ensure_ascii=False))


asyncio.run(main(sys.argv[1], int(sys.argv[2])))
