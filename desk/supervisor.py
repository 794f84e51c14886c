"""Keeps the desk and the bot running: starts them, restarts with back-off, stops both.

Small on purpose: why no process manager, see docs/decisions/0007-a-supervisor-of-our-own.md.
"""

import asyncio
import contextlib
import ctypes
import fcntl
import os
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from desk.settings import ROOT

Say = Callable[[str], None]

FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 30.0
# a part that ran this long was healthy: its next stop begins again with the first pause
HEALTHY_AFTER_S = 60.0
STOP_WITHIN_S = 10.0
LARGEST_LOG = 10 * 1024 * 1024
_PR_SET_PDEATHSIG = 1


class CannotStart(Exception):
    """Nothing was started; the text says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One process, and how to tell that it is ready."""

    name: str
    # a function where another start may be of something else: the bot's archive may be swapped
    command: Sequence[str] | Callable[[], Sequence[str]]
    environment: Mapping[str, str]
    log: Path
    is_ready: Callable[[], Awaitable[bool]]


async def supervise(
    parts: Sequence[Part], *, ready_within_s: float, say: Say, when_ready: Callable[[], None]
) -> int:
    """Run the parts until SIGINT or SIGTERM; returns the exit code.

    Raises `CannotStart` when they are not ready in time.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    keepers = [asyncio.create_task(_keep(part, stop, say)) for part in parts]
    try:
        waiting = asyncio.create_task(_all_ready(parts))
        stopping = asyncio.create_task(stop.wait())
        done, _ = await asyncio.wait(
            {waiting, stopping},
            timeout=ready_within_s,
            return_when=asyncio.FIRST_COMPLETED,
        )
        if not done:
            logs = ", ".join(str(part.log) for part in parts)
            raise CannotStart(f"not ready after {ready_within_s:.0f} s; the reason is in {logs}")
        if waiting in done:
            when_ready()
            await stopping
        say("stopping")
    finally:
        stop.set()
        await asyncio.gather(*keepers, return_exceptions=True)
    return 0


def refuse_taken_port(host: str, port: int, setting: str) -> None:
    """Raise `CannotStart` when something else listens there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CannotStart(
                f"port {port} on {host} is not free ({error.strerror}): stop the program that uses "
                f"it, or choose another with {setting}=…"
            ) from error


@contextmanager
def only_one(lock: Path) -> Iterator[None]:
    """Hold the data folder's lock; raises `CannotStart` when another supervisor has it."""
    with lock.open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise CannotStart(
                f"Seatmate already runs on {lock.parent}: stop that one first"
            ) from error
        yield


async def _all_ready(parts: Sequence[Part]) -> None:
    for part in parts:
        while not await part.is_ready():  # noqa: ASYNC110  (another process: nothing signals us)
            await asyncio.sleep(0.2)


async def _keep(part: Part, stop: asyncio.Event, say: Say) -> None:
    """Run one part again and again until told to stop."""
    loop = asyncio.get_running_loop()
    pause = FIRST_PAUSE_S
    while not stop.is_set():
        begun = loop.time()
        try:
            code: int | str = await _run_once(part, stop)
        except OSError as error:
            code = f"{error.strerror}: {command_of(part)[0]}"
        if stop.is_set():
            return
        pause = FIRST_PAUSE_S if loop.time() - begun > HEALTHY_AFTER_S else pause
        say(
            f"{part.name} stopped ({_reason(code)}), starting again in {pause:.0f} s; "
            f"see {part.log}"
        )
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), pause)
        pause = min(pause * 2, LONGEST_PAUSE_S)


def _reason(code: int | str) -> str:
    return f"exit {code}" if isinstance(code, int) else code


def command_of(part: Part) -> Sequence[str]:
    """The command a part is started with now."""
    return part.command() if callable(part.command) else part.command


async def _run_once(part: Part, stop: asyncio.Event) -> int:
    """Start the process, wait until it ends or we are stopped; returns its exit code."""
    part.log.parent.mkdir(parents=True, exist_ok=True)
    if part.log.exists() and part.log.stat().st_size > LARGEST_LOG:
        part.log.replace(part.log.with_suffix(".log.old"))
    with part.log.open("ab") as output:
        process = await asyncio.create_subprocess_exec(
            *command_of(part),
            cwd=ROOT,
            env=dict(part.environment),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            # Ctrl-C goes to us alone: we end the parts in our own order
            start_new_session=True,
            preexec_fn=die_with_parent,
        )
        ended = asyncio.create_task(process.wait())
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({ended, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if not ended.done():
            process.terminate()
            try:
                await asyncio.wait_for(asyncio.shield(ended), STOP_WITHIN_S)
            except TimeoutError:
                os.killpg(process.pid, signal.SIGKILL)
        return await ended


def die_with_parent() -> None:
    """For `preexec_fn`: a process that ends with the one that started it, however that ends."""
    # a supervisor killed with -9 must not leave parts behind that hold the ports
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
