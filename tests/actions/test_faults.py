"""Reporting a fault: what is asked, what is checked, the read-back, and the ticket."""

import json
from typing import Any

import pytest

from actions.conversation import Centres
from actions.faults import FIELDS, AskChoice, FileFault, ReadBack, ValidateFaultForm
from tests.actions.rasa_side import Line, run
from tickets.service import TicketService
from tickets.ticket import Kind, State

Domain = dict[str, Any]

TOLD = {
    "fault_kind": "停电",
    "address": "幸福里6栋301",
    "scope": "整栋楼或单元",
    "since": "昨晚八点",
    "phone": "13800138000",
}


def filling(slot: str, value: Any, text: str = "") -> Line:
    return Line(text=text, form="fault_form", asked=slot, filled={slot: value})


@pytest.fixture
def form(centres: Centres) -> ValidateFaultForm:
    return ValidateFaultForm(centres)


@pytest.fixture
def file_fault(tickets: TicketService, centres: Centres) -> FileFault:
    return FileFault(tickets=tickets, centres=centres)


class TestValidate:
    @pytest.mark.parametrize(
        ("slot", "value", "kept"),
        [
            ("fault_kind", "停电", "停电"),
            ("fault_kind", ["电压异常", "停电"], "停电"),
            ("fault_kind", "水管爆了", None),
            ("scope", "整栋楼或单元", "整栋楼或单元"),
            ("scope", "不清楚", "不清楚"),
            ("scope", "半个中国", None),
            ("address", "幸福里6栋301", "幸福里6栋301"),
            ("address", ["幸福里6栋301", "幸福里8栋301"], "幸福里8栋301"),
            ("address", "", None),
            ("since", ["昨晚", "昨晚八点"], "昨晚八点"),
            ("phone", ["13911112222", "13800138000"], "13800138000"),
            ("fault_confirmed", True, True),
        ],
    )
    async def test_keeps_what_can_be_used(
        self, form: ValidateFaultForm, domain: Domain, slot: str, value: Any, kept: Any
    ) -> None:
        outcome = await run(form, filling(slot, value), domain)

        assert outcome.slots == {slot: kept}

    async def test_tells_one_household_alone_what_to_check(
        self, form: ValidateFaultForm, domain: Domain
    ) -> None:
        outcome = await run(form, filling("scope", "只有我家"), domain)

        assert outcome.slots == {"scope": "只有我家"}
        assert "总开关或漏电开关" in outcome.text

    async def test_tells_a_whole_building_nothing_of_its_switches(
        self, form: ValidateFaultForm, domain: Domain
    ) -> None:
        outcome = await run(form, filling("scope", "整栋楼或单元"), domain)

        assert outcome.texts == []

    async def test_asks_what_to_change_when_the_read_back_is_wrong(
        self, form: ValidateFaultForm, domain: Domain
    ) -> None:
        line = Line(
            text="不对",
            intent="deny",
            form="fault_form",
            asked="fault_confirmed",
            filled={"fault_confirmed": False},
        )

        outcome = await run(form, line, domain)

        assert outcome.slots == {"fault_confirmed": None}
        assert "哪一项要改" in outcome.text


class TestAskChoice:
    @pytest.mark.parametrize(
        ("slot", "question", "first"),
        [
            ("fault_kind", "请问是哪一类问题？", "电压异常"),
            ("scope", "请问影响范围有多大？", "只有我家"),
        ],
    )
    async def test_offers_the_profiles_choices(
        self, centres: Centres, domain: Domain, slot: str, question: str, first: str
    ) -> None:
        outcome = await run(AskChoice(slot, centres=centres), Line(), domain)

        assert outcome.text == question
        assert outcome.buttons[0]["title"] == first
        for button in outcome.buttons:
            intent, _, entities = button["payload"].partition("{")
            assert intent == "/inform"
            assert json.loads("{" + entities) == {slot: button["title"]}

    async def test_offers_only_what_the_form_will_take(
        self, centres: Centres, form: ValidateFaultForm, domain: Domain
    ) -> None:
        asked = await run(AskChoice("fault_kind", centres=centres), Line(), domain)

        for button in asked.buttons:
            outcome = await run(form, filling("fault_kind", button["title"]), domain)

            assert outcome.slots == {"fault_kind": button["title"]}


