"""Processes of a running desk that a test holds or kills, and waiting for what comes of it.

`held` makes the moment of a death certain: what is held does not run until the block ends.
"""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.conftest import RunningDesk
from tests.journeys.people import client

HAPPENS_WITHIN_S = 120


def is_ready(desk: RunningDesk) -> bool:
    return gives_success(f"{desk.url}/readyz")


def is_alive(desk: RunningDesk) -> bool:
    return gives_success(f"{desk.url}/healthz")


def gives_success(url: str) -> bool:
    try:
        with client() as http:
            return http.get(url).is_success
    except httpx.HTTPError:
        return False


@contextmanager
def held(pid: int) -> Iterator[None]:
    """A process that does nothing until the block ends."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def kill(pid: int) -> None:
    """kill -9, and wait until it is dead; its parent may be held and not have buried it."""
    os.kill(pid, signal.SIGKILL)
    eventually(lambda: is_dead(pid))


def is_dead(pid: int) -> bool:
    """Whether there is no such process, or one that has ended and is not yet buried."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].startswith("Z")
    except (FileNotFoundError, ProcessLookupError):
        # the second when it goes between opening and reading
        return True


def eventually(happens: Callable[[], bool]) -> None:
    """Wait until something has happened."""
    end = time.monotonic() + HAPPENS_WITHIN_S
    while not happens():
        if time.monotonic() > end:
            pytest.fail(f"it did not happen within {HAPPENS_WITHIN_S} s")
        time.sleep(0.1)
