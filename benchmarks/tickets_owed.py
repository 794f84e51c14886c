"""100,000 open tickets on SQLite and on a real PostgreSQL: lists, one ticket, and timed work.

`python -m benchmarks.tickets_owed [--tickets N] [--on sqlite|postgresql]` prints a table for each
database. Other work on the machine slows everything, so beside the figures stand what was used of
a CPU (the server's too), and the ratio to one SELECT by primary key through the same engine, asked
in turn with what is measured.
"""

import argparse
import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select, text

from desk.database import Database, migrate
from desk.settings import ROOT
from tests.postgres_server import PostgresServer
from tickets.form_service import FormService
from tickets.forms import load_forms
from tickets.informants import load_seal
from tickets.limits_file import load_limits
from tickets.owed import Outstanding, Owing
from tickets.profile import load_profile
from tickets.service import TicketService
from tickets.tables import ticket_history, tickets
from tickets.terms import load_terms
from tickets.ticket import State, new_number
from tickets.timed_work import TimedWork

REGISTERED = datetime(2026, 11, 2, 1, tzinfo=UTC)
NOW = REGISTERED + timedelta(days=30)
KINDS = ("fault", "complaint", "inquiry", "application")
OWNERS = 200
CALLS = 100
BATCH = 5000
# of another centre, for the form of a month
COMPLAINTS = 1000
ASKED_MS = 100


class Bench:
    """One database with its tickets, and what was measured on it."""

    def __init__(self, url: str, *, server: PostgresServer | None) -> None:
        self.database = Database(url)
        self._is_postgres = server is not None
        self._server_cpu = partial(server_seconds, None if server is None else server.pid)
        self._key = select(tickets.c.no).where(tickets.c.no == "")
        self._yardstick_ms = 0.0

    async def fill(self, profile: str, kinds: tuple[str, ...], *, count: int) -> list[str]:
        """Tickets as they lie in the database before anybody has worked out their clocks."""
        nos = []
        first = 0 if profile == "power" else 1_000_000
        for start in range(first, first + count, BATCH):
            rows, lines = [], []
            for at in range(start, min(start + BATCH, first + count)):
                row, line = _ticket(at, profile, kinds[at % len(kinds)])
                rows.append(row)
                lines.append(line)
                nos.append(row["no"])
            async with self.database.write() as connection:
                await connection.execute(insert(tickets), rows)
                await connection.execute(insert(ticket_history), lines)
        self._key = select(tickets.c.no).where(tickets.c.no == nos[0])
        return nos

    async def tidy(self) -> None:
        """What a PostgreSQL server does by itself within minutes of so many changes."""
        if self._is_postgres:
            async with self.database.read() as connection:
                # VACUUM runs in no transaction
                raw = (await connection.get_raw_connection()).driver_connection
                assert raw is not None
                await connection.rollback()
                await raw.execute("VACUUM ANALYZE")

    async def read_by_key(self) -> None:
        """The yardstick."""
        async with self.database.read() as connection:
            await connection.execute(self._key)

    async def measure(self, name: str, call: Callable[[], Awaitable[Any]]) -> None:
        """Milliseconds at p50 and p95, and how many reads by key that is."""
        took: list[float] = []
        key: list[float] = []
        cpu: list[float] = []
        for _ in range(CALLS):
            with _taking(key):
                await self.read_by_key()
            with self._using(cpu), _taking(took):
                await call()
        p50, p95 = statistics.median(took), statistics.quantiles(took, n=20)[-1]
        self._yardstick_ms = statistics.median(key)
        times = p50 / self._yardstick_ms
        over = f" **over {ASKED_MS}**" if p95 > ASKED_MS else ""
        used = statistics.mean(cpu) * 1000
        _row(name, f"{p50:.1f} ms", f"{p95:.1f} ms{over}", f"{times:.1f}", f"{used:.1f} ms")

    async def time(self, name: str, call: Callable[[], Awaitable[int]]) -> None:
        """Seconds, over how many, and how many reads by key each of them is."""
        taken: list[float] = []
        cpu: list[float] = []
        with self._using(cpu), _taking(taken):
            done = await call()
        took = taken[0] / 1000
        each = took * 1000 / done / self._yardstick_ms if done else 0.0
        times = f"{each:.2f} each" if done else ""
        _row(f"{name} ({done:,})", f"{took:.2f} s", "", times, f"{cpu[0]:.2f} s")

    @contextmanager
    def _using(self, kept: list[float]) -> Iterator[None]:
        """Seconds of a CPU, here and on the server; asking for the server's is left out."""
        server, own = self._server_cpu(), time.process_time()
        yield
        own = time.process_time() - own
        kept.append(own + self._server_cpu() - server)


