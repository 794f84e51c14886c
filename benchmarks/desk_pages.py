"""Two hundred open desk pages on one process; `python -m benchmarks.desk_pages`.

The desk as `make setup` left it is started as a process of its own. Two hundred agents sign in
through its door, each opens the live stream of a desk page, and customers wait. Then some are
claimed, one after another, and write a line. Measured: from the claim to the queue that every
other page is told, from the customer's line to the page of the agent who talks to them, and the
memory of the process before and after the pages are open. The desk gathers what happens together
for 200 ms before it tells the queue anew (`desk_view.GATHERED_S`), which is in both.
"""

import argparse
import asyncio
import json
import os
import socket
import statistics
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from benchmarks.suggestions import copy_of, now
from connectors.sign_in import StaffService
from conversations.handover import Reason, Summary
from conversations.handover_store import HandoverStore
from conversations.message import Conversation, Mode
from conversations.people import Role, hash_token
from conversations.store import ConversationStore
from desk.bot_process import desk_command, desk_environment
from desk.database import Database, migrate
from desk.routes import API
from desk.settings import Settings

PAGES, CLAIMS = 200, 20
PASSWORD = "电表-三零五"
SIGN_INS_AT_ONCE = 4
STARTED_WITHIN_S, TOLD_WITHIN_S = 180.0, 30.0
KB_IN_MB = 1024


@dataclass
class Page:
    """An open desk page: what it was told, and when."""

    agent: str
    headers: dict[str, str] = field(default_factory=dict)
    queues: list[tuple[float, set[str]]] = field(default_factory=list)
    lines: dict[str, float] = field(default_factory=dict)
    told: asyncio.Event = field(default_factory=asyncio.Event)

    async def read(self, stream: httpx.Response) -> None:
        """Note the events of a live stream until it ends."""
        name = ""
        async for row in stream.aiter_lines():
            if row.startswith("event:"):
                name = row.removeprefix("event:").strip()
            elif row.startswith("data:"):
                self._take(name, json.loads(row.removeprefix("data:")))

    def _take(self, name: str, data: dict[str, Any]) -> None:
        at = time.perf_counter()
        if name == "queue":
            waiting = {each["conversation_id"] for each in data["waiting"]}
            self.queues.append((at, waiting))
        elif name == "message":
            self.lines[data["text"]] = at
        self.told.set()

    async def until_gone(self, conversation_id: str, *, since: float) -> float:
        """When the page was first told, from `since` on, a queue without this conversation."""
        while True:
            without = (at for at, waiting in self.queues if conversation_id not in waiting)
            gone = next((at for at in without if at >= since), None)
            if gone is not None:
                return gone
            self.told.clear()
            await asyncio.wait_for(self.told.wait(), TOLD_WITHIN_S)

    async def until_line(self, text: str) -> float:
        """When the page was told this line."""
        while text not in self.lines:
            self.told.clear()
            await asyncio.wait_for(self.told.wait(), TOLD_WITHIN_S)
        return self.lines[text]


async def make_waiting(database: Database) -> list[str]:
    """Customers who wait for a person, each with the token of their conversation's name."""
    ids = [f"pages{at}" for at in range(CLAIMS)]
    for conversation_id in ids:
        conversation = Conversation(
            conversation_id=conversation_id,
            profile="power",
            channel="web",
            mode=Mode.BOT,
            opened_at=now(),
        )
        async with database.write() as connection:
            await ConversationStore(connection).add(
                conversation, token_hash=hash_token(conversation_id)
            )
            await HandoverStore(connection).add(
                conversation_id, "power", Reason.ASKED, Summary(matter="停电了"), at=now()
            )
    return ids


