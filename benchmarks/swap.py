"""A bot taught, retrained and swapped while customers talk; `python -m benchmarks.swap`.

A desk and its Rasa run in a folder of their own. Five conversations begin every second; meanwhile
a trainer relabels lines that the bot was unsure of, writes them, has the bot trained, swaps it in
and goes back to the one before. Every line must get its answer and be in the transcript with it.
"""

import argparse
import asyncio
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import cycle, pairwise
from pathlib import Path
from typing import Any

import httpx

from benchmarks.chat_turn import lines
from desk.settings import ROOT, Settings
from tests.browser.test_trainer_page import make_centre
from tests.conftest import RunningDesk, start_desk

CONVERSATIONS_A_SECOND = 5
LINES_EACH = 2
# said by customers, so that there is something to relabel; the intent is what a trainer would say
MISREAD = {
    "我那个那个 就是想弄一下那个": "unsure",
    "唉算了没劲": "vent",
    "那个啥 上回那事": "query_progress",
}
LESSONS_WITHIN_S = 60.0
TRAINED_WITHIN_S = 600.0
AFTER_SWAP_S = 10.0
PAGE = 100


@dataclass
class Load:
    """Customers who come at a steady rate, whatever became of those before them."""

    http: httpx.AsyncClient
    said: Iterator[str]
    phase: str = "before"
    is_over: bool = False
    spent: dict[str, list[float]] = field(default_factory=dict)
    wrong: Counter[str] = field(default_factory=Counter)
    # token and lines by conversation
    talks: dict[str, tuple[str, list[str]]] = field(default_factory=dict)
    # lines to a person by conversation: there the bot has to be silent
    to_persons: Counter[str] = field(default_factory=Counter)

    async def run(self) -> None:
        """Begin conversations until it is over; returns when all have been answered."""
        begun: list[asyncio.Task[None]] = []
        next_at = time.perf_counter()
        while not self.is_over:
            begun.append(asyncio.create_task(self._talk()))
            next_at += 1 / CONVERSATIONS_A_SECOND
            await asyncio.sleep(max(0.0, next_at - time.perf_counter()))
        await asyncio.gather(*begun)

    async def _talk(self) -> None:
        try:
            await self.begin(*(next(self.said) for _ in range(LINES_EACH)))
        except (httpx.HTTPError, KeyError, ValueError) as error:
            self.wrong[type(error).__name__] += 1

    async def begin(self, *said: str) -> None:
        """A conversation of these lines."""
        opened = (await self.http.post("/conversations", json={})).json()
        talk = opened["conversation_id"]
        self.talks[talk] = (opened["token"], [])
        for text in said:
            await self.say(talk, text)

    async def say(self, talk: str, text: str) -> None:
        """One line; it counts as wrong without an answer of the bot's."""
        token, sent = self.talks[talk]
        phase, begun = self.phase, time.perf_counter()
        sent.append(text)
        answer = await self.http.post(
            f"/conversations/{talk}/messages",
            json={"message_id": uuid.uuid4().hex, "text": text},
            headers={"Authorization": f"Bearer {token}"},
        )
        self.spent.setdefault(phase, []).append((time.perf_counter() - begun) * 1000)
        if answer.status_code != httpx.codes.OK:
            self.wrong[f"status {answer.status_code}"] += 1
        elif not answer.json()["replies"]:
            if answer.json()["mode"] == "agent":
                self.to_persons[talk] += 1
            else:
                self.wrong["no answer"] += 1

    async def count_lost(self) -> int:
        """Lines that are not in the transcript once, or have no answer right after them."""
        lost = 0
        for talk, (token, sent) in self.talks.items():
            headers = {"Authorization": f"Bearer {token}"}
            answer = await self.http.get(f"/conversations/{talk}/messages", headers=headers)
            senders = [each["sender"] for each in answer.json()["messages"]]
            heard = Counter(
                each["text"] for each in answer.json()["messages"] if each["sender"] == "customer"
            )
            lost += ((Counter(sent) - heard) + (heard - Counter(sent))).total()
            silent = sum(
                pair == ("customer", "customer") for pair in pairwise([*senders, "customer"])
            )
            lost += max(0, silent - self.to_persons[talk])
        return lost


