"""What an action can know of the line it answers: text, intent, details, talk, profile."""

from collections.abc import Mapping
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from conversations.message import Reply
from conversations.request import Line, Talk
from tickets.details import find_choice
from tickets.profile import Profile

FORM = "request_form"
TALK, FILED = "talk", "filed"
# the field and the choices by which a line is known to tell of a fault
FAULT_KIND, SCOPE = "fault_kind", "scope"


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


def message_id_of(tracker: Tracker) -> str:
    """The door's id of the line."""
    return str(metadata_of(tracker).get("message_id") or "")


def request_key(tracker: Tracker, purpose: str) -> str:
    """One key for one request: the same line twice must make one ticket."""
    return f"{tracker.sender_id}:{message_id_of(tracker)}:{purpose}"


def text_of(tracker: Tracker) -> str:
    """The line itself; nothing for a button."""
    text = (tracker.latest_message.get("text") or "").strip()
    return "" if text.startswith("/") else text


def details_of(tracker: Tracker) -> dict[str, str]:
    """The details the desk read in the line."""
    return {
        entity["entity"]: str(entity["value"])
        for entity in tracker.latest_message.get("entities") or ()
        if entity.get("extractor") == "desk"
    }


def line_of(tracker: Tracker) -> Line:
    """The line as requests understand it."""
    intent = tracker.latest_message.get("intent") or {}
    pressed = next(tracker.get_latest_entity_values("field"), None)
    value = next(tracker.get_latest_entity_values("value"), "")
    return Line(
        text=text_of(tracker),
        intent=intent.get("name") or "",
        confidence=float(intent.get("confidence") or 0.0),
        details=details_of(tracker),
        pressed=(str(pressed), str(value)) if pressed else None,
    )


def talk_of(tracker: Tracker) -> Talk:
    """What is being asked for in this conversation."""
    return Talk.of(tracker.get_slot(TALK))


def is_filling_in(tracker: Tracker) -> bool:
    """Whether a request is being filled in."""
    return bool((tracker.active_loop or {}).get("name"))


def begins_a_report(tracker: Tracker, profile: Profile) -> bool:
    """Whether a line that was taken for something else gives a fault and where or how far it is."""
    if is_filling_in(tracker) or FAULT_KIND not in profile.fields:
        return False
    text = text_of(tracker)
    if find_choice(text, profile.fields[FAULT_KIND].choices) is None:
        return False
    scopes = profile.fields[SCOPE].choices if SCOPE in profile.fields else []
    placed = {"address", "phone"} & set(details_of(tracker))
    return bool(placed) or find_choice(text, scopes) is not None


def returns_from_interruption(tracker: Tracker) -> bool:
    """Whether something else has just been done for this line and the form only asks again."""
    for event in reversed(tracker.events):
        if event["event"] == "user":
            return False
        if event["event"] == "action" and event["name"] not in {FORM, "action_listen"}:
            return True
    return False


def say(dispatcher: CollectingDispatcher, reply: Reply) -> None:
    """Utter a reply with its buttons and its card."""
    dispatcher.utter_message(
        text=reply.text,
        buttons=list(reply.buttons) or None,
        json_message={"card": reply.card} if reply.card else None,
    )
