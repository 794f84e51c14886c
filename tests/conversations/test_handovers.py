"""A conversation goes to a person and back, on a real database."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from conversations.bot_client import Turn
from conversations.handover import HAND_OVER, AlreadyClaimed, NotHandedOver, NotYours
from conversations.message import Mode, Reply
from tests.conversations.handed_over import HandingBot, asks
from tests.conversations.scripted import Centre, Customer, HearingBot, WaitingBot
from tickets.ticket import Kind

pytestmark = pytest.mark.each_database

OpenCentre = Callable[..., Centre]
ANGRY = "你们太垃圾了，气死我了"


class HearingHandingBot(HearingBot):
    """The same, and keeps every turn it was given."""

    async def answer(self, turn: Turn) -> list[Reply]:
        said = await super().answer(turn)
        card = {"type": HAND_OVER} if "转人工" in turn.text else None
        return [replace(each, card=card) for each in said]


@pytest.fixture
async def centre(open_centre: OpenCentre) -> Centre:
    """A centre with 小李 at her desk."""
    opened = open_centre(HandingBot())
    await opened.duty.be_on_duty("小李", is_taking=True)
    return opened


async def mode_of(customer: Customer) -> Mode:
    return (await customer.transcript.get_for_staff(customer.conversation.conversation_id)).mode


class TestAfterAPerson:
    """What the bot is told with the first line after a person has talked."""

    async def test_the_bot_begins_afresh_once(self, open_centre: OpenCentre) -> None:
        bot = HearingHandingBot()
        centre = open_centre(bot)
        await centre.duty.be_on_duty("小李", is_taking=True)
        lihua = await asks(centre)
        conversation_id = lihua.conversation.conversation_id
        await centre.handovers.claim(conversation_id, agent="小李")
        await centre.handovers.say(conversation_id, agent="小李", key="1", text="已经登记了。")
        await centre.handovers.give_back(conversation_id, agent="小李", asks_rating=False)

        await lihua.says("电费怎么交")
        await lihua.says("在哪里交")

        assert [turn.fresh for turn in bot.turns] == [False, False, True, False]

    async def test_the_bot_goes_on_where_the_person_said_nothing(
        self, open_centre: OpenCentre
    ) -> None:
        bot = HearingHandingBot()
        centre = open_centre(bot)
        await centre.duty.be_on_duty("小李", is_taking=True)
        lihua = await asks(centre)
        conversation_id = lihua.conversation.conversation_id
        await centre.handovers.claim(conversation_id, agent="小李")
        await centre.handovers.give_back(conversation_id, agent="小李", asks_rating=False)

        await lihua.says("幸福里6栋")

        assert not bot.turns[-1].fresh


class TestClaim:
    async def test_silences_the_bot(self, centre: Centre) -> None:
        lihua = await asks(centre)
        await centre.handovers.claim(lihua.conversation.conversation_id, agent="小李")

        assert await lihua.says("在吗") == []
        assert await mode_of(lihua) is Mode.AGENT

    async def test_is_exclusive(self, centre: Centre) -> None:
        lihua = await asks(centre)
        conversation_id = lihua.conversation.conversation_id

        done = await asyncio.gather(
            *(centre.handovers.claim(conversation_id, agent=name) for name in ("小李", "小王")),
            return_exceptions=True,
        )

        assert sum(isinstance(each, AlreadyClaimed) for each in done) == 1
        assert len([line for line in await lihua.sees() if "为您服务" in line]) == 1

    async def test_twice_by_the_same_agent_is_once(self, centre: Centre) -> None:
        lihua = await asks(centre)
        conversation_id = lihua.conversation.conversation_id
        await centre.handovers.claim(conversation_id, agent="小李")

        await centre.handovers.claim(conversation_id, agent="小李")

        assert len([line for line in await lihua.sees() if "为您服务" in line]) == 1

    async def test_of_a_conversation_that_does_not_wait_is_refused(self, centre: Centre) -> None:
        lihua = await centre.opens()

        with pytest.raises(NotHandedOver):
            await centre.handovers.claim(lihua.conversation.conversation_id, agent="小李")

    async def test_drops_an_answer_that_comes_later(self, open_centre: OpenCentre) -> None:
        bot = WaitingBot()
        slow = open_centre(bot)
        quick = open_centre(HandingBot())
        await quick.duty.be_on_duty("小李", is_taking=True)
        lihua = await asks(quick)
        late = Customer(slow.hub, slow.transcript, lihua.conversation, lihua.token, lines=10)

        answer = asyncio.create_task(late.says("等一下，我再问个事"))
        await bot.has_heard.wait()
        await quick.handovers.claim(lihua.conversation.conversation_id, agent="小李")
        bot.may_answer.set()

        assert await answer == []
        assert "答：等一下，我再问个事" not in await lihua.sees()

    async def test_leaves_a_danger_spoken_of(self, centre: Centre) -> None:
        lihua = await asks(centre)
        await centre.handovers.claim(lihua.conversation.conversation_id, agent="小李")

        said = await lihua.says("变压器着火了")

        assert said
        assert (await centre.tickets.list_tickets(kind=Kind.EMERGENCY))[0].urgent


class TestSay:
    async def test_reaches_the_customer_once_for_a_key(self, centre: Centre) -> None:
        lihua = await asks(centre)
        conversation_id = lihua.conversation.conversation_id
        await centre.handovers.claim(conversation_id, agent="小李")

        for _ in range(2):
            await centre.handovers.say(conversation_id, agent="小李", key="1", text="您好")

        assert (await lihua.sees()).count("您好") == 1

    async def test_is_refused_to_who_has_not_claimed(self, centre: Centre) -> None:
        lihua = await asks(centre)
        conversation_id = lihua.conversation.conversation_id
        await centre.handovers.claim(conversation_id, agent="小李")

        with pytest.raises(NotYours):
            await centre.handovers.say(conversation_id, agent="小王", key="1", text="您好")

    async def test_clears_the_draft(self, centre: Centre) -> None:
        lihua = await asks(centre)
        conversation_id = lihua.conversation.conversation_id
        await centre.handovers.claim(conversation_id, agent="小李")
        await centre.handovers.keep_draft(conversation_id, agent="小李", draft="您好，我")

        await centre.handovers.say(conversation_id, agent="小李", key="1", text="您好")

        found = await centre.handovers.find_open(conversation_id)
        assert found is not None
        assert found.draft == ""


class TestStandings:
    async def test_count_what_the_agent_has_not_read(self, centre: Centre) -> None:
        lihua = await asks(centre)
        conversation_id = lihua.conversation.conversation_id
        await centre.handovers.claim(conversation_id, agent="小李")
        await centre.handovers.say(conversation_id, agent="小李", key="1", text="您好")
        await lihua.says("停电两小时了")
        await lihua.says("还没人来")

        [standing] = await centre.handovers.list_standings()

        assert standing.unread == 2
        assert standing.turn == "agent"
        assert standing.last_text == "还没人来"

    async def test_go_to_nothing_when_they_are_seen(self, centre: Centre) -> None:
        lihua = await asks(centre)
        conversation_id = lihua.conversation.conversation_id
        await centre.handovers.claim(conversation_id, agent="小李")
        await lihua.says("停电两小时了")
        seq = (await lihua.transcript.list_messages(conversation_id))[-1].seq

        await centre.handovers.see(conversation_id, agent="小李", seq=seq)

        assert (await centre.handovers.list_standings())[0].unread == 0


class TestGiveBack:
    async def test_lets_the_bot_answer_again_and_asks_how_it_was(self, centre: Centre) -> None:
        lihua = await asks(centre)
        conversation_id = lihua.conversation.conversation_id
        await centre.handovers.claim(conversation_id, agent="小李")

        await centre.handovers.give_back(conversation_id, agent="小李", asks_rating=True)

        assert await mode_of(lihua) is Mode.BOT
        last = (await lihua.transcript.list_messages(conversation_id))[-1]
        assert [button["title"] for button in last.reply.buttons] == ["满意", "一般", "不满意"]
        said = await lihua.says("", payload=last.reply.buttons[0]["payload"])
        assert "谢谢您的评价" in said[0]
        assert "电费怎么交" in (await lihua.says("电费怎么交"))[0]

    async def test_leaves_no_line_of_the_talk_to_the_bot(self, open_centre: OpenCentre) -> None:
        centre = open_centre(HandingBot())
        await centre.duty.be_on_duty("小李", is_taking=True)
        lihua = await asks(centre)
        conversation_id = lihua.conversation.conversation_id
        await centre.handovers.claim(conversation_id, agent="小李")
        await lihua.says("停电两小时了")
        await centre.handovers.give_back(conversation_id, agent="小李", asks_rating=False)

        assert await open_centre(HandingBot()).hub.resume() == 0

    async def test_takes_no_rating_from_another_conversation(self, centre: Centre) -> None:
        lihua = await asks(centre)
        conversation_id = lihua.conversation.conversation_id
        await centre.handovers.claim(conversation_id, agent="小李")
        await centre.handovers.give_back(conversation_id, agent="小李", asks_rating=True)
        [ended] = [
            json.loads(button["payload"].removeprefix("/rate_service"))
            for button in (await lihua.transcript.list_messages(conversation_id))[-1].reply.buttons[
                :1
            ]
        ]
        other = await centre.opens()

        await centre.queueing.press(
            other.conversation, f"/rate_service{json.dumps({**ended, 'rate': 'bad'})}"
        )

        said = await lihua.says("", payload=f"/rate_service{json.dumps(ended)}")
        assert "谢谢" in said[0]


class TestRelease:
    async def test_puts_an_agents_conversations_back_in_front(self, centre: Centre) -> None:
        lihua = await asks(centre)
        conversation_id = lihua.conversation.conversation_id
        await centre.handovers.claim(conversation_id, agent="小李")
        await asks(centre)

        assert await centre.handovers.release("小李") == 1

        assert (await centre.handovers.list_open())[0].conversation_id == conversation_id
        assert "您已排到最前面" in (await lihua.sees())[-1]
        assert await mode_of(lihua) is Mode.BOT
