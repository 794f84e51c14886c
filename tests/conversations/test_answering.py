"""Who answers a line: the safety words, the bot, or the knowledge while the bot is away."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from conversations.alarming import EMERGENCY_TALK
from conversations.message import Incoming, Mode, file_as_text, place_as_text
from desk.database import Database
from knowledge.service import Knowledge
from tests.conversations.scripted import (
    AwayBot,
    Centre,
    Customer,
    EchoBot,
    HearingBot,
    knowledge_of,
)
from tests.knowledge.small_corpus import PAYING
from tickets.place_labels import PlaceLabeller
from tickets.profile import Profile
from tickets.store import NewTicket
from tickets.ticket import Kind, State, Ticket, spoken_number

OpenCentre = Callable[..., Centre]


async def emergencies(centre: Centre, customer: Customer) -> list[Ticket]:
    return await centre.tickets.list_tickets(
        conversation_id=customer.conversation.conversation_id, kind=Kind.EMERGENCY
    )


class TestAWaitingTicket:
    async def test_hears_that_its_customer_wrote(self, open_centre: OpenCentre) -> None:
        centre = open_centre(EchoBot())
        lihua = await centre.opens()
        new = NewTicket(
            request_key="1",
            profile="power",
            kind=Kind.FAULT,
            conversation_id=lihua.conversation.conversation_id,
            fields={},
        )
        no = (await centre.tickets.register(new, actor="小李")).no
        await centre.tickets.change(no, actor="小李", state=State.WAITING)

        await lihua.says("照片下午发")

        last = (await centre.tickets.get(no)).history[-1]
        assert (last.event, last.note, last.state) == ("wrote", "照片下午发", State.WAITING)


class TestTheBot:
    async def test_answers_what_is_no_emergency(self, open_centre: OpenCentre) -> None:
        lihua = await open_centre(EchoBot()).opens()

        assert await lihua.says("过户要什么材料") == ["第1句：过户要什么材料"]

    async def test_is_told_the_details_of_the_line(self, open_centre: OpenCentre) -> None:
        lihua = await open_centre(EchoBot()).opens()

        (answer,) = await lihua.says("我手机１３８００１３８０００")

        assert answer == "第1句：我手机13800138000 phone=13800138000"

    async def test_is_told_an_address_that_no_rule_knows(
        self, open_centre: OpenCentre, labeller: PlaceLabeller
    ) -> None:
        lihua = await open_centre(EchoBot(), labeller=labeller).opens()

        (answer,) = await lihua.says("我在晴川里，家里没气了")

        assert answer == "第1句：我在晴川里，家里没气了 address=晴川里"

    async def test_is_not_troubled_with_signs_alone(
        self, open_centre: OpenCentre, power: Profile
    ) -> None:
        lihua = await open_centre(EchoBot()).opens()

        assert await lihua.says("😡😡？？") == [power.wordings.no_words]
        assert await lihua.says("您好") == ["第1句：您好"]

    async def test_reads_the_line_as_it_was_taught(self, open_centre: OpenCentre) -> None:
        lihua = await open_centre(EchoBot()).opens()

        assert await lihua.says("我屋企停電咗，停点三日") == ["第1句：我家里停电了，停电三日"]
        assert (await lihua.sees())[0] == "我屋企停電咗，停点三日"

    async def test_is_told_which_button_was_pressed_and_nothing_else(
        self, open_centre: OpenCentre
    ) -> None:
        bot = HearingBot()
        centre = open_centre(bot)
        lihua = await centre.opens()
        press = Incoming(message_id="line-1", text="13800138000", payload="/affirm")

        await centre.answering.answer(lihua.conversation, centre.power, press, again=False)

        (turn,) = bot.turns
        assert (turn.payload, turn.text, turn.details) == ("/affirm", "", {})


class TestTwoSubjects:
    async def test_are_two_turns_with_the_details_of_each(self, open_centre: OpenCentre) -> None:
        bot = HearingBot()
        lihua = await open_centre(bot).opens()

        await lihua.says("幸福里6栋301停电了，顺便问一下电费怎么交，我电话13800138000")

        first, second = bot.turns
        assert (first.text, first.details) == ("幸福里6栋301停电了", {"address": "幸福里6栋301"})
        assert second.text == "顺便问一下电费怎么交，我电话13800138000"
        assert second.details == {"phone": "13800138000"}

    async def test_have_an_id_each_that_is_the_same_again(self, open_centre: OpenCentre) -> None:
        bot = HearingBot()
        centre = open_centre(bot)
        lihua = await centre.opens()
        line = Incoming(message_id="line-1", text="我家停电了，另外电费怎么交")

        for again in (False, True):
            await centre.answering.answer(lihua.conversation, centre.power, line, again=again)

        assert [turn.message_id for turn in bot.turns] == ["line-1", "line-1#1"] * 2
        assert [turn.again for turn in bot.turns] == [False, False, True, True]

    async def test_are_not_asked_the_same_twice(self, open_centre: OpenCentre) -> None:
        lihua = await open_centre(HearingBot()).opens()

        assert await lihua.says("我家停电了，另外电费怎么交") == ["好的"]


class TestAnAngryLine:
    async def test_gets_an_apology_and_a_way_to_a_person(
        self, open_centre: OpenCentre, power: Profile
    ) -> None:
        lihua = await open_centre(EchoBot()).opens()

        sorry, answer = await lihua.sends("你们什么玩意，停了三天电了")

        assert sorry.reply.text == power.wordings.sorry
        assert answer.reply.offers() == {"/request_person": power.wordings.person}


class TestAPictureOrAFile:
    async def test_is_told_to_the_bot_as_such(self, open_centre: OpenCentre) -> None:
        lihua = await open_centre(EchoBot()).opens()

        assert await lihua.says(file_as_text("")) == ["第1句：/attach"]

    async def test_is_read_by_its_caption(self, open_centre: OpenCentre, power: Profile) -> None:
        centre = open_centre(EchoBot())
        lihua = await centre.opens()

        (told,) = await lihua.says(file_as_text("我家停电了"))
        assert told.endswith("我家停电了")
        steps, _ = await lihua.says(file_as_text("表箱冒烟了"))
        assert steps.startswith(power.dangers["fire"].call)

    async def test_is_still_only_pictures_when_there_are_two(self, open_centre: OpenCentre) -> None:
        bot = HearingBot()
        centre = open_centre(bot)
        lihua = await centre.opens()
        # an album, as the hub reads it together
        album = Incoming(message_id="line-2", text=f"{file_as_text('')}\n{file_as_text('')}")

        await centre.answering.answer(lihua.conversation, centre.power, album, again=False)

        assert [turn.payload for turn in bot.turns] == ["/attach"]


class TestASentPlace:
    async def test_is_the_address(self, open_centre: OpenCentre) -> None:
        bot = HearingBot()
        lihua = await open_centre(bot).opens()

        await lihua.says(place_as_text("文三路100号", 30.27415, 120.15515))

        assert bot.turns[0].details["address"] == "文三路100号（30.27415，120.15515）"

    async def test_is_where_an_emergency_is(self, open_centre: OpenCentre) -> None:
        centre = open_centre(EchoBot())
        lihua = await centre.opens()
        await lihua.says("有人触电了")

        await lihua.says(place_as_text("", 30.27415, 120.15515))

        (ticket,) = await emergencies(centre, lihua)
        assert ticket.fields["address"] == "（30.27415，120.15515）"


class TestAnEmergency:
    async def test_is_told_what_to_do_before_anything_else(
        self, open_centre: OpenCentre, power: Profile
    ) -> None:
        lihua = await open_centre(EchoBot()).opens()

        steps, filed = await lihua.sends("楼下变压器着火了")

        fire = power.dangers["fire"]
        assert steps.reply.text.splitlines() == ["119", *fire.steps]
        assert steps.reply.card == {
            "type": "emergency",
            "title": fire.title,
            "steps": fire.steps,
            "call": "119",
        }
        assert "2026 1121 0001 2" in filed.reply.text

    async def test_becomes_an_urgent_ticket_with_what_was_said(
        self, open_centre: OpenCentre, power: Profile
    ) -> None:
        centre = open_centre(EchoBot())
        lihua = await centre.opens()

        await lihua.says("幸福里6栋楼下变压器着火了，我电话13800138000")

        (ticket,) = await emergencies(centre, lihua)
        assert ticket.urgent
        assert ticket.fields == {
            "emergency": power.dangers["fire"].title,
            "words": "幸福里6栋楼下变压器着火了，我电话13800138000",
            "address": "幸福里6栋",
            "phone": "13800138000",
        }

    async def test_is_one_ticket_however_often_it_is_said(
        self, open_centre: OpenCentre, power: Profile
    ) -> None:
        centre = open_centre(EchoBot())
        lihua = await centre.opens()

        await lihua.says("变压器着火了")
        await lihua.says("着火了快来人啊，在幸福里6栋")
        await lihua.says("有人触电了")

        shock, fire = await emergencies(centre, lihua)
        assert fire.fields["emergency"] == power.dangers["fire"].title
        assert shock.fields["emergency"] == power.dangers["shock"].title
        assert fire.fields["address"] == "幸福里6栋"

    async def test_gets_address_and_phone_told_afterwards(
        self, open_centre: OpenCentre, power: Profile
    ) -> None:
        centre = open_centre(EchoBot())
        lihua = await centre.opens()
        await lihua.says("有人触电了")

        (noted_address,) = await lihua.says("在幸福里6栋2单元301")
        (noted_phone,) = await lihua.says("13800138000")

        (ticket,) = await emergencies(centre, lihua)
        said = power.wordings.emergency_details.format(no=spoken_number(ticket.no))
        assert noted_address == noted_phone == said
        assert ticket.fields["address"] == "幸福里6栋2单元301"
        assert ticket.fields["phone"] == "13800138000"

    async def test_asks_for_nothing_that_was_told_with_it(
        self, open_centre: OpenCentre, power: Profile
    ) -> None:
        lihua = await open_centre(EchoBot()).opens()

        _, filed = await lihua.says("幸福里6栋301变压器着火了，13800138000")

        assert filed == power.wordings.emergency_known.format(no="2026 1121 0001 2")

    async def test_is_written_down_in_the_customers_own_words(
        self, open_centre: OpenCentre
    ) -> None:
        centre = open_centre(EchoBot())
        lihua = await centre.opens()

        await lihua.says("變壓器著火了！！！")

        (ticket,) = await emergencies(centre, lihua)
        assert ticket.fields["words"] == "變壓器著火了！！！"

    async def test_is_heard_while_a_person_has_taken_over(
        self, open_centre: OpenCentre, power: Profile
    ) -> None:
        centre = open_centre(EchoBot())
        taken = replace((await centre.opens()).conversation, mode=Mode.AGENT)
        fire = Incoming(message_id="line-1", text="变压器着火了")
        hello = Incoming(message_id="line-2", text="您好，人呢")

        steps, _ = await centre.answering.answer(taken, power, fire, again=False)

        assert steps.text.startswith("119")
        assert await centre.answering.answer(taken, power, hello, again=False) == []

    async def test_is_typed_and_no_button_that_says_something_else(
        self, open_centre: OpenCentre, power: Profile
    ) -> None:
        answering = open_centre(EchoBot()).answering
        typed = Incoming(message_id="line-1", text="变压器着火了")

        assert answering.find_danger(typed, power) == power.dangers["fire"]
        assert answering.find_danger(replace(typed, payload="/affirm"), power) is None

    async def test_lets_the_talk_go_on_once_it_knows_both(self, open_centre: OpenCentre) -> None:
        lihua = await open_centre(EchoBot()).opens()
        await lihua.says("有人触电了，幸福里6栋301，13800138000")
        await lihua.says("好的")

        (answer,) = await lihua.says("换个号码13911112222")

        assert answer.startswith("第2句")

    async def test_takes_what_is_said_right_after_it_for_its_own(
        self, open_centre: OpenCentre, power: Profile
    ) -> None:
        centre = open_centre(EchoBot())
        lihua = await centre.opens()
        await lihua.says("有人触电了，幸福里6栋301，13800138000")

        (answer,) = await lihua.says("是幸福里8栋301，13800138000")

        (ticket,) = await centre.tickets.list_tickets()
        assert answer == power.wordings.emergency_details.format(no=spoken_number(ticket.no))
        assert ticket.fields["address"] == "幸福里8栋301"

    async def test_says_that_it_knows_what_is_said_again(self, open_centre: OpenCentre) -> None:
        lihua = await open_centre(EchoBot()).opens()
        await lihua.says("有人触电了，幸福里6栋301，13800138000")

        (answer,) = await lihua.says("幸福里6栋301 13800138000")

        assert answer.startswith("已补充到紧急工单")

    async def test_lets_other_questions_through(self, open_centre: OpenCentre) -> None:
        lihua = await open_centre(EchoBot()).opens()
        await lihua.says("有人触电了")

        assert await lihua.says("他们多久能到") == ["第1句：他们多久能到"]

    async def test_takes_no_address_told_long_after(
        self, open_centre: OpenCentre, clock: Any
    ) -> None:
        centre = open_centre(EchoBot())
        lihua = await centre.opens()
        await lihua.says("有人触电了")
        clock.move(EMERGENCY_TALK + timedelta(seconds=1))

        (answer,) = await lihua.says("幸福里6栋停电了")

        (ticket,) = await emergencies(centre, lihua)
        assert answer.startswith("第1句")
        assert "address" not in ticket.fields

    async def test_takes_no_address_of_another_customer(self, open_centre: OpenCentre) -> None:
        centre = open_centre(EchoBot())
        lihua, wangwei = await centre.opens(), await centre.opens()
        await lihua.says("有人触电了")

        (answer,) = await wangwei.says("幸福里6栋停电了")

        (ticket,) = await emergencies(centre, lihua)
        assert answer.startswith("第1句")
        assert "address" not in ticket.fields

    async def test_files_no_second_ticket_when_a_crash_lost_the_answer(
        self, open_centre: OpenCentre, power: Profile
    ) -> None:
        centre = open_centre(EchoBot())
        lihua = await centre.opens()
        line, same = (Incoming(message_id="line-1", text="变压器着火了") for _ in range(2))

        before = await centre.answering.answer(lihua.conversation, power, line, again=False)
        after = await centre.answering.answer(lihua.conversation, power, same, again=True)

        assert after == before
        assert len(await emergencies(centre, lihua)) == 1

    async def test_is_heard_while_the_bot_is_away(
        self, open_centre: OpenCentre, power: Profile
    ) -> None:
        centre = open_centre(AwayBot())
        lihua = await centre.opens()

        steps, filed = await lihua.says("电线断了掉在地上")

        assert "至少 8 米" in steps
        assert len(await emergencies(centre, lihua)) == 1
        assert filed == power.wordings.emergency_ticket.format(no="2026 1121 0001 2")


class TestWithoutTheBot:
    async def test_says_so_when_nothing_is_published(
        self, open_centre: OpenCentre, power: Profile
    ) -> None:
        lihua = await open_centre(AwayBot()).opens()

        assert await lihua.says("电费在哪里交") == [power.wordings.bot_away]

    @pytest.mark.needs_encoder
    async def test_answers_from_the_knowledge_and_names_the_source(
        self, open_informed_centre: OpenCentre
    ) -> None:
        lihua = await open_informed_centre(AwayBot()).opens()

        (answer,) = await lihua.sends("怎么在手机上交电费")

        assert answer.reply.text == PAYING.answer
        assert answer.reply.sources == (
            {
                "entry_id": PAYING.entry_id,
                "version": PAYING.version,
                "title": PAYING.title,
                "source": PAYING.source,
            },
        )

    @pytest.mark.needs_encoder
    @pytest.mark.parametrize(
        "said", ["红烧肉怎么做", "我家停电了，幸福里6栋301", "客户一直催怎么说"]
    )
    async def test_says_so_when_it_is_not_sure(
        self, open_informed_centre: OpenCentre, power: Profile, said: str
    ) -> None:
        lihua = await open_informed_centre(AwayBot()).opens()

        assert await lihua.says(said) == [power.wordings.bot_away]

    @pytest.mark.needs_encoder
    async def test_answers_by_words_alone_while_the_encoder_is_away_too(
        self,
        database: Database,
        tmp_path: Path,
        clock: Callable[[], datetime],
        power: Profile,
        published: Knowledge,
    ) -> None:
        wordy = knowledge_of(database, tmp_path / "indexes", None, clock)
        await wordy.refresh()
        lihua = await Centre(database, clock, power, AwayBot(), wordy).opens()

        assert await lihua.says("怎么在手机上交电费") == [PAYING.answer]
        wordy.close()

    @pytest.mark.needs_encoder
    async def test_still_hears_an_emergency_first(self, open_informed_centre: OpenCentre) -> None:
        lihua = await open_informed_centre(AwayBot()).opens()

        answers = await lihua.says("变压器着火了，报修了多久能来人")

        assert answers[0].startswith("119")
