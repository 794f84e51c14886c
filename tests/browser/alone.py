"""A desk without a bot, in a process of its own or in this one: many pages need none."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx
import uvicorn

from desk.app import make_app
from desk.settings import ROOT, Settings
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
        process.wait(60)


@contextmanager
def serve_here(settings: Settings) -> Iterator[str]:
    """A desk in a thread of this process, in seconds; gives its address once it answers."""
    port = free_port()
    config = uvicorn.Config(make_app(settings), host="127.0.0.1", port=port, log_level="error")
    server = uvicorn.Server(config)
    serving = threading.Thread(target=server.run)
    serving.start()
    while not server.started and serving.is_alive():
        time.sleep(0.05)
    assert server.started
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    serving.join()


def answers(url: str) -> bool:
    """Whether a desk is there."""
    try:
        return httpx.get(f"{url}/healthz", trust_env=False).is_success
    except httpx.HTTPError:
        return False
