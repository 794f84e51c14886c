"""What a person is told to look at, and what passes."""

from datetime import date

import pytest

from desk.settings import ROOT
from knowledge.entry import Entry, EntryKind
from knowledge.importing.cleaning import clean
from knowledge.importing.corpus_yaml import read_corpus
from knowledge.importing.judging import MOST_FLAGS, Judge
from knowledge.importing.masking import Masker
from knowledge.importing.paper import Paper, Passage, Place, Unit
from knowledge.importing.proposal import BLOCKING, Finding, Flag, Proposal
from knowledge.importing.rules import load_rules
from tests.knowledge.small_corpus import WAITING, make_entry

TODAY = date(2026, 11, 22)
# of all; it was none when this was written
MOST_ALARMS = 0.01


def proposal(answer: str, title: str = "办理说明", *questions: str, entry_id: str = "") -> Proposal:
    return Proposal(
        title=title,
        questions=questions,
        answer=answer,
        kind=EntryKind.FAQ,
        topic="服务",
        source="手册",
        origin=f"手册.docx {title}",
        entry_id=entry_id,
    )


def judged(*proposals: Proposal, existing: tuple[Entry, ...] = ()) -> list[set[Flag]]:
    judge = Judge(load_rules(), profile="power", today=TODAY)
    return [{finding.flag for finding in each.flags} for each in judge.judge(proposals, existing)]


class TestExpired:
    @pytest.mark.parametrize(
        "text",
        [
            "进门须测体温，37.3℃以上的客户请到发热门诊。",
            "进入营业厅请出示健康码，并佩戴口罩等候。",
            "本办法自2019年1月1日起试行至2020年12月31日。",
            "优惠电价的有效期至2025-06-30，过期不再享受。",
            "2024年3月前办理的客户可以免收手续费用。",
            "本通知所说的优惠活动在2019年春节期间进行。",
            "暂行规定：2015年起增容不收费用，按实际结算。",
        ],
    )
    def test_is_seen_in_rules_of_another_time(self, text: str) -> None:
        assert judged(proposal(text)) == [{Flag.LOOKS_EXPIRED}]

    @pytest.mark.parametrize(
        "text",
        [
            "依照2009年修订的电力法，供电企业不得拒绝供电。",
            "优惠电价的有效期至2027-06-30，请及时申请。",
            "每天8:00至20:00受理，节假日也照常受理业务。",
            "2024年版的供电营业规则自2024年6月1日起施行。",
            "有效期至2026年11月22日的证件今天仍然可以使用。",
        ],
    )
    def test_is_not_seen_in_old_laws_and_coming_days(self, text: str) -> None:
        assert judged(proposal(text)) == [set()]


class TestForeign:
    def test_is_what_speaks_of_another_trade_only(self) -> None:
        text = "客户经理每月走访零售户，检查卷烟和烟叶的存放情况。"

        assert judged(proposal(text)) == [{Flag.FOREIGN}]

    def test_is_not_what_speaks_of_our_own_too(self) -> None:
        text = "烟草公司、卷烟零售户的用电报装，按一般工商业办理。"

        assert judged(proposal(text)) == [set()]


class TestDoubtful:
    @pytest.mark.parametrize(
        "text", ["早班在7:558:00之间到岗交接工作。", "值班表见□□□和口口口口口两处。"]
    )
    def test_is_text_that_cannot_be_made_out(self, text: str) -> None:
        assert judged(proposal(text)) == [{Flag.DOUBTFUL_TEXT}]

    def test_blocks_a_publication_until_somebody_decides(self) -> None:
        assert Flag.DOUBTFUL_TEXT in BLOCKING


class TestLength:
    def test_is_told_when_short_or_long(self) -> None:
        assert judged(proposal("可以。"), proposal("请先看开关。" * 200, "另一件事")) == [
            {Flag.TOO_SHORT},
            {Flag.TOO_LONG},
        ]


class TestContradictions:
    def test_are_seen_between_sentences_about_one_thing(self) -> None:
        first = proposal("受理投诉后，应在24小时内与客户联系。", "投诉受理")
        second = proposal("1. 受理投诉后应在3个工作日内与客户联系。", "投诉回访")

        assert judged(first, second) == [{Flag.CONTRADICTS}, {Flag.CONTRADICTS}]

    def test_are_seen_between_answers_to_one_question(self) -> None:
        first = proposal("城里一般四十五分钟，请您耐心等候。", "报修后多久到现场")
        second = proposal("师傅会在 2 小时以内赶到您的家里。", "报修后多久能到现场")

        assert judged(first, second) == [{Flag.CONTRADICTS}, {Flag.CONTRADICTS}]

    def test_show_what_the_other_says_and_where(self) -> None:
        judge = Judge(load_rules(), profile="power", today=TODAY)
        first = proposal("受理投诉后，应在24小时内与客户联系。", "投诉受理")
        second = proposal("受理投诉后，应在3天内与客户联系。", "投诉回访")

        shown, _ = judge.judge([first, second], [])

        assert shown.flags == (
            Finding(
                flag=Flag.CONTRADICTS,
                detail="手册.docx 投诉回访: 受理投诉后，应在3天内与客户联系",
            ),
        )

    @pytest.mark.parametrize(
        ("first", "second"),
        [
            ("城区报修后45分钟内到达现场。", "农村报修后90分钟内到达现场。"),
            ("受理投诉后，24小时内联系客户。", "受理投诉后，1天内给客户答复。"),
            ("受理投诉后，应在三天内联系客户。", "受理投诉后，应在3天内联系客户。"),
        ],
        ids=["another place", "another deed", "the same figure in words"],
    )
    def test_are_not_seen_between_different_things(self, first: str, second: str) -> None:
        flags = judged(proposal(first, "甲的规定"), proposal(second, "乙的规定"))

        assert Flag.CONTRADICTS not in flags[0] | flags[1]

    def test_are_not_seen_between_questions_that_differ_in_one_word(self) -> None:
        first = proposal("供电企业会提前 7 天公告。", "计划检修停电提前多久通知")
        second = proposal("重要用户会在 1 天前接到电话。", "临时检修停电提前多久通知")

        assert judged(first, second) == [set(), set()]


