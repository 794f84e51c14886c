"""A run that says how far it has come, and ends as its work does."""

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from sqlalchemy.exc import SQLAlchemyError

from desk.cli.common import EXPECTED
from desk.errors import detail_of
from knowledge.run import Run, RunNotReady, RunState
from knowledge.running import Runs

log = logging.getLogger(__name__)

BEAT_S = 1.0
# what ends a process whose run was cancelled
STOPPED = 3


def _nothing() -> None:
    """Nothing but this process has to end."""


@asynccontextmanager
async def followed(
    runs: Runs, run: Run, *, on_stop: Callable[[], None] = _nothing
) -> AsyncIterator[Callable[[str], None]]:
    """Gives what to call with every step that is done; an error of ours ends the run as failed.

    A run that is cancelled calls `on_stop` and ends the process. Raises `RunNotReady` when the run
    is over before it began.
    """
    if run.state is not RunState.RUNNING:
        raise RunNotReady(f"run {run.no} is {run.state}: begin another")
    done: list[str] = []
    beating = asyncio.create_task(_beat(runs, run.no, done, on_stop))
    try:
        yield done.append
    except EXPECTED as error:
        await runs.fail(run.no, str(error), told=detail_of(error))
        raise
    finally:
        beating.cancel()
        with suppress(asyncio.CancelledError):
            await beating


async def _beat(runs: Runs, no: int, done: list[str], on_stop: Callable[[], None]) -> None:
    """Say every second that the run lives; one that was cancelled ends the process."""
    while True:
        try:
            goes_on = await runs.beat(no, step=done[-1] if done else "")
        except (SQLAlchemyError, TimeoutError):
            # a busy database hears the next one; without it the run would be taken for dead
            log.warning("run %s: a beat was not heard", no, exc_info=True)
            goes_on = True
        if not goes_on:
            # the work is in a thread that nothing else can stop; killing it harms nothing, as
            # nothing is written before it is whole
            on_stop()
            os._exit(STOPPED)
        await asyncio.sleep(BEAT_S)
