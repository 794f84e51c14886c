"""What a ticket puts into the boxes of a form, and what stays empty for the pen."""

from dataclasses import replace
from datetime import timedelta

import pytest

from desk.settings import ROOT
from tests.conftest import SATURDAY_MORNING
from tickets.asking_after import Outcome
from tickets.clocks import Clock
from tickets.form_filling import Centre, FilledForm, fill, values_of
from tickets.forms import Forms, load_forms
from tickets.limits import What
from tickets.limits_file import load_limits
from tickets.profile import Profile
from tickets.sla import Doubt
from tickets.ticket import NOT_ASKED, HistoryLine, Kind, State, Ticket

NOW = SATURDAY_MORNING + timedelta(days=1)
COMPLAINT = Ticket(
    no="2026112100012",
    urges=1,
    profile="property",
    kind=Kind.COMPLAINT,
    state=State.ANSWERED,
    conversation_id=None,
    fields={"name": "王先生", "phone": "13800138000", "matter": "楼上漏水", "wish": "尽快修好"},
    registered_at=SATURDAY_MORNING,
    history=(
        HistoryLine(at=SATURDAY_MORNING, actor="bot", state=State.REGISTERED),
        HistoryLine(
            at=SATURDAY_MORNING + timedelta(minutes=20),
            actor="小李",
            state=State.DISPATCHED,
            note="转工程部",
        ),
        HistoryLine(
            at=SATURDAY_MORNING + timedelta(minutes=25),
            actor="customer",
            state=State.DISPATCHED,
            event="urged",
            note="怎么还不来",
        ),
        HistoryLine(
            at=SATURDAY_MORNING + timedelta(hours=16),
            actor="张工",
            state=State.ANSWERED,
            note="已换地漏",
        ),
    ),
)


@pytest.fixture(scope="module")
def forms() -> Forms:
    return load_forms(ROOT / "profiles" / "forms.yml")


@pytest.fixture
def centre(property_centre: Profile, forms: Forms) -> Centre:
    limits = load_limits(ROOT / "profiles" / "property")
    return Centre(profile=property_centre, limits=limits, words=forms.words)


def boxes(form: FilledForm) -> dict[str, str]:
    return {
        box.label: box.value for section in form.sections for row in section.rows for box in row
    }


