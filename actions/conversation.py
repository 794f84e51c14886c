"""What an action can know of the line it answers: text, intent, message id, profile."""

from collections.abc import Mapping
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.types import DomainDict

from tickets.profile import Profile


class Centres:
    """The profiles, by the name that the desk put into a message's metadata."""

    def __init__(self, profiles: Mapping[str, Profile], *, default: str) -> None:
        self._profiles, self._default = profiles, default

    def of(self, tracker: Tracker) -> Profile:
        """The profile this conversation belongs to."""
        return self._profiles[metadata_of(tracker).get("profile") or self._default]


def metadata_of(tracker: Tracker) -> dict[str, Any]:
    """What the desk sent along with the line."""
    return tracker.latest_message.get("metadata") or {}


def request_key(tracker: Tracker, purpose: str) -> str:
    """One key for one request: the same line twice must make one ticket."""
    return f"{tracker.sender_id}:{metadata_of(tracker).get('message_id')}:{purpose}"


def text_of(tracker: Tracker) -> str:
    """The line itself."""
    return (tracker.latest_message.get("text") or "").strip()


def intent_of(tracker: Tracker) -> tuple[str, float]:
    """The intent Rasa saw and how sure it was, 0 to 1."""
    intent = tracker.latest_message.get("intent") or {}
    return intent.get("name") or "", float(intent.get("confidence") or 0.0)


def details_of(tracker: Tracker) -> set[str]:
    """The kinds of details the desk read in the line."""
    return {entity["entity"] for entity in tracker.latest_message.get("entities") or ()}


def begins_a_report(tracker: Tracker) -> bool:
    """Whether a line that was taken for something else gives a fault and where or how far it is."""
    details = details_of(tracker)
    is_free = not (tracker.active_loop or {}).get("name")
    return is_free and "fault_kind" in details and bool(details & {"address", "scope", "phone"})


def words_of(response: str, domain: DomainDict) -> str:
    """The words of a response that go into a card."""
    return str(domain["responses"][response][0]["text"])


def returns_from_interruption(tracker: Tracker, form: str) -> bool:
    """Whether something else has just been done for this line and the form only asks again."""
    for event in reversed(tracker.events):
        if event["event"] == "user":
            return False
        if event["event"] == "action" and event["name"] not in {form, "action_listen"}:
            return True
    return False
