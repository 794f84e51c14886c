"""A whole chat turn through our door, against stock Rasa on its REST channel; `make bench`.

Ours: HTTP, store, Rasa, action, search, store. Peer: the same Rasa version, pipeline, training data
and model on the stock REST channel with an action server that does nothing. Both run at once on
this machine and are asked in turn, so that load from elsewhere meets both; the ratio is the figure.
"""

import argparse
import asyncio
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path

import httpx
import uvicorn
from fastapi import FastAPI, Request

from conversations.emergency import find_emergency
from desk.bot_process import bot_environment
from desk.bot_training import ensure_trained
from desk.paths import BOT_PYTHON
from desk.questions import labelled_questions
from desk.settings import ROOT, Settings
from tickets.profile import load_profile

TURNS_PER_TALK = 10
ROUNDS = 3
WARM_UP = 30


def lines(settings: Settings) -> list[str]:
    """What the customers say: every labelled question once before any comes again.

    More of them than the desk remembers vectors, so that no turn is answered from its memory;
    without those that the emergency words answer before Rasa is asked.
    """
    folder = settings.profiles_dir / "power"
    profile = load_profile(folder)
    asked = [question.text for part in labelled_questions(folder) for question in part]
    return [text for text in asked if find_emergency(text, profile) is None]


async def measure(
    peer: "Ours | Stock", said: Iterator[str], *, customers: int, turns: int
) -> tuple[list[float], float]:
    """Milliseconds of every turn and turns per second, `customers` talking at once."""
    spent: list[float] = []
    budget = iter(range(turns))

    async def customer() -> None:
        talk = ""
        for count, _ in enumerate(budget):
            if count % TURNS_PER_TALK == 0:
                talk = await peer.open_talk()
            text = next(said)
            begun = time.perf_counter()
            await peer.ask(talk, text)
            spent.append((time.perf_counter() - begun) * 1000)

    begun = time.perf_counter()
    await asyncio.gather(*(customer() for _ in range(customers)))
    return spent, turns / (time.perf_counter() - begun)


class Ours:
    """Customers at the web chat's API."""

    def __init__(self, http: httpx.AsyncClient, api: str) -> None:
        self._http, self._api = http, api
        self._tokens: dict[str, str] = {}

    async def open_talk(self) -> str:
        """A new conversation."""
        opened = (await self._http.post(f"{self._api}/conversations", json={})).json()
        self._tokens[opened["conversation_id"]] = opened["token"]
        return str(opened["conversation_id"])

    async def ask(self, talk: str, text: str) -> None:
        """Say a line and wait for the answer."""
        answer = await self._http.post(
            f"{self._api}/conversations/{talk}/messages",
            json={"message_id": uuid.uuid4().hex, "text": text},
            headers={"Authorization": f"Bearer {self._tokens[talk]}"},
        )
        assert answer.json()["replies"], answer.text


class Stock:
    """Customers at stock Rasa's REST channel."""

    def __init__(self, http: httpx.AsyncClient, url: str) -> None:
        self._http, self._url = http, url

    async def open_talk(self) -> str:
        """A new sender."""
        return uuid.uuid4().hex

    async def ask(self, talk: str, text: str) -> None:
        """Say a line and wait for the answer."""
        answer = await self._http.post(
            f"{self._url}/webhooks/rest/webhook", json={"sender": talk, "message": text}
        )
        assert answer.json(), answer.text


def idle_actions() -> FastAPI:
    """An action server that says one word and does nothing."""
    app = FastAPI()

    @app.post("/webhook")
    async def webhook(request: Request) -> dict[str, list[object]]:
        await request.body()
        return {"events": [], "responses": [{"text": "ok"}]}

    return app


