"""Lines are answered in order, without the bot too; buttons only where they were offered."""

import asyncio
from collections.abc import Callable
from datetime import datetime

import pytest

from conversations.message import PayloadNotIssued
from desk.database import Database
from tests.conversations.on_the_way import PATIENCE_S, PickyBot, sent, with_a_person
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
from tickets.profile import Profile

pytestmark = pytest.mark.each_database

OpenCentre = Callable[..., Centre]


class TestOrder:
    async def test_is_kept_for_lines_sent_at_once(self, open_centre: OpenCentre) -> None:
        bot = HearingBot()
        lihua = await open_centre(bot).opens()
        lines = [f"问{number}" for number in range(1, 13)]

        await asyncio.gather(*(lihua.says(line) for line in lines))

        heard = [line for turn in bot.turns for line in turn.text.splitlines()]
        assert heard == lines
        assert [line for line in await lihua.sees() if line in lines] == lines

    async def test_is_kept_when_the_first_answer_takes_long(self, open_centre: OpenCentre) -> None:
        bot = WaitingBot()
        centre = open_centre(bot)
        lihua, wangwei = await centre.opens(), await centre.opens()

        slow = await sent(lihua, "等一下")
        await bot.has_heard.wait()
        quick = await sent(lihua, "好了吗")
        # whole turns of somebody else: time enough for the second line to overtake, if it could
        await wangwei.says("一")
        await wangwei.says("二")
        bot.may_answer.set()
        await asyncio.gather(slow, quick)

        assert await lihua.sees() == ["等一下", "好了吗", "答：等一下", "答：好了吗"]

    async def test_lets_no_customer_wait_for_another(self, open_centre: OpenCentre) -> None:
        bot = WaitingBot()
        centre = open_centre(bot)
        lihua, wangwei = await centre.opens(), await centre.opens()
        slow = asyncio.create_task(lihua.says("等一下"))
        await bot.has_heard.wait()

        async with asyncio.timeout(PATIENCE_S):
            answer = await wangwei.says("电费怎么交")

        assert answer == ["答：电费怎么交"]
        bot.may_answer.set()
        assert await slow == ["答：等一下"]


class TestALineThatCannotBeAnswered:
    async def test_does_not_stop_the_next_one(self, open_centre: OpenCentre) -> None:
        lihua = await open_centre(PickyBot()).opens()
        with pytest.raises(ConnectionAbortedError):
            await lihua.says("毒")

        assert await lihua.says("您好") == ["第1句：您好"]


class TestButtons:
    @pytest.mark.parametrize("payload", ["/affirm", '/correct{"field": "phone"}'])
    async def test_are_obeyed_when_they_were_offered(
        self, open_centre: OpenCentre, payload: str
    ) -> None:
        lihua = await open_centre(OfferingBot()).opens()
        await lihua.says("我家停电了")
        lihua.hub = open_centre(EchoBot()).hub

        assert await lihua.says("确认提交", payload=payload) == [f"第1句：{payload}"]

    async def test_answers_a_press_without_its_title_once(self, open_centre: OpenCentre) -> None:
        bot = HearingBot()
        offering = await open_centre(OfferingBot()).opens()
        await offering.says("停电")
        centre = open_centre(bot)
        lihua = Customer(
            centre.hub, centre.transcript, offering.conversation, offering.token, lines=1
        )

        await lihua.says("", payload="/affirm")

        assert [turn.payload for turn in bot.turns] == ["/affirm"]

    @pytest.mark.parametrize(
        "payload", ["/restart", "/deny", "/affirm ", '/inform{"phone": "13800138000"}', "确认提交"]
    )
    async def test_are_refused_when_they_were_not(
        self, open_centre: OpenCentre, payload: str
    ) -> None:
        lihua = await open_centre(OfferingBot()).opens()
        await lihua.says("我家停电了")

        with pytest.raises(PayloadNotIssued):
            await lihua.says("确认提交", payload=payload)

        assert await lihua.sees() == ["我家停电了", "请核对"]

    async def test_are_refused_in_another_conversation(self, open_centre: OpenCentre) -> None:
        centre = open_centre(OfferingBot())
        lihua, wangwei = await centre.opens(), await centre.opens()
        await lihua.says("我家停电了")

        with pytest.raises(PayloadNotIssued):
            await wangwei.says("确认提交", payload="/affirm")

    async def test_are_refused_before_anything_was_said(self, open_centre: OpenCentre) -> None:
        lihua = await open_centre(OfferingBot()).opens()

        with pytest.raises(PayloadNotIssued):
            await lihua.says("停电报修", payload="/report_fault")

    async def test_pressed_twice_by_a_bad_line_count_once(self, open_centre: OpenCentre) -> None:
        lihua = await open_centre(OfferingBot()).opens()
        await lihua.says("我家停电了")
        lihua.hub = open_centre(EchoBot()).hub

        first = await lihua.sends("确认提交", payload="/affirm", message_id="press-1")
        second = await lihua.sends("确认提交", payload="/affirm", message_id="press-1")

        assert second == first


class TestWithoutTheBot:
    async def test_is_never_silent(self, open_centre: OpenCentre, power: Profile) -> None:
        lihua = await open_centre(AwayBot()).opens()

        for line in ("您好", "我家停电了", "电费怎么交", "😡", "变压器着火了", "转人工"):
            assert await lihua.says(line) != []

        assert power.wordings.bot_away in await lihua.sees()

    async def test_goes_on_by_itself_when_the_bot_is_back(
        self, open_centre: OpenCentre, power: Profile
    ) -> None:
        lihua = await open_centre(AwayBot()).opens()
        assert await lihua.says("您好") == [power.wordings.bot_away]

        lihua.hub = open_centre(EchoBot()).hub

        assert await lihua.says("您好") == ["第1句：您好"]


class TestAnEmergency:
    async def test_is_heard_in_the_middle_of_a_form(self, open_centre: OpenCentre) -> None:
        centre = open_centre(OfferingBot())
        lihua = await centre.opens()
        await lihua.says("我家停电了")

        steps, filed = await lihua.says("等等，表箱着火了")

        assert steps.startswith("119")
        assert "2026 1121 0001 2" in filed
        assert await lihua.says("确认提交", payload="/affirm") == ["请核对"]

    async def test_is_heard_after_a_line_that_killed_the_bot(self, open_centre: OpenCentre) -> None:
        lihua = await open_centre(DyingBot()).opens()
        with pytest.raises(ConnectionAbortedError):
            await lihua.says("您好")

        steps, _ = await lihua.says("有人触电了")

        assert steps.startswith("120")


class TestWithAPerson:
    async def test_the_bot_is_silent_and_the_line_is_kept(
        self, open_centre: OpenCentre, database: Database, clock: Callable[[], datetime]
    ) -> None:
        lihua = await with_a_person(open_centre(EchoBot()), database, clock())

        assert await lihua.says("您好，人呢") == []

        assert await lihua.sees() == ["您好，人呢"]

    async def test_nothing_waits_to_be_said_later(
        self, open_centre: OpenCentre, database: Database, clock: Callable[[], datetime]
    ) -> None:
        centre = open_centre(EchoBot())
        lihua = await with_a_person(centre, database, clock())
        await lihua.says("您好，人呢")

        assert await centre.hub.resume() == 0

        assert await lihua.sees() == ["您好，人呢"]
