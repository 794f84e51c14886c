"""Forms in general: what answers a question, what interrupts it, what corrects it."""

from typing import Any

import pytest

from actions import faults, handover
from actions.conversation import Centres
from actions.faults import ValidateFaultForm
from actions.forms import Cancel, LeaveForm
from tests.actions.rasa_side import Line, Outcome, run

Domain = dict[str, Any]


def asked_for(slot: str, text: str, intent: str = "inform", **more: Any) -> Line:
    """A line in answer to the fault form's question for this slot."""
    return Line(text=text, intent=intent, form="fault_form", asked=slot, **more)


@pytest.fixture
def form(centres: Centres) -> ValidateFaultForm:
    return ValidateFaultForm(centres)


class TestAnAnswer:
    async def test_fills_every_slot_that_the_line_holds(
        self, form: ValidateFaultForm, domain: Domain
    ) -> None:
        line = asked_for(
            "address",
            "幸福里6栋301，昨晚八点开始的，整栋楼都没电",
            filled={"address": "幸福里6栋301", "since": "昨晚八点", "scope": "整栋楼或单元"},
        )

        outcome = await run(form, line, domain)

        assert outcome.slots == {
            "address": "幸福里6栋301",
            "since": "昨晚八点",
            "scope": "整栋楼或单元",
        }
        assert not outcome.is_rejected

    async def test_counts_when_it_is_for_another_question(
        self, form: ValidateFaultForm, domain: Domain
    ) -> None:
        line = asked_for("address", "13800138000", filled={"phone": "13800138000"})

        outcome = await run(form, line, domain)

        assert outcome.slots == {"phone": "13800138000"}
        assert outcome.texts == []

    @pytest.mark.parametrize(
        ("said", "place"),
        [
            ("就是老火车站对面那个院子", "老火车站对面那个院子"),
            ("供销社后面第三家", "供销社后面第三家"),
            ("我家在大桥底下的砖房", "大桥底下的砖房"),
        ],
    )
    @pytest.mark.parametrize("intent", ["inform", "nlu_fallback"])
    async def test_may_describe_a_place_in_free_words(
        self, form: ValidateFaultForm, domain: Domain, said: str, place: str, intent: str
    ) -> None:
        outcome = await run(form, asked_for("address", said, intent), domain)

        assert outcome.slots == {"address": place}

    @pytest.mark.parametrize(
        ("slot", "said", "intent", "hint"),
        [
            ("address", "这儿", "inform", "这个地址抢修人员可能找不到"),
            ("fault_kind", "就那个", "inform", "没有听明白是哪一类问题"),
            ("scope", "就这样", "inform", "只有您一家，还是整栋楼"),
            ("since", "那会儿", "inform", "没有听明白时间"),
            ("since", "就那阵子", "nlu_fallback", "没有听明白时间"),
            ("phone", "1380013800", "inform", "这个号码好像不完整"),
            ("phone", "好的", "affirm", "这个号码好像不完整"),
            ("fault_confirmed", "哦", "inform", "请核对下面的信息"),
            ("address", "是的没错", "affirm", "这个地址抢修人员可能找不到"),
            ("address", "我也不知道啊", "unsure", "这个地址抢修人员可能找不到"),
            ("address", "赶紧派人来修", "report_fault", "这个地址抢修人员可能找不到"),
        ],
    )
    async def test_that_says_nothing_gets_a_hint_and_the_question_again(
        self,
        form: ValidateFaultForm,
        domain: Domain,
        slot: str,
        said: str,
        intent: str,
        hint: str,
    ) -> None:
        outcome = await run(form, asked_for(slot, said, intent), domain)

        assert outcome.slots == {slot: None}
        assert hint in outcome.text

    @pytest.mark.parametrize("slot", ["scope", "since", "phone"])
    @pytest.mark.parametrize(("said", "intent"), [("不清楚", "unsure"), ("没有", "deny")])
    async def test_may_be_that_one_does_not_know(
        self, form: ValidateFaultForm, domain: Domain, slot: str, said: str, intent: str
    ) -> None:
        outcome = await run(form, asked_for(slot, said, intent), domain)

        assert outcome.slots == {slot: "不清楚"}
        assert outcome.texts == []


