"""What a killed process left unanswered is answered by the next, and nothing twice."""

import asyncio
from collections.abc import Callable

import pytest
from sqlalchemy import text

from conversations.message import Incoming
from conversations.turn_store import TurnStore
from desk import jobs
from desk.database import Database
from tests.conftest import Clock
from tests.conversations.on_the_way import (
    FilingBot,
    PickyBot,
    leave_unanswered,
    sent,
    with_a_person,
)
from tests.conversations.scripted import (
    AwayBot,
    Centre,
    Customer,
    DyingBot,
    EchoBot,
    HearingBot,
    OfferingBot,
    WaitingBot,
)
from tickets.ticket import Kind

pytestmark = pytest.mark.each_database

OpenCentre = Callable[..., Centre]


class TestResume:
    async def test_answers_a_line_that_a_killed_process_left(self, open_centre: OpenCentre) -> None:
        lihua = await open_centre(DyingBot()).opens()
        with pytest.raises(ConnectionAbortedError):
            await lihua.says("我要查电费")

        answered = await open_centre(EchoBot()).hub.resume()

        assert answered == 1
        assert await lihua.sees() == ["我要查电费", "第1句：我要查电费（又一遍）"]

    async def test_is_not_forestalled_by_a_line_that_comes_before_it(
        self, open_centre: OpenCentre
    ) -> None:
        lihua = await open_centre(DyingBot()).opens()
        with pytest.raises(ConnectionAbortedError):
            await lihua.says("我要查电费")
        centre = open_centre(EchoBot())
        lihua.hub = centre.hub

        assert await lihua.says("在吗") == ["第2句：在吗"]

        assert "第1句：我要查电费（又一遍）" in await lihua.sees()
        assert await centre.hub.resume() == 0

    async def test_does_not_say_again_to_a_line_that_is_new(self, open_centre: OpenCentre) -> None:
        lihua = await open_centre(EchoBot()).opens()

        assert await lihua.says("我要查电费") == ["第1句：我要查电费"]

    async def test_leaves_nothing_to_do_the_second_time(self, open_centre: OpenCentre) -> None:
        lihua = await open_centre(DyingBot()).opens()
        with pytest.raises(ConnectionAbortedError):
            await lihua.says("我要查电费")
        hub = open_centre(EchoBot()).hub

        assert [await hub.resume(), await hub.resume()] == [1, 0]

        assert await lihua.sees() == ["我要查电费", "第1句：我要查电费（又一遍）"]

    async def test_answers_many_in_the_order_they_came(self, open_centre: OpenCentre) -> None:
        centre = open_centre(DyingBot())
        lihua, wangwei = await centre.opens(), await centre.opens()
        for customer, line in ((lihua, "一"), (wangwei, "二"), (lihua, "三")):
            with pytest.raises(ConnectionAbortedError):
                await customer.says(line)

        assert await open_centre(EchoBot()).hub.resume() == 3

        assert await lihua.sees() == ["一", "三", "第1句：一（又一遍）", "第3句：三（又一遍）"]
        assert await wangwei.sees() == ["二", "第2句：二（又一遍）"]

    async def test_presses_the_button_that_was_pressed(self, open_centre: OpenCentre) -> None:
        lihua = await open_centre(OfferingBot()).opens()
        await lihua.says("我家停电了")
        lihua.hub = open_centre(DyingBot()).hub
        with pytest.raises(ConnectionAbortedError):
            await lihua.says("确认提交", payload="/affirm")

        await open_centre(EchoBot()).hub.resume()

        assert (await lihua.sees())[-1] == "第1句：/affirm（又一遍）"

    async def test_goes_on_when_one_line_kills_it_again(self, open_centre: OpenCentre) -> None:
        centre = open_centre(DyingBot())
        lihua, wangwei = await centre.opens(), await centre.opens()
        for customer, line in ((lihua, "毒"), (wangwei, "您好")):
            with pytest.raises(ConnectionAbortedError):
                await customer.says(line)

        await open_centre(PickyBot()).hub.resume()

        assert await lihua.sees() == ["毒"]
        assert await wangwei.sees() == ["您好", "第1句：您好（又一遍）"]

    async def test_is_not_needed_when_the_customer_sends_it_again(
        self, open_centre: OpenCentre
    ) -> None:
        lihua = await open_centre(DyingBot()).opens()
        with pytest.raises(ConnectionAbortedError):
            await lihua.says("我要查电费", message_id="line-1")
        centre = open_centre(EchoBot())
        lihua.hub = centre.hub

        assert await lihua.says("我要查电费", message_id="line-1") == [
            "第1句：我要查电费（又一遍）"
        ]

        assert await centre.hub.resume() == 0

    async def test_files_no_second_emergency(self, open_centre: OpenCentre) -> None:
        centre = open_centre(EchoBot())
        lihua = await centre.opens()
        await leave_unanswered(centre, lihua, "变压器着火了")
        await asyncio.gather(centre.hub.resume(), lihua.says("变压器着火了", message_id="left"))

        tickets = await centre.tickets.list_tickets(kind=Kind.EMERGENCY)

        assert len(tickets) == 1
        assert len(await lihua.sees()) == 3

    async def test_answers_each_line_around_a_danger_alone(self, open_centre: OpenCentre) -> None:
        centre = open_centre(DyingBot())
        lihua = await centre.opens()
        for number, line in enumerate(("停电了", "变压器着火了", "电费怎么交")):
            await leave_unanswered(centre, lihua, line, message_id=f"left-{number}")
        bot = HearingBot()

        assert await open_centre(bot).hub.resume() == 3

        assert [turn.text for turn in bot.turns] == ["停电了", "电费怎么交"]
        assert len(await centre.tickets.list_tickets(kind=Kind.EMERGENCY)) == 1

    async def test_does_nothing_twice_that_was_done_before_it_stopped(
        self, open_centre: OpenCentre
    ) -> None:
        bot = FilingBot()
        centre = open_centre(bot)
        lihua = await centre.opens()
        bot.is_killed_after = True
        with pytest.raises(ConnectionAbortedError):
            await lihua.says("转人工，13800138000")
        # the customer's next line, stored just before the process ended
        await leave_unanswered(centre, lihua, "快点")
        bot.is_killed_after = False

        await open_centre(bot).hub.resume()

        assert len([each for each in bot.filed if "转人工" in each]) == 1