@contextmanager
def stock_rasa(settings: Settings, archive: Path, port: int, actions: int) -> Iterator[int]:
    """`rasa run` as it comes: REST channel, memory tracker store; yields its process id."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "credentials.yml").write_text("rest:\n")
        url = f"http://127.0.0.1:{actions}/webhook"
        (folder / "endpoints.yml").write_text(f"action_endpoint:\n  url: {url}\n")
        command = [str(BOT_PYTHON), "-m", "rasa", "run", "--model", str(archive)]
        command += ["--credentials", str(folder / "credentials.yml")]
        command += ["--endpoints", str(folder / "endpoints.yml")]
        command += ["--interface", "127.0.0.1", "--port", str(port)]
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=bot_environment(settings),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            yield process.pid
        finally:
            process.terminate()
            process.wait(20)


@contextmanager
def our_desk(settings: Settings, port: int, bot_port: int) -> Iterator[int]:
    """`seatmate run` with the corpus, encoder and model of this checkout; yields its process id."""
    with tempfile.TemporaryDirectory() as scratch:
        data = Path(scratch)
        for name in ("encoders", "indexes"):
            (data / name).symlink_to(settings.data_dir.resolve() / name)
        (data / "bot").mkdir()
        (data / "bot" / "models").symlink_to(settings.data_dir.resolve() / "bot" / "models")
        environment = {
            **os.environ,
            "SEATMATE_DATA_DIR": str(data),
            "SEATMATE_PORT": str(port),
            "SEATMATE_BOT_PORT": str(bot_port),
            # the wait for a burst's next line is a choice of the centre, not a cost of the turn
            "SEATMATE_BURST_WINDOW_S": "0",
            # one customer here says in a minute what no customer does
            "SEATMATE_LINES_A_MINUTE": "1000000",
        }
        process = subprocess.Popen(
            [sys.executable, "-m", "desk", "run"],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.DEVNULL,
        )
        try:
            yield process.pid
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(30)


async def wait_for(url: str, http: httpx.AsyncClient) -> None:
    """Until the address answers well; three minutes at the most."""
    for _ in range(360):
        try:
            if (await http.get(url)).is_success:
                return
        except httpx.HTTPError:
            pass
        await asyncio.sleep(0.5)
    raise SystemExit(f"{url} did not become ready")


async def compare(
    peers: "dict[str, tuple[Ours | Stock, Iterator[str]]]", customers: int, turns: int
) -> dict[str, float]:
    """Both in turn, several rounds; the middle round counts."""
    results: dict[str, list[tuple[float, float, float]]] = {"ours": [], "stock": []}
    for _ in range(ROUNDS):
        for name, (peer, said) in peers.items():
            spent, rate = await measure(peer, said, customers=customers, turns=turns)
            spent.sort()
            results[name].append((statistics.median(spent), spent[int(len(spent) * 0.95)], rate))
    figures: dict[str, float] = {"customers": customers}
    for name, rounds in results.items():
        for place, measure_name in enumerate(("p50_ms", "p95_ms", "turns_per_s")):
            figures[f"{name}_{measure_name}"] = statistics.median(each[place] for each in rounds)
    figures["p50_ratio"] = figures["ours_p50_ms"] / figures["stock_p50_ms"]
    figures["turns_ratio"] = figures["ours_turns_per_s"] / figures["stock_turns_per_s"]
    return figures


def weigh(supervisor: int) -> dict[str, str]:
    """Resident memory of the supervisor's two children, from /proc (Linux)."""
    children = Path(f"/proc/{supervisor}/task/{supervisor}/children").read_text().split()
    weights = {}
    for child in children:
        is_bot = b"rasa" in Path(f"/proc/{child}/cmdline").read_bytes()
        status = Path(f"/proc/{child}/status").read_text()
        size = next(line for line in status.splitlines() if line.startswith("VmRSS"))
        weights["bot" if is_bot else "desk"] = f"{int(size.split()[1]) // 1024} MiB"
    return weights


async def main(turns: int) -> list[dict[str, float]]:
    """Start both, warm both up, compare at 1 and 8 customers, weigh our two processes."""
    settings = Settings()
    archive = ensure_trained(settings, say=print)
    port, bot_port, stock_port, actions = 18000, 15005, 15006, 15055
    server = uvicorn.Server(
        uvicorn.Config(idle_actions(), port=actions, log_level="error", access_log=False)
    )
    serving = asyncio.create_task(server.serve())
    figures = []
    async with httpx.AsyncClient(trust_env=False, timeout=60) as http:
        with (
            our_desk(settings, port, bot_port) as pid,
            stock_rasa(settings, archive, stock_port, actions),
        ):
            await wait_for(f"http://127.0.0.1:{port}/readyz", http)
            await wait_for(f"http://127.0.0.1:{stock_port}/", http)
            ours = Ours(http, f"http://127.0.0.1:{port}/api/v1")
            stock = Stock(http, f"http://127.0.0.1:{stock_port}")
            said = lines(settings)
            peers: dict[str, tuple[Ours | Stock, Iterator[str]]] = {
                "ours": (ours, cycle(said)),
                "stock": (stock, cycle(said)),
            }
            for peer, each in peers.values():
                await measure(peer, each, customers=1, turns=WARM_UP)
            for customers in (1, 8):
                figures.append(await compare(peers, customers, turns * customers))
            weights = weigh(pid)
    server.should_exit = True
    await serving
    print(json.dumps(weights))
    return figures


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=100, help="turns per customer and round")
    for row in asyncio.run(main(parser.parse_args().turns)):
        print(json.dumps({name: round(value, 2) for name, value in row.items()}))
