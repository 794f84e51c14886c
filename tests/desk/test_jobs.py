"""What the desk does by itself while it runs."""

import asyncio
from datetime import date, timedelta

import pytest

from desk import jobs
from desk.database import Database
from knowledge.hit_store import HitStore
from knowledge.hits import Hits
from tests.conftest import Clock
from tests.tickets.timed import TERMS, Centre
from tickets.ticket import Kind, State

pytestmark = pytest.mark.each_database


async def answered(database: Database) -> int:
    async with database.read() as connection:
        counted = await HitStore(connection).list_since("power", date.min)
    return counted["pay"].answered if "pay" in counted else 0


class TestWriteHits:
    async def test_writes_each_minute(
        self, database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(jobs, "WRITE_HITS_S", 0.01)
        hits = Hits(clock)
        job = asyncio.create_task(jobs.write_hits(hits, database.write))

        hits.answered("power", "pay")
        for _ in range(1000):
            if await answered(database):
                break
            await asyncio.sleep(0.01)

        job.cancel()
        await asyncio.gather(job, return_exceptions=True)
        assert await answered(database) == 1

    async def test_writes_what_is_left_when_the_desk_stops(
        self, database: Database, clock: Clock
    ) -> None:
        hits = Hits(clock)
        job = asyncio.create_task(jobs.write_hits(hits, database.write))
        await asyncio.sleep(0)
        hits.answered("power", "pay")

        job.cancel()
        await asyncio.gather(job, return_exceptions=True)

        assert await answered(database) == 1


async def watch_until_told(desk: Centre, no: str) -> None:
    """The limits are watched until somebody is told of a ticket, or for ten seconds."""
    job = asyncio.create_task(jobs.watch_limits(desk.work))
    for _ in range(1000):
        if await desk.told(no):
            break
        await asyncio.sleep(0.01)
    job.cancel()
    await asyncio.gather(job, return_exceptions=True)


class TestWatchLimits:
    async def test_tells_of_what_became_late_while_the_desk_was_down(
        self, database: Database, clock: Clock
    ) -> None:
        before = Centre(database, clock, {})
        no = (await before.register()).no
        clock.move(timedelta(hours=1))
        desk = Centre(database, clock, TERMS)

        await watch_until_told(desk, no)

        assert await desk.told(no) == [("breach", "agent"), ("climb", "shift_lead")]

    async def test_tells_of_what_was_on_hold_for_too_long_meanwhile(
        self, database: Database, clock: Clock
    ) -> None:
        desk = Centre(database, clock, TERMS)
        no = (await desk.register(kind=Kind.SUGGESTION)).no
        await desk.apply(no, state=State.ON_HOLD, note="等配件")
        clock.move(timedelta(days=3))

        await watch_until_told(desk, no)

        assert await desk.told(no) == [("parked", "agent"), ("parked", "shift_lead")]
