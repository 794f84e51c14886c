"""A customer reports a fault: in one sentence, step by step, with second thoughts or not at all."""

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.journeys.people import Customer, Staff

pytestmark = [pytest.mark.needs_rasa, pytest.mark.needs_encoder]

ALL_AT_ONCE = "我家停电了，幸福里6栋2单元301，从昨晚八点开始整栋楼都没电，电话13800138000"
READ_BACK = {
    "故障类别": "停电",
    "地址": "幸福里6栋2单元301",
    "影响范围": "整栋楼或单元",
    "开始时间": "从昨晚八点开始",
    "联系电话": "13800138000",
}


class TestReport:
    def test_needs_one_sentence_and_a_yes(
        self, customer: Callable[[], Customer], admin: Staff
    ) -> None:
        wang = customer()

        shown = wang.says(ALL_AT_ONCE)
        filed = wang.presses("确认提交")

        assert shown.read_back == READ_BACK
        ticket = admin.ticket(filed.ticket_no)
        assert ticket["kind"] == "fault"
        assert ticket["state"] == "registered"
        assert ticket["conversation_id"] == wang.conversation_id
        assert ticket["fields"] == {
            "fault_kind": "停电",
            "address": "幸福里6栋2单元301",
            "scope": "整栋楼或单元",
            "since": "从昨晚八点开始",
            "phone": "13800138000",
            "words": ALL_AT_ONCE,
            "since_interval": f"{last_night()}/{last_night()}",
        }

    def test_promises_what_happens_next_and_by_when(self, customer: Callable[[], Customer]) -> None:
        wang = customer()
        wang.says(ALL_AT_ONCE)

        filed = wang.presses("确认提交")

        (card,) = filed.cards
        assert "城区 45 分钟，农村 90 分钟，特殊边远地区 2 小时" in card["by"]
        assert card["next"] in filed.text
        assert card["by"] in filed.text
        assert card["spoken"].replace(" ", "") == filed.ticket_no
        assert card["spoken"] in filed.text

    def test_asks_step_by_step_with_buttons(
        self, customer: Callable[[], Customer], admin: Staff
    ) -> None:
        li = customer()

        li.says("你好")
        kinds = li.presses("故障报修")
        address = li.presses("电压异常")
        scope = li.says("红旗村5组")
        since = li.presses("只有我家")
        phone = li.presses("刚刚")
        shown = li.says("13912345678")
        filed = li.presses("确认提交")

        assert kinds.buttons == ["电压异常", "跳闸", "电表异常", "线路设备隐患", "停电"]
        assert "请告诉我用电地址" in address.text
        assert scope.buttons == ["只有我家", "整栋楼或单元", "整个小区或一片", "不清楚"]
        assert since.buttons == ["刚刚", "一小时左右", "三小时以上", "不清楚"]
        assert "请留一个方便接听的联系电话" in phone.text
        assert phone.buttons == ["不留电话"]
        assert list(shown.read_back.values()) == [
            "电压异常",
            "红旗村5组",
            "只有我家",
            "刚刚",
            "13912345678",
        ]
        assert admin.ticket(filed.ticket_no)["fields"]["address"] == "红旗村5组"

    def test_tells_one_household_alone_what_to_check_first(
        self, customer: Callable[[], Customer]
    ) -> None:
        li = customer()
        li.says("我家停电了，幸福里6栋2单元301")

        answer = li.presses("只有我家")

        assert "总开关或漏电开关是否跳开" in answer.text

    def test_asks_again_when_the_phone_is_too_short(self, customer: Callable[[], Customer]) -> None:
        li = customer()
        li.says("我家停电了，幸福里6栋2单元301，从昨晚八点开始整栋楼都没电")

        answer = li.says("139123")

        assert "您发来的号码是 6 位数字。这个号码好像不完整" in answer.text
        assert li.says("13912345678").read_back["联系电话"] == "13912345678"

    def test_takes_an_address_in_the_customers_own_words(
        self, customer: Callable[[], Customer]
    ) -> None:
        li = customer()
        li.says("我要报修")
        li.presses("停电")

        li.says("老火车站对面红房子二楼")

        li.presses("只有我家")
        li.presses("刚刚")
        assert li.says("13912345678").read_back["地址"] == "老火车站对面红房子二楼"

    def test_takes_not_knowing_for_an_answer(self, customer: Callable[[], Customer]) -> None:
        li = customer()
        li.says("我家停电了，幸福里6栋2单元301")

        li.says("不清楚")
        li.presses("不清楚")
        shown = li.says("13912345678")

        assert shown.read_back["影响范围"] == shown.read_back["开始时间"] == "不清楚"

    def test_does_not_let_what_is_necessary_be_left_out(
        self, customer: Callable[[], Customer]
    ) -> None:
        li = customer()
        li.says("我要报修")
        address = li.presses("停电")

        answer = li.says("不知道")

        assert address.buttons == []
        assert "地址这一项不能少" in answer.text
        assert "请告诉我用电地址" in answer.replies[-1]["text"]

    def test_offers_a_person_after_three_lines_that_say_nothing(
        self, customer: Callable[[], Customer]
    ) -> None:
        li = customer()
        li.says("我家停电了，幸福里6栋2单元301，从昨晚八点开始整栋楼都没电")

        answers = [li.says(text) for text in ("139", "1391", "13912")]

        assert ["转人工" in answer.buttons for answer in answers] == [False, False, True]
        assert li.says("13912345678").read_back["联系电话"] == "13912345678"

    def test_asks_for_the_phone_only_once_in_a_conversation(
        self, customer: Callable[[], Customer], admin: Staff
    ) -> None:
        wang = customer()
        wang.says(ALL_AT_ONCE)
        wang.presses("确认提交")

        again = wang.says("我家又跳闸了，翠竹小区8栋301，就我家，刚刚")

        assert again.read_back["联系电话"] == "13800138000"
        wang.presses("确认提交")
        assert len(admin.tickets_of(wang)) == 2

    def test_takes_another_place_for_another_fault(self, customer: Callable[[], Customer]) -> None:
        wang = customer()
        wang.says(ALL_AT_ONCE)
        wang.presses("确认提交")

        again = wang.says("我家又跳闸了，翠竹小区8栋301，就我家，刚刚")

        assert again.read_back["地址"] == "翠竹小区8栋301"


