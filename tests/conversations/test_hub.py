"""Every line of every channel: stored, answered once and in order, stored again, told."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

import pytest

from conversations.bot_client import Turn
from conversations.live import Event
from conversations.message import (
    MAX_TEXT,
    Conversation,
    EmptyMessage,
    Incoming,
    MessageTooLong,
    Mode,
    PayloadNotIssued,
    Received,
    Reply,
    Sender,
    UnknownConversation,
)
from conversations.store import ConversationStore
from conversations.turn_store import TurnStore
from desk.database import Database
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
from tickets.ticket import Kind

pytestmark = pytest.mark.each_database

OpenCentre = Callable[..., Centre]
# only a test that is about to fail waits as long
PATIENCE_S = 20.0
# lines sent one after the other are well within it
WINDOW_S = 0.5
# a window that no test lives to see the end of
AN_AGE_S = 600.0
HALF = MAX_TEXT // 2


async def with_a_person(centre: Centre, database: Database, now: datetime) -> Customer:
    """A conversation that an agent has taken over."""
    taken = Conversation(
        conversation_id="lihua", profile="power", channel="web", mode=Mode.AGENT, opened_at=now
    )
    async with database.write() as connection:
        await ConversationStore(connection).add(taken, token_hash="hash")
    return Customer(centre.hub, taken, "token")


def told(queue: asyncio.Queue[Event]) -> list[Event]:
    return [queue.get_nowait() for _ in range(queue.qsize())]


async def sent(customer: Customer, text: str, **more: str) -> asyncio.Task[Received]:
    """A line on its way: it is stored, and its answer is not waited for."""
    async with customer.hub.watch(customer.conversation.conversation_id) as events:
        task = asyncio.create_task(customer.leaves(text, **more))
        async with asyncio.timeout(PATIENCE_S):
            while (await events.get()).data.get("text") != text:
                pass
    return task


@asynccontextmanager
async def busy_with(bot: WaitingBot, customer: Customer) -> AsyncIterator[None]:
    """The bot works on a line of this customer; what is sent meanwhile waits."""
    slow = await sent(customer, "等一下")
    await bot.has_heard.wait()
    yield
    bot.may_answer.set()
    await slow


class TestOpen:
    async def test_gives_a_token_that_opens_this_conversation(
        self, open_centre: OpenCentre
    ) -> None:
        hub = open_centre(EchoBot()).hub

        conversation, token = await hub.open(profile="power", channel="web")

        assert await hub.get(conversation.conversation_id, token=token) == conversation
        assert conversation.mode is Mode.BOT

    async def test_refuses_the_token_of_another_conversation(self, open_centre: OpenCentre) -> None:
        centre = open_centre(EchoBot())
        lihua, wangwei = await centre.opens(), await centre.opens()

        with pytest.raises(UnknownConversation):
            await centre.hub.get(lihua.conversation.conversation_id, token=wangwei.token)

    async def test_looks_the_same_when_there_is_no_such_conversation(
        self, open_centre: OpenCentre
    ) -> None:
        centre = open_centre(EchoBot())
        lihua = await centre.opens()
        conversation_id = lihua.conversation.conversation_id

        with pytest.raises(UnknownConversation) as not_yours:
            await centre.hub.get(conversation_id, token="guessed")
        with pytest.raises(UnknownConversation) as not_there:
            await centre.hub.get("0123456789abcdef01234567", token=lihua.token)

        said = str(not_there.value).replace("0123456789abcdef01234567", conversation_id)
        assert str(not_yours.value) == said

    async def test_shows_staff_any_conversation(self, open_centre: OpenCentre) -> None:
        centre = open_centre(EchoBot())
        lihua = await centre.opens()

        found = await centre.hub.get_for_staff(lihua.conversation.conversation_id)

        assert found == lihua.conversation
        with pytest.raises(UnknownConversation):
            await centre.hub.get_for_staff("nobody")


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

    async def test_lists_the_lines_after_one(self, open_centre: OpenCentre) -> None:
        centre = open_centre(EchoBot())
        lihua = await centre.opens()
        (first,) = await lihua.sends("一")
        await lihua.says("二")

        later = await centre.hub.list_messages(lihua.conversation.conversation_id, after=first.seq)

        assert [message.reply.text for message in later] == ["二", "第2句：二"]


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

        slow = asyncio.create_task(lihua.says("等一下"))
        await bot.has_heard.wait()
        quick = asyncio.create_task(lihua.says("好了吗"))
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
        lihua = Customer(open_centre(bot).hub, offering.conversation, offering.token, lines=1)

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


class PickyBot(EchoBot):
    """Dies of one word and answers the others."""

    async def answer(self, turn: Turn) -> list[Reply]:
        if "毒" in turn.text:
            raise ConnectionAbortedError("killed")
        return await super().answer(turn)


class FilingBot:
    """Acts once for every id, as the real one does; the process may be killed right after."""

    def __init__(self) -> None:
        self.filed: list[str] = []
        self.done: dict[str, list[Reply]] = {}
        self.is_killed_after = False

    async def answer(self, turn: Turn) -> list[Reply]:
        if turn.again and turn.message_id in self.done:
            return self.done[turn.message_id]
        self.filed.append(turn.text)
        self.done[turn.message_id] = [Reply(text=f"已登记：{turn.text}")]
        if self.is_killed_after:
            raise ConnectionAbortedError("killed")
        return self.done[turn.message_id]

    async def is_ready(self) -> bool:
        return True


async def leave_unanswered(
    centre: Centre, customer: Customer, text: str, *, message_id: str = "left"
) -> None:
    """The process was killed right after it stored this line."""
    async with centre.database.write() as connection:
        await TurnStore(connection).add_incoming(
            customer.conversation.conversation_id,
            Incoming(message_id=message_id, text=text),
            at=centre.clock(),
        )
