"""The Bot API as this desk uses it: python-telegram-bot, its errors in the words of a door."""

import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    RetryAfter,
    TelegramError,
)
from telegram.ext import ExtBot
from telegram.request import HTTPXRequest
from telegram.warnings import PTBUserWarning

from connectors.telegram_limits import Limits
from conversations.door import CustomerGone, DeliveryError, FarSideAway, LineRefused

# see `get_updates`
warnings.filterwarnings("ignore", "Please use 'Bot.getUpdates'", PTBUserWarning)

API = "https://api.telegram.org"
# Telegram holds the line so long when nothing happens, and we a little longer
POLL_S, GRACE_S = 25, 10
CONNECT_S, ANSWER_S, FILE_S = 10.0, 20.0, 60.0
# what python-telegram-bot raises when an answer lacks something
GARBAGE = (KeyError, TypeError, ValueError, AttributeError)
# what Telegram says (400) of a chat that is there no more
_GONE = ("chat not found", "user is deactivated", "peer_id_invalid", "user not found")
# a proxy's page is told as far as this
_LONGEST_SAID = 300
WRONG_TOKEN = "Telegram does not know the bot: check SEATMATE_TELEGRAM_TOKEN"  # noqa: S105
ELSEWHERE = "another process reads this bot's messages: only one desk may have a token"

TAKEN_AWAY = "another process has changed this bot's webhook: only one desk may have a token"


def make_bot(token: str, *, api: str = API, proxy: str = "") -> ExtBot[None]:
    """A bot that is not started yet; nothing is asked of Telegram."""

    def request(answer_s: float, connections: int) -> HTTPXRequest:
        return HTTPXRequest(
            connection_pool_size=connections,
            connect_timeout=CONNECT_S,
            read_timeout=answer_s,
            write_timeout=FILE_S,
            media_write_timeout=FILE_S,
            pool_timeout=ANSWER_S,
            proxy=proxy or None,
        )

    return ExtBot(
        token=token,
        base_url=f"{api}/bot",
        base_file_url=f"{api}/file/bot",
        request=request(ANSWER_S, 64),
        get_updates_request=request(POLL_S + GRACE_S, 1),
        rate_limiter=Limits(),
    )


@asynccontextmanager
async def in_our_words(token: str) -> AsyncIterator[None]:
    """Raises `DeliveryError` for what python-telegram-bot raises; the token is in no text."""
    try:
        yield
    except TelegramError as error:
        raise _translated(error, token) from None
    except GARBAGE as error:
        raise FarSideAway(f"Telegram answers in a way nobody knows: {error!r}") from None


def is_telegrams(error: TelegramError) -> bool:
    """Whether Telegram itself said so, and not the network or a proxy's page of HTML.

    What python-telegram-bot could not read as the Bot API's JSON is raised from another error.
    """
    root: BaseException = error
    while root.__cause__ is not None:
        root = root.__cause__
    return isinstance(root, TelegramError)


def _translated(error: TelegramError, token: str) -> DeliveryError:
    said = error.message.replace(token, "…")[:_LONGEST_SAID] or type(error).__name__
    if not is_telegrams(error):
        return FarSideAway(f"Telegram cannot be reached: {said}")
    match error:
        case RetryAfter():
            asked = error.retry_after
            wait = asked if isinstance(asked, timedelta) else timedelta(seconds=asked)
            return FarSideAway("Telegram asks to wait: too many messages", retry_after=wait)
        case Forbidden() | ChatMigrated():
            return CustomerGone(said)
        case BadRequest():
            is_gone = any(words in said.lower() for words in _GONE)
            return CustomerGone(said) if is_gone else LineRefused(said)
        case InvalidToken():
            return FarSideAway(WRONG_TOKEN)
        case Conflict():
            return FarSideAway(ELSEWHERE)
        case _:
            return FarSideAway(f"Telegram cannot be reached: {said}")


async def get_updates(
    bot: ExtBot[None], *, offset: int | None, wanted: list[str], wait_s: int = POLL_S
) -> list[Any]:
    """The updates from `offset` on, as plain data; Telegram waits so many seconds for some.

    python-telegram-bot's own call makes objects of them all at once: one update of an unknown
    shape would keep all of them from us, at every try.
    """
    asked: dict[str, Any] = {"timeout": wait_s, "allowed_updates": wanted, "limit": 100}
    if offset is not None:
        asked["offset"] = offset
    found = await bot.do_api_request("getUpdates", api_kwargs=asked)
    if not isinstance(found, list):
        raise FarSideAway("Telegram answers with what is no list of updates")
    return found