class Trainer:
    """Somebody who teaches the bot over the same API as the page."""

    def __init__(self, http: httpx.AsyncClient, token: str) -> None:
        self._http, self._headers = http, {"Authorization": f"Bearer {token}"}

    async def call(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        """A call that must work."""
        answer = await self._http.request(
            method, f"/training/{path}", json=body, headers=self._headers
        )
        assert answer.is_success, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def relabels(self) -> int:
        """Relabel what is known of the doubtful lines; returns how many."""
        end = time.monotonic() + LESSONS_WITHIN_S
        while time.monotonic() < end:
            known = [each for each in await self.doubtful() if each["text"] in MISREAD]
            for each in known:
                path = f"utterances/{each['utterance_id']}/relabel"
                await self.call("POST", path, {"intent": MISREAD[each["text"]]})
            if known:
                return len(known)
            await asyncio.sleep(1)
        raise AssertionError("no line was kept that the bot was unsure of")

    async def doubtful(self) -> list[dict[str, Any]]:
        """All doubtful lines: the newest hundred are soon those of the other customers."""
        found: list[dict[str, Any]] = []
        while True:
            page = await self.call("GET", f"utterances?limit={PAGE}&offset={len(found)}")
            found += page["utterances"]
            if not page["utterances"] or len(found) >= page["total"]:
                return found

    async def trains(self) -> dict[str, Any]:
        """Train and examine; returns the run."""
        no = (await self.call("POST", "runs", {}))["no"]
        end = time.monotonic() + TRAINED_WITHIN_S
        while time.monotonic() < end:
            run = await self.call("GET", f"runs/{no}")
            if run["state"] != "running":
                assert run["state"] == "examined", run
                return run
            await asyncio.sleep(1)
        raise AssertionError("the training did not end in time")


async def model_of(desk: RunningDesk) -> str:
    """The number of the model that serves."""
    port = desk.environment["SEATMATE_BOT_PORT"]
    async with httpx.AsyncClient(trust_env=False, timeout=30) as http:
        answer = await http.get(f"http://127.0.0.1:{port}/webhooks/desk/")
    return str(answer.json()["model"])


async def story(desk: RunningDesk, token: str) -> dict[str, Any]:
    """The whole of it; returns the figures."""
    said = cycle(lines(Settings()))
    # customers that wait hold no connection the trainer, or the next customer, would need
    client = httpx.AsyncClient(
        base_url=desk.api,
        trust_env=False,
        timeout=120,
        limits=httpx.Limits(max_connections=None),
    )
    async with client as http:
        load, trainer = Load(http, said), Trainer(http, token)
        running = asyncio.create_task(load.run())
        for text in MISREAD:
            await load.begin(text)
        lessons = await trainer.relabels()
        written = len((await trainer.call("POST", "lessons", {}))["added"])
        models, load.phase = [await model_of(desk)], "training"
        run = await trainer.trains()
        load.phase, begun = "swapping", time.perf_counter()
        reason = "measuring a swap" if run["trained"]["is_worse"] else ""
        await trainer.call("POST", f"runs/{run['no']}/swap", {"override": reason})
        swap_s = time.perf_counter() - begun
        models.append(await model_of(desk))
        await asyncio.sleep(AFTER_SWAP_S)
        begun = time.perf_counter()
        await trainer.call("POST", "bot/back", {})
        back_s = time.perf_counter() - begun
        models.append(await model_of(desk))
        await asyncio.sleep(AFTER_SWAP_S)
        load.is_over = True
        await running
        lost = await load.count_lost()
    trained = run["trained"]
    return {
        "conversations": len(load.talks),
        "lines": sum(map(len, load.spent.values())),
        "errors": dict(load.wrong),
        "lost": lost,
        "to_persons": load.to_persons.total(),
        "relabelled": lessons,
        "written": written,
        "swap_s": round(swap_s, 2),
        "back_s": round(back_s, 2),
        "swapped": models[0] != models[1],
        "went_back": models[0] == models[2],
        "trained_s": run["seconds"],
        "accuracy": [trained["before"]["accuracy"], trained["after"]["accuracy"]],
        "macro_f1": [trained["before"]["macro_f1"], trained["after"]["macro_f1"]],
        "ms_p50_p95_max": {phase: percentiles(spent) for phase, spent in load.spent.items()},
        # a desk gives a turn so long before the knowledge answers in the bot's place
        "without_the_bot": sum(
            each >= Settings().bot_timeout_s * 1000
            for spent in load.spent.values()
            for each in spent
        ),
        "load": os.getloadavg()[0],
    }


def percentiles(spent: list[float]) -> list[float]:
    """p50, p95 and the slowest, in milliseconds."""
    if len(spent) < 2:
        return [round(each, 1) for each in spent]
    cuts = statistics.quantiles(spent, n=20)
    return [round(cuts[9], 1), round(cuts[18], 1), round(max(spent), 1)]


def main() -> None:
    """Print the figures; ends with 1 when a line was lost or failed."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        taught = Path(scratch) / "training_data"
        shutil.copytree(ROOT / "training_data", taught)
        os.environ["SEATMATE_TRAINING_DATA"] = str(taught)
        # six entries: what is known is not what is measured
        profiles, data = make_centre(Path(scratch) / "desk")
        with start_desk(data, profiles=profiles) as desk:
            desk.hire("小陈", role="trainer")
            token = subprocess.run(
                [sys.executable, "-m", "desk", "staff", "token", "小陈"],
                cwd=ROOT,
                env=desk.environment,
                capture_output=True,
                text=True,
                check=True,
            ).stdout.split()[-1]
            told = asyncio.run(story(desk, token))
    print(json.dumps(told, ensure_ascii=False, indent=1))
    if told["errors"] or told["lost"] or not (told["swapped"] and told["went_back"]):
        sys.exit(1)


if __name__ == "__main__":
    main()