class TestChangeOnesMind:
    def test_takes_a_correction_in_words(self, customer: Callable[[], Customer]) -> None:
        wang = customer()
        wang.says(ALL_AT_ONCE)

        shown = wang.says("不对，地址是翠竹小区8栋301")

        assert shown.read_back == {**READ_BACK, "地址": "翠竹小区8栋301"}

    def test_takes_a_corrected_phone_in_words(self, customer: Callable[[], Customer]) -> None:
        wang = customer()
        wang.says(ALL_AT_ONCE)

        shown = wang.says("电话写错了，是13912345678")

        assert shown.read_back == {**READ_BACK, "联系电话": "13912345678"}

    @pytest.mark.parametrize(
        ("label", "new"),
        [
            ("故障类别", "跳闸"),
            ("地址", "翠竹小区8栋301"),
            ("影响范围", "整个小区或一片"),
            ("开始时间", "昨天早上六点"),
            ("联系电话", "13912345678"),
        ],
    )
    def test_changes_any_field_of_the_card(
        self, label: str, new: str, customer: Callable[[], Customer]
    ) -> None:
        wang = customer()
        wang.says(ALL_AT_ONCE)

        asked = wang.presses(f"修改{label}")
        shown = wang.presses(new) if new in asked.buttons else wang.says(new)

        assert shown.read_back == {**READ_BACK, label: new}

    def test_asks_which_field_after_a_plain_no(self, customer: Callable[[], Customer]) -> None:
        wang = customer()
        wang.says(ALL_AT_ONCE)

        answer = wang.says("不对")

        assert "哪一项要改" in answer.text
        assert answer.read_back == READ_BACK

    def test_files_nothing_before_the_yes(
        self, customer: Callable[[], Customer], admin: Staff
    ) -> None:
        wang = customer()

        wang.says(ALL_AT_ONCE)

        assert admin.tickets_of(wang) == []

    @pytest.mark.parametrize("words", ["算了不报了", "电来了，不用修了"])
    def test_cancels_in_words_and_forgets_what_was_said(
        self, words: str, customer: Callable[[], Customer], admin: Staff
    ) -> None:
        wang = customer()
        wang.says("我家停电了，幸福里6栋2单元301")

        cancelled = wang.says(words)

        assert cancelled.text == "好的，已取消，没有登记。需要时随时告诉我。"
        assert "哪一类问题" in wang.says("我要报修").text
        assert admin.tickets_of(wang) == []

    def test_cancels_at_the_card(self, customer: Callable[[], Customer], admin: Staff) -> None:
        wang = customer()
        wang.says(ALL_AT_ONCE)

        cancelled = wang.presses("取消登记")

        assert "已取消，没有登记" in cancelled.text
        assert admin.tickets_of(wang) == []


