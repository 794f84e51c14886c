"""How often entries are said: counted in memory, written down in batches, never twice."""

from contextlib import asynccontextmanager
from datetime import date, timedelta
from typing import Any

import pytest

from desk.database import Database
from knowledge.hit_store import Hit, HitStore
from knowledge.hits import Hits
from tests.conftest import Clock

pytestmark = pytest.mark.each_database


async def counted(database: Database, since: date, *, profile: str = "power") -> dict[str, Hit]:
    async with database.read() as connection:
        return await HitStore(connection).list_since(profile, since)


@pytest.fixture
def hits(clock: Clock) -> Hits:
    return Hits(clock)


class TestFlush:
    async def test_writes_what_was_said_and_offered(
        self, hits: Hits, database: Database, clock: Clock
    ) -> None:
        hits.answered("power", "pay")
        hits.answered("power", "pay")
        hits.offered("power", ["pay", "meter"])

        assert await hits.flush(database.write) == 2

        assert await counted(database, clock().date()) == {
            "pay": Hit(entry_id="pay", answered=2, offered=1),
            "meter": Hit(entry_id="meter", answered=0, offered=1),
        }

    async def test_adds_to_what_was_written_before(
        self, hits: Hits, database: Database, clock: Clock
    ) -> None:
        for _ in range(2):
            hits.answered("power", "pay")
            await hits.flush(database.write)

        assert (await counted(database, clock().date()))["pay"].answered == 2

    async def test_writes_nothing_when_nothing_was_said(
        self, hits: Hits, database: Database
    ) -> None:
        assert await hits.flush(database.write) == 0

    async def test_keeps_centres_and_days_apart(
        self, hits: Hits, database: Database, clock: Clock
    ) -> None:
        hits.answered("gas", "pay")
        hits.answered("power", "pay")
        clock.move(timedelta(days=1))
        hits.answered("power", "pay")
        await hits.flush(database.write)

        assert (await counted(database, clock().date()))["pay"].answered == 1
        assert (await counted(database, date.min))["pay"].answered == 2
        assert (await counted(database, date.min, profile="gas"))["pay"].answered == 1

    async def test_keeps_the_counts_when_they_cannot_be_written(
        self, hits: Hits, database: Database, clock: Clock
    ) -> None:
        @asynccontextmanager
        async def locked() -> Any:
            raise OSError("database is locked")
            yield

        hits.answered("power", "pay")

        with pytest.raises(OSError, match="locked"):
            await hits.flush(locked)

        await hits.flush(database.write)
        assert (await counted(database, clock().date()))["pay"].answered == 1
