"""Alarms that nobody took note of, as one person sees them: looked up by ticket, or by role."""

from datetime import timedelta

import pytest

from desk.database import Database
from tests.conftest import Clock
from tests.tickets.timed import TERMS, Centre
from tickets.alarm_store import AlarmStore
from tickets.ticket import Kind, State

pytestmark = pytest.mark.each_database


@pytest.fixture
async def centre(database: Database, clock: Clock) -> Centre:
    return Centre(database, clock, TERMS)


async def seen(
    centre: Centre, *, few: int, own: str | None, without: Kind | None = None, limit: int = 50
) -> list[str]:
    async with centre.database.read() as connection:
        found = await AlarmStore(connection, few=few).list_new(
            "power",
            roles={"agent", "shift_lead"},
            own=own,
            without=without,
            limit=limit,
        )
    return [ticket.no for _, ticket in found]


# as many as an agent has, and as if these were very many
@pytest.mark.parametrize("few", [2000, 0])
class TestListNew:
    async def test_are_of_ones_own_of_what_one_handles_and_of_nobodys(
        self, centre: Centre, few: int
    ) -> None:
        mine = (await centre.register("mine")).no
        handled = (await centre.register("handled", actor="老王")).no
        await centre.apply(handled, actor="老王", state=State.DISPATCHED, handler="小李")
        nobodys = (await centre.register("nobodys", actor="bot")).no
        others = (await centre.register("others", actor="老王")).no
        over = (await centre.register("over")).no
        await centre.apply(over, state=State.WITHDRAWN, note="客户撤回")
        await centre.after(hours=1)

        assert set(await seen(centre, few=few, own="小李")) == {mine, handled, nobodys}
        assert set(await seen(centre, few=few, own=None)) == {mine, handled, nobodys, others}

    async def test_are_of_each_ticket_the_last_the_newest_first(
        self, centre: Centre, few: int
    ) -> None:
        first = (await centre.register("first")).no
        centre.clock.move(timedelta(minutes=20))
        second = (await centre.register("second")).no
        await centre.after(minutes=26)
        await centre.after(minutes=20)

        assert await seen(centre, few=few, own="小李") == [second, first]
        assert await seen(centre, few=few, own="小李", limit=1) == [second]

    async def test_leave_out_a_kind_that_is_not_to_be_known_of(
        self, centre: Centre, few: int
    ) -> None:
        await centre.register(kind=Kind.COMPLAINT)
        await centre.after(days=2)
        assert await seen(centre, few=few, own="小李")

        assert await seen(centre, few=few, own="小李", without=Kind.COMPLAINT) == []
