"""Set-up in pieces that need not wait for each other, each done by a process of its own.

The encoder keeps to one thread, so one piece keeps one core busy: as many go at once as there are
cores. `seatmate setup PIECE` does one, by hand too.
"""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeVar

from desk import learning, steps
from desk.bot_training import ensure_trained, in_service
from desk.database import Database, open_database
from desk.exam_process import environment_of
from desk.settings import ROOT, Settings
from desk.steps import Say, Stamp, StepError
from desk.supervisor import die_with_parent

Result = TypeVar("Result")

BOT = "bot"
STAMPS: Mapping[str, Callable[[Settings], Stamp]] = {
    "dangers": steps.danger_net_stamp,
    "drafts": learning.draft_net_stamp,
    "places": learning.place_labeller_stamp,
}
LEARN: Mapping[str, Callable[..., None]] = {
    "dangers": steps.ensure_danger_net,
    "drafts": learning.ensure_draft_net,
    "places": learning.ensure_place_labeller,
}
# two pieces whose solvers each take both cores wait for one another
ONE_CORE = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
# what customers of other centres wait for leaves the cores to those who are served
POLITE = 10


def names_of(settings: Settings) -> list[str]:
    """Every piece of this installation: the centres, the bot, and what is learnt."""
    return [*steps.centres_of(settings), BOT, *STAMPS]


async def due(database: Database, settings: Settings, *, say: Say) -> list[str]:
    """The pieces whose inputs changed since they were done, the longest first."""
    found = await steps.unpublished(database, settings, say=say)
    found += [BOT] if in_service(settings) is None else []
    return found + [name for name, stamp in STAMPS.items() if not stamp(settings).is_fresh()]


def do(settings: Settings, name: str, *, say: Say) -> None:
    """Do one piece here, if it is due; raises `StepError` when there is none of that name."""
    if name not in names_of(settings):
        raise StepError(f"there is no piece “{name}”: {', '.join(names_of(settings))}")
    if name in LEARN:
        LEARN[name](settings, say=say)
    elif name == BOT:
        ensure_trained(settings, say=say)
    else:
        asyncio.run(_publish(settings, name, say))


async def do_all(
    settings: Settings, names: Sequence[str], *, say: Say, polite: bool = False
) -> None:
    """Do pieces beside each other; raises `StepError` with the words of those that failed."""
    cores = asyncio.Semaphore(os.cpu_count() or 1)

    async def one(name: str) -> None:
        async with cores:
            await _in_a_process(settings, name, say=say, polite=polite)

    # the others are let go on: what they have done need not be done again
    ends = await asyncio.gather(*(one(name) for name in names), return_exceptions=True)
    failed = [str(end) for end in ends if isinstance(end, BaseException)]
    if failed:
        raise StepError("\n".join(failed))


async def _in_a_process(settings: Settings, name: str, *, say: Say, polite: bool) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "desk", "setup", name),
        cwd=ROOT,
        env={**environment_of(settings), **ONE_CORE},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        preexec_fn=_kept_polite if polite else die_with_parent,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        reading = asyncio.create_task(process.stderr.read())
        async for line in process.stdout:
            say(line.decode(errors="replace").rstrip("\n"))
        words = (await reading).decode(errors="replace").strip()
        if await process.wait():
            raise StepError(words or f"{name}: the process ended with {process.returncode}")
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()


def _kept_polite() -> None:
    die_with_parent()
    os.nice(POLITE)


async def with_database(
    settings: Settings, work: Callable[[Database], Awaitable[Result]]
) -> Result:
    """What `work` gives on the installation's database, opened for it alone."""
    async with open_database(settings.database) as database:
        return await work(database)


async def _publish(settings: Settings, profile: str, say: Say) -> None:
    await with_database(
        settings, lambda each: steps.ensure_published(each, settings, say=say, only=profile)
    )
