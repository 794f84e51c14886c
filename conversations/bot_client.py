"""The desk's side of the bot: one turn over HTTP, and an honest error when it fails."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import httpx

from conversations.message import Reply
from conversations.utterance import Read

# the bot loads in a fraction of a second when nothing else wants the processor
RELOADED_WITHIN_S = 60.0
# what reading an answer of the wrong shape raises
GARBAGE = (ValueError, KeyError, TypeError, AttributeError)


class BotUnavailable(Exception):
    """The bot did not answer this turn: it is away, too slow, failed, or said nothing."""


class BotGone(BotUnavailable):
    """Nobody is there, or not any more; `may_have_heard`: it went in the middle of the turn."""

    def __init__(self, said: str, *, may_have_heard: bool = True) -> None:
        super().__init__(said)
        self.may_have_heard = may_have_heard


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One customer's line on its way to the bot; `again` when it may have been heard before."""

    conversation_id: str
    message_id: str
    profile: str
    text: str = ""
    payload: str | None = None
    details: dict[str, str] = field(default_factory=dict)
    # asked for in so many words, whatever else the line sounds like
    intent: str | None = None
    again: bool = False
    # a person has talked since: what was being filled in is over, what was told is kept
    fresh: bool = False


class BotRefused(Exception):
    """The bot will not serve this archive; the one before goes on answering."""


class Bot(Protocol):
    """What the hub needs of a bot."""

    async def answer(self, turn: Turn) -> list[Reply]:
        """The replies of one turn, at least one; raises `BotUnavailable` or `BotGone`."""
        ...

    async def is_ready(self) -> bool:
        """Whether it would answer now."""
        ...


def nobody_listens(turn: Turn, read: Read) -> None:
    """Nobody wants to know what lines are taken for."""


class RasaClient:
    """Rasa behind its desk channel; each conversation keeps to the same server."""

    def __init__(
        self,
        urls: Sequence[str],
        *,
        token: str,
        timeout_s: float,
        on_read: Callable[[Turn, Read], None] = nobody_listens,
    ) -> None:
        self._urls, self._on_read = list(urls), on_read
        self._http = _client(token, timeout_s)
        # turns that wait for a slow bot may hold every connection: what is asked about the bot, and
        # a swap that may be its cure, must not stand behind them
        self._beside = _client(token, timeout_s)

    async def answer(self, turn: Turn) -> list[Reply]:
        """Send one line; an empty answer counts as a failure, because Rasa hides errors so."""
        body = {
            "sender": turn.conversation_id,
            "text": turn.text,
            "payload": turn.payload,
            "again": turn.again,
            "fresh": turn.fresh,
            "metadata": {
                "message_id": turn.message_id,
                "profile": turn.profile,
                "details": turn.details,
                "intent": turn.intent,
            },
        }
        try:
            response = await self._http.post(
                f"{self._url_for(turn.conversation_id)}/webhooks/desk/webhook", json=body
            )
            response.raise_for_status()
            answer = response.json()
            replies = join_parts(answer["messages"])
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise BotGone(f"the bot is not there: {error!r}", may_have_heard=False) from error
        except (httpx.NetworkError, httpx.RemoteProtocolError) as error:
            raise BotGone(f"the bot went away: {error!r}", may_have_heard=True) from error
        except (httpx.HTTPError, *GARBAGE) as error:
            raise BotUnavailable(f"the bot failed this turn: {error!r}") from error
        if not replies:
            raise BotUnavailable("the bot answered nothing")
        read = _read(answer)
        if read is not None:
            self._on_read(turn, read)
        return replies

    async def is_ready(self) -> bool:
        """Whether every server has a model loaded."""
        try:
            for url in self._urls:
                response = await self._beside.get(f"{url}/webhooks/desk/", timeout=2.0)
                if not response.is_success or not response.json().get("ready"):
                    return False
        except (httpx.HTTPError, *GARBAGE):
            return False
        return True

    async def models(self) -> set[str]:
        """The numbers of the models that serve now; raises `BotUnavailable`."""
        found = set()
        try:
            for url in self._urls:
                response = await self._beside.get(f"{url}/webhooks/desk/", timeout=2.0)
                found.add(str(response.json()["model"]))
        except (httpx.HTTPError, *GARBAGE) as error:
            raise BotUnavailable(f"the bot does not say what it serves: {error!r}") from error
        return found

    async def reload(self, archive: str, *, sha256: str) -> None:
        """Have every server load an archive while it goes on answering with the one before.

        Raises `BotUnavailable` when a server is away, `BotRefused` when it cannot load it.
        """
        body = {"model": archive, "sha256": sha256}
        for url in self._urls:
            try:
                response = await self._beside.post(
                    f"{url}/webhooks/desk/reload", json=body, timeout=RELOADED_WITHIN_S
                )
            except httpx.HTTPError as error:
                raise BotUnavailable(f"the bot could not be told: {error!r}") from error
            if not response.is_success:
                raise BotRefused(f"{archive} could not be loaded: {response.text[:300]}")

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()
        await self._beside.aclose()

    def _url_for(self, conversation_id: str) -> str:
        digest = hashlib.sha256(conversation_id.encode()).digest()
        return self._urls[int.from_bytes(digest[:4]) % len(self._urls)]


def _client(token: str, timeout_s: float) -> httpx.AsyncClient:
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.AsyncClient(headers=headers, timeout=timeout_s, trust_env=False)


def _read(answer: dict[str, Any]) -> Read | None:
    """What the line was taken for; an answer that does not tell it is an answer all the same."""
    try:
        read = answer["read"]
        return Read(
            intent=str(read["intent"]),
            first=str(read["first"]),
            confidence=float(read["confidence"]),
            model=str(answer.get("model", "")),
        )
    except GARBAGE:
        return None


def join_parts(parts: Sequence[dict[str, Any]]) -> list[Reply]:
    """Rasa sends text and custom part separately: a custom part belongs to the text before it."""
    replies: list[Reply] = []
    for part in parts:
        if (part.get("text") or "").strip():
            buttons = tuple(
                {"title": str(button["title"]), "payload": str(button["payload"])}
                for button in part.get("buttons") or ()
            )
            replies.append(Reply(text=part["text"].strip(), buttons=buttons))
        custom = part.get("custom") or {}
        if custom and replies:
            replies[-1] = replace(
                replies[-1],
                sources=tuple(custom.get("sources", replies[-1].sources)),
                card=custom.get("card", replies[-1].card),
            )
    return replies
