"""The Rasa side of an action call: a tracker as Rasa would send it, and what the customer reads."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher
from ruamel.yaml import YAML

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

    `filled` are the slots that this line fills: Rasa sends them as the last events of the tracker.
    """

    text: str = ""
    intent: str = "inform"
    confidence: float = 0.95
    entities: Mapping[str, str] = field(default_factory=dict)
    slots: Mapping[str, Any] = field(default_factory=dict)
    filled: Mapping[str, Any] = field(default_factory=dict)
    form: str | None = None
    asked: str | None = None
    done_before: tuple[str, ...] = ()
    sender: str = "lihua"
    message_id: str = "line-1"
    profile: str | None = "power"

    def tracker(self, domain: Mapping[str, Any]) -> Tracker:
        nothing = dict.fromkeys(domain["slots"])
        metadata = {"message_id": self.message_id, "profile": self.profile}
        said = {
            "text": self.text,
            "intent": {"name": self.intent, "confidence": self.confidence},
            "entities": [{"entity": name, "value": value} for name, value in self.entities.items()],
            "metadata": metadata,
        }
        done = [{"event": "action", "name": name} for name in self.done_before]
        candidates = [
            {"event": "slot", "name": name, "value": value} for name, value in self.filled.items()
        ]
        return Tracker.from_dict(
            {
                "sender_id": self.sender,
                "slots": {
                    **nothing,
                    **self.slots,
                    **self.filled,
                    "requested_slot": self.asked,
                },
                "latest_message": said,
                "events": [{"event": "user", **said}, *done, *candidates],
                "active_loop": {"name": self.form} if self.form else {},
                "latest_action_name": "action_listen",
            }
        )


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
    def is_rejected(self) -> bool:
        return any(event["event"] == "action_execution_rejected" for event in self.events)

    @property
    def text(self) -> str:
        return "\n".join(self.texts)


async def run(action: Action, line: Line, domain: dict[str, Any]) -> Outcome:
    """Run a real action on a real tracker with a real dispatcher."""
    dispatcher = CollectingDispatcher()
    events = await action.run(dispatcher, line.tracker(domain), domain)
    return Outcome(
        events=[dict(event) for event in events],
        responses=[message["response"] for message in dispatcher.messages],
        texts=[_text(message, domain) for message in dispatcher.messages],
        buttons=[each for message in dispatcher.messages for each in _buttons(message, domain)],
        custom={
            key: value
            for message in dispatcher.messages
            for key, value in message["custom"].items()
        },
    )


def _text(message: Mapping[str, Any], domain: Mapping[str, Any]) -> str:
    (response,) = domain["responses"][message["response"]]
    words: str = response["text"].format(**message)
    return words


def _buttons(message: Mapping[str, Any], domain: Mapping[str, Any]) -> list[dict[str, str]]:
    (response,) = domain["responses"][message["response"]]
    return [*message["buttons"], *response.get("buttons", [])]
