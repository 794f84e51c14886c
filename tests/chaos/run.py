"""The kill test: customers write on Telegram while the desk is killed at random moments.

`make chaos`, or `python -m tests.chaos.run --help`. It ends with 0 only when nothing was lost,
doubled or put out of order. The desk is started again by hand here, as its supervisor would;
Rasa is not run: a line then gets the words of a bot that is away, or the safety words of a danger.
"""

import argparse
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from desk.database import migrate
from desk.settings import ROOT
from tests.chaos.verdict import Expected, Verdict, judge
from tests.conftest import free_port
from tests.connectors.bot_api import BROKEN, SILENCE, TOKEN, TOO_MANY, BotApi, serve_bot_api

DANGER = "电线掉下来了在冒火花"
FIRST_CUSTOMER = 50_000
READY_WITHIN_S = 120.0


@dataclass
class DeskProcess:
    """The desk as a process that can be killed."""

    environment: dict[str, str]
    log: Path
    url: str
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "desk", "serve"],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
            )
        end = time.monotonic() + READY_WITHIN_S
        while time.monotonic() < end:
            try:
                if httpx.get(f"{self.url}/healthz", trust_env=False, timeout=2).is_success:
                    return
            except httpx.HTTPError:
                time.sleep(0.2)
        raise TimeoutError(f"the desk did not start; its words are in {self.log}")

    def kill(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


@dataclass
class Play:
    """What the customers do, in the order in which they do it."""

    customers: int
    messages: int
    chance: random.Random
    expected: Expected = field(default_factory=Expected)

    def run(self, api: BotApi) -> Iterator[int]:
        """Write message after message; gives the number of each when it was written."""
        for number in range(self.messages):
            who = FIRST_CUSTOMER + number % self.customers
            text = DANGER if self.chance.random() < 0.03 else f"第{number}条：电费怎么查"
            now = int(time.time())
            update = api.writes(text, who=who, date=now)
            message = update["message"]
            self.expected.add(who, message["message_id"], text)
            if self.chance.random() < 0.05:
                api.push_again(update)
                self.expected.repeats += 1
            if self.chance.random() < 0.05 and text != DANGER:
                corrected = f"{text}（更正）"
                api.push(edited_message={**message, "text": corrected, "edit_date": now})
                self.expected.correct(who, message["message_id"], corrected)
            if self.chance.random() < 0.05:
                api.answer_next("sendMessage", self.chance.choice([BROKEN, SILENCE, TOO_MANY]))
                self.expected.failures += 1
            yield number


@contextmanager
def desk_process(api: BotApi, folder: Path) -> Iterator[DeskProcess]:
    port = free_port()
    environment = {
        **os.environ,
        "SEATMATE_DATA_DIR": str(folder),
        "SEATMATE_PORT": str(port),
        "SEATMATE_BOT_PORT": str(free_port()),
        "SEATMATE_ENCODER": "none-here",
        "SEATMATE_BURST_WINDOW_S": "0",
        "SEATMATE_TELEGRAM_TOKEN": TOKEN,
        "SEATMATE_TELEGRAM_API": api.url,
    }
    desk = DeskProcess(environment, folder / "desk.log", f"http://127.0.0.1:{port}")
    desk.start()
    try:
        yield desk
    finally:
        desk.kill()


def wait_until_done(database: Path, within_s: float) -> None:
    """Until no line waits for an answer and no answer for its customer; or the time is over."""
    end = time.monotonic() + within_s
    query = """
        SELECT (SELECT count(*) FROM letters WHERE done_at IS NULL)
             + (SELECT count(*) FROM messages WHERE NOT is_answered)
             + (SELECT count(*) FROM messages m JOIN chats c USING (conversation_id)
                WHERE m.sender != 'customer' AND m.seq > c.delivered_seq)
    """
    quiet = 0
    while time.monotonic() < end and quiet < 3:
        with sqlite3.connect(database, timeout=10) as connection:
            left = connection.execute(query).fetchone()[0]
        quiet = quiet + 1 if not left else 0
        time.sleep(2)


def play(arguments: argparse.Namespace) -> Verdict:
    """One run; the desk is killed at moments that chance chooses."""
    chance = random.Random(arguments.seed)
    acted = Play(arguments.customers, arguments.messages, chance)
    kills = set(chance.sample(range(arguments.messages), arguments.kills))
    with tempfile.TemporaryDirectory() as name, serve_bot_api() as api:
        folder = Path(name)
        database = folder / "seatmate.db"
        migrate(f"sqlite+aiosqlite:///{database}")
        with desk_process(api, folder) as desk:
            for number in acted.run(api):
                time.sleep(chance.expovariate(arguments.rate))
                if number in kills:
                    desk.kill()
                    print(f"killed after {number + 1} messages", flush=True)
                    desk.start()
            wait_until_done(database, arguments.patience)
        return judge(database, acted.expected, sent_of(api))


def sent_of(api: BotApi) -> dict[int, list[str]]:
    """The texts that each customer got."""
    customers = Counter(int(call.data["chat_id"]) for call in api.called("sendMessage"))
    return {who: api.texts(who) for who in customers}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=300)
    parser.add_argument("--messages", type=int, default=3000)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--rate", type=float, default=20.0, help="messages a second")
    parser.add_argument("--patience", type=float, default=900.0, help="seconds after the last")
    parser.add_argument("--seed", type=int, default=20261126)
    verdict = play(parser.parse_args())
    print(verdict.report())
    return 0 if verdict.is_clean else 1


if __name__ == "__main__":
    sys.exit(main())
