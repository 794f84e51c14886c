"""A customer who wants a person, or complains, leaves with a ticket that a person will see."""

from collections.abc import Callable

import pytest

from tests.journeys.people import Customer, Staff
from tests.journeys.processes import eventually

pytestmark = [pytest.mark.needs_rasa, pytest.mark.needs_encoder]


@pytest.fixture(scope="module", autouse=True)
def nobody_on_duty(admin: Staff) -> None:
    """Agents of browser tests at this desk count for a while after their page has closed."""
    eventually(lambda: not admin.asks("/desk/queue")["on_duty"])


class TestAskForAPerson:
    def test_leaves_a_phone_and_gets_a_number(
        self, customer: Callable[[], Customer], admin: Staff
    ) -> None:
        chen = customer()

        asked = chen.says("转人工")
        filed = chen.says("13912345678")

        assert "请留一个方便接听的联系电话" in asked.text
        ticket = admin.ticket(filed.ticket_no)
        assert ticket["kind"] == "callback"
        assert ticket["fields"] == {"phone": "13912345678", "words": "转人工"}

    def test_may_wait_here_without_a_phone(
        self, customer: Callable[[], Customer], admin: Staff
    ) -> None:
        chen = customer()
        chen.says("转人工")

        filed = chen.presses("不留电话")

        assert "您也可以在这里等候回复" in filed.text
        assert admin.ticket(filed.ticket_no)["fields"]["phone"] == "不留电话"

    def test_is_asked_again_when_the_phone_is_too_short(
        self, customer: Callable[[], Customer]
    ) -> None:
        chen = customer()
        chen.says("转人工")

        answer = chen.says("139123")

        assert "这个号码好像不完整" in answer.text
        assert chen.says("13912345678").ticket_no

    def test_leaves_the_form_and_takes_along_what_was_said(
        self, customer: Callable[[], Customer], admin: Staff
    ) -> None:
        chen = customer()
        chen.says("我要报修")
        chen.presses("停电")
        chen.says("红旗村5组")

        chen.says("转人工")
        filed = chen.says("13912345678")

        (ticket,) = admin.tickets_of(chen)
        assert ticket["no"] == filed.ticket_no
        assert ticket["kind"] == "callback"
        assert ticket["fields"]["address"] == "红旗村5组"
        assert ticket["fields"]["fault_kind"] == "停电"

    def test_is_not_asked_for_a_phone_already_given(
        self, customer: Callable[[], Customer], admin: Staff
    ) -> None:
        chen = customer()
        chen.says("我家停电了，幸福里6栋2单元301，从昨晚八点开始整栋楼都没电，电话13800138000")

        filed = chen.says("转人工")

        assert admin.ticket(filed.ticket_no)["fields"]["phone"] == "13800138000"

    def test_changes_ones_mind(self, customer: Callable[[], Customer], admin: Staff) -> None:
        chen = customer()
        chen.says("转人工")

        cancelled = chen.says("算了")

        assert "已取消，没有登记" in cancelled.text
        assert admin.tickets_of(chen) == []

    def test_is_offered_when_the_bot_does_not_know(self, customer: Callable[[], Customer]) -> None:
        chen = customer()
        chen.says("世界杯下一届在哪个国家办")

        asked = chen.presses("转人工")

        assert "请留一个方便接听的联系电话" in asked.text


class TestComplain:
    def test_is_met_with_an_apology_and_asked_what_happened(
        self, customer: Callable[[], Customer]
    ) -> None:
        chen = customer()

        sorry = chen.says("你们态度太差了我要投诉")

        assert "非常抱歉" in sorry.text
        assert "请说一下事情的经过" in sorry.replies[-1]["text"]

    def test_files_the_story_the_wish_and_the_customers_words(
        self, customer: Callable[[], Customer], admin: Staff
    ) -> None:
        chen = customer()

        chen.says("你们态度太差了，我要投诉！")
        chen.says("昨天打95598，客服直接挂了我的电话")
        chen.says("希望给我道歉")
        chen.presses("不清楚")
        chen.says("我姓陈")
        shown = chen.says("13912345678")
        filed = chen.presses("确认提交")

        assert shown.read_back == {
            "事情经过": "昨天打95598，客服直接挂了我的电话",
            "您的诉求": "希望给我道歉",
            "地址": "不清楚",
            "称呼": shown.read_back["称呼"],
            "联系电话": "13912345678",
        }
        assert "陈" in shown.read_back["称呼"]
        assert "5 个工作日内答复处理意见" in filed.text
        ticket = admin.ticket(filed.ticket_no)
        assert ticket["kind"] == "complaint"
        assert ticket["fields"]["matter"] == "昨天打95598，客服直接挂了我的电话"
        assert ticket["fields"]["wish"] == "希望给我道歉"
        assert ticket["fields"]["words"] == "你们态度太差了，我要投诉！"

    def test_is_not_asked_for_a_story_that_was_told_at_once(
        self, customer: Callable[[], Customer]
    ) -> None:
        chen = customer()

        answer = chen.says("我要投诉，抢修师傅昨天约好上午来，结果一整天没人，打电话也不接")

        assert "您希望怎么处理" in answer.replies[-1]["text"]
