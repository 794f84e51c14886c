"""The desk asks in the customer's own chat whether it helped: once, by day, and in no report."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from conversations.door import Chat
from conversations.door_store import DoorStore
from conversations.following_up import AskingBack
from conversations.message import Mode
from conversations.rating import question
from conversations.tables import conversations
from desk.database import Database
from tests.conftest import Clock
from tests.conversations.scripted import HOW_TO_MUTE, Centre, Customer, HearingBot
from tests.tickets.timed import TERMS
from tests.tickets.timed import Centre as Desk
from tickets.profile import Profile
from tickets.ticket import Kind, State, spoken_number

pytestmark = pytest.mark.each_database

OpenCentre = Callable[..., Centre]
HALF_AN_HOUR = timedelta(minutes=30)


@pytest.fixture
def desk(database: Database, clock: Clock) -> Desk:
    return Desk(database, clock, TERMS)


@pytest.fixture
def bot() -> HearingBot:
    return HearingBot()


@pytest.fixture
def centre(open_centre: OpenCentre, bot: HearingBot) -> Centre:
    """It is Saturday, 9:30 in Shanghai."""
    return open_centre(bot)


@pytest.fixture
def asking(centre: Centre, desk: Desk, clock: Clock, power: Profile) -> AskingBack:
    return asking_back(centre, desk, clock, power)


def asking_back(centre: Centre, desk: Desk, clock: Clock, power: Profile) -> AskingBack:
    return AskingBack(
        hub=centre.hub,
        transcript=centre.transcript,
        chats=centre.chats,
        follow_up=desk.follow_up,
        profiles={"power": power},
        terms=TERMS,
        clock=clock,
    )


async def answered_ticket(desk: Desk, customer: Customer, **more: Any) -> str:
    """A ticket that this customer filed and 小李 has just answered."""
    told = {"conversation_id": customer.conversation.conversation_id, **more}
    no = (await desk.register(customer.conversation.conversation_id, **told)).no
    await desk.apply(no, state=State.IN_PROGRESS)
    await desk.apply(no, state=State.ANSWERED)
    return no


async def state_of(desk: Desk, no: str) -> State:
    return (await desk.tickets.get(no)).state


class TestRun:
    async def test_asks_with_three_buttons_in_the_customers_chat(
        self, centre: Centre, desk: Desk, asking: AskingBack, clock: Clock
    ) -> None:
        lihua = await centre.opens()
        no = await answered_ticket(desk, lihua)
        clock.move(HALF_AN_HOUR)

        await asking.run()

        (asked,) = await centre.transcript.list_messages(lihua.conversation.conversation_id)
        assert asked.reply.text.startswith(f"您登记的故障报修（工单 {spoken_number(no)}）已经处理")
        assert [each["title"] for each in asked.reply.buttons] == ["满意", "一般", "不满意"]
        assert await state_of(desk, no) is State.FOLLOW_UP

    async def test_tells_who_is_asked_on_their_phone_how_to_stop_it(
        self,
        centre: Centre,
        desk: Desk,
        asking: AskingBack,
        clock: Clock,
        database: Database,
    ) -> None:
        lihua = await centre.opens()
        await answered_ticket(desk, lihua)
        chat = Chat(
            channel="telegram", address="7001", conversation_id=lihua.conversation.conversation_id
        )
        async with database.write() as connection:
            await DoorStore(connection).add_chat(chat)
        clock.move(HALF_AN_HOUR)

        await asking.run()

        (asked,) = await lihua.sees()
        assert asked.endswith(f"\n{HOW_TO_MUTE}")

    async def test_asks_once_however_often_and_by_however_many_it_is_run(
        self,
        centre: Centre,
        open_centre: OpenCentre,
        desk: Desk,
        asking: AskingBack,
        clock: Clock,
        power: Profile,
    ) -> None:
        lihua = await centre.opens()
        await answered_ticket(desk, lihua)
        clock.move(HALF_AN_HOUR)
        other = asking_back(open_centre(HearingBot()), desk, clock, power)

        await asyncio.gather(*(each.run() for each in (asking, other) * 3))
        await asking.run()

        assert len(await lihua.sees()) == 1

    async def test_asks_once_when_it_is_killed_between_sending_and_noting(
        self, centre: Centre, desk: Desk, clock: Clock, power: Profile
    ) -> None:
        lihua = await centre.opens()
        no = await answered_ticket(desk, lihua)
        clock.move(HALF_AN_HOUR)
        ((ticket, step),) = await desk.follow_up.list_due()
        # this is as far as the run came that was killed
        asked = question(ticket, power, is_first=True)
        await centre.hub.notify(
            lihua.conversation.conversation_id,
            key=step.key,
            text=asked.text,
            buttons=asked.buttons,
        )

        await asking_back(centre, desk, clock, power).run()

        assert len(await lihua.sees()) == 1
        assert await state_of(desk, no) is State.FOLLOW_UP

    async def test_asks_nobody_at_night(
        self, centre: Centre, desk: Desk, asking: AskingBack, clock: Clock
    ) -> None:
        lihua = await centre.opens()
        await answered_ticket(desk, lihua)

        # the desk was down until 22:30; the next morning it is 8:00
        clock.move(timedelta(hours=13))
        await asking.run()
        assert await lihua.sees() == []
        clock.move(timedelta(hours=9.5))
        await asking.run()

        assert len(await lihua.sees()) == 1

    async def test_interrupts_nobody_who_is_talking(
        self, centre: Centre, desk: Desk, asking: AskingBack, clock: Clock
    ) -> None:
        lihua = await centre.opens()
        await answered_ticket(desk, lihua)
        clock.move(HALF_AN_HOUR)
        await lihua.says("电费怎么交")

        await asking.run()
        assert len(await lihua.sees()) == 2
        clock.move(timedelta(minutes=10))
        await asking.run()

        assert len(await lihua.sees()) == 3

    async def test_is_silent_while_a_person_answers(
        self, centre: Centre, desk: Desk, asking: AskingBack, clock: Clock, database: Database
    ) -> None:
        lihua = await centre.opens()
        await answered_ticket(desk, lihua)
        clock.move(HALF_AN_HOUR)
        async with database.write() as connection:
            await connection.execute(conversations.update().values(mode=Mode.AGENT))

        await asking.run()

        assert await lihua.sees() == []

    async def test_never_asks_about_a_report(
        self, centre: Centre, desk: Desk, asking: AskingBack, clock: Clock
    ) -> None:
        lihua = await centre.opens()
        no = await answered_ticket(desk, lihua, kind=Kind.REPORT)
        clock.move(timedelta(days=1))

        await asking.run()

        assert await lihua.sees() == []
        assert await state_of(desk, no) is State.ANSWERED

    async def test_leaves_to_people_what_was_answered_long_ago(
        self, centre: Centre, desk: Desk, asking: AskingBack, clock: Clock
    ) -> None:
        lihua = await centre.opens()
        no = await answered_ticket(desk, lihua)
        clock.move(timedelta(days=4))

        await asking.run()

        assert await lihua.sees() == []
        assert [each.no for each in await desk.owing.list_to_phone("power")] == [no]

    async def test_leaves_to_people_a_chat_that_is_not_there(
        self, desk: Desk, asking: AskingBack, clock: Clock
    ) -> None:
        no = (await desk.register(conversation_id="written down by hand")).no
        await desk.apply(no, state=State.IN_PROGRESS)
        await desk.apply(no, state=State.ANSWERED)
        clock.move(HALF_AN_HOUR)

        await asking.run()

        assert [each.no for each in await desk.owing.list_to_phone("power")] == [no]

    async def test_asks_again_the_next_day_and_then_no_more(
        self, centre: Centre, desk: Desk, asking: AskingBack, clock: Clock
    ) -> None:
        lihua = await centre.opens()
        no = await answered_ticket(desk, lihua)
        for _ in range(40):
            clock.move(timedelta(hours=3))
            await asking.run()

        first, second = await lihua.sees()
        assert first.startswith("您登记的")
        assert second.startswith("再打扰您一次")
        assert [each.no for each in await desk.owing.list_to_phone("power")] == [no]

    async def test_goes_on_with_the_others_when_one_fails(
        self, centre: Centre, desk: Desk, clock: Clock, power: Profile
    ) -> None:
        wangwei, lihua = await centre.opens(), await centre.opens()
        await answered_ticket(desk, wangwei, kind=Kind.COMPLAINT)
        await answered_ticket(desk, lihua)
        clock.move(HALF_AN_HOUR)
        labels = {
            name: power.kind_labels[name] for name in power.kind_labels if name != "complaint"
        }
        nameless = power.model_copy(update={"kind_labels": labels})

        await asking_back(centre, desk, clock, nameless).run()

        assert len(await lihua.sees()) == 1
        assert await wangwei.sees() == []


class TestAnswerByWords:
    @pytest.fixture
    async def lihua(self, centre: Centre, desk: Desk, asking: AskingBack, clock: Clock) -> Customer:
        """Somebody who has just been asked whether it helped."""
        lihua = await centre.opens()
        await answered_ticket(desk, lihua)
        clock.move(HALF_AN_HOUR)
        await asking.run()
        return lihua

    async def test_is_heard_as_a_rating_of_that_ticket(
        self, lihua: Customer, desk: Desk, bot: HearingBot
    ) -> None:
        await lihua.says("还是没修好，灯一直闪")

        (turn,) = bot.turns
        (ticket,) = await desk.tickets.list_tickets()
        assert (turn.intent, turn.details["ticket_no"]) == ("rate", ticket.no)

    @pytest.mark.parametrize("text", ["修好了吗", "我要报修", "你好"])
    async def test_is_not_made_of_what_is_none(
        self, lihua: Customer, bot: HearingBot, text: str
    ) -> None:
        await lihua.says(text)

        (turn,) = bot.turns
        assert turn.intent != "rate"
        assert "ticket_no" not in turn.details

    async def test_is_only_the_line_right_after_the_question(
        self, lihua: Customer, bot: HearingBot
    ) -> None:
        await lihua.says("你好")
        await lihua.says("上次来的师傅挺好")

        assert [turn.intent for turn in bot.turns] == [None, None]

    async def test_by_a_button_reaches_the_bot_as_it_was_offered(
        self, lihua: Customer, centre: Centre, bot: HearingBot
    ) -> None:
        (asked,) = await centre.transcript.list_messages(lihua.conversation.conversation_id)
        payload = asked.reply.buttons[2]["payload"]

        await lihua.says("不满意", payload=payload)

        assert bot.turns[0].payload == payload
