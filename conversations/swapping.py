"""Which trained bot serves: swap a new one in while customers talk, and go back to the one before.

What is chosen is written down; the bot loads it while the one before goes on answering. A bot or a
desk that was away, or a choice made by the command line, is caught up with by `catch_up`.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from conversations.archives import Archive, Archives, Serving
from conversations.bot_client import BotRefused, BotUnavailable
from conversations.bot_exam import Trained, WorseBot
from knowledge.review import refuse_nameless
from knowledge.run import Run, RunKind, RunNotReady, RunState
from knowledge.running import Runs

log = logging.getLogger(__name__)


class Reloading(Protocol):
    """What is needed of the bot's client."""

    async def models(self) -> set[str]:
        """The numbers of the models that serve; raises `BotUnavailable`."""
        ...

    async def reload(self, archive: str, *, sha256: str) -> None:
        """Load an archive; raises `BotUnavailable`, `BotRefused`."""
        ...


class Swapping:
    """The verbs; one swap at a time. `inputs` is the hash of what the bot is trained from, now."""

    def __init__(
        self,
        *,
        bot: Reloading,
        archives: Archives,
        runs: Runs,
        inputs: Callable[[], str],
        clock: Callable[[], datetime],
    ) -> None:
        self._bot, self._runs, self._inputs, self._clock = bot, runs, inputs, clock
        self.archives = archives
        self._one_at_a_time = asyncio.Lock()
        self._failed = ""

    async def swap(self, run: Run, *, by: str, override: str = "") -> Archive:
        """Let the bot that a run trained serve.

        Raises `RunNotReady`, `WorseBot` without a reason to serve it all the same,
        `NotTrainedHere`, `BotUnavailable`, `BotRefused`; then the one before goes on serving.
        """
        trained = _allowed(run, by, override)
        archive = await self._serve(trained.archive, by=by, reason=override.strip())
        await self._runs.mark_swapped(run)
        return archive

    async def choose(self, run: Run, *, by: str, override: str = "") -> Archive:
        """As `swap`, without telling the bot: a desk that runs has it load within seconds."""
        trained = _allowed(run, by, override)
        archive = await asyncio.to_thread(self._choose, trained.archive, by, override.strip())
        await self._runs.mark_swapped(run)
        return archive

    async def choose_before(self, *, by: str, reason: str = "") -> Archive:
        """As `go_back`, without telling the bot."""
        refuse_nameless(by)
        before = await asyncio.to_thread(self.archives.before)
        return await asyncio.to_thread(self._choose, before.name, by, reason.strip())

    async def go_back(self, *, by: str, reason: str = "") -> Archive:
        """Let the bot that served before serve again; raises `NothingBefore`, else as `swap`."""
        refuse_nameless(by)
        before = await asyncio.to_thread(self.archives.before)
        return await self._serve(before.name, by=by, reason=reason.strip())

    async def catch_up(self) -> bool:
        """Have the bot load what was chosen, if it serves something else; true when it did."""
        async with self._one_at_a_time:
            # read in here: a swap on its way writes down another one before it ends
            serving = await asyncio.to_thread(self.archives.serving)
            if serving is None or serving.archive == self._failed:
                return False
            archive = await asyncio.to_thread(self.archives.find, serving.archive)
            if archive is None:
                log.error("%s was chosen to serve and is not there", serving.archive)
                self._failed = serving.archive
                return False
            try:
                if await self._bot.models() == {archive.model}:
                    return False
                await self._bot.reload(archive.name, sha256=archive.sha256)
            except BotUnavailable:
                return False
            except BotRefused as error:
                # the same would be refused every second
                self._failed = serving.archive
                log.error("%s", error)
                return False
        log.info("the bot now serves %s", archive.name)
        return True

    async def _serve(self, name: str, *, by: str, reason: str) -> Archive:
        async with self._one_at_a_time:
            archive = await asyncio.to_thread(self._choose, name, by, reason)
            try:
                await self._bot.reload(archive.name, sha256=archive.sha256)
            except (BotUnavailable, BotRefused):
                await asyncio.to_thread(self.archives.take_back)
                raise
            self._failed = ""
            return archive

    def _choose(self, name: str, by: str, reason: str) -> Archive:
        at = self._clock().isoformat()
        self.archives.choose(
            Serving(archive=name, inputs=self._inputs(), at=at, by=by.strip(), reason=reason)
        )
        archive = self.archives.find(name)
        assert archive is not None, "an archive went away as it was chosen"
        return archive


def ready(run: Run) -> Trained:
    """What a run trained and may serve; raises `RunNotReady`."""
    if run.kind is not RunKind.BOT or run.state is not RunState.EXAMINED or run.outcome is None:
        raise RunNotReady(f"run {run.no} is {run.state}: there is no bot to swap in")
    return Trained.from_json(run.outcome)


def _allowed(run: Run, by: str, override: str) -> Trained:
    """What may be swapped in by whom; raises what `Swapping.swap` does before it begins."""
    refuse_nameless(by)
    trained = ready(run)
    if trained.is_worse and not override.strip():
        raise WorseBot(f"the bot of run {run.no} reads the held-out lines worse")
    return trained
