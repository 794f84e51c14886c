"""Every line of every channel: stored, answered once, stored again, told."""

import asyncio
from collections.abc import Callable

import pytest

from conversations.message import EmptyMessage, MessageTooLong, Sender
from tests.conversations.on_the_way import PATIENCE_S, told
from tests.conversations.scripted import AwayBot, Centre, DyingBot, EchoBot, WaitingBot
from tickets.ticket import Kind

pytestmark = pytest.mark.each_database

OpenCentre = Callable[..., Centre]


class TestReceive:
    async def test_stores_the_line_and_its_answer(self, open_centre: OpenCentre) -> None:
        lihua = await open_centre(EchoBot()).opens()

        await lihua.says("过户要什么材料")

        assert await lihua.sees() == ["过户要什么材料", "第1句：过户要什么材料"]

    async def test_keeps_markup_as_text(self, open_centre: OpenCentre) -> None:
        lihua = await open_centre(EchoBot()).opens()

        await lihua.says("<script>alert(1)</script>")

        assert (await lihua.sees())[0] == "<script>alert(1)</script>"

    @pytest.mark.parametrize(
        ("text", "refused"),
        [("", EmptyMessage), ("\u200b \n", EmptyMessage), ("停" * 10_000, MessageTooLong)],
        ids=["nothing", "nothing to see", "far too long"],
    )
    async def test_refuses_what_cannot_be_read_and_stores_nothing(
        self, open_centre: OpenCentre, text: str, refused: type[Exception]
    ) -> None:
        lihua = await open_centre(EchoBot()).opens()

        with pytest.raises(refused):
            await lihua.says(text)

        assert await lihua.sees() == []


class TestTheSameLineAgain:
    async def test_gets_the_same_answers_and_reaches_the_bot_once(
        self, open_centre: OpenCentre
    ) -> None:
        lihua = await open_centre(EchoBot()).opens()

        first = await lihua.sends("我要查电费", message_id="line-1")
        second = await lihua.sends("我要查电费", message_id="line-1")

        assert second == first
        assert await lihua.sees() == ["我要查电费", "第1句：我要查电费"]

    async def test_does_nothing_twice_when_it_arrives_five_times_at_once(
        self, open_centre: OpenCentre
    ) -> None:
        lihua = await open_centre(EchoBot()).opens()

        answers = await asyncio.gather(
            *(lihua.says("我要查电费", message_id="line-1") for _ in range(5))
        )

        assert answers == [["第1句：我要查电费"]] * 5
        assert await lihua.sees() == ["我要查电费", "第1句：我要查电费"]

    async def test_gets_the_same_answers_after_a_restart(self, open_centre: OpenCentre) -> None:
        lihua = await open_centre(EchoBot()).opens()
        first = await lihua.sends("我要查电费", message_id="line-1")

        lihua.hub = open_centre(AwayBot()).hub

        assert await lihua.sends("我要查电费", message_id="line-1") == first

    async def test_files_one_ticket_for_one_emergency(self, open_centre: OpenCentre) -> None:
        centre = open_centre(EchoBot())
        lihua = await centre.opens()

        first = await lihua.sends("变压器着火了", message_id="line-1")
        second = await lihua.sends("变压器着火了", message_id="line-1")

        assert second == first
        assert len(await centre.tickets.list_tickets(kind=Kind.EMERGENCY)) == 1

    async def test_is_another_line_in_another_conversation(self, open_centre: OpenCentre) -> None:
        centre = open_centre(EchoBot())
        lihua, wangwei = await centre.opens(), await centre.opens()

        await lihua.says("我要查电费", message_id="line-1")

        assert await wangwei.says("停电了", message_id="line-1") == ["第2句：停电了"]


class TestACustomerWhoLeaves:
    async def test_finds_the_answer_on_coming_back(self, open_centre: OpenCentre) -> None:
        bot = WaitingBot()
        centre = open_centre(bot)
        lihua = await centre.opens()

        async with centre.hub.watch(lihua.conversation.conversation_id) as events:
            page = asyncio.create_task(lihua.says("等一下"))
            await bot.has_heard.wait()
            page.cancel()
            await asyncio.gather(page, return_exceptions=True)
            bot.may_answer.set()
            async with asyncio.timeout(PATIENCE_S):
                while (await events.get()).data != {"on": False}:
                    pass

        assert await lihua.sees() == ["等一下", "答：等一下"]


class TestWatch:
    async def test_tells_the_line_the_typing_and_the_answer(self, open_centre: OpenCentre) -> None:
        centre = open_centre(EchoBot())
        lihua = await centre.opens()

        async with centre.hub.watch(lihua.conversation.conversation_id) as queue:
            await lihua.says("您好")
            events = told(queue)

        assert [event.name for event in events] == ["message", "typing", "message", "typing"]
        line, typing, answer, still = (event.data for event in events)
        assert (line["sender"], line["text"]) == (Sender.CUSTOMER, "您好")
        assert (typing, still) == ({"on": True}, {"on": False})
        assert (answer["sender"], answer["text"]) == (Sender.BOT, "第1句：您好")
        assert line["seq"] < answer["seq"]

    async def test_tells_nothing_twice_for_the_same_line(self, open_centre: OpenCentre) -> None:
        centre = open_centre(EchoBot())
        lihua = await centre.opens()
        await lihua.says("您好", message_id="line-1")

        async with centre.hub.watch(lihua.conversation.conversation_id) as queue:
            await lihua.says("您好", message_id="line-1")

            assert told(queue) == []

    async def test_stops_typing_when_the_turn_fails(self, open_centre: OpenCentre) -> None:
        centre = open_centre(DyingBot())
        lihua = await centre.opens()

        async with centre.hub.watch(lihua.conversation.conversation_id) as queue:
            with pytest.raises(ConnectionAbortedError):
                await lihua.says("您好")

            assert told(queue)[-1].data == {"on": False}
