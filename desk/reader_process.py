"""A process that reads documents, one after the other; one that takes too long is killed."""

import asyncio
import os
import signal
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from datetime import timedelta
from multiprocessing import get_context
from typing import TypeVar

Result = TypeVar("Result")

# 5,000 rows take a quarter of a minute; what takes this long was made to take for ever
PATIENCE = timedelta(minutes=2)


class ReaderProcess:
    """Does one piece of work at a time, in a process that is started when the first one comes."""

    def __init__(self, patience: timedelta = PATIENCE) -> None:
        self.patience = patience
        self._pool: ProcessPoolExecutor | None = None
        self._pid: Future[int] | None = None
        # the time of a work is its own: it does not run while another is done
        self._turn = asyncio.Lock()

    async def do(self, work: Callable[[], Result]) -> Result:
        """What the work returns; it and its result must be picklable.

        Raises `TimeoutError` when it takes too long, `BrokenProcessPool` when its process dies; the
        next work gets a new process.
        """
        async with self._turn:
            done = asyncio.get_running_loop().run_in_executor(self._started(), work)
            try:
                return await asyncio.wait_for(done, self.patience.total_seconds())
            except BrokenProcessPool:
                # it is dead: its number may be another's by now
                self._pool = self._pid = None
                raise
            except (TimeoutError, asyncio.CancelledError):
                self.close()
                raise

    def close(self) -> None:
        """Kill the process, whatever it does: its work is nobody's any more."""
        pool, pid = self._pool, self._pid
        self._pool = self._pid = None
        if pool is None or pid is None:
            return
        pool.shutdown(wait=False, cancel_futures=True)
        if pid.done() and not pid.cancelled() and pid.exception() is None:
            # it may have died by itself
            with suppress(ProcessLookupError):
                os.kill(pid.result(), signal.SIGKILL)

    def _started(self) -> ProcessPoolExecutor:
        # most desks run for days without a document
        if self._pool is None:
            self._pool = ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn"))
            self._pid = self._pool.submit(os.getpid)
        return self._pool
