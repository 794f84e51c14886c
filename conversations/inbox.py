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
# a letter that takes longer keeps no danger behind it waiting
HURRY_AFTER_S = 1.0


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
        # since when a customer's letter is being read or waits to be, by the event loop's clock
        self._begun: dict[tuple[str, str], float] = {}
        # which letter of a customer that is
        self._reading: dict[tuple[str, str], int] = {}
        self._hurrying: dict[tuple[str, str], asyncio.Task[None]] = {}
        # the newest letter of a customer that was looked into for a danger
        self._looked_into: dict[tuple[str, str], int] = {}
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
            left = [*self._busy.values(), *self._hurrying.values()]
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)
            await self._receiving.close()

    async def _look(self, connectors: Mapping[str, Connector]) -> None:
        async with self._read() as connection:
            waiting = await LetterStore(connection).list_waiting_addresses(list(connectors))
        for place in waiting:
            if place not in self._busy:
                self._begun[place] = asyncio.get_running_loop().time()
                task = asyncio.create_task(self._read_letters_of(connectors[place[0]], place[1]))
                self._busy[place] = task
            elif place not in self._hurrying and self._takes_long(place):
                task = asyncio.create_task(self._hurry(connectors[place[0]], place[1]))
                self._hurrying[place] = task
        still = set(waiting)
        self._looked_into = {
            place: newest for place, newest in self._looked_into.items() if place in still
        }

    def _takes_long(self, place: tuple[str, str]) -> bool:
        now = asyncio.get_running_loop().time()
        return now - self._begun.get(place, now) >= HURRY_AFTER_S

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
            self._begun.pop((connector.name, address), None)
            self._reading.pop((connector.name, address), None)

    async def _read_next(self, connector: Connector, address: str) -> bool:
        async with self._read() as connection:
            found = await LetterStore(connection).find_next_letter(connector.name, address)
        if found is None:
            return False
        letter, put_off_until = found
        if put_off_until is not None and put_off_until > self._clock():
            await self._read_dangers(connector, address)
            return False
        place = (connector.name, address)
        self._begun[place] = asyncio.get_running_loop().time()
        self._reading[place] = letter.letter_id
        return await self._do(connector, letter)

    async def _do(self, connector: Connector, letter: Letter) -> bool:
        """Whether the letters behind this one may be read."""
        try:
            await self._receiving.handle(connector, letter)
        except Exception as error:
            return await self._try_later(letter, error)
        await self._finish(letter)
        return True

    async def _hurry(self, connector: Connector, address: str) -> None:
        """A letter takes long, such as one whose file comes slowly: no danger waits behind it.

        Nor behind other customers' letters, of which so many may take long that no room is left.
        """
        try:
            await self._read_dangers(connector, address)
        except Exception:
            log.exception("%s: a customer's letters could not be looked into", connector.name)
        finally:
            del self._hurrying[(connector.name, address)]

    async def _read_dangers(self, connector: Connector, address: str) -> None:
        """Read what tells of a danger before its turn; reading it twice doubles nothing."""
        place = (connector.name, address)
        async with self._read() as connection:
            store = LetterStore(connection)
            first = await store.find_next_letter(connector.name, address)
            newer = await store.list_waiting_letters(
                connector.name, address, after=self._looked_into.get(place, 0)
            )
        at_hand = {self._reading.get(place)}
        if first is not None and first[1] is not None:
            # put off: what is urgent in it was said when it was read
            at_hand.add(first[0].letter_id)
        waiting = [each for each in newer if each.letter_id not in at_hand]
        for letter in waiting:
            if await self._receiving.is_urgent(connector, letter):
                await self._do(connector, letter)
        if waiting:
            self._looked_into[place] = max(letter.letter_id for letter in waiting)

    async def _try_later(self, letter: Letter, error: Exception) -> bool:
        """Put a letter off, so that those after it wait too; or give it up and go on."""
        now, tries = self._clock(), letter.tries + 1
        is_away = isinstance(error, FarSideAway)
        if is_away:
            log.warning("%s: %s; a letter is read again later", letter.channel, error)
        else:
            log.error("%s: a letter failed", letter.channel, exc_info=error)
        # one that is old when it comes, after a day without a desk, is tried as often as others
        is_young = is_away and now - letter.sent_at < LONGEST_AWAY
        if tries >= MOST_TRIES and not is_young:
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