@contextmanager
def running(settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    """The desk as a process of its own; ended here by its own id."""
    log = settings.data_dir / "desk.log"
    with log.open("wb") as written:
        process = subprocess.Popen(
            desk_command(), env=desk_environment(settings), stdout=written, stderr=written
        )
        try:
            yield process
        finally:
            process.terminate()
            process.wait(timeout=30)


async def until_alive(http: httpx.AsyncClient) -> None:
    """Wait until the desk answers; raises `TimeoutError`."""
    async with asyncio.timeout(STARTED_WITHIN_S):
        while True:
            try:
                (await http.get("/healthz")).raise_for_status()
                return
            except httpx.HTTPError:
                await asyncio.sleep(0.5)


@asynccontextmanager
async def open_pages(http: httpx.AsyncClient, agents: list[str]) -> AsyncIterator[list[Page]]:
    """Every agent signed in with a live stream, told the queue once."""
    gate = asyncio.Semaphore(SIGN_INS_AT_ONCE)
    pages = [Page(agent=name) for name in agents]

    async def show(page: Page) -> None:
        async with gate:
            body = {"name": page.agent, "password": PASSWORD}
            answer = (await http.post(f"{API}/sign-in", json=body)).raise_for_status()
        page.headers = {"Authorization": f"Bearer {answer.json()['token']}"}
        async with http.stream("GET", f"{API}/desk/events", headers=page.headers) as stream:
            stream.raise_for_status()
            await page.read(stream)

    shown = [asyncio.create_task(show(page)) for page in pages]
    for page, task in zip(pages, shown, strict=True):
        while not page.queues:
            if task.done():
                task.result()
            await asyncio.sleep(0.05)
    yield pages
    for task in shown:
        task.cancel()
    await asyncio.gather(*shown, return_exceptions=True)


def memory_mb(pid: int) -> int:
    """The resident memory of a process."""
    status = Path(f"/proc/{pid}/status").read_text()
    row = next(row for row in status.splitlines() if row.startswith("VmRSS:"))
    return int(row.split()[1]) // KB_IN_MB


async def claim_and_write(
    http: httpx.AsyncClient, pages: list[Page], ids: list[str]
) -> tuple[list[float], list[float]]:
    """Milliseconds from each claim to every page, and from each line to its agent's page."""
    queues, lines = [], []
    for page, conversation_id in zip(pages, ids, strict=False):
        begun = time.perf_counter()
        claim = f"{API}/desk/conversations/{conversation_id}/claim"
        (await http.post(claim, headers=page.headers)).raise_for_status()
        told = await asyncio.gather(
            *(each.until_gone(conversation_id, since=begun) for each in pages)
        )
        queues += [(at - begun) * 1000 for at in told]

        begun, text = time.perf_counter(), f"我是{conversation_id}，还没来电"
        say = f"{API}/conversations/{conversation_id}/messages"
        said = asyncio.create_task(
            http.post(
                say,
                json={"message_id": f"{conversation_id} 1", "text": text},
                headers={"Authorization": f"Bearer {conversation_id}"},
            )
        )
        lines.append((await page.until_line(text) - begun) * 1000)
        (await said).raise_for_status()
    return queues, lines


async def measure(settings: Settings, *, pages: int) -> dict[str, Any]:
    """The figures of one desk process with so many pages open."""
    database = Database(settings.database)
    staff = StaffService(write=database.write, read=database.read, clock=now)
    agents = [f"页面{at}" for at in range(pages)]
    for name in agents:
        await staff.add(name, Role.AGENT, PASSWORD)
    base = f"http://127.0.0.1:{settings.port}"
    limits = httpx.Limits(max_connections=None)
    with running(settings) as desk:
        async with httpx.AsyncClient(
            base_url=base, limits=limits, timeout=STARTED_WITHIN_S, trust_env=False
        ) as http:
            await until_alive(http)
            before = memory_mb(desk.pid)
            async with open_pages(http, agents) as opened:
                # who waits appears when somebody is there: with nobody it becomes a call-back
                ids = await make_waiting(database)
                held = memory_mb(desk.pid)
                queues, lines = await claim_and_write(http, opened, ids)
    await database.close()
    return {
        "pages": pages,
        "queue_p50_ms": round(statistics.median(queues)),
        "queue_p95_ms": round(statistics.quantiles(queues, n=20)[18]),
        "line_p50_ms": round(statistics.median(lines)),
        "line_max_ms": round(max(lines)),
        "memory_before_mb": before,
        "memory_with_pages_mb": held,
        "load": round(os.getloadavg()[0], 1),
    }


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=PAGES)
    parser.add_argument("--json", action="store_true", help="one object instead of a sentence")
    given = parser.parse_args()
    os.environ["SEATMATE_PORT"] = str(free_port())
    with copy_of(Settings()) as settings:
        migrate(settings.database)
        figures = asyncio.run(measure(settings, pages=given.pages))
    if given.json:
        print(json.dumps(figures))
        return
    print(
        "{pages} pages: a claim is told to all of them in {queue_p50_ms} ms, p95 {queue_p95_ms} ms;"
        " a line to its agent in {line_p50_ms} ms, longest {line_max_ms} ms; the process holds "
        "{memory_with_pages_mb} MB, {memory_before_mb} before (load {load})".format(**figures)
    )


if __name__ == "__main__":
    main()
