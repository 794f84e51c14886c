"""A draft in its conversation: promised times, other people's data, what is missing."""

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from conversations.etiquette import DraftCheck, Talk
from knowledge.etiquette import Finding, mended
from knowledge.etiquette_rules import Severity
from tests.centres import read_checks
from tests.conftest import PROFILES
from tickets.ticket import Kind

TUESDAY_MORNING = datetime(2026, 11, 10, 2, 0, tzinfo=UTC)  # 10:00 in Shanghai
MR_WANG = Talk(said=("我姓王，我家在幸福里6栋2单元301，电话13912345678，停电了",), name="王")


@pytest.fixture(scope="module")
def checks() -> Mapping[str, DraftCheck]:
    return read_checks(*PROFILES)


@pytest.fixture(scope="module")
def power(checks: Mapping[str, DraftCheck]) -> DraftCheck:
    return checks["power"]


def check(
    of: DraftCheck, text: str, *, kind: Kind | None = None, talk: Talk | None = None
) -> list[Finding]:
    return of.check(text, now=TUESDAY_MORNING, kind=kind, talk=talk)


def only(found: list[Finding], rule: str) -> Finding:
    """The one finding there must be, of this rule."""
    (one,) = found
    assert one.rule == rule
    return one


class TestPromisedTimes:
    def test_sooner_than_the_limit_is_a_breach_that_names_it(self, power: DraftCheck) -> None:
        found = only(check(power, "抢修师傅20分钟到您家。"), "promise")

        assert found.severity is Severity.BREACH
        assert "45 分钟" in found.message
        assert found.document == "国网供电服务“十项承诺”第3条"

    def test_the_rewrite_is_what_the_centre_promises(self, power: DraftCheck) -> None:
        text = "抢修师傅20分钟到您家。"

        said = mended(text, check(power, text))

        assert said == "到达现场的平均时间：城区 45 分钟，农村 90 分钟，特殊边远地区 2 小时。"
        assert check(power, said) == []

    @pytest.mark.parametrize(
        "text",
        [
            "抢修人员45分钟内到现场。",
            "抢修人员90分钟内到现场。",
            "投诉5个工作日内答复您。",
            "投诉24小时内联系您。",
        ],
    )
    def test_what_is_owed_may_be_said(self, power: DraftCheck, text: str) -> None:
        assert check(power, text) == []

    def test_later_than_the_longest_limit_is_a_warning(self, power: DraftCheck) -> None:
        found = only(check(power, "您的投诉下个月给您处理意见。"), "promise")

        assert found.severity is Severity.WARNING
        assert "5 个工作日" in found.message

    def test_a_time_where_the_centre_has_set_no_limit_is_a_warning(
        self, checks: Mapping[str, DraftCheck]
    ) -> None:
        found = only(check(checks["gas"], "改管明天就能完工。"), "promise")

        assert (found.severity, "还没有定时限" in found.message) == (Severity.WARNING, True)

    def test_a_limit_is_each_centres_own(self, checks: Mapping[str, DraftCheck]) -> None:
        text = "师傅15分钟内到您家。"

        assert check(checks["property"], text) == []
        assert only(check(checks["power"], text), "promise")

    def test_the_draft_says_of_what_kind_it_is_before_the_ticket_does(
        self, power: DraftCheck
    ) -> None:
        text = "过户5个工作日内办好。"

        assert check(power, text, kind=Kind.FAULT) == []

    def test_the_kind_of_the_ticket_counts_where_the_draft_names_none(
        self, power: DraftCheck
    ) -> None:
        text = "3个工作日内给您答复。"

        assert check(power, text, kind=Kind.REPORT)[0].message.count("9 个工作日") == 1
        assert check(power, text, kind=Kind.COMPLAINT)[0].message.count("5 个工作日") == 1

    @pytest.mark.parametrize(
        "text",
        [
            "预计半小时内恢复供电。",
            "师傅明天上午9点上门，您看方便吗？",
            "半小时前师傅已经到了。",
            "我十分钟后给您打电话。",
            "请您5分钟内离开现场。",
            "热线（24 小时）可以报修。",
            "争取今天修好。",
        ],
    )
    def test_what_promises_nothing_is_left_alone(self, power: DraftCheck, text: str) -> None:
        assert check(power, text) == []

    @pytest.mark.parametrize(
        ("when", "is_later"), [("今天", False), ("后天", True), ("下周", True), ("两天后", True)]
    )
    def test_days_are_counted_from_now(
        self, checks: Mapping[str, DraftCheck], when: str, is_later: bool
    ) -> None:
        found = check(checks["property"], f"水管漏水{when}师傅到您家。", kind=Kind.FAULT)

        assert bool(found) is is_later


