"""Everything else a customer may want done: applications, reports, suggestions, praise, ratings."""

from collections.abc import Callable

import pytest

from tests.journeys.people import Customer, Staff, by_people
from tickets.ticket import spoken_number

pytestmark = [pytest.mark.needs_rasa, pytest.mark.needs_encoder]

ALL_AT_ONCE = "我家停电了，幸福里6栋2单元301，从昨晚八点开始整栋楼都没电，电话13800138000"


@pytest.fixture
def wang(customer: Callable[[], Customer]) -> Customer:
    """Somebody who has just reported a fault."""
    wang = customer()
    wang.says(ALL_AT_ONCE)
    wang.presses("确认提交")
    return wang


class TestApply:
    def test_is_asked_whether_it_can_be_done_before_all_else(
        self, customer: Callable[[], Customer], admin: Staff
    ) -> None:
        li = customer()

        first = li.says("我要办过户")
        second = li.says("是的")
        address = li.presses("是")
        li.says("幸福里6栋2单元301")
        li.presses("暂时没有户号")
        phone = li.says("我姓王")
        shown = li.says("13912345678")
        filed = li.presses("确认提交")

        assert first.buttons == second.buttons == ["是", "否", "不确定"]
        assert "请准备：" in address.replies[0]["text"]
        assert "请告诉我用电地址" in address.replies[-1]["text"]
        # an application without a phone cannot be dealt with
        assert phone.buttons == []
        assert shown.read_back["业务类型"] == "过户"
        ticket = admin.ticket(filed.ticket_no)
        assert ticket["kind"] == "application"
        assert ticket["fields"]["ready"] == (
            "过户要求用电地址、容量和用电类别都不变。是这样吗？是\n原户主的电费都结清了吗？是"
        )

    def test_ends_with_the_reason_when_it_cannot(
        self, customer: Callable[[], Customer], admin: Staff
    ) -> None:
        li = customer()
        li.says("我要办过户")
        li.presses("是")

        stopped = li.presses("否")

        assert "没有结清前不能过户" in stopped.text
        assert stopped.buttons == ["转人工"]
        assert "不客气" in li.says("谢谢").text
        assert admin.tickets_of(li) == []

    @pytest.mark.parametrize("words", ["结清了", "都结清了", "早就交完了"])
    def test_takes_the_answer_in_the_words_of_the_question(
        self, words: str, customer: Callable[[], Customer]
    ) -> None:
        li = customer()
        li.says("我要办过户")
        li.presses("是")

        answer = li.says(words)

        assert "请告诉我用电地址" in answer.replies[-1]["text"]


class TestReportWrong:
    def test_stays_anonymous_and_takes_nothing_over(self, wang: Customer, admin: Staff) -> None:
        promised = wang.says("我要举报有人偷电")
        wang.says("红旗村5组有人绕过电表接电")
        shown = wang.presses("不留电话")
        filed = wang.presses("确认提交")

        assert "保密" in promised.text
        assert "幸福里" not in str(shown.read_back)
        assert shown.read_back["联系电话"] == "不留电话"
        ticket = admin.ticket(filed.ticket_no)
        assert ticket["kind"] == "report"
        assert "13800138000" not in str(ticket["fields"])

    def test_leaves_nothing_for_the_next_request(self, customer: Callable[[], Customer]) -> None:
        li = customer()
        li.says("我要举报有人偷电")
        li.says("红旗村5组有人绕过电表接电")
        li.says("13912345678")
        li.presses("确认提交")

        asked = li.says("我家停电了，幸福里6栋2单元301，从昨晚八点开始整栋楼都没电")

        assert "请留一个方便接听的联系电话" in asked.text


class TestSuggestAndPraise:
    def test_files_a_suggestion(self, customer: Callable[[], Customer], admin: Staff) -> None:
        li = customer()
        li.says("我想提个建议")
        li.says("营业厅下班时间能不能延到六点半，我们下班赶不上")
        li.presses("不留电话")

        filed = li.presses("确认提交")

        ticket = admin.ticket(filed.ticket_no)
        assert ticket["kind"] == "suggestion"
        assert ticket["fields"]["advice"] == "营业厅下班时间能不能延到六点半，我们下班赶不上"

    def test_files_praise_told_in_one_sentence(
        self, customer: Callable[[], Customer], admin: Staff
    ) -> None:
        li = customer()
        li.says("我要表扬昨天来抢修的两位师傅，冒雨修到半夜")
        li.presses("不留电话")

        filed = li.presses("确认提交")

        ticket = admin.ticket(filed.ticket_no)
        assert ticket["kind"] == "praise"
        assert "冒雨修到半夜" in ticket["fields"]["praised"]


