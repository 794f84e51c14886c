"""Lines sent within a moment of each other are one thought: read together, answered once."""

import asyncio
from collections.abc import Callable
from datetime import datetime

import pytest

from conversations.message import MAX_TEXT, Received
from desk.database import Database
from tests.conversations.on_the_way import (
    AN_AGE_S,
    HALF,
    PATIENCE_S,
    WINDOW_S,
    busy_with,
    sent,
    told,
    with_a_person,
)
from tests.conversations.scripted import (
    AwayBot,
    Centre,
    DyingBot,
    EchoBot,
    HearingBot,
    WaitingBot,
)

pytestmark = pytest.mark.each_database

OpenCentre = Callable[..., Centre]


class TestABurst:
    """Lines sent within a moment of each other are one thought."""

    async def test_is_read_together_and_answered_in_its_last_line(
        self, open_centre: OpenCentre
    ) -> None:
        bot = HearingBot()
        lihua = await open_centre(bot, burst_window_s=WINDOW_S).opens()

        tasks = [
            await sent(lihua, line) for line in ("我家停电了", "幸福里6栋301", "电话13800138000")
        ]
        first, second, last = await asyncio.gather(*tasks)

        (turn,) = bot.turns
        assert (turn.message_id, turn.again) == ("line-3", False)
        assert turn.text == "我家停电了\n幸福里6栋301\n电话13800138000"
        assert turn.details == {"address": "幸福里6栋301", "phone": "13800138000"}
        assert first == second == Received(answers=[], merged_into="line-3")
        assert last.merged_into is None
        assert [message.reply.text for message in last.answers] == ["好的"]
        assert await lihua.sees() == ["我家停电了", "幸福里6栋301", "电话13800138000", "好的"]

    async def test_is_over_when_the_customer_is_quiet(self, open_centre: OpenCentre) -> None:
        lihua = await open_centre(EchoBot(), burst_window_s=WINDOW_S / 5).opens()

        assert await lihua.says("我家停电了") == ["第1句：我家停电了"]
        assert await lihua.says("电费怎么交") == ["第2句：电费怎么交"]

    async def test_is_answered_however_long_somebody_goes_on(self, open_centre: OpenCentre) -> None:
        lihua = await open_centre(EchoBot(), burst_window_s=WINDOW_S / 2).opens()

        first = await sent(lihua, "喂")
        others = []
        for number in range(200):
            if first.done():
                break
            others.append(await sent(lihua, f"在吗{number}"))
            await asyncio.sleep(WINDOW_S / 10)

        assert first.done()
        assert first.result().merged_into is not None
        received = await asyncio.gather(*others)
        assert received[-1].answers

    async def test_gives_the_same_when_a_line_comes_again(self, open_centre: OpenCentre) -> None:
        lihua = await open_centre(EchoBot(), burst_window_s=WINDOW_S).opens()
        before = await asyncio.gather(
            *[await sent(lihua, line) for line in ("我家停电了", "幸福里6栋301")]
        )
        screen = await lihua.sees()

        for hub in (lihua.hub, open_centre(AwayBot()).hub):
            lihua.hub = hub
            again = [
                await lihua.leaves(line, message_id=message_id)
                for line, message_id in (("我家停电了", "line-1"), ("幸福里6栋301", "line-2"))
            ]

            assert again == before
            assert await lihua.sees() == screen

    async def test_gives_the_same_when_a_line_comes_again_meanwhile(
        self, open_centre: OpenCentre
    ) -> None:
        bot = HearingBot()
        lihua = await open_centre(bot, burst_window_s=WINDOW_S).opens()

        first = await sent(lihua, "我家停电了", message_id="line-1")
        last = await sent(lihua, "幸福里6栋301", message_id="line-2")
        again = await asyncio.gather(
            lihua.leaves("我家停电了", message_id="line-1"),
            lihua.leaves("幸福里6栋301", message_id="line-2"),
        )

        assert list(again) == [await first, await last]
        assert [turn.text for turn in bot.turns] == ["我家停电了\n幸福里6栋301"]

    async def test_hears_a_danger_that_is_told_in_two_lines(self, open_centre: OpenCentre) -> None:
        lihua = await open_centre(EchoBot(), burst_window_s=WINDOW_S).opens()

        tasks = [await sent(lihua, line) for line in ("快来看一下", "变压器那边", "在冒黑烟")]
        received = await asyncio.gather(*tasks)

        steps, _ = (message.reply.text for message in received[-1].answers)
        assert steps.startswith("119")

    async def test_is_no_burst_of_two_customers(self, open_centre: OpenCentre) -> None:
        centre = open_centre(EchoBot(), burst_window_s=WINDOW_S)
        lihua, wangwei = await centre.opens(), await centre.opens()

        tasks = [
            await sent(customer, line)
            for line in ("停电了", "快来人")
            for customer in (lihua, wangwei)
        ]
        received = await asyncio.gather(*tasks)

        assert [each.merged_into for each in received] == ["line-2", "line-2", None, None]
        for customer in (lihua, wangwei):
            screen = await customer.sees()
            assert screen[:2] == ["停电了", "快来人"]
            assert screen[2].endswith("停电了\n快来人")

    async def test_lets_no_customer_wait_for_another(self, open_centre: OpenCentre) -> None:
        bot = WaitingBot()
        centre = open_centre(bot, burst_window_s=WINDOW_S / 5)
        lihua, wangwei = await centre.opens(), await centre.opens()

        async with busy_with(bot, lihua), asyncio.timeout(PATIENCE_S):
            assert await wangwei.says("电费怎么交") == ["答：电费怎么交"]

    async def test_tells_that_somebody_is_typing_from_its_first_line(
        self, open_centre: OpenCentre
    ) -> None:
        centre = open_centre(EchoBot(), burst_window_s=WINDOW_S)
        lihua = await centre.opens()

        async with centre.hub.watch(lihua.conversation.conversation_id) as queue:
            tasks = [await sent(lihua, "停电了"), await sent(lihua, "快来人")]
            waiting = told(queue)
            await asyncio.gather(*tasks)
            answered = told(queue)

        assert waiting[1].data == {"on": True}
        assert {"on": False} not in [event.data for event in waiting]
        assert answered[-1].data == {"on": False}

    async def test_is_not_answered_while_a_person_has_taken_over(
        self, open_centre: OpenCentre, database: Database, clock: Callable[[], datetime]
    ) -> None:
        bot = HearingBot()
        centre = open_centre(bot, burst_window_s=WINDOW_S / 5)
        lihua = await with_a_person(centre, database, clock())

        await asyncio.gather(*[await sent(lihua, line) for line in ("您好", "人呢")])

        assert bot.turns == []
        assert await lihua.sees() == ["您好", "人呢"]


