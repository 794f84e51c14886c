"""Runs in a process of their own: they outlive the page, and the desk that began them."""

import asyncio
import logging
import os
import sys
from pathlib import Path

from desk.paths import Paths
from desk.settings import ROOT, Settings
from knowledge.run import Run, RunKind
from knowledge.running import Runs

log = logging.getLogger(__name__)

# of what its process said last, for people who look for the reason
LAST_WORDS = 400
# the command that does a run, and what it leaves its words in
WORK = {RunKind.PUBLICATION: ("knowledge", "examine"), RunKind.BOT: ("bot", "teach")}
LOG = {RunKind.PUBLICATION: "examination", RunKind.BOT: "teaching"}


class ExamProcess:
    """Starts the process of a run, and tells when it ended without a word of its own."""

    def __init__(self, settings: Settings, runs: Runs) -> None:
        self._settings, self._runs = settings, runs
        self._watching: set[asyncio.Task[None]] = set()

    async def start(self, run: Run) -> None:
        """Begin the work of a registered run; it goes on when this process ends."""
        said = Paths.of(self._settings).logs / f"{LOG[run.kind]}.log"
        said.parent.mkdir(parents=True, exist_ok=True)
        with said.open("wb") as output:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "desk", *WORK[run.kind], "--run", str(run.no)),
                cwd=ROOT,
                env=environment_of(self._settings),
                stdout=output,
                stderr=output,
                # the desk's own Ctrl-C is not meant for it
                start_new_session=True,
            )
        watching = asyncio.create_task(self._watch(run.no, process, said))
        self._watching.add(watching)
        watching.add_done_callback(self._watching.discard)

    async def _watch(self, no: int, process: asyncio.subprocess.Process, said: Path) -> None:
        code = await process.wait()
        if code:
            words = await asyncio.to_thread(_last_words, said)
            log.warning("the process of run %s ended with %s: %s", no, code, words)
        # it has nearly always ended its run itself; what is left is a process that was killed
        await self._runs.break_off(no)


def environment_of(settings: Settings) -> dict[str, str]:
    """What makes another process work on the same installation."""
    return {
        **os.environ,
        "SEATMATE_DATA_DIR": str(settings.data_dir),
        "SEATMATE_PROFILES_DIR": str(settings.profiles_dir),
        "SEATMATE_TRAINING_DATA": str(settings.training_data),
        "SEATMATE_PROFILE": settings.profile,
        "SEATMATE_ENCODER": settings.encoder,
        "SEATMATE_DATABASE_URL": settings.database_url,
    }


def _last_words(said: Path) -> str:
    return said.read_text(encoding="utf-8", errors="replace")[-LAST_WORDS:].strip()
