"""100,000 open tickets on one machine: late list, daily review, one ticket, and the timed work.

`python -m benchmarks.tickets_owed [--tickets N] [--url URL]` prints milliseconds at p50 and p95 of
100 calls, with the time this process itself used for one, and seconds for the work over all of
them when every one became late at once.
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert

from desk.database import Database, migrate
from desk.settings import ROOT
from tickets.owed import Owing
from tickets.service import TicketService
from tickets.tables import ticket_history, tickets
from tickets.terms import load_terms
from tickets.ticket import State, new_number
from tickets.timed_work import TimedWork

REGISTERED = datetime(2026, 11, 2, 1, tzinfo=UTC)
NOW = REGISTERED + timedelta(days=30)
OWNERS = 200
CALLS = 100
BATCH = 5000


async def fill(database: Database, count: int) -> list[str]:
    """Tickets as they lie in the database before anybody has worked out their clocks."""
    nos = []
    for start in range(0, count, BATCH):
        rows, lines = [], []
        for at in range(start, min(start + BATCH, count)):
            moment = REGISTERED + timedelta(seconds=at)
            no = new_number((moment + timedelta(hours=8)).strftime("%Y%m%d"), at + 1)
            nos.append(no)
            kind = ("fault", "complaint", "inquiry", "application")[at % 4]
            rows.append(
                {
                    "no": no,
                    "request_key": f"key {at}",
                    "profile": "power",
                    "kind": kind,
                    "state": State.REGISTERED.value,
                    "urgent": False,
                    "conversation_id": f"c{at}",
                    "fields": {"address": "幸福里6栋301", "phone": f"138{at:08d}"},
                    "registered_at": moment.isoformat(),
                    "owner": f"坐席{at % OWNERS}",
                }
            )
            lines.append(
                {
                    "no": no,
                    "at": moment.isoformat(),
                    "actor": "bot",
                    "state": "registered",
                    "note": "",
                    "event": "",
                    "marks": "registered",
                }
            )
        async with database.write() as connection:
            await connection.execute(insert(tickets), rows)
            await connection.execute(insert(ticket_history), lines)
    return nos


async def measure(name: str, call: Callable[[], Awaitable[Any]]) -> None:
    """Milliseconds at p50 and p95."""
    took, cpu = [], time.process_time()
    for _ in range(CALLS):
        start = time.perf_counter()
        await call()
        took.append((time.perf_counter() - start) * 1000)
    used = (time.process_time() - cpu) / CALLS * 1000
    p50, p95 = statistics.median(took), statistics.quantiles(took, n=20)[-1]
    print(f"{name}: p50 {p50:.1f} ms, p95 {p95:.1f} ms, of this process {used:.1f} ms", flush=True)


async def timed(name: str, call: Callable[[], Awaitable[int]]) -> None:
    """Seconds, and over how many."""
    start, cpu = time.perf_counter(), time.process_time()
    done = await call()
    took, used = time.perf_counter() - start, time.process_time() - cpu
    print(f"{name}: {done:,} in {took:.1f} s ({used:.1f} s of this process)", flush=True)


async def run(url: str, count: int) -> None:
    """Everything in turn."""
    migrate(url)
    database = Database(url)
    moment = REGISTERED
    terms = load_terms(ROOT / "profiles", {"power": "Asia/Shanghai"})

    def clock() -> datetime:
        return moment

    nos = await fill(database, count)
    work = TimedWork(write=database.write, clock=clock, terms=terms)
    owing = Owing(read=database.read, clock=clock, terms=terms)
    service = TicketService(write=database.write, read=database.read, clock=clock, terms=terms)
    moment = REGISTERED + timedelta(days=3)
    await timed("clocks worked out anew", work.reckon_anew)
    moment = REGISTERED + timedelta(minutes=1)
    await timed("alarms, nothing due", work.raise_alarms)
    moment = NOW
    await timed("alarms, all late at once", work.raise_alarms)
    await timed("alarms, again", work.raise_alarms)
    await measure("late list (100 of them)", lambda: owing.list_late("power"))
    await measure("late list of a department", lambda: owing.list_late("power", department="x"))
    await measure("daily review by owner", lambda: owing.review("power"))
    await measure("what one owner has open", lambda: owing.list_open("power", owner="坐席7"))
    await measure("one ticket with all about it", lambda: owing.get_sheet(nos[count // 2]))
    some = iter(nos)
    await measure("a change", lambda: service.change(next(some), actor="小李", note="已联系客户"))
    await database.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tickets", type=int, default=100_000)
    parser.add_argument("--url", default="")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = given.url or f"sqlite+aiosqlite:///{folder}/bench.db"
        asyncio.run(run(url, given.tickets))
