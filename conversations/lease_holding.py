"""Work that only one desk of several may do: done here while the lease is held here."""

import asyncio
import logging
import secrets
import socket
from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime
from typing import Any

from conversations.lease import LASTS, RENEWED_EACH, Lease, may_take, must_stop
from conversations.lease_store import LeaseStore
from tickets.keeping import Transaction

log = logging.getLogger(__name__)

Work = Callable[[], Sequence[Coroutine[Any, Any, None]]]


class LeaseHolding:
    """One process's part in a lease; `run` waits for it, works, and waits again when it is lost."""

    def __init__(
        self,
        name: str,
        *,
        write: Transaction,
        clock: Callable[[], datetime],
        renewed_each_s: float = RENEWED_EACH.total_seconds(),
    ) -> None:
        self._name, self._write, self._clock = name, write, clock
        self._renewed_each_s = renewed_each_s
        # no two processes have one name, whichever machine they are on
        self._holder = f"{socket.gethostname()[:40]}:{secrets.token_hex(8)}"
        self._own: Lease | None = None
        # whether another process had it when this one last looked
        self.is_held_elsewhere = False

    async def run(self, work: Work) -> None:
        """Do the work whenever the lease is here, until cancelled; then give it back."""
        try:
            while True:
                if await self._take():
                    await self._do(work)
                await asyncio.sleep(self._renewed_each_s)
        finally:
            await self._give_back()

    async def _do(self, work: Work) -> None:
        log.info("%s: this desk does it from now on", self._name)
        tasks = [asyncio.create_task(each) for each in work()]
        try:
            while True:
                await asyncio.sleep(self._renewed_each_s)
                # a database that does not answer holds us up: looked at before and after
                if self._is_over() or (not await self._take() and self._is_over()):
                    break
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        log.warning("%s: this desk does it no longer", self._name)

    def _is_over(self) -> bool:
        return self._own is None or must_stop(self._own, self._clock())

    async def _take(self) -> bool:
        """Take or renew the lease; False when another has it, or the database does not answer."""
        now = self._clock()
        try:
            async with self._write() as connection:
                store = LeaseStore(connection)
                held = await store.find(self._name)
                is_free = may_take(held, self._holder, now)
                wanted = Lease(self._name, self._holder, now + LASTS)
                if is_free:
                    await store.put(wanted)
        except Exception:
            log.exception("%s: the lease could not be renewed; tried again soon", self._name)
            return False
        self._own = wanted if is_free else None
        self.is_held_elsewhere = not is_free
        return is_free

    async def _give_back(self) -> None:
        if self._own is None:
            return
        try:
            async with self._write() as connection:
                await LeaseStore(connection).give_back(self._name, self._holder)
        except Exception:
            log.exception("%s: the lease was not given back; it ends by itself", self._name)
