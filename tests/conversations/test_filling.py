"""Filling in a request: what a line gives, what is asked next, what leaves and what comes back."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from conversations.asking import ask, inform
from conversations.beginning import begin
from conversations.filling import take
from conversations.message import Reply
from conversations.request import (
    CONFIRM,
    READY,
    Line,
    Talk,
    next_step,
    note,
    start_again,
    ticket_fields,
)
from conversations.steps import Step, Verdict
from tickets.details import read_details
from tickets.profile import Profile
from tickets.ticket import new_number

NUMBER = new_number("20261121", 7)
SUNDAY = datetime(2026, 11, 22, 10, 30, tzinfo=ZoneInfo("Asia/Shanghai"))


class Customer:
    """Says lines to the pure functions, as the actions do."""

    def __init__(self, profile: Profile) -> None:
        self.profile, self.talk = profile, Talk()
        self.last = Step(talk=self.talk)

    def begins(self, kind: str, text: str, intent: str = "") -> "Customer":
        return self._keep(begin(self.talk, kind, self._line(text, intent), self.profile))

    def says(self, text: str, intent: str = "inform", confidence: float = 0.95) -> "Customer":
        line = self._line(text, intent, confidence)
        return self._keep(take(self.talk, line, self.profile))

    def presses(self, field: str, value: str = "", intent: str = "inform") -> "Customer":
        details = read_details(value, self.profile, SUNDAY)
        line = Line(intent=intent, confidence=1.0, details=details, pressed=(field, value))
        return self._keep(take(self.talk, line, self.profile))

    def _line(self, text: str, intent: str, confidence: float = 0.95) -> Line:
        details = read_details(text, self.profile, SUNDAY)
        return Line(text=text, intent=intent, confidence=confidence, details=details)

    def _keep(self, step: Step) -> "Customer":
        # what is kept must survive the bot's database
        assert Talk.of(step.talk.data()) == step.talk
        self.talk, self.last = step.talk, step
        return self

    @property
    def fields(self) -> dict[str, str]:
        assert self.talk.current is not None
        return self.talk.current.fields

    @property
    def asked(self) -> str | None:
        assert self.talk.current is not None
        return next_step(self.talk.current, self.profile)

    @property
    def heard(self) -> str:
        return "\n".join(reply.text for reply in self.last.replies)


@pytest.fixture
def customer(power: Profile) -> Customer:
    return Customer(power)


EVERYTHING = "幸福路12号3栋2单元501停电了，就我家，昨晚八点停的，电话13800138000"


class TestDetails:
    def test_takes_everything_that_is_said_in_one_breath(self, customer: Customer) -> None:
        customer.begins("fault", EVERYTHING, "report_fault")

        assert customer.asked == CONFIRM
        assert customer.fields == {
            "fault_kind": "停电",
            "address": "幸福路12号3栋2单元501",
            "scope": "只有我家",
            "since": "昨晚八点",
            "since_interval": "2026-11-21T20:00+08:00/2026-11-21T20:00+08:00",
            "phone": "13800138000",
        }

    def test_takes_a_detail_before_it_is_asked_for(self, customer: Customer) -> None:
        customer.begins("fault", "停电了", "report_fault").says("打13800138000")

        assert customer.asked == "address"
        assert customer.fields["phone"] == "13800138000"

    def test_does_not_ask_the_next_request_for_what_is_known(self, customer: Customer) -> None:
        customer.begins("fault", "停电了，幸福路12号3栋", "report_fault").says("13800138000")
        customer.begins("complaint", "我要投诉你们态度差得要命没人管", "complain")

        assert customer.fields["phone"] == "13800138000"
        assert customer.fields["address"] == "幸福路12号3栋"

    def test_notes_what_is_said_before_any_request(self, customer: Customer) -> None:
        line = Line(text="13800138000", intent="inform", details={"phone": "13800138000"})
        customer.talk = note(customer.talk, line)

        assert customer.begins("callback", "转人工", "request_person").asked is None

    def test_does_not_let_a_later_line_overwrite_by_itself(self, customer: Customer) -> None:
        customer.begins("fault", "幸福路12号3栋停电了", "report_fault").says(
            "我妈住光明路9号2栋那边好的"
        )

        assert customer.fields["address"] == "幸福路12号3栋"

    def test_keeps_a_place_that_no_pattern_knows(self, customer: Customer) -> None:
        customer.begins("fault", "停电了", "report_fault").says("加油站对面那栋红房子")

        assert customer.fields["address"] == "加油站对面那栋红房子"

    @pytest.mark.parametrize("said", ["家里", "那边"])
    def test_asks_again_for_a_place_of_one_word(self, customer: Customer, said: str) -> None:
        customer.begins("fault", "停电了", "report_fault").says(said)

        assert customer.asked == "address"
        assert customer.heard == customer.profile.fields["address"].hint

    def test_says_how_many_digits_a_wrong_phone_has(self, customer: Customer) -> None:
        customer.begins("callback", "转人工", "request_person").says("138001380")

        assert "9 位" in customer.heard
        assert customer.asked == "phone"

    def test_does_not_take_a_time_to_come(self, customer: Customer) -> None:
        customer.begins("fault", "幸福路12号3栋停电了，就我家", "report_fault").says("明天下午")

        assert customer.asked == "since"
        assert customer.heard == customer.profile.fields["since"].hint

    @pytest.mark.parametrize("said", ["33010A2345", "12345"])
    def test_asks_again_for_an_odd_account_number(self, customer: Customer, said: str) -> None:
        customer.begins("application", "我要增容，幸福路12号3栋", "apply").says(said)

        assert customer.asked == "account_no"

    def test_takes_a_bare_account_number_when_it_is_asked_for(self, customer: Customer) -> None:
        customer.begins("application", "我要增容，幸福路12号3栋", "apply").says("3301 002345")

        assert customer.fields["account_no"] == "3301002345"


class TestAPlaceWithoutItsBuilding:
    def test_is_asked_for_the_rest_once(self, customer: Customer, power: Profile) -> None:
        customer.begins("fault", "阳光花园停电了", "report_fault")

        assert customer.talk.current is not None
        assert customer.asked == "address"
        assert ask(customer.talk, power).text == power.fields["address"].ask_rest

        customer.says("十五号楼三单元201")
        assert customer.fields["address"] == "阳光花园十五号楼三单元201"
        assert customer.asked == "scope"

    @pytest.mark.parametrize(
        ("said", "intent", "place"),
        [("没有楼号", "deny", "阳光花园"), ("南门口小卖部旁", "inform", "阳光花园南门口小卖部旁")],
    )
    def test_is_taken_as_it_is_after_that(
        self, customer: Customer, said: str, intent: str, place: str
    ) -> None:
        customer.begins("fault", "阳光花园停电了", "report_fault").says(said, intent)

        assert customer.fields["address"] == place
        assert customer.asked == "scope"

    def test_is_enough_for_a_whole_estate(self, customer: Customer) -> None:
        customer.begins("fault", "阳光花园整个小区都停电了", "report_fault")

        assert customer.asked == "since"


class TestAWish:
    def test_is_heard_in_the_story(self, customer: Customer) -> None:
        customer.begins("complaint", "你们挖沟砸了我的车，我希望你们赔修车钱260块", "complain")

        assert customer.fields["wish"] == "我希望你们赔修车钱260块"
        assert customer.asked == "address"


class TestAnOutburst:
    def test_begins_no_complaint_and_loses_nothing(self, customer: Customer) -> None:
        customer.begins("fault", "停电了", "report_fault").says("问问问，一群废物", "complain")

        assert customer.last.verdict is Verdict.GOES_ON
        assert customer.asked == "address"

    def test_is_a_complaint_when_one_is_asked_for(self, customer: Customer) -> None:
        customer.begins("fault", "停电了", "report_fault").says("我要投诉，一群废物", "complain")

        assert customer.last.verdict is Verdict.ASIDE


class TestLeavingOut:
    @pytest.mark.parametrize("intent", ["unsure", "deny"])
    def test_lets_what_is_not_necessary_be_left_out(self, customer: Customer, intent: str) -> None:
        customer.begins("fault", "幸福路12号3栋停电了，就我家，刚停的", "report_fault")
        customer.says("不想说", intent)

        assert customer.fields["phone"] == "不留电话"
        assert customer.asked == CONFIRM

    def test_explains_what_cannot_be_left_out(self, customer: Customer) -> None:
        customer.begins("fault", "停电了", "report_fault").says("不告诉你", "deny")

        assert customer.asked == "address"
        assert "地址" in customer.heard

    def test_offers_a_button_only_where_it_can_be_left_out(self, customer: Customer) -> None:
        customer.begins("fault", "停电了", "report_fault")
        assert not ask(customer.talk, customer.profile).buttons

        customer.says("幸福路12号3栋")
        titles = [button["title"] for button in ask(customer.talk, customer.profile).buttons]
        assert titles[-1] == "不清楚"

    def test_a_report_takes_nothing_that_was_given_for_something_else(
        self, customer: Customer
    ) -> None:
        customer.begins("fault", "停电了，13800138000", "report_fault")
        customer.begins("report", "我要举报，我家楼下饭店绕表偷电", "report_wrong")

        assert "phone" not in customer.fields


class TestCorrections:
    def test_changes_only_the_part_that_was_wrong(self, customer: Customer) -> None:
        customer.begins("fault", EVERYTHING, "report_fault").says("不对，是8栋", "correct")

        assert customer.fields["address"] == "幸福路12号8栋2单元501"
        assert customer.fields["phone"] == "13800138000"
        assert customer.asked == CONFIRM

    def test_asks_for_the_field_that_is_said_to_be_wrong(self, customer: Customer) -> None:
        customer.begins("fault", EVERYTHING, "report_fault").says("电话写错了", "correct")

        assert customer.asked == "phone"
        assert customer.fields["address"] == "幸福路12号3栋2单元501"

    def test_takes_the_right_phone_with_the_wrong_one_in_the_line(self, customer: Customer) -> None:
        customer.begins("fault", EVERYTHING, "report_fault")
        customer.says("电话不是13800138000，是13900139000", "correct")

        assert customer.fields["phone"] == "13900139000"

    def test_a_button_of_the_read_back_clears_its_field(self, customer: Customer) -> None:
        customer.begins("fault", EVERYTHING, "report_fault").presses("since")

        assert customer.asked == "since"
        assert "since_interval" not in customer.fields

    def test_asks_what_to_change_after_a_plain_no(self, customer: Customer) -> None:
        customer.begins("fault", EVERYTHING, "report_fault").says("不对", "deny")

        assert customer.heard == customer.profile.wordings.change
        assert customer.asked == CONFIRM

    def test_forgets_all_when_starting_again(self, customer: Customer) -> None:
        customer.begins("fault", EVERYTHING, "report_fault")
        customer.talk = start_again(customer.talk)

        assert customer.asked == "fault_kind"
        assert not customer.fields

    def test_takes_another_choice_put_right_in_so_many_words(self, customer: Customer) -> None:
        customer.begins("application", "我要办过户", "apply").says("不是过户，我要办更名", "deny")

        assert customer.fields["application_kind"] == "更名"
        assert customer.asked == READY


class TestInterruptions:
    @pytest.mark.parametrize(
        ("said", "intent"),
        [
            ("电费多少钱一度", "consult"),
            ("你好", "greet"),
            ("转人工", "request_person"),
            ("算了", "cancel"),
        ],
    )
    def test_leaves_what_is_about_something_else_to_its_rule(
        self, customer: Customer, said: str, intent: str
    ) -> None:
        customer.begins("fault", "停电了", "report_fault").says(said, intent)

        assert customer.last.verdict is Verdict.ASIDE

    def test_goes_on_when_the_answer_sounds_like_something_else(self, customer: Customer) -> None:
        customer.begins("fault", "停电了", "report_fault").says("幸福路12号3栋", "consult")

        assert customer.last.verdict is Verdict.GOES_ON
        assert customer.asked == "scope"

    @pytest.mark.parametrize("intent", ["report_fault", "rate", "vent", "urge", "praise"])
    def test_takes_a_story_whatever_it_sounds_like(self, customer: Customer, intent: str) -> None:
        customer.begins("complaint", "我要投诉", "complain").says("师傅来了三次都没修好", intent)

        assert customer.fields["matter"] == "师傅来了三次都没修好"

    def test_answers_a_plain_question_in_the_middle_of_a_story(self, customer: Customer) -> None:
        customer.begins("complaint", "我要投诉", "complain").says("投诉多久有答复", "consult")

        assert customer.last.verdict is Verdict.ASIDE

    def test_takes_a_wish_that_sounds_like_asking_for_progress(self, customer: Customer) -> None:
        customer.begins("complaint", "报名两年了还没轮到我家", "complain")
        customer.says("公布排队名单", "query_progress")

        assert customer.fields["wish"] == "公布排队名单"

    def test_takes_up_what_waited_below(self, customer: Customer) -> None:
        customer.begins("fault", "停电了", "report_fault")
        customer.begins("complaint", "我要投诉", "complain")
        assert [each.kind for each in customer.talk.requests] == ["fault", "complaint"]

        customer.talk = customer.talk.without_current()
        assert customer.asked == "address"

    def test_begins_nothing_twice(self, customer: Customer) -> None:
        customer.begins("fault", "停电了", "report_fault")
        customer.begins("complaint", "我要投诉", "complain")
        customer.begins("fault", "幸福路12号3栋停电", "report_fault")

        assert [each.kind for each in customer.talk.requests] == ["complaint", "fault"]
        assert customer.fields["address"] == "幸福路12号3栋"

    def test_a_call_back_takes_everything_along(self, customer: Customer) -> None:
        customer.begins("fault", "幸福路12号3栋停电了，13800138000", "report_fault")
        customer.begins("callback", "转人工", "request_person")

        assert [each.kind for each in customer.talk.requests] == ["callback"]
        assert customer.asked is None
        assert customer.talk.current is not None
        filed = ticket_fields(customer.talk.current, customer.profile)
        assert filed["address"] == "幸福路12号3栋"
        assert "停电" in filed["words"]


class TestMisunderstandings:
    def test_offers_a_person_after_three_in_a_row(self, customer: Customer) -> None:
        customer.begins("fault", "停电了", "report_fault")
        for _ in range(3):
            customer.says("啊", "inform")

        assert customer.heard == customer.profile.wordings.stuck
        assert "转人工" in [button["title"] for button in customer.last.replies[0].buttons]

    def test_begins_to_count_anew_after_an_answer(self, customer: Customer) -> None:
        customer.begins("fault", "停电了", "report_fault").says("啊").says("啊")
        customer.says("幸福路12号3栋").says("啊")

        assert customer.profile.wordings.stuck not in customer.heard


class TestReadiness:
    def test_asks_for_readiness_before_anything_else(self, customer: Customer) -> None:
        customer.begins("application", "我要办过户", "apply")

        assert customer.asked == READY
        question = customer.profile.fields["application_kind"].choices[0].ready[0]
        assert ask(customer.talk, customer.profile).text == question.ask

    @pytest.mark.parametrize(
        ("said", "intent", "goes_on"),
        [("我是租房子的，没登记过", "consult", False), ("我租的，登记过", "inform", True)],
    )
    def test_hears_which_of_two_conditions_holds(
        self, property_centre: Profile, said: str, intent: str, goes_on: bool
    ) -> None:
        tenant = Customer(property_centre)
        tenant.begins("application", "门禁卡丢了想补一张", "apply").says(said, intent, 0.3)

        assert (tenant.last.verdict is not Verdict.STOPPED) is goes_on

    def test_says_what_to_bring_when_all_is_ready(self, customer: Customer) -> None:
        customer.begins("application", "我要办过户", "apply").says("是的", "affirm")
        customer.says("结清了", "affirm")

        assert "身份证明" in customer.heard
        assert customer.asked == "address"

    def test_stops_where_it_is_not(self, customer: Customer) -> None:
        customer.begins("application", "我要办过户", "apply").says("是的", "affirm")
        customer.says("还没结清", "deny")

        assert customer.last.verdict is Verdict.STOPPED
        assert customer.talk.current is None
        assert "结清" in customer.heard

    def test_writes_the_answers_on_the_ticket(self, customer: Customer) -> None:
        customer.begins("application", "我要办过户", "apply").says("对", "affirm").says(
            "不知道", "unsure"
        )

        assert customer.talk.current is not None
        filed = ticket_fields(customer.talk.current, customer.profile)
        assert filed["ready"].endswith("不确定")

    def test_asks_nothing_more_about_a_business_without_conditions(
        self, customer: Customer
    ) -> None:
        customer.begins("application", "我要增容", "apply")

        assert customer.asked == "address"
        assert "身份证明" in customer.heard


class TestConfirmation:
    def test_reads_back_every_field_with_a_button(self, customer: Customer) -> None:
        customer.begins("fault", EVERYTHING, "report_fault")
        reply = ask(customer.talk, customer.profile)

        assert reply.card is not None
        assert [each["slot"] for each in reply.card["fields"]] == [
            "fault_kind", "address", "scope", "since", "phone",
        ]  # fmt: skip
        assert "13800138000" in reply.text

    def test_is_complete_after_a_yes_only(self, customer: Customer) -> None:
        customer.begins("fault", EVERYTHING, "report_fault")
        assert customer.last.verdict is Verdict.GOES_ON

        assert customer.says("对的", "affirm").last.verdict is Verdict.COMPLETE

    def test_is_not_written_on_the_ticket(self, customer: Customer) -> None:
        customer.begins("fault", EVERYTHING, "report_fault").says("对", "affirm")

        assert customer.talk.current is not None
        assert CONFIRM not in ticket_fields(customer.talk.current, customer.profile)


class TestButtons:
    def test_gives_the_field_its_value(self, customer: Customer) -> None:
        customer.begins("fault", "幸福路12号3栋停电", "report_fault").presses(
            "scope", "整栋楼或单元"
        )

        assert customer.fields["scope"] == "整栋楼或单元"

    def test_reads_the_time_on_a_button(self, customer: Customer) -> None:
        customer.begins("fault", "幸福路12号3栋停电，就我家", "report_fault").presses(
            "since", "刚刚"
        )

        assert customer.fields["since"] == "刚刚"
        assert customer.fields["since_interval"].endswith("10:30+08:00")

    def test_an_old_one_changes_nothing(self, customer: Customer) -> None:
        customer.begins("complaint", "我要投诉", "complain").presses("scope", "整栋楼或单元")

        assert "scope" not in customer.fields

    @pytest.mark.parametrize("kind", ["fault", "complaint", "report", "praise", "application"])
    def test_every_question_has_words(self, power: Profile, kind: str) -> None:
        business = power.businesses[kind]
        for name in business.fields:
            reply = ask(Customer(power).begins(kind, "", "").talk, power)
            assert isinstance(reply, Reply)
            assert reply.text
            assert power.fields[name].hint

    def test_a_payload_keeps_its_signs(self) -> None:
        assert inform("scope", '整"栋') == '/inform{"field": "scope", "value": "整\\"栋"}'


class TestAButtonOfAnotherBusiness:
    def test_is_left_to_that_business(self, customer: Customer) -> None:
        customer.begins("fault", EVERYTHING, "report_fault")
        before = customer.talk

        customer.presses("satisfaction", f"满意 {NUMBER}", intent="rate")

        assert customer.last.verdict is Verdict.ASIDE
        assert customer.talk == before

    def test_begins_one_that_is_complete(self, customer: Customer) -> None:
        line = Line(
            intent="rate",
            details=read_details(f"不满意 {NUMBER}", customer.profile, SUNDAY),
            pressed=("satisfaction", f"不满意 {NUMBER}"),
        )

        step = begin(customer.talk, "rating", line, customer.profile)

        request = step.talk.current
        assert request is not None
        assert request.fields == {"ticket_no": NUMBER, "satisfaction": "不满意"}
        assert next_step(request, customer.profile) is None

    def test_says_of_which_ticket_it_speaks_while_another_is_rated(
        self, customer: Customer
    ) -> None:
        other = new_number("20261120", 3)
        customer.begins("rating", f"我要评价工单{other}", "rate")

        customer.presses("satisfaction", f"满意 {NUMBER}", intent="rate")

        assert customer.fields == {"ticket_no": NUMBER, "satisfaction": "满意"}