class TestOurOwnCorpora:
    """A careful trainer's texts are the measure of false alarms."""

    @pytest.mark.parametrize("profile", ["power", "gas", "property"])
    def test_raise_hardly_a_flag(self, profile: str) -> None:
        entries = read_corpus(ROOT / "profiles" / profile / "corpus", timezone="Asia/Shanghai")
        proposals = [proposal(entry.answer, entry.title) for entry in entries]

        shown = Judge(load_rules(), profile=profile, today=TODAY).judge(proposals, [])

        flagged = [(each.title, each.flags) for each in shown if each.flags]
        assert len(flagged) <= MOST_ALARMS * len(shown), flagged

    @pytest.mark.parametrize("profile", ["power", "gas", "property"])
    def test_hold_hardly_a_thing_to_mask_or_clean(self, profile: str) -> None:
        entries = read_corpus(ROOT / "profiles" / profile / "corpus", timezone="Asia/Shanghai")
        place = Place(file="词条", unit=Unit.LINE, number=1)
        lines = [line for entry in entries for line in entry.answer.split("\n") if line.strip()]
        pieces = tuple(Passage(text=line.strip(), place=place) for line in lines)

        cleaned = clean(Paper(name="词条", pieces=pieces), load_rules().cleaning)

        masker = Masker(load_rules().masking)
        assert len(cleaned.changes) <= MOST_ALARMS * len(lines), cleaned.changes
        private = [each.title for each in entries if masker.holds_private_data(each.answer)]
        assert len(private) <= MOST_ALARMS * len(entries), private


class TestDuplicates:
    TEXT = "逾期三十日仍不交清电费的，供电所可以按规定的程序停止供电。"

    def test_are_seen_though_worded_a_little_differently(self) -> None:
        again = self.TEXT.replace("供电所可以", "供电所")

        assert judged(proposal(self.TEXT, "甲"), proposal(again, "乙")) == [
            set(),
            {Flag.DUPLICATED},
        ]

    def test_are_not_seen_where_figures_differ(self) -> None:
        first = proposal("一档电量每月二百千瓦时以内，每度电价是 0.5 元。", "一档的电价")
        second = proposal("一档电量每月二百千瓦时以内，每度电价是 0.6 元。", "夏季的电费")

        assert Flag.DUPLICATED not in judged(first, second)[1]

    def test_are_seen_beside_what_the_centre_has(self) -> None:
        known = make_entry("outage-arrival", "报修后多久到", answer=self.TEXT)

        assert judged(
            proposal(self.TEXT, "停电的规定"),
            proposal("城区里大概四五十分钟左右。", "别的", "报修后多久到？"),
            existing=(known,),
        ) == [{Flag.DUPLICATED}, {Flag.DUPLICATED}]

    def test_are_not_the_entry_that_is_being_changed(self) -> None:
        changed = proposal(WAITING.answer + "山区更久。", WAITING.title, entry_id=WAITING.entry_id)

        assert judged(changed, existing=(WAITING,)) == [{Flag.CHANGES_AN_ENTRY}]

    def test_are_seen_among_many_that_are_nearly_the_same(self) -> None:
        prices = [
            proposal(
                f"{self.TEXT}一档电量每月二百千瓦时以内，每度电价是 0.{number} 元。", f"甲{number}"
            )
            for number in range(10, 60)
        ]
        again = proposal(prices[40].answer, "乙的电价")
        judge = Judge(load_rules(), profile="power", today=TODAY)

        *_, shown = judge.judge([*prices, again], [])

        assert shown.flags == (
            Finding(flag=Flag.DUPLICATED, detail=f"{prices[40].origin}: {prices[40].title}"),
        )

    def test_are_named_a_few_at_a_time(self) -> None:
        many = [proposal(self.TEXT, f"第{number}条") for number in range(50)]
        judge = Judge(load_rules(), profile="power", today=TODAY)

        *_, last = judge.judge(many, [])

        assert len(last.flags) == MOST_FLAGS
