"""Open tickets of a home and of a building are found on each database."""

from typing import Any

import pytest

from desk.database import Database
from tests.tickets.test_store import add, request
from tickets.open_nearby import OpenNearby
from tickets.ticket import Kind

pytestmark = pytest.mark.each_database


async def find(database: Database, address: str) -> list[tuple[str, str]]:
    found = await OpenNearby(database.read).find("power", address)
    return [(ticket.no, str(place)) for ticket, place in found]


async def told(database: Database, key: str, address: str, **more: Any) -> str:
    return await add(database, request(key, fields={"address": address}, **more))


class TestFind:
    async def test_gives_those_of_the_home_before_those_of_the_building(
        self, database: Database
    ) -> None:
        neighbour = await told(database, "1", "幸福里6栋502")
        home = await told(database, "2", "幸福里小区六号楼301室", kind=Kind.COMPLAINT)
        await told(database, "3", "幸福里7栋301")

        assert await find(database, "幸福里6栋301") == [(home, "address"), (neighbour, "building")]

    async def test_knows_nothing_of_reports_and_of_other_centres(self, database: Database) -> None:
        await told(database, "1", "幸福里6栋301", kind=Kind.REPORT)
        await told(database, "2", "幸福里6栋301", profile="gas")

        assert await find(database, "幸福里6栋301") == []

    @pytest.mark.parametrize("address", ["", " ", "%", "_", "里", "%%%", "'; DROP TABLE tickets"])
    async def test_takes_what_is_no_address_for_text(
        self, database: Database, address: str
    ) -> None:
        await told(database, "1", "幸福里6栋301")

        assert await find(database, address) == []

    async def test_does_without_an_address(self, database: Database) -> None:
        await add(database, request("1", fields={"phone": "13800138000"}))

        assert await find(database, "幸福里6栋301") == []
