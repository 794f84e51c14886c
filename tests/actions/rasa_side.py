"""The Rasa side of an action call: a tracker as Rasa would send it, and what the customer reads."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher
from ruamel.yaml import YAML

from actions.conversation import FILED, FORM, TALK
from conversations.request import Talk
from desk.settings import ROOT

Event = dict[str, Any]


def load_domain() -> dict[str, Any]:
    """bot/domain as Rasa joins it: maps merged, lists put together."""
    whole: dict[str, Any] = {}
    for path in sorted((ROOT / "bot" / "domain").glob("*.yml")):
        for key, value in YAML(typ="safe").load(path).items():
            if isinstance(value, dict):
                whole.setdefault(key, {}).update(value)
            elif isinstance(value, list):
                whole.setdefault(key, []).extend(value)
    return whole


@dataclass(frozen=True, kw_only=True)
class Line:
    """One customer's line as Rasa understood it, and where the talk stands.

    `details` are what the desk read in the line, `entities` what a button's payload holds.
    `done_before` are the actions that Rasa has already run for this line.
    """

    text: str = ""
    intent: str = "inform"
    confidence: float = 0.95
    details: Mapping[str, str] = field(default_factory=dict)
    entities: Mapping[str, str] = field(default_factory=dict)
    talk: Talk = Talk()
    filed: bool | None = None
    is_filling_in: bool = False
    done_before: tuple[str, ...] = ()
    sender: str = "lihua"
    message_id: str = "line-1"
    profile: str | None = "power"

    def tracker(self, domain: Mapping[str, Any]) -> Tracker:
        entities = [{"entity": name, "value": value} for name, value in self.entities.items()]
        read = [
            {"entity": name, "value": value, "extractor": "desk"}
            for name, value in self.details.items()
        ]
        said = {
            "text": self.text,
            "intent": {"name": self.intent, "confidence": self.confidence},
            "entities": [*entities, *read],
            "metadata": {
                "message_id": self.message_id,
                "profile": self.profile,
                "details": dict(self.details),
            },
        }
        form = {"name": FORM} if self.is_filling_in else {}
        slots = {TALK: self.talk.data(), FILED: self.filed}
        asked = FILED if self.is_filling_in else None
        done = [{"event": "action", "name": name} for name in self.done_before]
        sent = {
            "sender_id": self.sender,
            "slots": {**dict.fromkeys(domain["slots"]), **slots, "requested_slot": asked},
            "latest_message": said,
            "events": [
                {"event": "action", "name": "action_listen"},
                {"event": "user", **said},
                *done,
            ],
            "active_loop": form,
            "latest_action_name": self.done_before[-1] if self.done_before else "action_listen",
        }
        return Tracker.from_dict(_over_the_wire(sent))


@dataclass(frozen=True)
class Outcome:
    """What an action did: events for Rasa, and messages as the customer gets them."""

    events: list[Event]
    responses: list[str]
    texts: list[str]
    buttons: list[dict[str, str]]
    custom: dict[str, Any]

    @property
    def slots(self) -> dict[str, Any]:
        return {event["name"]: event["value"] for event in self.events if event["event"] == "slot"}

    @property
    def talk(self) -> Talk:
        return Talk.of(self.slots[TALK])

    @property
    def fields(self) -> dict[str, str]:
        """What is known now for the request that is being filled in."""
        request = self.talk.current
        assert request is not None
        return request.fields

    @property
    def is_rejected(self) -> bool:
        return any(event["event"] == "action_execution_rejected" for event in self.events)

    @property
    def closes_form(self) -> bool:
        return any(
            event["event"] == "active_loop" and event["name"] is None for event in self.events
        )

    @property
    def next_action(self) -> str | None:
        """What Rasa is told to run next, if anything."""
        named = [event["name"] for event in self.events if event["event"] == "followup"]
        return named[-1] if named else None

    @property
    def titles(self) -> list[str]:
        return [button["title"] for button in self.buttons]

    @property
    def text(self) -> str:
        return "\n".join(self.texts)


async def run(action: Action, line: Line, domain: dict[str, Any]) -> Outcome:
    """Run a real action on a real tracker with a real dispatcher."""
    dispatcher = CollectingDispatcher()
    events = await action.run(dispatcher, line.tracker(domain), domain)
    messages = _over_the_wire(dispatcher.messages)
    return Outcome(
        events=_over_the_wire([dict(event) for event in events]),
        responses=[message["response"] for message in messages if message["response"]],
        texts=[_text(message, domain) for message in messages],
        buttons=[each for message in messages for each in _buttons(message, domain)],
        custom={key: value for message in messages for key, value in message["custom"].items()},
    )


def _over_the_wire(data: Any) -> Any:
    """Rasa and the desk talk in JSON: no tuple, no date and no object survives it."""
    return json.loads(json.dumps(data))


def _response(message: Mapping[str, Any], domain: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the domain says under this name; nothing for words that were sent as they are."""
    if not message["response"]:
        return {}
    (response,) = domain["responses"][message["response"]]
    return dict(response)


def _text(message: Mapping[str, Any], domain: Mapping[str, Any]) -> str:
    if not message["response"]:
        return str(message["text"])
    words: str = _response(message, domain)["text"].format(**message)
    return words


def _buttons(message: Mapping[str, Any], domain: Mapping[str, Any]) -> list[dict[str, str]]:
    return [*(message["buttons"] or []), *_response(message, domain).get("buttons", [])]
