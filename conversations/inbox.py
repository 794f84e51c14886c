"""Letters are kept before anybody reads them, and read in order, customer by customer."""

import asyncio
import contextlib
import logging
import random
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from conversations.door import Connector, FarSideAway, Letter, wait_before
from conversations.letter_store import LetterStore
from conversations.receiving import Receiving
from tickets.keeping import Transaction

log = logging.getLogger(__name__)

# letters of another process, and those that were put off
LOOK_AGAIN_S = 1.0
# a letter that fails for a fault of our own is given up after so many tries
MOST_TRIES = 5
# as long as the far side may be away with a file that a letter speaks of
LONGEST_AWAY = timedelta(hours=24)
# no far side sends a letter again after this
KEPT = timedelta(days=3)
FORGET_EACH_S = 3600.0
AT_ONCE = 40


class Inbox:
    """The letters of every door; `run` reads them."""

    def __init__(
        self,
        *,
        receiving: Receiving,
        write: Transaction,
        read: Transaction,
        clock: Callable[[], datetime],
    ) -> None:
        self._receiving, self._write, self._read, self._clock = receiving, write, read, clock
        self._woken = asyncio.Event()
        self._busy: dict[tuple[str, str], asyncio.Task[None]] = {}
        self._room = asyncio.Semaphore(AT_ONCE)

    async def take(self, letters: Sequence[Letter]) -> int:
        """Keep letters; what was kept before is left as it is. Returns how many are new."""
        if not letters:
            return 0
        now = self._clock()
        async with self._write() as connection:
            store = LetterStore(connection)
            new = [await store.add_letter(letter, at=now) for letter in letters]
        self._woken.set()
        return sum(new)

    async def run(self, connectors: Mapping[str, Connector]) -> None:
        """Read what waits and what comes, until cancelled."""
        loop = asyncio.get_running_loop()
        forget_at = loop.time()
        try:
            while True:
                self._woken.clear()
                try:
                    if loop.time() >= forget_at:
                        await self._forget()
                        forget_at = loop.time() + FORGET_EACH_S
                    await self._look(connectors)
                except Exception:
                    log.exception("letters could not be looked at; tried again in a moment")
                # not wait_for, which in Python 3.11 may swallow that it was cancelled
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_AGAIN_S):
                        await self._woken.wait()
        finally:
            left = list(self._busy.values())
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)

    async def _look(self, connectors: Mapping[str, Connector]) -> None:
        async with self._read() as connection:
            waiting = await LetterStore(connection).list_waiting_addresses(list(connectors))
        for place in waiting:
            if place not in self._busy:
                task = asyncio.create_task(self._read_letters_of(connectors[place[0]], place[1]))
                self._busy[place] = task

    async def _read_letters_of(self, connector: Connector, address: str) -> None:
        """One customer's letters, until none is left or one must wait."""
        try:
            async with self._room:
                while await self._read_next(connector, address):
                    pass
        except Exception:
            log.exception("%s: a customer's letters could not be read", connector.name)
        finally:
            del self._busy[(connector.name, address)]

    async def _read_next(self, connector: Connector, address: str) -> bool:
        async with self._read() as connection:
            found = await LetterStore(connection).find_next_letter(connector.name, address)
        if found is None or (found[1] is not None and found[1] > self._clock()):
            return False
        letter = found[0]
        try:
            await self._receiving.handle(connector, letter)
        except Exception as error:
            return await self._try_later(letter, error)
        await self._finish(letter)
        return True

    async def _try_later(self, letter: Letter, error: Exception) -> bool:
        """Put a letter off, so that those after it wait too; or give it up and go on."""
        now, tries = self._clock(), letter.tries + 1
        is_away = isinstance(error, FarSideAway)
        if is_away:
            log.warning("%s: %s; a letter is read again later", letter.channel, error)
        else:
            log.error("%s: a letter failed", letter.channel, exc_info=error)
        patience = now - letter.sent_at < LONGEST_AWAY if is_away else tries < MOST_TRIES
        if not patience:
            await self._receiving.give_up(letter)
            await self._finish(letter)
            return True
        asked = error.retry_after if isinstance(error, FarSideAway) else None
        wait = wait_before(tries, asked=asked, chance=random.random())
        async with self._write() as connection:
            store = LetterStore(connection)
            await store.put_off_letter(letter.letter_id, tries=tries, until=now + wait)
        return False

    async def _finish(self, letter: Letter) -> None:
        async with self._write() as connection:
            await LetterStore(connection).finish_letter(letter.letter_id, at=self._clock())

    async def _forget(self) -> None:
        async with self._write() as connection:
            await LetterStore(connection).forget_letters(done_before=self._clock() - KEPT)
