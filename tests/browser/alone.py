"""A desk process without a bot: the trainers' pages need none, and it starts in seconds."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx

from desk.settings import ROOT
from tests.conftest import free_port

STARTED_WITHIN_S = 120


@contextmanager
def serve_alone(environment: Mapping[str, str], log: Path) -> Iterator[str]:
    """`seatmate serve` with these SEATMATE_* variables; gives its address once it answers."""
    port = free_port()
    given = {"SEATMATE_PORT": str(port), "SEATMATE_BOT_PORT": str(free_port()), **environment}
    with log.open("w") as lines:
        process = subprocess.Popen(
            [sys.executable, "-m", "desk", "serve"],
            cwd=ROOT,
            env={**os.environ, **given},
            stdout=lines,
            stderr=lines,
        )
    url = f"http://127.0.0.1:{port}"
    try:
        end = time.monotonic() + STARTED_WITHIN_S
        while not answers(url):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < end, log.read_text()
            time.sleep(0.3)
        yield url
    finally:
        process.terminate()
        process.wait(20)


def hire(environment: Mapping[str, str], name: str, role: str) -> str:
    """Somebody new at the desk with these variables; returns the password."""
    done = subprocess.run(
        [sys.executable, "-m", "desk", "staff", "add", name, "--role", role],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.split()[-1]


def answers(url: str) -> bool:
    """Whether a desk is there."""
    try:
        return httpx.get(f"{url}/healthz", trust_env=False).is_success
    except httpx.HTTPError:
        return False
