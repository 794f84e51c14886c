"""From a customer's line to the wordings an agent is shown; `python -m benchmarks.suggestions`.

Fifty customers talk to agents at once, each with a ticket and a line every ten seconds or so (which
is quick for people), on the desk as `make setup` left it. Measured through the desk's own door:
storing the line, then `POST /suggestions`. At p95 it should stay under 300 ms. `cpu` is what this
process itself used for one line: it tells also on a machine that is busy with other things.
"""

import argparse
import asyncio
import json
import os
import random
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path

import httpx
from fastapi import FastAPI

from connectors.sign_in import StaffService
from conversations.message import Conversation, Incoming, Mode
from conversations.people import Role, hash_token
from conversations.store import ConversationStore
from conversations.turn_store import TurnStore
from desk import steps
from desk.app import make_app
from desk.database import Database, migrate
from desk.routes import API
from desk.settings import ROOT, Settings
from knowledge.importing.questions_yaml import read_questions
from tickets.service import TicketService
from tickets.store import NewTicket
from tickets.terms import load_terms
from tickets.ticket import Kind

CONVERSATIONS = 50
SECONDS = 60.0
BETWEEN_LINES_S = (5.0, 15.0)
LINES_BEFORE = 20
WARM_UP = 10


def lines(settings: Settings) -> Iterator[str]:
    """What customers say: the labelled questions of the power centre, shuffled, without end."""
    folder = settings.profiles_dir / "power" / "questions"
    files = sorted(file for file in folder.glob("*.yml") if file.name != steps.TEST)
    asked = [question.text for file in files for question in read_questions(file)]
    random.Random(0).shuffle(asked)
    return cycle(asked)


@contextmanager
def copy_of(made: Settings) -> Iterator[Settings]:
    """A desk of its own that shares what is only read."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("encoders", "indexes", "dangers", "drafts", "places"):
            (Path(folder) / name).symlink_to((made.data_dir / name).resolve())
        shutil.copy(made.data_dir / "seatmate.db", folder)
        os.environ["SEATMATE_DATA_DIR"] = folder
        yield Settings()


async def open_conversations(database: Database, said: Iterator[str]) -> list[str]:
    """Customers who have been talking for a while, each with a ticket."""
    terms = load_terms(ROOT / "profiles", {"power": "Asia/Shanghai"})
    tickets = TicketService(write=database.write, read=database.read, clock=now, terms=terms)
    ids = [f"bench{at}" for at in range(CONVERSATIONS)]
    for conversation_id in ids:
        conversation = Conversation(
            conversation_id=conversation_id,
            profile="power",
            channel="web",
            mode=Mode.AGENT,
            opened_at=now(),
        )
        async with database.write() as connection:
            turns = TurnStore(connection)
            await ConversationStore(connection).add(
                conversation, token_hash=hash_token(conversation_id)
            )
            for at in range(LINES_BEFORE):
                line = Incoming(message_id=f"before {at}", text=next(said))
                await turns.add_incoming(conversation_id, line, at=now())
        new = NewTicket(
            request_key=conversation_id,
            profile="power",
            kind=Kind.COMPLAINT,
            conversation_id=conversation_id,
            fields={"matter": "停电", "name": "王女士"},
        )
        await tickets.register(new, actor="小李")
    return ids


async def measure(app: FastAPI, settings: Settings, *, seconds: float) -> tuple[list[float], float]:
    """Milliseconds of every line while all talk at once, and of this process for one line."""
    database = Database(settings.database)
    staff = StaffService(write=database.write, read=database.read, clock=now)
    await staff.add("bench", Role.AGENT, "电表-三零五")
    headers = {"Authorization": f"Bearer {await staff.make_token('bench')}"}
    said, spent = lines(settings), []
    conversations = await open_conversations(database, said)
    transport = httpx.ASGITransport(app)

    async with httpx.AsyncClient(transport=transport, base_url=f"http://desk{API}") as http:

        async def one_line(conversation_id: str, line: str, at: int) -> float:
            begun = time.perf_counter()
            incoming = Incoming(message_id=f"live {at}", text=line)
            async with database.write() as connection:
                await TurnStore(connection).add_incoming(conversation_id, incoming, at=now())
            body = {"conversation_id": conversation_id}
            answer = await http.post("/suggestions", json=body, headers=headers)
            answer.raise_for_status()
            return (time.perf_counter() - begun) * 1000

        async def customer(conversation_id: str, chance: random.Random) -> None:
            # they began to talk at different times
            await asyncio.sleep(chance.uniform(0, BETWEEN_LINES_S[1]))
            at = 0
            while time.perf_counter() < end:
                spent.append(await one_line(conversation_id, next(said), at := at + 1))
                await asyncio.sleep(chance.uniform(*BETWEEN_LINES_S))

        for at in range(WARM_UP):
            await one_line(conversations[0], next(said), -at - 1)
        end, used = time.perf_counter() + seconds, time.process_time()
        chances = (random.Random(place) for place in range(CONVERSATIONS))
        await asyncio.gather(
            *(customer(*each) for each in zip(conversations, chances, strict=True))
        )
        used = time.process_time() - used
    await database.close()
    return spent, used * 1000 / len(spent)


def now() -> datetime:
    """The clock."""
    return datetime.now(UTC)


async def run(settings: Settings, *, seconds: float) -> tuple[list[float], float]:
    """The desk without its bot, which has nothing to do here."""
    app = make_app(settings)
    async with app.router.lifespan_context(app):
        return await measure(app, settings, seconds=seconds)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--json", action="store_true", help="one object instead of a sentence")
    given = parser.parse_args()
    if os.environ.get("OMP_NUM_THREADS") != "1":
        # as the desk is started (desk/bot_process.py); too late once numpy is there
        os.environ["OMP_NUM_THREADS"] = "1"
        os.execv(sys.executable, [sys.executable, "-m", "benchmarks.suggestions", *sys.argv[1:]])
    with copy_of(Settings()) as settings:
        migrate(settings.database)
        spent, used = asyncio.run(run(settings, seconds=given.seconds))
    cuts = statistics.quantiles(spent, n=20)
    figures = {
        "conversations": CONVERSATIONS,
        "lines": len(spent),
        "p50_ms": round(statistics.median(spent), 1),
        "p95_ms": round(cuts[18], 1),
        "max_ms": round(max(spent), 1),
        "cpu_ms": round(used, 1),
        "load": round(os.getloadavg()[0], 1),
    }
    if given.json:
        print(json.dumps(figures))
        return
    print(
        "{lines} lines in {conversations} conversations: p50 {p50_ms} ms, p95 {p95_ms} ms, "
        "longest {max_ms} ms; cpu {cpu_ms} ms a line (load of the machine {load})".format(**figures)
    )


if __name__ == "__main__":
    main()
