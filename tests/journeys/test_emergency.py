"""A danger is met with fixed words at once and an urgent ticket, whatever was going on."""

from collections.abc import Callable

import pytest

from tests.journeys.people import Customer, Staff, by_people
from tickets.profile import Profile
from tickets.ticket import spoken_number

pytestmark = [pytest.mark.needs_rasa, pytest.mark.needs_encoder]

WIRE = "电线断了掉在路上"


class TestTellOfADanger:
    @pytest.mark.parametrize(
        ("line", "danger"),
        [
            (WIRE, "电线断落"),
            ("有人触电了快来", "有人触电"),
            ("电表箱着火了", "着火或冒烟"),
            ("门口电线杆倒了", "电杆或变压器倒塌"),
            ("配电房进水了", "电力设备被淹"),
            ("停电了我被困在电梯里", "有人被困"),
        ],
    )
    def test_gets_the_fixed_words_and_an_urgent_ticket(
        self,
        line: str,
        danger: str,
        customer: Callable[[], Customer],
        admin: Staff,
        power: Profile,
    ) -> None:
        zhao = customer()
        fixed = next(each for each in power.dangers.values() if each.title == danger)

        answer = zhao.says(line)

        (card,) = answer.cards
        assert card == {
            "type": "emergency",
            "title": danger,
            "steps": fixed.steps,
            "call": fixed.call,
        }
        assert answer.text.startswith(f"{fixed.call}\n{fixed.steps[0]}")
        (ticket,) = admin.tickets_of(zhao)
        assert ticket["kind"] == "emergency"
        assert ticket["urgent"] is True
        assert ticket["fields"] == {"emergency": danger, "words": line}
        assert spoken_number(ticket["no"]) in answer.text

    def test_keeps_address_and_phone_of_the_same_line(
        self, customer: Callable[[], Customer], admin: Staff
    ) -> None:
        zhao = customer()

        zhao.says("电表箱着火了，在人民路88号，电话13800138000")

        (ticket,) = admin.tickets_of(zhao)
        assert ticket["fields"]["address"] == "人民路88号"
        assert ticket["fields"]["phone"] == "13800138000"

    def test_is_not_asked_for_what_was_just_said(self, customer: Callable[[], Customer]) -> None:
        zhao = customer()

        answer = zhao.says("电表箱着火了，在人民路88号，电话13800138000")

        assert "请告诉我准确地址和联系电话" not in answer.text

    def test_makes_one_ticket_when_the_line_arrives_twice(
        self, customer: Callable[[], Customer], admin: Staff
    ) -> None:
        zhao = customer()

        first = zhao.says(WIRE, message_id="help")
        again = zhao.says(WIRE, message_id="help")

        assert again == first
        assert len(admin.tickets_of(zhao)) == 1

    def test_is_a_question_when_it_only_asks(
        self, customer: Callable[[], Customer], admin: Staff
    ) -> None:
        zhao = customer()

        answer = zhao.says("怎么防止触电")

        assert answer.cards == []
        assert admin.tickets_of(zhao) == []


class TestTellMoreAfterwards:
    def test_lands_on_the_urgent_ticket_as_staff_see_it(
        self, customer: Callable[[], Customer], admin: Staff
    ) -> None:
        zhao = customer()
        zhao.says(WIRE)

        where = zhao.says("我在人民路88号")
        how = zhao.says("13800138000")

        (ticket,) = admin.tickets_of(zhao)
        assert ticket["fields"]["address"] == "人民路88号"
        assert ticket["fields"]["phone"] == "13800138000"
        assert len(by_people(admin.ticket(ticket["no"]))) == 3
        for answer in (where, how):
            assert f"已补充到紧急工单 {spoken_number(ticket['no'])}" in answer.text

    def test_does_not_keep_the_customer_from_asking_something_else(
        self, customer: Callable[[], Customer]
    ) -> None:
        zhao = customer()
        zhao.says(WIRE)

        answer = zhao.says("计划停电会提前通知吗")

        assert answer.sources


class TestTellInTheMiddleOfAForm:
    def test_gets_the_words_at_once_and_finds_the_form_as_it_was(
        self, customer: Callable[[], Customer], admin: Staff
    ) -> None:
        zhao = customer()
        zhao.says("我要报修")
        zhao.presses("停电")

        warned = zhao.says(WIRE)
        zhao.says("我在人民路88号")
        went_on = zhao.says("红旗村5组")

        assert warned.cards[0]["title"] == "电线断落"
        (urgent,) = admin.tickets_of(zhao)
        assert urgent["fields"]["address"] == "人民路88号"
        assert "影响范围" in went_on.text

    def test_files_both_tickets(self, customer: Callable[[], Customer], admin: Staff) -> None:
        zhao = customer()
        zhao.says("我家停电了，幸福里6栋2单元301，从昨晚八点开始整栋楼都没电，电话13800138000")
        yes = zhao.last

        zhao.says("电线断了掉在幸福里门口的路上")
        zhao.last = yes
        zhao.presses("确认提交")

        assert [ticket["kind"] for ticket in admin.tickets_of(zhao)] == ["fault", "emergency"]