class TestAnInterruption:
    @pytest.mark.parametrize(
        ("intent", "said"),
        [
            ("consult", "停电有赔偿吗"),
            ("query_progress", "我上次的工单到哪了"),
            ("greet", "你好"),
            ("off_topic", "今天天气真好"),
        ],
    )
    async def test_is_left_to_its_own_rule(
        self, form: ValidateFaultForm, domain: Domain, intent: str, said: str
    ) -> None:
        outcome = await run(form, asked_for("address", said, intent), domain)

        assert outcome.is_rejected
        assert outcome.slots == {}
        assert outcome.texts == []

    async def test_is_a_question_that_nobody_understood(
        self, form: ValidateFaultForm, domain: Domain
    ) -> None:
        line = asked_for("address", "你们为什么要问这么多", "nlu_fallback")

        outcome = await run(form, line, domain)

        assert outcome.is_rejected
        assert outcome.slots == {}

    @pytest.mark.parametrize("intent", ["request_person", "complain", "cancel"])
    async def test_leaves_the_form_even_with_a_detail_in_the_line(
        self, form: ValidateFaultForm, domain: Domain, intent: str
    ) -> None:
        line = asked_for(
            "phone", "不填了，打13800138000给我", intent, filled={"phone": "13800138000"}
        )

        outcome = await run(form, line, domain)

        assert outcome.is_rejected
        assert outcome.slots == {"phone": "13800138000"}

    async def test_does_not_leave_a_form_on_a_guess(
        self, form: ValidateFaultForm, domain: Domain
    ) -> None:
        line = asked_for(
            "phone", "打13800138000", "cancel", confidence=0.4, filled={"phone": "13800138000"}
        )

        outcome = await run(form, line, domain)

        assert not outcome.is_rejected
        assert outcome.slots == {"phone": "13800138000"}

    async def test_is_over_when_the_form_only_asks_again(
        self, form: ValidateFaultForm, domain: Domain
    ) -> None:
        line = asked_for(
            "address", "停电有赔偿吗", "consult", done_before=("fault_form", "action_answer")
        )

        outcome = await run(form, line, domain)

        assert outcome.events == []
        assert outcome.texts == []

    async def test_is_none_before_the_form_asked_anything(
        self, form: ValidateFaultForm, domain: Domain
    ) -> None:
        line = Line(
            text="我家停电了",
            intent="report_fault",
            form="fault_form",
            filled={"fault_kind": "停电"},
        )

        outcome = await run(form, line, domain)

        assert outcome.slots == {"fault_kind": "停电"}
        assert not outcome.is_rejected


class TestACorrection:
    async def test_by_button_asks_for_that_field_again(
        self, form: ValidateFaultForm, domain: Domain
    ) -> None:
        line = asked_for(
            "fault_confirmed",
            "修改联系电话",
            "correct",
            entities={"field": "phone"},
            slots={"phone": "13911112222", "address": "幸福里6栋301"},
        )

        outcome = await run(form, line, domain)

        assert outcome.slots == {"phone": None}
        assert outcome.texts == []

    @pytest.mark.parametrize(
        ("said", "slot"),
        [("电话写错了", "phone"), ("地址不对", "address"), ("时间不是这个", "since")],
    )
    async def test_by_word_asks_for_that_field_again(
        self, form: ValidateFaultForm, domain: Domain, said: str, slot: str
    ) -> None:
        outcome = await run(form, asked_for("fault_confirmed", said, "correct"), domain)

        assert outcome.slots == {slot: None}

    async def test_with_the_right_value_needs_no_question(
        self, form: ValidateFaultForm, domain: Domain
    ) -> None:
        line = asked_for(
            "fault_confirmed",
            "电话错了，是13800138000",
            "correct",
            slots={"phone": "13911112222"},
            filled={"phone": "13800138000"},
        )

        outcome = await run(form, line, domain)

        assert outcome.slots == {"phone": "13800138000"}
        assert outcome.texts == []

    async def test_of_nothing_in_particular_is_asked_what_it_means(
        self, form: ValidateFaultForm, domain: Domain
    ) -> None:
        outcome = await run(form, asked_for("fault_confirmed", "不对", "correct"), domain)

        assert "哪一项要改" in outcome.text
        assert outcome.slots == {"fault_confirmed": None}

    async def test_of_a_field_that_does_not_exist_is_asked_what_it_means(
        self, form: ValidateFaultForm, domain: Domain
    ) -> None:
        line = asked_for("fault_confirmed", "改一下", "correct", entities={"field": "password"})

        outcome = await run(form, line, domain)

        assert "哪一项要改" in outcome.text


class TestLeaveForm:
    async def test_closes_the_form_and_keeps_what_it_collected(self, domain: Domain) -> None:
        line = asked_for("since", "转人工", "request_person", slots={"address": "幸福里6栋301"})

        outcome = await run(LeaveForm(), line, domain)

        assert {"event": "active_loop", "name": None, "timestamp": None} in outcome.events
        assert outcome.slots == {"requested_slot": None}
        assert outcome.texts == []


class TestCancel:
    async def test_forgets_what_was_collected_and_says_so(self, domain: Domain) -> None:
        cancel = Cancel((*faults.COLLECTED, *handover.COLLECTED))
        line = asked_for("since", "不报了", "cancel", slots={"address": "幸福里6栋301"})

        outcome = await run(cancel, line, domain)

        assert {"event": "active_loop", "name": None, "timestamp": None} in outcome.events
        assert set(outcome.slots) > {"fault_kind", "address", "scope", "since", "requested_slot"}
        assert set(outcome.slots.values()) == {None}
        assert outcome.texts == ["好的，已取消，没有登记。需要时随时告诉我。"]

    async def test_says_so_when_there_is_nothing_to_cancel(self, domain: Domain) -> None:
        outcome: Outcome = await run(
            Cancel(faults.COLLECTED), Line(text="取消", intent="cancel"), domain
        )

        assert outcome.events == []
        assert "没有正在登记的内容" in outcome.text
