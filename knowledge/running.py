"""Examinations beside the desk: begin one, follow it, cancel it, let what it examined go live."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from knowledge.examined import Examined
from knowledge.run import Run, RunBusy, RunState
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

    async def begin(self, profile: str, *, author: str) -> Run:
        """Register a run; raises `RunBusy` while another goes on, of whatever centre.

        An examination holds a core for a minute: two at once would slow the answers down. One
        whose process is gone is marked as broken off here, and holds nobody up.
        """
        now = self._clock()
        async with self._write() as connection:
            store = RunStore(connection)
            for run in await store.list_running():
                if run.at(now).state is RunState.RUNNING:
                    raise RunBusy(
                        f"{run.author} is having {run.profile} examined (run {run.no}): wait for "
                        "it, or cancel it",
                        author=run.author,
                        profile=run.profile,
                    )
                await store.end(run.no, RunState.BROKEN_OFF, at=run.seen_at)
            return await store.get(await store.add(profile, author=author, at=now))

    async def beat(self, no: int, *, step: str) -> bool:
        """The run's process lives and has come this far; False when it should stop."""
        async with self._write() as connection:
            return await RunStore(connection).beat(no, step=step, at=self._clock())

    async def finish(self, no: int, examined: Examined) -> None:
        """Keep what was examined, in the place of what earlier runs had; unless it was stopped."""
        async with self._write() as connection:
            store = RunStore(connection)
            if await store.end(no, RunState.EXAMINED, at=self._clock(), examined=examined):
                await store.forget_examined(examined.profile, but=no)

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

    async def list_last(self, profile: str) -> list[Run]:
        """The last runs of a profile, newest first, as they stand now."""
        async with self._read() as connection:
            runs = await RunStore(connection).list_last(profile, limit=LAST)
        return [run.at(self._clock()) for run in runs]

    async def find_running(self) -> Run | None:
        """The run that goes on, of whatever centre."""
        async with self._read() as connection:
            runs = await RunStore(connection).list_running()
        going_on = (run.at(self._clock()) for run in runs)
        return next((run for run in going_on if run.state is RunState.RUNNING), None)

    async def _end(self, no: int, state: RunState, why: str, told: str = "") -> None:
        async with self._write() as connection:
            await RunStore(connection).end(no, state, at=self._clock(), why=why, told=told)
