"""Telegram's limits on what a bot sends, kept before Telegram has to say so.

The figures are those of https://core.telegram.org/bots/faq: one message a second in a chat, thirty
a second in all.
"""

import asyncio
import bisect
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

from telegram.error import RetryAfter
from telegram.ext import BaseRateLimiter

EACH_CHAT_S, IN_ALL_S = 1.0, 1 / 30
# what needs no place in the row: it is no message
_UNLIMITED = frozenset({"sendChatAction", "answerCallbackQuery"})
# chats remembered before those that are free again are forgotten
_REMEMBERED = 5000


class Limits(BaseRateLimiter[None]):
    """Gives every message its moment; after "too many requests" refuses all until it is over.

    It refuses and does not wait: whoever sends keeps the line and comes again.
    """

    def __init__(self) -> None:
        # the moments of all messages on their way, in order
        self._taken: list[float] = []
        self._chats: dict[str, float] = {}
        self._closed_until = 0.0

    async def initialize(self) -> None:
        """Nothing is to be prepared."""

    async def shutdown(self) -> None:
        """Nothing is to be let go."""

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, Any]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: None,
    ) -> Any:
        """Make the request when its moment has come; raises `RetryAfter` while all is closed."""
        clock = asyncio.get_running_loop().time
        self._check_open(clock())
        if "chat_id" in data and endpoint not in _UNLIMITED:
            await asyncio.sleep(self._moment(str(data["chat_id"]), clock()) - clock())
            # Telegram may have had enough of the others meanwhile
            self._check_open(clock())
        try:
            return await callback(*args, **kwargs)
        except RetryAfter as error:
            asked = error.retry_after
            seconds = asked.total_seconds() if isinstance(asked, timedelta) else float(asked)
            self._closed_until = max(self._closed_until, clock() + seconds)
            raise

    def _check_open(self, now: float) -> None:
        if now < self._closed_until:
            raise RetryAfter(timedelta(seconds=self._closed_until - now))

    def _moment(self, chat: str, now: float) -> float:
        """When this chat may be written to, taken for it at once: nobody else gets it."""
        if len(self._chats) > _REMEMBERED:
            self._chats = {name: at for name, at in self._chats.items() if at > now}
        moment = self._free_moment(max(now, self._chats.get(chat, 0.0)), now)
        self._chats[chat] = moment + EACH_CHAT_S
        return moment

    def _free_moment(self, moment: float, now: float) -> float:
        """The first moment from this on that is far enough from those of all other messages.

        A chat that must wait takes the moment at which it will write, and none before.
        """
        self._taken = [taken for taken in self._taken if taken > now - IN_ALL_S]
        for taken in self._taken:
            if taken - moment >= IN_ALL_S:
                break
            moment = max(moment, taken + IN_ALL_S)
        bisect.insort(self._taken, moment)
        return moment