class TestADangerThatWasLeft:
    async def test_said_to_an_agent_is_answered_and_filed(
        self, open_centre: OpenCentre, database: Database, clock: Clock
    ) -> None:
        centre = open_centre(EchoBot())
        lihua = await with_a_person(centre, database, clock())
        await leave_unanswered(centre, lihua, "变压器着火了")
        await leave_unanswered(centre, lihua, "您好，人呢", message_id="calm")

        await open_centre(EchoBot()).hub.resume()

        assert len(await centre.tickets.list_tickets(kind=Kind.EMERGENCY)) == 1
        danger, calm, warning, _ = await lihua.sees()
        assert (danger, calm) == ("变压器着火了", "您好，人呢")
        assert warning.startswith("119")

    async def test_waits_neither_for_the_bot_nor_for_older_lines(
        self, open_centre: OpenCentre
    ) -> None:
        centre = open_centre(EchoBot())
        wangwei, lihua = await centre.opens(), await centre.opens()
        await leave_unanswered(centre, wangwei, "我要查电费")
        await leave_unanswered(centre, lihua, "变压器着火了")
        bot = AwayBot()

        job = asyncio.create_task(jobs.resume_when_ready(open_centre(bot).hub, bot))
        await until_seen(lihua, 3)
        job.cancel()

        assert len(await lihua.sees()) == 3
        assert await wangwei.sees() == ["我要查电费"]

    async def test_is_looked_for_again_when_the_database_did_not_answer(
        self, open_centre: OpenCentre, database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(jobs, "DO_AGAIN_S", 0.01)
        centre = open_centre(EchoBot())
        lihua = await centre.opens()
        await leave_unanswered(centre, lihua, "变压器着火了")
        bot = AwayBot()
        await _rename(database, "messages", "elsewhere")

        job = asyncio.create_task(jobs.resume_when_ready(open_centre(bot).hub, bot))
        await asyncio.sleep(0.1)
        await _rename(database, "elsewhere", "messages")
        await until_seen(lihua, 3)
        job.cancel()

        assert len(await lihua.sees()) == 3

    async def test_of_a_correction_is_warned_of_when_it_is_read_again(
        self, open_centre: OpenCentre, database: Database
    ) -> None:
        centre = open_centre(EchoBot())
        lihua = await centre.opens()
        await lihua.says("家里有股味道", message_id="line")
        corrected = Incoming(message_id="line", text="变压器着火了")
        async with database.write() as connection:
            # killed right after it put the new text in place of the old
            await TurnStore(connection).correct(
                lihua.conversation.conversation_id, "line", corrected.text, at=centre.clock()
            )

        for _ in range(2):
            await centre.hub.correct(lihua.conversation, corrected, at=centre.clock())
        await until_seen(lihua, 5)

        assert len(await centre.tickets.list_tickets(kind=Kind.EMERGENCY)) == 1
        assert (await lihua.sees()).count("变压器着火了") == 2

    async def test_by_a_button_is_answered_without_the_bot(
        self, open_centre: OpenCentre, database: Database
    ) -> None:
        centre = open_centre(EchoBot())
        lihua = await centre.opens()
        pressed = Incoming(message_id="press", text="有危险", payload='/danger{"danger": "fire"}')
        async with database.write() as connection:
            await TurnStore(connection).add_incoming(
                lihua.conversation.conversation_id, pressed, at=centre.clock()
            )

        warned = await open_centre(DyingBot()).hub.resume_dangers()

        assert warned == 1
        assert len(await centre.tickets.list_tickets(kind=Kind.EMERGENCY)) == 1


async def until_seen(customer: Customer, count: int) -> None:
    """So many lines have reached a customer, or ten seconds are over."""
    for _ in range(1000):
        if len(await customer.sees()) >= count:
            break
        await asyncio.sleep(0.01)


async def _rename(database: Database, table: str, name: str) -> None:
    async with database.write() as connection:
        await connection.execute(text(f"ALTER TABLE {table} RENAME TO {name}"))


class TestTwoDesks:
    """One line that two desks of one database work on at the same time."""

    async def test_give_it_one_answer(self, open_centre: OpenCentre) -> None:
        slow = WaitingBot()
        first = open_centre(slow)
        lihua = await first.opens()
        asked = await sent(lihua, "等我查电费")
        await slow.has_heard.wait()

        assert await open_centre(EchoBot()).hub.resume() == 1
        slow.may_answer.set()
        received = await asked

        answer = "第1句：等我查电费（又一遍）"
        assert await lihua.sees() == ["等我查电费", answer]
        assert [each.reply.text for each in received.answers] == [answer]

    async def test_warn_of_a_danger_once(self, open_centre: OpenCentre) -> None:
        centre = open_centre(EchoBot())
        lihua = await centre.opens()
        await leave_unanswered(centre, lihua, "变压器着火了")

        desks = [open_centre(EchoBot()).hub for _ in range(2)]
        await asyncio.gather(*(desk.resume_dangers() for desk in desks))

        assert len(await lihua.sees()) == 3
        assert len(await centre.tickets.list_tickets(kind=Kind.EMERGENCY)) == 1