class TestABurstThatIsCutShort:
    async def test_is_answered_by_the_next_process(self, open_centre: OpenCentre) -> None:
        lihua = await open_centre(EchoBot(), burst_window_s=AN_AGE_S).opens()
        for line in ("我家停电了", "幸福里6栋301", "13800138000"):
            await sent(lihua, line)
        # … and here the process ends
        centre = open_centre(EchoBot())

        assert await centre.hub.resume() == 3

        lihua.hub = centre.hub
        # each by itself: the bot may have heard any of them under its own id
        seen = await lihua.sees()
        assert seen[:3] == ["我家停电了", "幸福里6栋301", "13800138000"]
        assert [line.partition("：")[0] for line in seen[3:]] == ["第1句", "第2句", "第3句"]
        assert all(line.endswith("（又一遍）") for line in seen[3:])
        assert await centre.hub.resume() == 0

    async def test_is_lost_by_no_bot_that_dies(self, open_centre: OpenCentre) -> None:
        lihua = await open_centre(DyingBot(), burst_window_s=WINDOW_S).opens()
        tasks = [await sent(lihua, line) for line in ("我家停电了", "幸福里6栋301")]
        failed = await asyncio.gather(*tasks, return_exceptions=True)
        assert all(isinstance(each, ConnectionAbortedError) for each in failed)
        bot = HearingBot()

        await open_centre(bot).hub.resume()

        assert [turn.text for turn in bot.turns] == ["我家停电了\n幸福里6栋301"]

    async def test_is_answered_when_the_page_is_closed(self, open_centre: OpenCentre) -> None:
        centre = open_centre(EchoBot(), burst_window_s=WINDOW_S)
        lihua = await centre.opens()

        async with centre.hub.watch(lihua.conversation.conversation_id) as events:
            for page in [await sent(lihua, line) for line in ("停电了", "快来人")]:
                page.cancel()
            async with asyncio.timeout(PATIENCE_S):
                while (await events.get()).data != {"on": False}:
                    pass

        assert await lihua.sees() == ["停电了", "快来人", "第1句：停电了\n快来人"]


class TestALongBurst:
    async def test_is_read_together_up_to_the_longest_line(self, open_centre: OpenCentre) -> None:
        bot = HearingBot()
        lihua = await open_centre(bot, burst_window_s=WINDOW_S).opens()

        tasks = [await sent(lihua, line) for line in ("停" * HALF, "电" * (HALF - 1))]
        await asyncio.gather(*tasks)

        assert [len(turn.text) for turn in bot.turns] == [MAX_TEXT]

    async def test_is_not_merged_beyond_it(self, open_centre: OpenCentre) -> None:
        bot = WaitingBot()
        lihua = await open_centre(bot).opens()
        lines = ["停" * HALF, "电" * HALF, "谢谢"]

        async with busy_with(bot, lihua):
            tasks = [await sent(lihua, line) for line in lines]
        received = await asyncio.gather(*tasks)

        assert [each.merged_into for each in received] == [None, "line-4", None]
        assert [message.reply.text for message in received[0].answers] == [f"答：{lines[0]}"]
        assert [message.reply.text for message in received[2].answers] == [
            f"答：{lines[1]}\n{lines[2]}"
        ]

    async def test_keeps_its_order(self, open_centre: OpenCentre) -> None:
        bot = HearingBot()
        centre = open_centre(bot, burst_window_s=WINDOW_S)
        crowd = [await centre.opens() for _ in range(8)]
        lines = [sign * (HALF + 1) for sign in "停电了"]

        tasks = [await sent(customer, line) for customer in crowd for line in lines]
        await asyncio.gather(*tasks)

        for customer in crowd:
            whom = customer.conversation.conversation_id
            heard = [turn.text[0] for turn in bot.turns if turn.conversation_id == whom]
            assert heard == ["停", "电", "了"]