class TestOthersData:
    @pytest.mark.parametrize(
        ("text", "marked"),
        [
            ("王先生，师傅的电话是13800001111。", "13800001111"),
            ("王先生，他的号码幺三八零零零零幺幺幺幺。", "幺三八零零零零幺幺幺幺"),
            ("王先生，身份证110101199003074518。", "110101199003074518"),
            ("王先生，邻居的户号是3301229876。", "3301229876"),
            ("王先生，他住花园路88号4栋1102。", "花园路88号4栋1102"),
            ("王先生，住在楼上的是张建国。", "张建国"),
        ],
    )
    def test_what_this_customer_did_not_say_is_a_breach(
        self, power: DraftCheck, text: str, marked: str
    ) -> None:
        found = only(check(power, text, talk=MR_WANG), "private")

        assert (found.severity, text[slice(*found.span)]) == (Severity.BREACH, marked)

    def test_what_this_customer_said_may_be_read_back(self, power: DraftCheck) -> None:
        text = "王先生，我核对一下：幸福里6栋2单元301，电话139 1234 5678，对吗？"

        assert check(power, text, talk=MR_WANG) == []

    def test_what_is_on_their_ticket_may_be_read_back(self, power: DraftCheck) -> None:
        talk = Talk(said=("停电了",), filed=("13912345678",))

        assert check(power, "您好，电话是13912345678，对吗？", talk=talk) == []

    def test_hotlines_and_counters_are_public(self, power: DraftCheck) -> None:
        text = "王先生，请打95598，或到建设路12号营业厅办理。"

        assert check(power, text, talk=MR_WANG) == []

    def test_without_a_conversation_a_phone_read_back_is_the_customers(
        self, power: DraftCheck
    ) -> None:
        assert check(power, "您留的电话是13912345678，对吗？") == []

    def test_without_a_conversation_another_persons_phone_is_a_breach(
        self, power: DraftCheck
    ) -> None:
        assert only(check(power, "楼上的电话是13912345678。"), "private")

    def test_nobody_hears_who_informed(self, power: DraftCheck) -> None:
        text = "举报您的是楼下的邻居。"

        assert "保密" in mended(text, check(power, text))


class TestWhatIsMissing:
    COMPLAINT = Talk(said=("您好", "抄表员上门态度恶劣，还骂我家老人，我要投诉"))

    def test_a_first_answer_to_a_complaint_says_what_it_is_about(self, power: DraftCheck) -> None:
        text = "您好，您的投诉已收到，请您等候。"

        found = only(check(power, text, talk=self.COMPLAINT), "restate")

        assert (found.severity, found.span) == (Severity.WARNING, (3, 3))
        said = mended(text, [found])
        assert said.startswith("您好，您反映的是“抄表员上门态度恶劣，还骂我家老人，我要投诉”，")
        assert check(power, said, talk=self.COMPLAINT) == []

    @pytest.mark.parametrize(
        "text",
        [
            "您好，抄表员骂老人的事我记下了。",
            "很抱歉，请问是哪一天的事？",
        ],
    )
    def test_an_answer_that_says_so_or_asks_misses_nothing(
        self, power: DraftCheck, text: str
    ) -> None:
        assert check(power, text, talk=self.COMPLAINT) == []

    def test_a_later_answer_need_not_say_it_again(self, power: DraftCheck) -> None:
        talk = Talk(said=self.COMPLAINT.said, before=("抄表员骂人的事我记下了。",))

        assert check(power, "您好，有专人联系您。", talk=talk) == []

    def test_a_fault_is_no_complaint(self, power: DraftCheck) -> None:
        assert check(power, "您好，已经登记。", kind=Kind.FAULT, talk=self.COMPLAINT) == []

    def test_a_known_surname_is_used(self, power: DraftCheck) -> None:
        found = only(check(power, "您好，已经登记。", talk=MR_WANG), "surname")

        assert mended("您好，已经登记。", [found]) == "王先生/女士，您好，已经登记。"

    @pytest.mark.parametrize("name", ["马", "马先生", "马建国"])
    def test_a_word_that_holds_the_surname_calls_nobody(self, power: DraftCheck, name: str) -> None:
        talk = Talk(said=("停电",), name=name)

        assert only(check(power, "您好，我马上查。", talk=talk), "surname")
        assert check(power, "马先生您好，我马上查。", talk=talk) == []

    def test_who_was_called_once_need_not_be_called_again(self, power: DraftCheck) -> None:
        talk = Talk(said=("停电",), name="王", before=("王先生您好。",))

        assert check(power, "好的，我马上查，请稍等。", talk=talk) == []

    def test_a_greeting_is_only_suggested(self, power: DraftCheck) -> None:
        found = only(check(power, "线路故障正在抢修当中还没恢复", talk=Talk()), "courtesy")

        assert found.severity is Severity.INFO

    def test_without_a_conversation_nothing_is_missed(self, power: DraftCheck) -> None:
        assert check(power, "投诉已收到，有专人联系。", kind=Kind.COMPLAINT) == []


class TestBadInput:
    @pytest.mark.parametrize("text", ["", "？！", "😀", "<script>alert(1)</script>", "1" * 10_000])
    def test_finds_nothing_where_nothing_is_said(self, power: DraftCheck, text: str) -> None:
        assert [each for each in check(power, text) if each.severity is Severity.BREACH] == []

    def test_a_customers_quotation_marks_do_not_end_the_restatement(
        self, power: DraftCheck
    ) -> None:
        talk = Talk(said=("你们的人说“活该”，我要投诉",))

        found = only(check(power, "您好，已收到，请等候。", talk=talk), "restate")

        assert found.rewrite.count("”") == 1