class TestReadBack:
    async def test_shows_everything_that_will_be_filed(
        self, centres: Centres, domain: Domain
    ) -> None:
        outcome = await run(ReadBack(centres=centres), Line(slots=TOLD), domain)

        assert outcome.text == (
            "请您核对报修信息：\n"
            "故障类别：停电\n"
            "地址：幸福里6栋301\n"
            "影响范围：整栋楼或单元\n"
            "开始时间：昨晚八点\n"
            "联系电话：13800138000\n"
            "没有问题请确认提交。"
        )
        assert [button["title"] for button in outcome.buttons] == ["确认提交", "取消登记"]

    async def test_lets_each_field_be_changed(self, centres: Centres, domain: Domain) -> None:
        outcome = await run(ReadBack(centres=centres), Line(slots=TOLD), domain)

        fields = outcome.custom["card"]["fields"]
        assert {field["slot"]: field["value"] for field in fields} == TOLD
        assert [field["payload"] for field in fields] == [
            f'/correct{{"field": "{slot}"}}' for slot in FIELDS
        ]

    async def test_shows_braces_in_an_address_as_they_are(
        self, centres: Centres, domain: Domain
    ) -> None:
        odd = {**TOLD, "address": "{phone}路1号"}

        outcome = await run(ReadBack(centres=centres), Line(slots=odd), domain)

        assert "地址：{phone}路1号" in outcome.text


class TestFileFault:
    async def test_makes_a_ticket_of_what_was_told(
        self, file_fault: FileFault, tickets: TicketService, domain: Domain
    ) -> None:
        outcome = await run(file_fault, Line(text="确认提交", slots=TOLD), domain)

        (ticket,) = await tickets.list_tickets(conversation_id="lihua")
        assert (ticket.kind, ticket.state, ticket.profile) == (
            Kind.FAULT,
            State.REGISTERED,
            "power",
        )
        assert ticket.fields == TOLD
        assert "工单号 2026 1121 0001 2" in outcome.text
        assert "城区 45 分钟" in outcome.text

    async def test_shows_the_ticket_as_a_card_that_says_the_same(
        self, file_fault: FileFault, domain: Domain
    ) -> None:
        outcome = await run(file_fault, Line(slots=TOLD), domain)

        card = outcome.custom["card"]
        assert (card["type"], card["no"], card["kind"]) == ("ticket", "2026112100012", "故障报修")
        for words in (card["spoken"], card["next"], card["by"]):
            assert words in outcome.text

    async def test_forgets_the_report_and_keeps_the_phone(
        self, file_fault: FileFault, domain: Domain
    ) -> None:
        outcome = await run(file_fault, Line(slots=TOLD), domain)

        assert outcome.slots == dict.fromkeys(
            ("fault_kind", "address", "scope", "since", "fault_confirmed")
        )

    async def test_files_once_when_the_same_line_comes_twice(
        self, file_fault: FileFault, tickets: TicketService, domain: Domain
    ) -> None:
        line = Line(text="确认提交", slots=TOLD, message_id="line-7")

        first = await run(file_fault, line, domain)
        second = await run(file_fault, line, domain)

        assert second.text == first.text
        assert len(await tickets.list_tickets()) == 1

    async def test_files_two_for_two_lines(
        self, file_fault: FileFault, tickets: TicketService, domain: Domain
    ) -> None:
        await run(file_fault, Line(slots=TOLD, message_id="line-7"), domain)
        await run(file_fault, Line(slots=TOLD, message_id="line-19"), domain)
        await run(file_fault, Line(slots=TOLD, message_id="line-7", sender="wangwei"), domain)

        assert len(await tickets.list_tickets()) == 3

    async def test_files_what_the_customer_did_not_know_as_not_known(
        self, file_fault: FileFault, tickets: TicketService, domain: Domain
    ) -> None:
        await run(file_fault, Line(slots={**TOLD, "phone": "不清楚", "since": "不清楚"}), domain)

        (ticket,) = await tickets.list_tickets()
        assert (ticket.fields["phone"], ticket.fields["since"]) == ("不清楚", "不清楚")

    async def test_files_for_the_default_centre_when_none_is_named(
        self, file_fault: FileFault, tickets: TicketService, domain: Domain
    ) -> None:
        await run(file_fault, Line(slots=TOLD, profile=None), domain)

        (ticket,) = await tickets.list_tickets()
        assert ticket.profile == "power"
