"""How long a line waits for a bot that has just gone: it is started again within a minute.

Whoever reports a fault is better served by the form half a minute later than by an excuse at once.
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace

from conversations.bot_client import Bot, BotGone, BotUnavailable, Turn
from conversations.message import Reply

LOOK_EACH_S = 0.5
# a bot that goes away so often at one turn does so because of it
MOST_TRIES = 3
# a turn that it may have heard is waited for so much longer: what it did then must be told
HEARD_WAITS = 4


class Patience:
    """What is known of the bot's absence, shared by all who wait for it.

    `seconds` are counted from when it was first missed: whoever comes after them does not wait.
    `clock` gives seconds.
    """

    def __init__(
        self,
        bot: Bot,
        *,
        seconds: float,
        clock: Callable[[], float],
    ) -> None:
        self._bot, self._seconds, self._clock = bot, seconds, clock
        self._missed_at: float | None = None
        self._looking = asyncio.Lock()
        self._looked_at, self._was_ready = float("-inf"), False

    def note_well(self) -> None:
        """The bot has answered."""
        self._missed_at = None

    async def ask_again(self, turn: Turn, *, may_have_heard: bool) -> list[Reply]:
        """The answer to a turn at which the bot went, once it is back; raises `BotUnavailable`."""
        longest = self._seconds * (HEARD_WAITS if may_have_heard else 1)
        for _ in range(MOST_TRIES):
            if not await self._outlast(longest):
                raise BotUnavailable("the bot has not come back in time")
            try:
                replies = await self._bot.answer(replace(turn, again=True))
            except BotGone:
                continue
            self.note_well()
            return replies
        raise BotUnavailable(f"the bot went {MOST_TRIES} times at this turn")

    async def _outlast(self, longest: float) -> bool:
        """Wait until the bot is there again; False when it has been away for too long."""
        if self._missed_at is None:
            self._missed_at = self._clock()
        missed_at = self._missed_at
        while self._clock() - missed_at < longest:
            if await self._look():
                return True
            await asyncio.sleep(LOOK_EACH_S)
        return False

    async def _look(self) -> bool:
        """Whether it is ready; asked for all who wait at once."""
        async with self._looking:
            if self._clock() - self._looked_at >= LOOK_EACH_S:
                self._was_ready = await self._bot.is_ready()
                self._looked_at = self._clock()
            return self._was_ready
