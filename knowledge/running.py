"""Work beside the desk: begin it, follow it, cancel it, keep what came of it."""

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from knowledge.examined import Examined
from knowledge.run import BotRunBusy, Run, RunBusy, RunKind, RunState
from knowledge.run_store import RunStore

Transaction = Callable[[], AbstractAsyncContextManager[AsyncConnection]]

# runs that a page shows
LAST = 10


class Runs:
    """The verbs; each is one transaction. The state is in the database, whoever does the work."""

    def __init__(
        self, *, write: Transaction, read: Transaction, clock: Callable[[], datetime]
    ) -> None:
        self._write, self._read, self._clock = write, read, clock

    async def begin(self, profile: str, *, author: str, kind: RunKind = RunKind.PUBLICATION) -> Run:
        """Register a run; raises `RunBusy` while another goes on, of whatever kind and centre.

        A run holds a core for a minute: two at once would slow the answers down. One whose process
        is gone is marked as broken off here, and holds nobody up.
        """
        now = self._clock()
        async with self._write() as connection:
            store = RunStore(connection)
            for run in await store.list_running():
                if run.at(now).state is RunState.RUNNING:
                    raise _busy(run)
                await store.end(run.no, RunState.BROKEN_OFF, at=run.seen_at)
            return await store.get(await store.add(kind, profile, author=author, at=now))

    async def beat(self, no: int, *, step: str) -> bool:
        """The run's process lives and has come this far; False when it should stop."""
        async with self._write() as connection:
            return await RunStore(connection).beat(no, step=step, at=self._clock())

    async def finish(self, no: int, examined: Examined) -> None:
        """Keep what was examined, in the place of what earlier runs had; unless it was stopped."""
        async with self._write() as connection:
            store = RunStore(connection)
            if await store.end(no, RunState.EXAMINED, at=self._clock(), examined=examined):
                await store.forget_examined(RunKind.PUBLICATION, examined.profile, but=no)

    async def finish_training(self, no: int, outcome: Mapping[str, Any]) -> None:
        """Keep what came of training the bot, in the place of earlier trainings; as `finish`."""
        async with self._write() as connection:
            store = RunStore(connection)
            if await store.end(no, RunState.EXAMINED, at=self._clock(), outcome=outcome):
                await store.forget_examined(RunKind.BOT, "", but=no)

    async def mark_swapped(self, run: Run) -> None:
        """The bot that was trained serves; raises `RunNotReady` when it did already."""
        async with self._write() as connection:
            await RunStore(connection).publish(run, None)

    async def fail(self, no: int, why: str, *, told: str = "") -> None:
        """The run could not be done; `told` is why, in the trainers' words."""
        await self._end(no, RunState.FAILED, why, told)

    async def break_off(self, no: int, why: str = "") -> None:
        """The run's process is gone; one that ended by itself stays as it ended."""
        await self._end(no, RunState.BROKEN_OFF, why)

    async def cancel(self, no: int, *, by: str) -> Run:
        """Stop a run; its process ends within seconds. One that is over stays as it is."""
        await self._end(no, RunState.CANCELLED, by)
        return await self.get(no)

    async def get(self, no: int) -> Run:
        """A run as it stands now; raises `RunNotFound`."""
        async with self._read() as connection:
            return (await RunStore(connection).get(no)).at(self._clock())

    async def list_last(self, profile: str, kind: RunKind = RunKind.PUBLICATION) -> list[Run]:
        """The last runs of a profile, newest first, as they stand now."""
        async with self._read() as connection:
            runs = await RunStore(connection).list_last(kind, profile, limit=LAST)
        return [run.at(self._clock()) for run in runs]

    async def find_running(self) -> Run | None:
        """The run that goes on, of whatever kind and centre."""
        async with self._read() as connection:
            runs = await RunStore(connection).list_running()
        going_on = (run.at(self._clock()) for run in runs)
        return next((run for run in going_on if run.state is RunState.RUNNING), None)

    async def _end(self, no: int, state: RunState, why: str, told: str = "") -> None:
        async with self._write() as connection:
            await RunStore(connection).end(no, state, at=self._clock(), why=why, told=told)


def _busy(run: Run) -> RunBusy:
    """Who is at it, and with what."""
    kind = RunBusy if run.kind is RunKind.PUBLICATION else BotRunBusy
    what = f"{run.profile} examined" if run.kind is RunKind.PUBLICATION else "the bot trained"
    return kind(
        f"{run.author} is having {what} (run {run.no}): wait for it, or cancel it",
        author=run.author,
        profile=run.profile,
    )
