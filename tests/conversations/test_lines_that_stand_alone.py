"""A press and a danger are read with no other line, however quickly they follow each other."""

import asyncio
from collections.abc import Callable

import pytest

from tests.conversations.on_the_way import (
    AN_AGE_S,
    PATIENCE_S,
    WINDOW_S,
    busy_with,
    sent,
)
from tests.conversations.scripted import (
    Centre,
    EchoBot,
    HearingBot,
    OfferingBot,
    WaitingBot,
)
from tickets.ticket import Kind

pytestmark = pytest.mark.each_database

OpenCentre = Callable[..., Centre]


class TestAPressInABurst:
    async def test_is_not_waited_for(self, open_centre: OpenCentre) -> None:
        lihua = await open_centre(OfferingBot()).opens()
        await lihua.says("我家停电了")
        lihua.hub = open_centre(EchoBot(), burst_window_s=AN_AGE_S).hub

        async with asyncio.timeout(PATIENCE_S):
            assert await lihua.says("确认提交", payload="/affirm") == ["第1句：/affirm"]

    async def test_does_not_overtake_the_line_before_it(self, open_centre: OpenCentre) -> None:
        lihua = await open_centre(OfferingBot()).opens()
        await lihua.says("我家停电了")
        bot = HearingBot()
        lihua.hub = open_centre(bot, burst_window_s=WINDOW_S).hub

        corrected = await sent(lihua, "电话改成13911112222")
        pressed = await sent(lihua, "确认提交", payload="/affirm")
        await asyncio.gather(corrected, pressed)

        assert [turn.payload or turn.text for turn in bot.turns] == [
            "电话改成13911112222",
            "/affirm",
        ]

    async def test_is_never_merged(self, open_centre: OpenCentre) -> None:
        lihua = await open_centre(OfferingBot()).opens()
        await lihua.says("我家停电了")
        bot = WaitingBot()
        lihua.hub = open_centre(bot).hub

        async with busy_with(bot, lihua):
            tasks = [
                await sent(lihua, "幸福里6栋"),
                await sent(lihua, "三零一"),
                await sent(lihua, "确认提交", payload="/affirm"),
                await sent(lihua, "谢谢"),
                await sent(lihua, "再见"),
            ]
        received = await asyncio.gather(*tasks)

        answers = [[message.reply.text for message in each.answers] for each in received]
        assert answers == [[], ["答：幸福里6栋\n三零一"], ["答："], [], ["答：谢谢\n再见"]]


class TestADangerInABurst:
    async def test_is_answered_at_once(self, open_centre: OpenCentre) -> None:
        centre = open_centre(EchoBot(), burst_window_s=AN_AGE_S)
        lihua = await centre.opens()
        waiting = await sent(lihua, "我家停电了")

        async with asyncio.timeout(PATIENCE_S):
            steps, _ = await lihua.says("楼下变压器着火了")

        assert steps.startswith("119")
        assert not waiting.done()
        (ticket,) = await centre.tickets.list_tickets(kind=Kind.EMERGENCY)
        assert ticket.fields["words"] == "楼下变压器着火了"

    async def test_is_never_merged(self, open_centre: OpenCentre) -> None:
        bot = HearingBot()
        lihua = await open_centre(bot, burst_window_s=WINDOW_S).opens()

        tasks = [await sent(lihua, line) for line in ("我家停电了", "变压器着火了", "电费怎么交")]
        before, danger, after = await asyncio.gather(*tasks)

        steps, _ = (message.reply.text for message in danger.answers)
        assert steps.startswith("119")
        assert danger.merged_into is None
        assert not any("着火" in turn.text for turn in bot.turns)
        assert "\n".join(turn.text for turn in bot.turns) == "我家停电了\n电费怎么交"
        assert before.answers or before.merged_into == "line-3"
        assert after.answers

    async def test_does_not_wait_for_a_slow_turn(self, open_centre: OpenCentre) -> None:
        bot = WaitingBot()
        lihua = await open_centre(bot, burst_window_s=WINDOW_S / 5).opens()

        async with busy_with(bot, lihua), asyncio.timeout(PATIENCE_S):
            steps, filed = await lihua.says("有人触电了")
            screen = await lihua.sees()

        assert steps.startswith("120")
        assert screen == ["等一下", "有人触电了", steps, filed]
        assert (await lihua.sees())[-1] == "答：等一下"

    async def test_is_one_ticket_when_it_is_said_five_times_at_once(
        self, open_centre: OpenCentre
    ) -> None:
        centre = open_centre(EchoBot(), burst_window_s=WINDOW_S)
        lihua = await centre.opens()

        answers = await asyncio.gather(*(lihua.says(f"着火了{'！' * n}") for n in range(5)))

        assert len(await centre.tickets.list_tickets(kind=Kind.EMERGENCY)) == 1
        assert all(steps.startswith("119") for steps, _ in answers)

    async def test_gives_the_same_when_it_comes_again(self, open_centre: OpenCentre) -> None:
        lihua = await open_centre(EchoBot(), burst_window_s=AN_AGE_S).opens()

        async with asyncio.timeout(PATIENCE_S):
            first, second = await asyncio.gather(
                *(lihua.leaves("变压器着火了", message_id="line-1") for _ in range(2))
            )

        assert first == second
        assert len(await lihua.sees()) == 3
