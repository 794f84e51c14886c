"""Who answers a line: the safety words, the bot, or the knowledge while the bot is away."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from conversations.answering import EMERGENCY_TALK
from conversations.bot_client import Bot
from conversations.message import Incoming
from desk.database import Database
from knowledge.service import Knowledge
from tests.conversations.scripted import (
    AwayBot,
    Centre,
    Customer,
    EchoBot,
    knowledge_of,
)
from tests.knowledge.small_corpus import PAYING
from tickets.profile import Profile
from tickets.ticket import Kind, Ticket, spoken_number

OpenCentre = Callable[[Bot], Centre]


async def emergencies(centre: Centre, customer: Customer) -> list[Ticket]:
    return await centre.tickets.list_tickets(
        conversation_id=customer.conversation.conversation_id, kind=Kind.EMERGENCY
    )


class TestTheBot:
    async def test_answers_what_is_no_emergency(self, open_centre: OpenCentre) -> None:
        lihua = await open_centre(EchoBot()).opens()

        assert await lihua.says("过户要什么材料") == ["第1句：过户要什么材料"]

    async def test_is_told_the_details_of_the_line(self, open_centre: OpenCentre) -> None:
        lihua = await open_centre(EchoBot()).opens()

        (answer,) = await lihua.says("我手机１３８００１３８０００")

        assert answer == "第1句：我手机13800138000 phone=13800138000"

    async def test_is_not_troubled_with_signs_alone(
        self, open_centre: OpenCentre, power: Profile
    ) -> None:
        lihua = await open_centre(EchoBot()).opens()

        assert await lihua.says("😡😡？？") == [power.wordings.no_words]
        assert await lihua.says("您好") == ["第1句：您好"]


class TestAnEmergency:
    async def test_is_told_what_to_do_before_anything_else(
        self, open_centre: OpenCentre, power: Profile
    ) -> None:
        lihua = await open_centre(EchoBot()).opens()

        steps, filed = await lihua.sends("楼下变压器着火了")

        fire = next(danger for danger in power.emergencies if danger.id == "fire")
        assert steps.reply.text.splitlines() == ["119", *fire.steps]
        assert steps.reply.card == {
            "type": "emergency",
            "title": "电气着火",
            "steps": fire.steps,
            "call": "119",
        }
        assert "2026 1121 0001 2" in filed.reply.text

    async def test_becomes_an_urgent_ticket_with_what_was_said(
        self, open_centre: OpenCentre
    ) -> None:
        centre = open_centre(EchoBot())
        lihua = await centre.opens()

        await lihua.says("幸福里6栋楼下变压器着火了，我电话13800138000")

        (ticket,) = await emergencies(centre, lihua)
        assert ticket.urgent
        assert ticket.fields == {
            "emergency": "电气着火",
            "words": "幸福里6栋楼下变压器着火了，我电话13800138000",
            "address": "幸福里6栋",
            "phone": "13800138000",
        }

    async def test_is_one_ticket_however_often_it_is_said(self, open_centre: OpenCentre) -> None:
        centre = open_centre(EchoBot())
        lihua = await centre.opens()

        await lihua.says("变压器着火了")
        await lihua.says("着火了快来人啊，在幸福里6栋")
        await lihua.says("有人触电了")

        shock, fire = await emergencies(centre, lihua)
        assert (fire.fields["emergency"], shock.fields["emergency"]) == ("电气着火", "有人触电")
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

    async def test_lets_the_talk_go_on_once_it_knows_both(self, open_centre: OpenCentre) -> None:
        lihua = await open_centre(EchoBot()).opens()
        await lihua.says("有人触电了，幸福里6栋301，13800138000")

        (answer,) = await lihua.says("换个号码13911112222")

        assert answer.startswith("第1句")

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
