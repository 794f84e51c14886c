"""Transactions on a real SQLite file and a real PostgreSQL server: all or nothing, in turn."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from desk.database import Database

pytestmark = pytest.mark.each_database

NEW_DAY = text("INSERT INTO ticket_days (day, last) VALUES (:day, 1)")
LAST_OF = text("SELECT last FROM ticket_days WHERE day = :day")
SET_LAST = text("UPDATE ticket_days SET last = :last WHERE day = :day")
SATURDAY = {"day": "20261121"}
WRITERS = 10


@pytest.fixture
async def other(database: Database, database_url: str) -> AsyncIterator[Database]:
    """Another process on the same database."""
    opened = Database(database_url)
    yield opened
    await opened.close()


async def last_of_saturday(database: Database) -> int | None:
    async with database.read() as connection:
        return await connection.scalar(LAST_OF, SATURDAY)


class TestWrite:
    async def test_keeps_what_was_written(self, database: Database) -> None:
        async with database.write() as connection:
            await connection.execute(NEW_DAY, SATURDAY)

        assert await last_of_saturday(database) == 1

    async def test_keeps_nothing_when_anything_fails(self, database: Database) -> None:
        async def write_the_same_day_twice() -> None:
            async with database.write() as connection:
                await connection.execute(NEW_DAY, SATURDAY)
                await connection.execute(NEW_DAY, SATURDAY)

        with pytest.raises(IntegrityError):
            await write_the_same_day_twice()

        assert await last_of_saturday(database) is None

    async def test_that_fails_tells_nothing_of_what_was_to_be_written(
        self, database: Database
    ) -> None:
        secret = "13812345678"
        with pytest.raises(DBAPIError) as failed:
            async with database.write() as connection:
                await connection.execute(
                    text("INSERT INTO ticket_days (day, no_column) VALUES (:day, 1)"),
                    {"day": secret},
                )

        assert secret not in str(failed.value)

    async def test_serves_writers_in_the_order_in_which_they_came(self, database: Database) -> None:
        served: list[int] = []

        async def write(number: int) -> None:
            async with database.write() as connection:
                await connection.execute(NEW_DAY, {"day": f"day {number}"})
                served.append(number)

        async with database.write():
            writers = []
            for number in range(WRITERS):
                writers.append(asyncio.create_task(write(number)))
                # a connection to PostgreSQL takes its time
                await asyncio.sleep(0.2)
        await asyncio.gather(*writers)

        assert served == list(range(WRITERS))

    async def test_keeps_nothing_when_it_is_cancelled(self, database: Database) -> None:
        written = asyncio.Event()

        async def write_and_wait() -> None:
            async with database.write() as connection:
                await connection.execute(NEW_DAY, SATURDAY)
                written.set()
                await asyncio.Event().wait()

        task = asyncio.create_task(write_and_wait())
        await written.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

        assert await last_of_saturday(database) is None

    async def test_works_again_after_a_failure(self, database: Database) -> None:
        with suppress(RuntimeError):
            async with database.write() as connection:
                await connection.execute(NEW_DAY, SATURDAY)
                raise RuntimeError("停电")

        async with database.write() as connection:
            await connection.execute(NEW_DAY, SATURDAY)

        assert await last_of_saturday(database) == 1

    async def test_is_not_seen_by_others_before_it_ends(
        self, database: Database, other: Database
    ) -> None:
        async with database.write() as connection:
            await connection.execute(NEW_DAY, SATURDAY)
            seen_meanwhile = await last_of_saturday(other)

        assert seen_meanwhile is None
        assert await last_of_saturday(other) == 1

    async def test_waits_for_another_writer_instead_of_failing(
        self, database: Database, other: Database
    ) -> None:
        async with database.write() as connection:
            await connection.execute(NEW_DAY, SATURDAY)

        async def count_up(by: Database) -> None:
            # reads before it writes: begun as a read, this fails as soon as two do it at once
            async with by.write() as connection:
                last = await connection.scalar(LAST_OF, SATURDAY)
                await connection.execute(SET_LAST, {**SATURDAY, "last": (last or 0) + 1})

        await asyncio.gather(*(count_up(by) for by in (database, other) * (WRITERS // 2)))

        assert await last_of_saturday(database) == 1 + WRITERS

    async def test_goes_on_while_somebody_reads(self, database: Database, other: Database) -> None:
        async with other.read() as reading:
            before = await reading.scalar(LAST_OF, SATURDAY)
            async with database.write() as connection:
                await connection.execute(NEW_DAY, SATURDAY)
            still = await reading.scalar(LAST_OF, SATURDAY)

        assert (before, still) == (None, None)
        assert await last_of_saturday(other) == 1


class TestRead:
    async def test_never_keeps_a_change(self, database: Database) -> None:
        async with database.read() as connection:
            await connection.execute(NEW_DAY, SATURDAY)

        assert await last_of_saturday(database) is None