class TestFill:
    def test_writes_what_the_ticket_knows(self, forms: Forms, centre: Centre) -> None:
        filled = boxes(fill(forms.forms["complaint"], COMPLAINT, centre, now=NOW))

        assert filled["工单编号"] == "2026112100012"
        assert filled["受理时间"] == "2026-11-21 09:30"
        assert (filled["登记人"], filled["首问责任人"]) == ("智能客服", "小李")
        assert (filled["投诉人"], filled["联系电话"]) == ("王先生", "13800138000")
        assert (filled["投诉内容"], filled["客户要求"]) == ("楼上漏水", "尽快修好")
        assert (filled["转交时间"], filled["催办次数"]) == ("2026-11-21 09:50", "1")
        assert filled["处理措施和结果"] == "已换地漏"
        # past midnight in Shanghai is the next day
        assert filled["答复时间"] == "2026-11-22 01:30"

    def test_leaves_the_rest_to_the_pen(self, forms: Forms, centre: Centre) -> None:
        filled = boxes(fill(forms.forms["complaint"], COMPLAINT, centre, now=NOW))

        assert {
            filled[label] for label in ("原因", "效果检查", "客户签字", "户号", "归档日期")
        } == {""}
        assert filled["是否有效"] == "☐有效　☐无效"

    def test_ticks_what_is_known(self, forms: Forms, centre: Centre) -> None:
        urgent = replace(COMPLAINT, urgent=True)

        filled = boxes(fill(forms.forms["contact"], urgent, centre, now=NOW))

        assert filled["紧急程度"] == "☐一般　☑紧急"

    def test_names_the_attached_files(self, forms: Forms, centre: Centre) -> None:
        names = ["漏水.jpg", "通知.pdf"]

        form = fill(forms.forms["contact"], COMPLAINT, centre, now=NOW, attachments=names)

        assert boxes(form)["附件"] == "漏水.jpg、通知.pdf"

    def test_writes_details_without_a_box_under_the_others(
        self, forms: Forms, centre: Centre
    ) -> None:
        ticket = replace(COMPLAINT, fields={**COMPLAINT.fields, "emergency": "触电"})

        filled = boxes(fill(forms.forms["call"], ticket, centre, now=NOW))

        assert filled["其他登记内容"] == "紧急情况：触电"

    def test_ticks_the_class_whatever_the_centre_calls_it(
        self, forms: Forms, centre: Centre
    ) -> None:
        ticket = replace(COMPLAINT, class_id="cannot")

        filled = boxes(fill(forms.forms["complaint"], ticket, centre, now=NOW))

        assert filled["投诉等级"] == "☐轻微　☐重要　☐重大　☑暂时/不能处理　☐无效"

    def test_has_a_word_for_every_class_a_complaint_may_have(
        self, forms: Forms, centre: Centre
    ) -> None:
        for each in centre.limits.classes[Kind.COMPLAINT]:
            ticket = replace(COMPLAINT, class_id=each.id)
            filled = boxes(fill(forms.forms["complaint"], ticket, centre, now=NOW))

            assert f"☑{each.title}" in filled["投诉等级"]

    def test_writes_the_limit_of_the_matter_also_when_it_is_met(
        self, forms: Forms, centre: Centre
    ) -> None:
        answer = Clock(
            what=What.ANSWER,
            started_at=SATURDAY_MORNING,
            due_at=SATURDAY_MORNING + timedelta(hours=24),
            closed_at=SATURDAY_MORNING + timedelta(hours=16),
            is_met=True,
        )
        follow_up = replace(
            answer, what=What.FOLLOW_UP, due_at=NOW + timedelta(days=5), closed_at=None
        )

        filled = boxes(
            fill(forms.forms["complaint"], COMPLAINT, centre, now=NOW, clocks=(answer, follow_up))
        )

        assert filled["处理时限"] == "2026-11-22 09:30"

    def test_says_that_a_limit_may_still_change(self, forms: Forms, centre: Centre) -> None:
        unjudged = Clock(
            what=What.RESOLVE,
            started_at=SATURDAY_MORNING,
            due_at=SATURDAY_MORNING + timedelta(hours=24),
            doubts=frozenset({Doubt.CLASS}),
        )

        filled = boxes(fill(forms.forms["call"], COMPLAINT, centre, now=NOW, clocks=(unjudged,)))

        assert filled["答应客户的时间"] == "2026-11-22 09:30（暂定）"

    @pytest.mark.parametrize(
        ("outcome", "said", "rating"),
        [
            (Outcome.FAIR, "一般", "一般"),
            (Outcome.UNREACHED, "未联系上", ""),
            (NOT_ASKED, "未回访", ""),
        ],
    )
    def test_writes_what_the_follow_up_on_the_phone_came_to(
        self, forms: Forms, centre: Centre, outcome: str, said: str, rating: str
    ) -> None:
        ticket = replace(COMPLAINT, state=State.FILED, outcome=str(outcome))

        filled = boxes(fill(forms.forms["call"], ticket, centre, now=NOW))

        assert (filled["回访结果"], filled["客户评价"]) == (said, rating)

    def test_has_words_for_every_outcome(self, forms: Forms) -> None:
        assert set(forms.words.outcomes) == {*Outcome, NOT_ASKED}


class TestValuesOf:
    def test_says_what_a_number_in_the_history_is(self, centre: Centre) -> None:
        line = HistoryLine(
            at=SATURDAY_MORNING,
            actor="desk",
            state=State.REGISTERED,
            event="in_event",
            note="E2026112100012",
        )

        values = values_of(replace(COMPLAINT, history=(line,)), centre, now=NOW)

        assert values["progress"] == "2026-11-21 09:30 系统 并入事件E2026112100012"

    def test_tells_the_last_answer_of_a_reopened_ticket(self, centre: Centre) -> None:
        later = SATURDAY_MORNING + timedelta(days=2)
        again = (
            HistoryLine(at=later, actor="小李", state=State.IN_PROGRESS, note="又漏了"),
            HistoryLine(at=later, actor="张工", state=State.ANSWERED, note="换了水管"),
        )

        values = values_of(replace(COMPLAINT, history=COMPLAINT.history + again), centre, now=later)

        assert (values["result"], values["answered_at"]) == ("换了水管", "2026-11-23 09:30")