class TestOnesOwnTicket:
    def test_is_urged_once_for_each_time_it_is_asked(self, wang: Customer, admin: Staff) -> None:
        no = wang.last.ticket_no

        first = wang.says("都等了三个小时了怎么还不来人", message_id="urge-1")
        again = wang.says("都等了三个小时了怎么还不来人", message_id="urge-1")
        second = wang.says("催一下，还没来", message_id="urge-2")

        assert f"工单 {spoken_number(no)} 已为您催办，这是第 1 次" in first.text
        assert again == first
        assert "这是第 2 次" in second.text
        noted = [line["note"] for line in by_people(admin.ticket(no))]
        assert noted == ["", "都等了三个小时了怎么还不来人", "催一下，还没来"]

    def test_is_chosen_when_there_are_several(self, wang: Customer, admin: Staff) -> None:
        older = wang.last.ticket_no
        wang.says("我家又跳闸了，就我家，刚刚")
        newer = wang.presses("确认提交").ticket_no

        asked = wang.says("催一下，怎么还不来")
        urged = wang.presses(f"故障报修 {spoken_number(older)}")

        assert asked.buttons == [
            f"故障报修 {spoken_number(newer)}",
            f"故障报修 {spoken_number(older)}",
            "转人工",
        ]
        assert spoken_number(older) in urged.text
        assert len(by_people(admin.ticket(newer))) == 1

    def test_is_withdrawn_after_a_yes(self, wang: Customer, admin: Staff) -> None:
        no = wang.last.ticket_no

        wang.says("撤单")
        shown = wang.presses("已经恢复")
        before = admin.ticket(no)["state"]
        withdrawn = wang.presses("确认提交")

        assert shown.read_back == {"工单号": no, "撤销原因": "已经恢复"}
        assert before == "registered"
        assert f"工单 {spoken_number(no)} 已撤销" in withdrawn.text
        assert admin.ticket(no)["state"] == "withdrawn"
        assert by_people(admin.ticket(no))[-1]["note"] == "已经恢复"

    def test_goes_back_to_work_after_a_bad_rating(self, wang: Customer, admin: Staff) -> None:
        no = wang.last.ticket_no
        for state in ("dispatched", "in_progress", "answered"):
            admin.moves(no, state)

        answer = wang.says("不满意，根本没修好")

        assert "工单已退回" in answer.text
        assert admin.ticket(no)["state"] == "reopened"

    def test_keeps_a_good_rating(self, wang: Customer, admin: Staff) -> None:
        answer = wang.says("非常满意")

        assert "谢谢您的评价" in answer.text
        assert admin.ticket(wang_no(wang, admin))["fields"]["satisfaction"] == "满意"

    def test_of_somebody_else_is_neither_urged_nor_withdrawn(
        self, wang: Customer, customer: Callable[[], Customer], admin: Staff
    ) -> None:
        li, theirs = customer(), wang.last.ticket_no

        li.says(f"催一下工单{theirs}")
        li.says(f"撤销工单{theirs}")

        ticket = admin.ticket(theirs)
        assert ticket["state"] == "registered"
        assert len(by_people(ticket)) == 1


class TestSendAPlaceOrAPicture:
    def test_fills_in_the_address(self, customer: Callable[[], Customer]) -> None:
        li = customer()
        li.says("我要报修")
        li.presses("停电")
        place = {"latitude": 31.230416, "longitude": 121.473701, "address": "人民广场1号"}

        answer = li.posts({"location": place})

        assert "影响范围" in answer.json()["replies"][-1]["text"]

    def test_alone_says_nothing_and_the_form_asks_again(
        self, customer: Callable[[], Customer]
    ) -> None:
        li = customer()
        li.says("我要报修")
        li.presses("停电")

        replies = li.posts({"attachments": [{"kind": "photo"}]}).json()["replies"]

        assert "收到您发来的图片或文件" in replies[0]["text"]
        assert "请告诉我用电地址" in replies[-1]["text"]


def wang_no(customer: Customer, admin: Staff) -> str:
    """The number of a customer's only ticket."""
    (ticket,) = admin.tickets_of(customer)
    return str(ticket["no"])