def server_seconds(server: int | None) -> float:
    """What a server has used of a CPU so far, with all that it has started."""
    ticks = 0
    for file in Path("/proc").glob("[0-9]*/stat") if server is not None else ():
        try:
            # after the name: state, parent, …, own user and system, and of those that have ended
            fields = file.read_text().rpartition(") ")[2].split()
        except OSError:
            continue
        if file.parent.name == str(server):
            ticks += sum(int(each) for each in fields[11:15])
        elif fields[1] == str(server):
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _ticket(at: int, profile: str, kind: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The row of the ticket with this running number, and of its only line of history."""
    moment = REGISTERED + timedelta(seconds=at % 1_000_000)
    no = new_number((moment + timedelta(hours=8)).strftime("%Y%m%d"), at + 1)
    row = {
        "no": no,
        "request_key": f"key {at}",
        "profile": profile,
        "kind": kind,
        "state": State.REGISTERED.value,
        "urgent": False,
        "conversation_id": f"c{at}",
        "fields": {"address": "幸福里6栋301", "phone": f"138{at:08d}"},
        "registered_at": moment.isoformat(),
        "owner": f"坐席{at % OWNERS}",
    }
    line = {
        "no": no,
        "at": moment.isoformat(),
        "actor": "bot",
        "state": "registered",
        "note": "",
        "event": "",
        "marks": "registered",
    }
    return row, line


@contextmanager
def _taking(kept: list[float]) -> Iterator[None]:
    start = time.perf_counter()
    yield
    kept.append((time.perf_counter() - start) * 1000)


def _row(*cells: str) -> None:
    print("| " + " | ".join(cells) + " |", flush=True)


async def run(title: str, url: str, count: int, server: PostgresServer | None = None) -> None:
    """Everything in turn on one database."""
    bench = Bench(url, server=server)
    database, moment = bench.database, REGISTERED
    terms = load_terms(ROOT / "profiles", {"power": "Asia/Shanghai"})

    def clock() -> datetime:
        return moment

    nos = await bench.fill("power", KINDS, count=count)
    await bench.fill("property", ("complaint",), count=COMPLAINTS)
    await bench.tidy()
    work = TimedWork(write=database.write, clock=clock, terms=terms)
    owing = Owing(read=database.read, clock=clock, terms=terms)
    service = TicketService(write=database.write, read=database.read, clock=clock, terms=terms)
    print(f"\n{title}\n")
    _row(f"{count:,} open tickets", "p50, or all", "p95", "× SELECT by key", "CPU")
    _row("---", "---:", "---:", "---:", "---:")
    await bench.measure("SELECT by key", bench.read_by_key)
    moment = REGISTERED + timedelta(days=3)
    await bench.time("clocks worked out anew", work.reckon_anew)
    # a day goes by
    await bench.tidy()
    moment = REGISTERED + timedelta(minutes=1)
    await bench.time("timed work, nothing due", work.raise_alarms)
    moment = NOW
    await bench.time("timed work, all late at once", work.raise_alarms)
    await bench.time("timed work, again", work.raise_alarms)
    await bench.tidy()
    await bench.measure("late list, 100 of them", lambda: owing.list_late("power"))
    await bench.measure(
        "late list of one owner", lambda: owing.list_late("power", owner=f"坐席{OWNERS - 1}")
    )
    await bench.measure(
        "late list of a department with none", lambda: owing.list_late("power", department="x")
    )
    await bench.measure("daily review by owner", lambda: owing.review("power"))
    await bench.measure("what one owner has open", lambda: owing.list_open("power", owner="坐席7"))
    await bench.measure("what a lead has to see", lambda: _outstanding(owing, "lead"))
    await bench.measure("what an agent has to see", lambda: _outstanding(owing, "agent"))
    await bench.measure("one ticket with all about it", lambda: owing.get_sheet(nos[count // 2]))
    some = iter(nos)
    await bench.measure(
        "a change of a ticket", lambda: service.change(next(some), actor="小李", note="已联系客户")
    )
    forms = _make_forms(database, clock)

    async def fill_form() -> int:
        return len((await forms.fill_summary("property", "2026-11")).rows)

    await bench.time("a month's summary form", fill_form)
    await database.close()


async def _outstanding(owing: Owing, role: str) -> Outstanding:
    return await owing.outstanding("power", name="坐席7", access_role=role, sees_all=role == "lead")


def _make_forms(database: Database, clock: Callable[[], datetime]) -> FormService:
    profiles = ROOT / "profiles"
    return FormService(
        forms=load_forms(profiles / "forms.yml"),
        profiles={"property": load_profile(profiles / "property")},
        limits={"property": load_limits(profiles / "property")},
        seal=load_seal(profiles / "informants.yml", roles=["supervisor", "admin"]),
        read=database.read,
        clock=clock,
    )


def on_sqlite(count: int) -> None:
    """On a file of its own."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite+aiosqlite:///{folder}/bench.db"
        migrate(url)
        asyncio.run(run("SQLite", url, count))


def on_postgresql(count: int) -> None:
    """On a server of its own that waits for the disk, as a centre's does."""
    server = PostgresServer(durable=True)
    try:
        url = server.new_database()
        asyncio.run(run(asyncio.run(_version(url)), url, count, server))
    finally:
        server.stop()


async def _version(url: str) -> str:
    database = Database(url)
    async with database.read() as connection:
        version = await connection.scalar(text("SHOW server_version"))
    await database.close()
    return f"PostgreSQL {version}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tickets", type=int, default=100_000)
    parser.add_argument("--on", choices=["sqlite", "postgresql"], default="")
    given = parser.parse_args()
    for name, start in {"sqlite": on_sqlite, "postgresql": on_postgresql}.items():
        if given.on in ("", name):
            start(given.tickets)
