"""Only one of several desks does what only one may do; another goes on when it is gone."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from conversations.lease import LASTS, STOPS_BEFORE, Lease, may_take, must_stop
from conversations.lease_holding import LeaseHolding
from conversations.lease_store import LeaseStore
from desk.database import Database
from tests.conftest import SATURDAY_MORNING, Clock
from tests.connectors.post_office import stop, until

pytestmark = pytest.mark.each_database

NOW = SATURDAY_MORNING
HELD = Lease("doors", "one", NOW + LASTS)
QUICKLY_S = 0.02


class TestRule:
    def test_a_lease_that_nobody_had_may_be_taken(self) -> None:
        assert may_take(None, "one", NOW)

    def test_its_holder_may_renew_it(self) -> None:
        assert may_take(HELD, "one", NOW)

    def test_another_may_not_take_it_before_its_end(self) -> None:
        assert not may_take(HELD, "two", HELD.until - timedelta(microseconds=1))

    def test_another_may_take_it_at_its_end(self) -> None:
        assert may_take(HELD, "two", HELD.until)

    def test_a_holder_who_cannot_renew_stops_before_another_may_begin(self) -> None:
        assert not must_stop(HELD, HELD.until - STOPS_BEFORE - timedelta(microseconds=1))
        assert must_stop(HELD, HELD.until - STOPS_BEFORE)


@dataclass
class Desk:
    """A process that would do the work."""

    database: Database
    clock: Clock
    works: int = 0
    holding: LeaseHolding = field(init=False)

    def __post_init__(self) -> None:
        self.holding = LeaseHolding(
            "doors", write=self.database.write, clock=self.clock, renewed_each_s=QUICKLY_S
        )

    @asynccontextmanager
    async def running(self) -> AsyncIterator[asyncio.Task[None]]:
        task = asyncio.create_task(self.holding.run(lambda: [self._work()]))
        try:
            yield task
        finally:
            await stop(task)

    async def _work(self) -> None:
        self.works += 1
        try:
            await asyncio.Event().wait()
        finally:
            self.works -= 1


@pytest.fixture
def first(database: Database, clock: Clock) -> Desk:
    return Desk(database, clock)


@pytest.fixture
def second(database: Database, clock: Clock) -> Desk:
    return Desk(database, clock)


class TestHolding:
    async def test_the_second_desk_waits_and_says_so(self, first: Desk, second: Desk) -> None:
        async with first.running():
            await until(lambda: first.works == 1)
            async with second.running():
                await until(lambda: second.holding.is_held_elsewhere)

                assert (first.works, second.works) == (1, 0)

    async def test_the_second_goes_on_at_once_when_the_first_stops(
        self, first: Desk, second: Desk
    ) -> None:
        async with second.running():
            async with first.running():
                await until(lambda: first.works + second.works == 1)
            await until(lambda: second.works == 1)

        assert first.works == 0

    async def test_the_second_goes_on_when_the_lease_of_a_killed_desk_is_over(
        self, second: Desk, database: Database, clock: Clock
    ) -> None:
        await killed_desk(database, clock)
        async with second.running():
            await until(lambda: second.holding.is_held_elsewhere)

            clock.move(LASTS)

            await until(lambda: second.works == 1)

    async def test_a_desk_that_lost_its_lease_stops_working(
        self, first: Desk, database: Database, clock: Clock
    ) -> None:
        async with first.running():
            await until(lambda: first.works == 1)

            await killed_desk(database, clock)

            await until(lambda: first.works == 0)

    async def test_a_desk_that_cannot_renew_it_stops_before_its_end(self, clock: Clock) -> None:
        cut_off = Cut()
        desk = Desk(cut_off, clock)  # type: ignore[arg-type]
        desk.holding._own = Lease("doors", "this one", clock() + LASTS)
        working = asyncio.create_task(desk.holding._do(lambda: [desk._work()]))
        await until(lambda: cut_off.asked > 1)
        assert desk.works == 1

        clock.move(LASTS - STOPS_BEFORE)

        await working
        assert desk.works == 0


class Cut:
    """A database that cannot be reached."""

    def __init__(self) -> None:
        self.asked = 0

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Any]:
        self.asked += 1
        raise ConnectionError("no way there")
        yield


async def killed_desk(database: Database, clock: Clock) -> None:
    """Another process took the lease, and can give nothing back."""
    async with database.write() as connection:
        await LeaseStore(connection).put(Lease("doors", "another", clock() + LASTS))
