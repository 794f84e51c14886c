"""A customer writes while their ticket waits for them."""

from datetime import timedelta
from typing import Any

import pytest

from desk.database import Database
from tests.conftest import Clock
from tests.tickets.timed import TERMS, Centre
from tickets.ticket import Kind, State

MINUTES = timedelta(minutes=1)


@pytest.fixture
def centre(database: Database, clock: Clock) -> Centre:
    return Centre(database, clock, TERMS)


class TestAWait:
    async def wait(self, centre: Centre, **more: Any) -> str:
        no = (await centre.register(**more)).no
        await centre.apply(no, state=State.WAITING)
        return no

    async def test_tells_its_owner_when_the_customer_writes(self, centre: Centre) -> None:
        no = await self.wait(centre)

        await centre.tickets.note_written("lihua", words="照片发给您了，13800138000")

        ticket = await centre.check(no)
        last = ticket.history[-1]
        assert (ticket.state, last.event, last.actor) == (State.WAITING, "wrote", "customer")
        assert last.note == "照片发给您了，13800138000"
        assert await centre.told(no) == [("wrote", "agent")]
        found = await centre.owing.outstanding(
            "power", name="小李", access_role="agent", sees_all=False
        )
        assert [(alarm.alarm.kind, told.no) for alarm, told in found.told] == [("wrote", no)]

    async def test_tells_it_once_and_again_in_the_next_wait(self, centre: Centre) -> None:
        no = await self.wait(centre)
        for words in ("在吗", "照片呢", "？"):
            await centre.tickets.note_written("lihua", words=words)
        centre.clock.move(MINUTES)
        await centre.apply(no, state=State.IN_PROGRESS)
        await centre.apply(no, state=State.WAITING)

        await centre.tickets.note_written("lihua", words="补好了")

        assert await centre.told(no) == [("wrote", "agent")] * 2
        notes = [line.note for line in (await centre.check(no)).history if line.event == "wrote"]
        assert notes == ["在吗", "补好了"]

    async def test_minds_no_other_customer_and_no_ticket_at_work(self, centre: Centre) -> None:
        waits = await self.wait(centre)
        works = (await centre.register("2", conversation_id="wangwei")).no

        await centre.tickets.note_written("wangwei", words="快点")

        for no in (waits, works):
            assert await centre.told(no) == []

    async def test_for_an_informant_keeps_what_they_wrote(self, centre: Centre) -> None:
        no = await self.wait(centre, kind=Kind.REPORT)

        await centre.tickets.note_written("lihua", words="我是张三")

        assert (await centre.check(no)).history[-1].note == ""
        assert await centre.told(no) == [("wrote", "supervisor")]
