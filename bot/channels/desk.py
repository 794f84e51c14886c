"""The one channel Rasa opens: the desk's, with a bearer token, honest about failures.

    GET  /webhooks/desk/         health
    POST /webhooks/desk/webhook  one turn
    POST /webhooks/desk/reload   swap the model while the old one goes on answering; `sha256` is the
                                 archive's, by the desk's list of those that were trained here

Stock REST ignores the token and hides every failure as an empty answer.
"""

import asyncio
import hashlib
import hmac
import os
from functools import wraps
from pathlib import Path
from typing import Any, Awaitable, Callable, Dict, List, Optional, Text

from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from rasa.shared.core.constants import REQUESTED_SLOT
from rasa.shared.core.events import ActiveLoop, BotUttered, SlotSet, UserUttered
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.components import speedups

TOKEN_SETTING = "SEATMATE_BOT_TOKEN"
MODELS_SETTING = "SEATMATE_BOT_MODELS"
MAX_SENDER = 255
# what is being asked for, and whether it is whole (bot/domain/requests.yml)
TALK, REQUESTS, FILED = "talk", "requests", "filed"
FALLBACK = "nlu_fallback"

Handler = Callable[[Request], Awaitable[HTTPResponse]]


class DeskInput(InputChannel):
    """Lines and button payloads from the desk, answers back in the same call."""

    @classmethod
    def name(cls) -> Text:
        """The name in the channel's address."""
        return "desk"

    @classmethod
    def from_credentials(cls, credentials: Optional[Dict[Text, Any]]) -> "DeskInput":
        """Token from the environment, time limit in seconds from credentials.yml."""
        speedups.apply()
        token = os.environ.get(TOKEN_SETTING, "")
        if not token:
            raise ValueError(f"the desk channel needs a token: set {TOKEN_SETTING}")
        return cls(token, float((credentials or {}).get("timeout", 20)))

    def __init__(self, token: Text, timeout: float) -> None:
        self._token, self._timeout = token, timeout

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The routes above."""
        routes = Blueprint("desk_webhook", __name__)

        @routes.route("/", methods=["GET"])
        async def health(request: Request) -> HTTPResponse:
            agent: Agent = request.app.ctx.agent
            return response.json({"ready": agent.is_ready(), "model": agent.model_id})

        @routes.route("/webhook", methods=["POST"])
        @self._only_the_desk
        async def turn(request: Request) -> HTTPResponse:
            return await self._turn(request, on_new_message)

        @routes.route("/reload", methods=["POST"])
        @self._only_the_desk
        async def reload(request: Request) -> HTTPResponse:
            return await _reload(request)

        return routes

    async def _turn(
        self, request: Request, on_new_message: Callable[[UserMessage], Awaitable[Any]]
    ) -> HTTPResponse:
        body = request.json or {}
        sender, metadata = body.get("sender"), body.get("metadata") or {}
        said = body.get("payload") or _never_a_command(body.get("text") or "")
        if not isinstance(sender, str) or not 0 < len(sender) <= MAX_SENDER or not said:
            return response.json({"error": "sender and text or payload are needed"}, 400)
        agent: Agent = request.app.ctx.agent
        if body.get("again"):
            earlier = await _earlier_answer(agent, sender, metadata.get("message_id"))
            if earlier is not None:
                return response.json({"messages": earlier, "model": agent.model_id})
        if body.get("fresh"):
            await _begin_afresh(agent, sender)
        out = CollectingOutputChannel()
        message = UserMessage(said, out, sender, input_channel=self.name(), metadata=metadata)
        try:
            await asyncio.wait_for(on_new_message(message), self._timeout)
        except asyncio.TimeoutError:
            return response.json({"error": "the turn took too long"}, 504)
        except Exception as error:  # whatever went wrong, the desk must hear of it
            return response.json({"error": type(error).__name__}, 500)
        read = None if body.get("payload") else await _reading(agent, sender)
        return response.json({"messages": out.messages, "model": agent.model_id, "read": read})

    def _only_the_desk(self, handler: Handler) -> Handler:
        @wraps(handler)
        async def guarded(request: Request) -> HTTPResponse:
            given = (request.headers.get("authorization") or "").encode()
            if not hmac.compare_digest(given, f"Bearer {self._token}".encode()):
                return response.json({"error": "unauthorized"}, 401)
            return await handler(request)

        return guarded


def _never_a_command(text: Text) -> Text:
    """A customer's leading slash is text: `/restart` and `/intent{...}` would be obeyed."""
    text = text.strip()
    return "\uff0f" + text[1:] if text.startswith("/") else text


