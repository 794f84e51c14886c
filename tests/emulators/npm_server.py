"""npm's telegram-api-mock-server as a process of its own: a Bot API nobody here wrote."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from desk.settings import ROOT
from tests.connectors.bot_api import TOKEN

FOLDER = ROOT / "var" / "emulators" / "npm"
START = """
import { TelegramApiMockServer } from "telegram-api-mock-server";
const server = new TelegramApiMockServer({ host: "127.0.0.1", port: 0 });
await server.start();
console.log(JSON.stringify(server.getAddress()));
"""


@dataclass
class NpmServer:
    """Its address, and what a test does with it."""

    url: str

    def push(self, **update: Any) -> None:
        """Something happens on Telegram."""
        form = {"token": TOKEN, "update": update}
        httpx.post(f"{self.url}/_mock/injectUpdate", json=form, trust_env=False).raise_for_status()

    def calls(self, *methods: str) -> list[dict[str, Any]]:
        """What the desk asked of it."""
        found = httpx.get(f"{self.url}/_mock/outbound", params={"token": TOKEN}, trust_env=False)
        events: list[dict[str, Any]] = found.json()["events"]
        return [each for each in events if each["method"] in methods]


@contextmanager
def serve_npm() -> Iterator[NpmServer]:
    process = subprocess.Popen(
        ["node", "--input-type=module", "-e", START],
        cwd=FOLDER,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        said = process.stdout.readline()

        address = json.loads(said)
        url = address if isinstance(address, str) else f"http://127.0.0.1:{address['port']}"
        yield NpmServer(url)
    finally:
        process.kill()
        process.wait()