class TestAskInTheMiddle:
    def test_is_answered_and_the_form_goes_on(self, customer: Callable[[], Customer]) -> None:
        li = customer()
        li.says("我要报修")
        li.presses("停电")

        answer = li.says("计划停电会提前通知吗")

        assert answer.sources
        assert "请告诉我用电地址" in answer.replies[-1]["text"]
        assert "影响范围" in li.says("红旗村5组").text

    def test_is_answered_at_the_card_and_the_card_is_shown_again(
        self, customer: Callable[[], Customer]
    ) -> None:
        wang = customer()
        wang.says(ALL_AT_ONCE)

        answer = wang.says("抢修要收费吗")

        assert answer.sources
        assert answer.read_back == READ_BACK
        assert wang.presses("确认提交").ticket_no

    def test_is_answered_however_often_and_the_form_goes_on(
        self, customer: Callable[[], Customer]
    ) -> None:
        """More events than one session of the bot's may have."""
        li = customer()
        li.says("我要报修")
        li.presses("停电")
        li.says("红旗村5组")

        for _ in range(30):
            assert "影响范围" in li.says("谢谢").replies[-1]["text"]
        li.presses("只有我家")
        li.presses("刚刚")
        shown = li.says("13912345678")

        assert shown.read_back["地址"] == "红旗村5组"

    def test_puts_another_business_first_and_comes_back(
        self, customer: Callable[[], Customer], admin: Staff
    ) -> None:
        li = customer()
        li.says("我要报修")
        li.presses("停电")

        li.says("你们态度太差了，我要投诉")
        li.says("昨天打95598，客服直接挂了我的电话")
        li.presses("按规定处理")
        li.presses("不清楚")
        li.presses("不留姓名")
        li.presses("不留电话")
        filed = li.presses("确认提交")

        assert admin.ticket(filed.ticket_no)["kind"] == "complaint"
        assert "刚才的报修还没有登记完" in filed.text
        assert "请告诉我用电地址" in filed.replies[-1]["text"]
        assert "影响范围" in li.says("红旗村5组").text


class TestStartAgain:
    def test_forgets_what_was_said_and_asks_from_the_beginning(
        self, customer: Callable[[], Customer]
    ) -> None:
        li = customer()
        li.says("我家停电了，幸福里6栋2单元301")

        answer = li.says("重新填")

        assert answer.text.startswith("好的，我们从头再来。")
        assert "请问是哪一类问题" in answer.text


class TestRefuse:
    @pytest.mark.parametrize("words", ["不方便留电话", "不用"])
    def test_to_leave_a_phone_files_the_ticket_all_the_same(
        self, words: str, customer: Callable[[], Customer], admin: Staff
    ) -> None:
        li = customer()
        li.says("我家停电了，幸福里6栋2单元301，从昨晚八点开始整栋楼都没电")

        shown = li.says(words)
        filed = li.presses("确认提交")

        assert shown.read_back["联系电话"] == "不留电话"
        assert admin.ticket(filed.ticket_no)["fields"]["phone"] == "不留电话"


def last_night() -> str:
    """Eight o'clock in the evening before today, as a ticket has it."""
    today = datetime.now(ZoneInfo("Asia/Shanghai")).replace(
        hour=20, minute=0, second=0, microsecond=0
    )
    return (today - timedelta(days=1)).isoformat(timespec="minutes")
