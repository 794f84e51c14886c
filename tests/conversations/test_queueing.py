"""A customer's way to a person: the queue, the wait, and a call-back instead."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest

from conversations.bot_client import Turn
from conversations.handover import MISSED, NotHandedOver, Reason, Wait
from conversations.message import Mode, Reply
from tests.conftest import Clock
from tests.conversations.handed_over import HandingBot, asks
from tests.conversations.scripted import Centre, Customer, EchoBot
from tickets.store import NewTicket
from tickets.ticket import Kind

pytestmark = pytest.mark.each_database

OpenCentre = Callable[..., Centre]
ANGRY = "你们太垃圾了，气死我了"


class LostBot(EchoBot):
    """Understands nothing."""

    async def answer(self, turn: Turn) -> list[Reply]:
        return [Reply(text="这个我还不知道", card={"type": MISSED})]


class OfferingBot(EchoBot):
    """Understands nothing, and says who would."""

    async def answer(self, turn: Turn) -> list[Reply]:
        person = {"title": "转人工", "payload": "/request_person"}
        return [Reply(text="您可以转人工", card={"type": MISSED}, buttons=(person,))]


@pytest.fixture
async def centre(open_centre: OpenCentre) -> Centre:
    """A centre with 小李 at her desk."""
    opened = open_centre(HandingBot())
    await opened.duty.be_on_duty("小李", is_taking=True)
    return opened


class TestWaiting:
    async def test_tells_the_place_in_the_queue(self, centre: Centre) -> None:
        await asks(centre)
        lihua = await centre.opens()

        said = await lihua.says("转人工")

        assert len(said) == 1
        assert "前面还有 1 位" in said[0]

    async def test_comes_with_a_summary(self, centre: Centre) -> None:
        await asks(centre)

        [waiting] = await centre.handovers.list_open()

        assert waiting.reason is Reason.ASKED
        assert waiting.summary["matter"] == "幸福里6栋停电了，电话13800138000"
        assert waiting.summary["details"]["phone"] == "13800138000"

    async def test_comes_with_times_as_the_customer_said_them(self, centre: Centre) -> None:
        lihua = await centre.opens()
        await lihua.says("幸福里6栋昨晚十点停电了")

        await lihua.says("转人工")

        [waiting] = await centre.handovers.list_open()
        assert waiting.summary["details"]["since"] == "昨晚十点"
        assert "since_interval" not in waiting.summary["details"]

    async def test_happens_once_however_often_it_is_asked_for(self, centre: Centre) -> None:
        lihua = await asks(centre)

        said = await lihua.says("转人工")

        assert "已经在排队" in said[0]
        assert len(await centre.handovers.list_open()) == 1

    async def test_begins_by_itself_for_who_is_angry_twice(self, centre: Centre) -> None:
        lihua = await centre.opens()
        await lihua.says(ANGRY)

        said = await lihua.says(ANGRY)

        assert "我请人工客服直接为您处理" in said[-1]
        assert (await centre.handovers.list_open())[0].reason is Reason.ANGRY

    async def test_goes_on_with_the_bot(self, centre: Centre) -> None:
        lihua = await asks(centre)

        assert "电费怎么交" in (await lihua.says("电费怎么交"))[0]

    async def test_does_not_begin_when_nobody_is_there(self, open_centre: OpenCentre) -> None:
        lihua = await open_centre(HandingBot()).opens()

        said = await lihua.says("转人工")

        assert "暂时都不在线" in said[0]


class TestNobodyThere:
    async def test_gets_a_promise_to_be_called_once_who_is_angry_twice(
        self, open_centre: OpenCentre
    ) -> None:
        centre = open_centre(HandingBot())
        lihua = await centre.opens()
        await lihua.says("幸福里6栋停电了，电话13800138000")
        await lihua.says(ANGRY)

        said = await lihua.says(ANGRY)
        again = await lihua.says(ANGRY)

        [ticket] = await centre.tickets.list_tickets(kind=Kind.CALLBACK)
        assert ticket.fields["phone"] == "13800138000"
        assert "已为您登记回电" in said[-1]
        assert "8:00–20:00" in said[-1]
        assert not any("已为您登记回电" in line for line in again)

    async def test_gets_it_too_who_was_not_understood_three_times(
        self, open_centre: OpenCentre
    ) -> None:
        centre = open_centre(LostBot())
        lihua = await centre.opens()

        said = [await lihua.says(line) for line in ("那个啥", "就那个", "哎呀那个")]

        assert len(await centre.tickets.list_tickets(kind=Kind.CALLBACK)) == 1
        assert "请把方便接听的电话发给我" in said[-1][-1]

    async def test_is_left_to_the_offer_of_a_person_who_was_not_understood_but_has_one(
        self, open_centre: OpenCentre
    ) -> None:
        centre = open_centre(OfferingBot())
        lihua = await centre.opens()

        for line in ("那个啥", "就那个", "哎呀那个"):
            said = await lihua.says(line)

        assert await centre.tickets.list_tickets(kind=Kind.CALLBACK) == []
        assert said == ["您可以转人工"]

    async def test_has_a_phone_noted_that_the_bot_may_have_been_asking_for(
        self, open_centre: OpenCentre
    ) -> None:
        centre = open_centre(LostBot())
        lihua = await centre.opens()
        for line in ("那个啥", "就那个", "哎呀那个"):
            await lihua.says(line)

        said = await lihua.says("13800138000")

        [ticket] = await centre.tickets.list_tickets(kind=Kind.CALLBACK)
        assert ticket.fields["phone"] == "13800138000"
        assert not any("已记到回电工单" in line for line in said)
        assert said[0] == "这个我还不知道"


async def asks_and_is_left(centre: Centre, clock: Clock) -> Customer:
    """小李 claims who asks and is gone; only 小王 is there."""
    lihua = await asks(centre)
    await centre.handovers.claim(lihua.conversation.conversation_id, agent="小李")
    clock.move(timedelta(minutes=4))
    await centre.duty.be_on_duty("小王", is_taking=True)
    return lihua


class TestLookAfter:
    async def test_climbs_as_the_wait_grows_and_tells_the_customer_once(
        self, centre: Centre, clock: Clock
    ) -> None:
        lihua = await asks(centre)
        for _ in range(14):
            clock.move(timedelta(seconds=15))
            await centre.duty.be_on_duty("小李", is_taking=True)
            await centre.queueing.look_after()

        [waiting] = await centre.handovers.list_open()
        assert waiting.wait is Wait.TOO_LONG
        assert len([line for line in await lihua.sees() if "让您久等" in line]) == 1

    async def test_takes_conversations_back_from_an_agent_who_is_gone(
        self, centre: Centre, clock: Clock
    ) -> None:
        await asks_and_is_left(centre, clock)

        await centre.queueing.look_after()

        assert (await centre.handovers.list_open())[0].is_waiting

    async def test_promises_a_call_when_nobody_is_left(self, centre: Centre, clock: Clock) -> None:
        lihua = await asks(centre)
        clock.move(timedelta(minutes=4))

        await centre.queueing.look_after()
        await centre.queueing.look_after()

        [ticket] = await centre.tickets.list_tickets(kind=Kind.CALLBACK)
        assert ticket.fields["phone"] == "13800138000"
        assert await centre.handovers.list_open() == []
        assert len([line for line in await lihua.sees() if "已为您登记回电" in line]) == 1

    async def test_counts_a_second_wait_from_its_own_beginning(
        self, centre: Centre, clock: Clock
    ) -> None:
        lihua = await asks_and_is_left(centre, clock)

        await centre.queueing.look_after()
        await centre.queueing.look_after()

        [waiting] = await centre.handovers.list_open()
        assert (waiting.wait, waiting.waits_since) == (Wait.SHORT, clock())
        assert not [line for line in await lihua.sees() if "让您久等" in line]

    async def test_takes_nothing_back_from_the_agent_who_came_after(self, centre: Centre) -> None:
        conversation_id = (await asks(centre)).conversation.conversation_id
        await centre.handovers.claim(conversation_id, agent="小李")
        seen = await centre.handovers.find_open(conversation_id)
        assert seen is not None
        await centre.handovers.release("小李")
        await centre.handovers.claim(conversation_id, agent="小王")

        assert not await centre.queueing.put_back(seen)

        [talking] = await centre.handovers.list_open()
        assert talking.agent == "小王"

    async def test_promises_a_call_when_everybody_stays_on_a_break(
        self, centre: Centre, clock: Clock
    ) -> None:
        await asks(centre)
        clock.move(timedelta(minutes=3))
        await centre.duty.be_on_duty("小李", is_taking=False)

        await centre.queueing.look_after()

        assert await centre.handovers.list_open() == []
        assert len(await centre.tickets.list_tickets(kind=Kind.CALLBACK)) == 1

    async def test_waits_for_who_may_soon_be_back_from_a_break(
        self, centre: Centre, clock: Clock
    ) -> None:
        await asks(centre)
        clock.move(timedelta(minutes=1))
        await centre.duty.be_on_duty("小李", is_taking=False)

        await centre.queueing.look_after()

        assert len(await centre.handovers.list_open()) == 1

    async def test_promises_a_call_long_after_the_hours_though_a_page_is_open(
        self, centre: Centre, clock: Clock
    ) -> None:
        await asks(centre)
        clock.move(timedelta(hours=12))  # 21:30
        await centre.duty.be_on_duty("小李", is_taking=True)

        await centre.queueing.look_after()

        assert await centre.handovers.list_open() == []

    async def test_leaves_alone_what_is_well(self, centre: Centre) -> None:
        await asks(centre)

        assert await centre.queueing.look_after() == 0


class TestCallBack:
    async def test_ends_the_wait_with_a_ticket(self, centre: Centre, clock: Clock) -> None:
        lihua = await asks(centre)
        await lihua.says("转人工")

        said = await lihua.says("", payload="/call_back")

        assert "已为您登记回电" in said[0]
        assert await centre.handovers.list_open() == []
        assert len(await centre.tickets.list_tickets(kind=Kind.CALLBACK)) == 1

    async def test_gets_the_phone_that_is_sent_next(self, centre: Centre) -> None:
        lihua = await asks(centre, "幸福里6栋停电了")
        await lihua.says("转人工")
        said = await lihua.says("", payload="/call_back")
        assert "请把方便接听的电话发给我" in said[0]

        said = await lihua.says("13800138000")

        [ticket] = await centre.tickets.list_tickets(kind=Kind.CALLBACK)
        assert ticket.fields["phone"] == "13800138000"
        assert "已记到回电工单" in said[0]

    async def test_gets_a_phone_that_comes_with_a_question_and_the_bot_answers(
        self, centre: Centre
    ) -> None:
        lihua = await asks(centre, "幸福里6栋停电了")
        await lihua.says("转人工")
        await lihua.says("", payload="/call_back")

        said = await lihua.says("13800138000，什么时候能打给我？")

        [ticket] = await centre.tickets.list_tickets(kind=Kind.CALLBACK)
        assert ticket.fields["phone"] == "13800138000"
        assert "什么时候能打给我" in said[0]


class TestClaimedMeanwhile:
    """A call-back and a claim at the same moment: one of them happens, never half of both."""

    async def test_by_who_pressed_for_a_call_is_one_of_the_two(self, centre: Centre) -> None:
        lihua = await asks(centre)
        await lihua.says("转人工")

        _, claimed = await asyncio.gather(
            centre.queueing.press(lihua.conversation, "/call_back"), claims(centre, lihua)
        )

        await is_one_of_the_two(centre, lihua, claimed=claimed)

    async def test_when_nobody_seemed_left_is_one_of_the_two(
        self, centre: Centre, clock: Clock
    ) -> None:
        lihua = await asks(centre)
        clock.move(timedelta(minutes=4))

        _, claimed = await asyncio.gather(centre.queueing.look_after(), claims(centre, lihua))

        await is_one_of_the_two(centre, lihua, claimed=claimed)


async def claims(centre: Centre, customer: Customer) -> bool:
    """Whether 小李 got the conversation."""
    try:
        await centre.handovers.claim(customer.conversation.conversation_id, agent="小李")
    except NotHandedOver:
        return False
    return True


async def is_one_of_the_two(centre: Centre, customer: Customer, *, claimed: bool) -> None:
    conversation_id = customer.conversation.conversation_id
    assert (await centre.handovers.find_open(conversation_id) is not None) is claimed
    mode = (await centre.transcript.get_for_staff(conversation_id)).mode
    assert mode is (Mode.AGENT if claimed else Mode.BOT)
    tickets = await centre.tickets.list_tickets(kind=Kind.CALLBACK)
    assert len(tickets) == (0 if claimed else 1)


class TestInformants:
    async def test_are_not_given_away_by_the_summary(self, centre: Centre) -> None:
        lihua = await centre.opens()
        await lihua.says("我举报邻居偷电，13800138000")
        await centre.tickets.register(
            NewTicket(
                request_key="r",
                profile="power",
                kind=Kind.REPORT,
                conversation_id=lihua.conversation.conversation_id,
                fields={"words": "偷电"},
            ),
            actor="bot",
        )
        await lihua.says("转人工")

        [waiting] = await centre.handovers.list_open()

        assert waiting.summary["is_sealed"]
        assert waiting.summary["matter"] == ""
        assert waiting.summary["details"] == {}
