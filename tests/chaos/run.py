"""The kill test: customers write on Telegram while desk and Rasa are killed at random moments.

`make chaos`, or `python -m tests.chaos.run --help`. The centre is started as `make run` starts it,
on a data folder of its own, and its own supervisor brings back what is killed; customers go on
writing meanwhile. It ends with 0 only when nothing was lost, doubled or put out of order.
"""

import argparse
import os
import random
import signal
import sqlite3
import sys
import tempfile
import time
from collections import Counter, deque
from dataclasses import dataclass, field
from pathlib import Path

from conversations.door_words import load_door_terms
from desk.settings import ROOT
from tests.chaos.customers import Play
from tests.chaos.verdict import Verdict, judge
from tests.conftest import RunningDesk, start_desk
from tests.connectors.bot_api import TOKEN, BotApi, serve_bot_api
from tickets.profile import load_profile

DESK, BOT = "desk serve", "rasa run"


@dataclass
class Kills:
    """After how many messages each part is killed; one that is down already is killed later."""

    desk: RunningDesk
    due: dict[str, deque[int]]
    done: Counter[str] = field(default_factory=Counter)

    def strike(self, written: int) -> None:
        """Kill what is due after so many messages."""
        for part, moments in self.due.items():
            if not moments or moments[0] > written:
                continue
            for pid in self.desk.pids_of(part)[:1]:
                os.kill(pid, signal.SIGKILL)
                moments.popleft()
                self.done[part] += 1
                print(f"after {written} messages: {part} killed", flush=True)

    @property
    def are_left(self) -> bool:
        """Whether something is still to be killed."""
        return any(self.due.values())


def wait_until_done(database: Path, acted: Play, kills: Kills, within_s: float) -> None:
    """Until no line waits for an answer and no answer for its customer; or the time is over."""
    end = time.monotonic() + within_s
    query = """
        SELECT (SELECT count(*) FROM letters WHERE done_at IS NULL)
             + (SELECT count(*) FROM messages WHERE NOT is_answered)
             + (SELECT count(*) FROM messages m JOIN chats c USING (conversation_id)
                WHERE m.sender != 'customer' AND m.seq > c.delivered_seq)
    """
    quiet = 0
    while time.monotonic() < end and quiet < 5:
        kills.strike(acted.messages)
        is_settled = acted.look() and not kills.are_left
        with sqlite3.connect(database, timeout=10) as connection:
            left = connection.execute(query).fetchone()[0]
        quiet = quiet + 1 if is_settled and not left else 0
        time.sleep(1)


def play(arguments: argparse.Namespace, folder: Path, api: BotApi) -> Verdict:
    """One run; each part is killed at moments that chance chooses."""
    chance = random.Random(arguments.seed)
    acted = Play(
        api,
        arguments.customers,
        arguments.messages,
        chance,
        away=load_profile(ROOT / "profiles" / "power").wordings.bot_away,
        old_button=load_door_terms(ROOT / "profiles").words.old_button,
    )
    due = {
        part: deque(sorted(chance.sample(range(1, arguments.messages), arguments.kills)))
        for part in (DESK, BOT)
    }
    database, begun = folder / "seatmate.db", time.monotonic()
    with start_desk(folder, telegram_token=TOKEN, telegram_api=api.url) as desk:
        kills = Kills(desk, due)
        for written in acted.run():
            kills.strike(written)
            time.sleep(chance.expovariate(arguments.rate))
        print(f"all written after {time.monotonic() - begun:.0f} s", flush=True)
        wait_until_done(database, acted, kills, arguments.patience)
    verdict = judge(database, acted.expected, sent_of(api))
    killed = ", ".join(f"{part} {kills.done[part]} times" for part in due)
    minutes = (time.monotonic() - begun) / 60
    verdict.did += f"; killed: {killed}; {minutes:.1f} minutes"
    return verdict


def sent_of(api: BotApi) -> dict[int, list[str]]:
    """The texts that each customer got."""
    sent: dict[int, list[str]] = {}
    for call in api.called("sendMessage"):
        sent.setdefault(int(call.data["chat_id"]), []).append(call.data.get("text", ""))
    return sent


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=300)
    parser.add_argument("--messages", type=int, default=3000)
    parser.add_argument("--kills", type=int, default=10, help="of the desk, and of Rasa")
    parser.add_argument("--rate", type=float, default=4.0, help="messages a second")
    parser.add_argument("--patience", type=float, default=900.0, help="seconds after the last")
    parser.add_argument("--seed", type=int, default=20261126)
    parser.add_argument("--folder", type=Path, help="keep what was made here, to look at")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, serve_bot_api() as api:
        folder = arguments.folder or Path(name)
        folder.mkdir(parents=True, exist_ok=True)
        verdict = play(arguments, folder, api)
    print(verdict.report())
    return 0 if verdict.is_clean else 1


if __name__ == "__main__":
    sys.exit(main())
