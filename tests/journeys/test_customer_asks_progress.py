"""A customer asks how a ticket is going; nobody hears about somebody else's."""

from collections.abc import Callable

import pytest

from tests.journeys.people import Customer, Staff
from tickets.ticket import new_number, spoken_number

pytestmark = [pytest.mark.needs_rasa, pytest.mark.needs_encoder]

PHONE = "13800138000"


@pytest.fixture
def wang(customer: Callable[[], Customer]) -> Customer:
    """Somebody who has just reported a fault."""
    wang = customer()
    wang.says(f"我家停电了，幸福里6栋2单元301，从昨晚八点开始整栋楼都没电，电话{PHONE}")
    wang.presses("确认提交")
    return wang


class TestAskProgress:
    def test_tells_the_state_of_ones_own_ticket(self, wang: Customer) -> None:
        no = wang.last.ticket_no

        answer = wang.says("查进度")

        assert f"工单 {spoken_number(no)}（故障报修）：已登记，等待派工。" in answer.text

    def test_tells_what_staff_have_done_meanwhile(self, wang: Customer, admin: Staff) -> None:
        no = wang.last.ticket_no
        admin.moves(no, "in_progress")

        answer = wang.says("我的单子到哪一步了")

        assert "正在处理" in answer.text

    def test_finds_it_by_its_number_alone(self, wang: Customer) -> None:
        no = wang.last.ticket_no

        answer = wang.says(no)

        assert f"工单 {spoken_number(no)}" in answer.text

    def test_tells_the_newest_of_several(self, wang: Customer) -> None:
        wang.says("我家又跳闸了，翠竹小区8栋301，就我家，刚刚")
        newest = wang.presses("确认提交").ticket_no

        answer = wang.says("查进度")

        assert spoken_number(newest) in answer.text

    def test_asks_for_the_number_when_there_is_no_ticket(
        self, customer: Callable[[], Customer]
    ) -> None:
        li = customer()

        answer = li.says("查进度")

        assert "工单号" in answer.text

    def test_does_not_leave_a_form_that_is_open(self, wang: Customer) -> None:
        wang.says("我要报修")
        wang.presses("停电")

        answer = wang.says("查进度")

        assert "已登记，等待派工" in answer.text
        # the address is known from the first report
        assert "影响范围" in answer.replies[-1]["text"]


class TestAskForSomebodyElses:
    def test_gets_the_words_an_unknown_number_gets(
        self, wang: Customer, customer: Callable[[], Customer]
    ) -> None:
        li, theirs, nobodys = customer(), wang.last.ticket_no, new_number("20200101", 77)

        foreign, unknown = li.says(f"查工单{theirs}"), li.says(f"查工单{nobodys}")

        assert "没有查到属于您的这个工单" in foreign.text
        assert foreign.text.replace(spoken_number(theirs), "") == unknown.text.replace(
            spoken_number(nobodys), ""
        )
        assert foreign.buttons == unknown.buttons

    def test_is_told_with_number_and_phone_together(
        self, wang: Customer, customer: Callable[[], Customer]
    ) -> None:
        li, no = customer(), wang.last.ticket_no

        answer = li.says(f"查工单{no}，电话{PHONE}")

        assert f"工单 {spoken_number(no)}（故障报修）：已登记" in answer.text

    def test_is_not_told_with_another_phone(
        self, wang: Customer, customer: Callable[[], Customer]
    ) -> None:
        li, no = customer(), wang.last.ticket_no

        answer = li.says(f"查工单{no}，电话13912345678")

        assert "没有查到属于您的这个工单" in answer.text

    def test_never_shows_what_is_on_the_ticket(
        self, wang: Customer, customer: Callable[[], Customer]
    ) -> None:
        li, no = customer(), wang.last.ticket_no

        answer = li.says(f"查工单{no}")

        assert "幸福里" not in answer.text
        assert PHONE not in answer.text