async def _begin_afresh(agent: Agent, sender: Text) -> None:
    """A person has talked meanwhile: nothing is being filled in any more, what was told is kept."""
    async with agent.lock_store.lock(sender):
        tracker = await agent.tracker_store.retrieve(sender)
        if tracker is None:
            return
        talk = tracker.get_slot(TALK) or {}
        if not tracker.active_loop and not talk.get(REQUESTS):
            return
        for event in (
            ActiveLoop(None),
            SlotSet(REQUESTED_SLOT, None),
            SlotSet(FILED, None),
            SlotSet(TALK, {**talk, REQUESTS: []} if talk else None),
        ):
            tracker.update(event, agent.domain)
        await agent.tracker_store.save(tracker)


async def _earlier_answer(
    agent: Agent, sender: Text, message_id: Optional[Text]
) -> Optional[List[Dict[Text, Any]]]:
    """What was answered to this message before, when the desk asks again after a crash."""
    tracker = await agent.tracker_store.retrieve(sender)
    answers: Optional[List[Dict[Text, Any]]] = None
    for event in tracker.events if tracker and message_id else []:
        if isinstance(event, UserUttered):
            if answers is not None:
                break
            if (event.metadata or {}).get("message_id") == message_id:
                answers = []
        elif isinstance(event, BotUttered) and answers is not None:
            parts = {key: value for key, value in (event.data or {}).items() if value}
            answers.append({**({"text": event.text} if event.text else {}), **parts})
    # heard but not answered, because something failed: to be answered now
    return answers or None


async def _reading(agent: Agent, sender: Text) -> Optional[Dict[Text, Any]]:
    """What the line of this turn was taken for: the decision, and the likeliest of the intents."""
    try:
        tracker = await agent.tracker_store.retrieve(sender)
        said = (each for each in reversed(tracker.events) if isinstance(each, UserUttered))
        heard = next(said).parse_data
        ranking = [each for each in heard["intent_ranking"] if each["name"] != FALLBACK]
        return {
            "intent": heard["intent"]["name"],
            "first": ranking[0]["name"],
            "confidence": ranking[0]["confidence"],
        }
    except Exception:  # a lesson less; the customer's answer is what counts
        return None


async def _reload(request: Request) -> HTTPResponse:
    """Load another archive out of the models folder; the old model answers until it is in."""
    agent: Agent = request.app.ctx.agent
    root = Path(os.environ.get(MODELS_SETTING, "models")).resolve()
    path = (root / str((request.json or {}).get("model", ""))).resolve()
    if root not in path.parents or path.suffixes[-2:] != [".tar", ".gz"] or not path.is_file():
        return response.json({"error": "no such model"}, 404)
    wanted = str((request.json or {}).get("sha256", ""))
    if not hmac.compare_digest(await asyncio.to_thread(_sha256, path), wanted):
        return response.json({"error": "not the archive that was trained here"}, 409)
    try:
        await asyncio.to_thread(agent.load_model, str(path))
    except Exception as error:  # a broken archive must not take the serving model down
        return response.json({"error": repr(error)[:300], "model": agent.model_id}, 500)
    return response.json({"model": agent.model_id})


def _sha256(path: Path) -> Text:
    """What a model does is code: it is loaded only if it is the one the desk means."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
