"""A run that is followed: its process says every second that it lives."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection

from desk.cli.following import followed
from desk.clock import now
from desk.database import Database, migrate
from desk.settings import Settings
from knowledge.running import Runs

HEARD_WITHIN_S = 30


class BusyOnce:
    """A database that somebody else writes to at the first beat."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.refused = 0

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        if not self.refused:
            self.refused += 1
            raise OperationalError("UPDATE runs", {}, Exception("database is locked"))
        async with self._database.write() as connection:
            yield connection


async def test_goes_on_after_a_beat_that_a_busy_database_did_not_hear(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    migrate(settings.database)
    database = Database(settings.database)
    runs = Runs(write=database.write, read=database.read, clock=now)
    begun = await runs.begin("power", author="小陈")
    busy = BusyOnce(database)
    beating = Runs(write=busy.write, read=database.read, clock=now)

    async with followed(beating, begun) as on_step:
        on_step("indexed")
        async with asyncio.timeout(HEARD_WITHIN_S):
            # the beats are told to the database: nothing signals us
            while (seen := await runs.get(begun.no)).step != "indexed":  # noqa: ASYNC110
                await asyncio.sleep(0.1)

    assert busy.refused == 1
    assert seen.seen_at > begun.seen_at
    await database.close()
