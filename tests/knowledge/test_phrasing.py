"""An approved answer as it is shaped for the moment."""

import re
from collections.abc import Mapping
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest

from desk.settings import ROOT
from knowledge.entry import Entry, EntryKind
from knowledge.importing.corpus_yaml import read_corpus
from knowledge.phrasing import (
    BLANKS,
    Moment,
    Phrases,
    TicketNow,
    fill,
    is_said,
    load_phrases,
    shape,
)
from profiles.document import DocumentError
from tests.conftest import PROFILES
from tests.knowledge.small_corpus import CALMING, PAYING

TICKET = TicketNow(no="2026112100012", is_open=True, due="11月23日18:00")
KNOWN = {
    "surname": "王",
    "honorific": "女士",
    "ticket_no": "2026112100012",
    "due": "11月23日18:00",
}
SCRIPTS = [
    entry
    for name in PROFILES
    for entry in read_corpus(ROOT / "profiles" / name / "corpus", timezone="Asia/Shanghai")
    if entry.kind is EntryKind.SCRIPT
]
# what is left where a blank went and its words did not
ODD = re.compile(r"[{}]|[，。；、][，。；、]|(?:[限间]是|工单号是?|[延改]到) ?[，。]|^[，。；]")
WITH_BLANKS = [entry for entry in SCRIPTS if "{" in entry.answer]


@pytest.fixture(scope="module")
def phrases() -> Phrases:
    return load_phrases(ROOT / "profiles" / "phrasing.yml")


def script(answer: str, *, phase: str = "承诺") -> Entry:
    return replace(CALMING, answer=answer, phase=phase)


def text_of(entry: Entry, moment: Moment, phrases: Phrases) -> str:
    shaped = shape(entry, moment, phrases)
    assert shaped is not None
    return shaped.text


class TestFill:
    def test_puts_in_what_is_known(self, phrases: Phrases) -> None:
        said = "{surname}{honorific}，工单 {ticket_no} 已催办，时限是{due}。"

        assert (
            fill(said, KNOWN, phrases) == "王女士，工单 2026112100012 已催办，时限是11月23日18:00。"
        )

    def test_leaves_out_what_is_not_known_with_the_words_around_it(self, phrases: Phrases) -> None:
        said = "{surname}{honorific}，报修已经登记，工单号 {ticket_no}。请保持电话畅通。"

        assert fill(said, {}, phrases) == "报修已经登记。请保持电话畅通。"

    def test_drops_the_clause_of_a_blank_no_phrase_is_known_for(self, phrases: Phrases) -> None:
        said = "您好，我是{agent_name}，为您服务。"

        assert fill(said, {}, phrases) == "您好，为您服务。"

    def test_takes_what_a_caller_wrote_as_text(self, phrases: Phrases) -> None:
        filled = fill("{surname}{honorific}，您好。", {**KNOWN, "surname": "{due}"}, phrases)

        assert filled == "due女士，您好。"

    @pytest.mark.parametrize("entry", WITH_BLANKS, ids=lambda entry: entry.entry_id)
    def test_makes_a_whole_sentence_of_every_script_whatever_is_not_known(
        self, entry: Entry, phrases: Phrases
    ) -> None:
        for count in range(len(BLANKS) + 1):
            for missing in combinations(BLANKS, count):
                known = {blank: value for blank, value in KNOWN.items() if blank not in missing}

                filled = fill(entry.answer.strip(), known, phrases)

                assert not ODD.search(filled), filled
                assert filled.endswith(("。", "？", "！"))

    @pytest.mark.parametrize("entry", WITH_BLANKS, ids=lambda entry: entry.entry_id)
    def test_invents_no_word_where_something_is_not_known(
        self, entry: Entry, phrases: Phrases
    ) -> None:
        instead = {new for _, new in phrases.unknown}

        filled = fill(entry.answer.strip(), {}, phrases)

        for new in instead:
            filled = filled.replace(new, "") if new else filled
        rest = iter(entry.answer)
        assert all(sign in rest for sign in filled)


class TestIsSaid:
    @pytest.mark.parametrize(
        ("stretch", "expected"),
        [
            ("请先关阀", True),
            ("请先关阀，再开窗", True),
            ("先关阀", False),
            ("再开", False),
            ("请先开窗", False),
        ],
    )
    def test_takes_whole_clauses_word_for_word(self, stretch: str, expected: bool) -> None:
        assert is_said(stretch, "您好，请先关阀，再开窗。") is expected


class TestShape:
    def test_restates_answers_and_asks_whether_that_was_it(self, phrases: Phrases) -> None:
        said = text_of(PAYING, Moment(text="咋交电费"), phrases)

        assert said == (
            "您问的是“电费在哪里交”，我跟您说明一下。"
            "网上国网 App、95598 网站或供电营业厅都可以交。"
            "您看这样说清楚了吗？还有不明白的，请您随时问我。"
        )

    def test_gives_the_answer_alone_in_short(self, phrases: Phrases) -> None:
        shaped = shape(PAYING, Moment(text="咋交电费", is_angry=True), phrases)

        assert shaped is not None
        assert shaped.short == "网上国网 App、95598 网站或供电营业厅都可以交。"

    def test_soothes_who_is_angry_before_anything_else(self, phrases: Phrases) -> None:
        said = text_of(PAYING, Moment(text="气死了，咋交", is_angry=True), phrases)

        assert said.startswith(phrases.soothing)

    def test_soothes_nobody_twice(self, phrases: Phrases) -> None:
        sorry = script("让您久等了，很抱歉。我马上去催。")

        said = text_of(sorry, Moment(text="气死了", is_angry=True), phrases)

        assert said == "让您久等了，很抱歉。我马上去催。"

    def test_greets_with_the_first_line_only(self, phrases: Phrases) -> None:
        first = text_of(CALMING, Moment(text="快点", is_opening=True), phrases)
        later = text_of(CALMING, Moment(text="快点"), phrases)

        assert (first, later) == (f"您好，{CALMING.answer}", CALMING.answer)

    def test_greets_nobody_twice(self, phrases: Phrases) -> None:
        greeting = script("您好，这里是物业服务中心。", phase="问候")

        said = text_of(greeting, Moment(text="喂", is_opening=True), phrases)

        assert said == "您好，这里是物业服务中心。"

    def test_calls_people_by_their_name_once(self, phrases: Phrases) -> None:
        moment = Moment(text="快点", surname="王", honorific="女士")
        named = script("{surname}{honorific}，我马上去催。")

        assert text_of(named, moment, phrases) == "王女士，我马上去催。"
        assert text_of(CALMING, moment, phrases).startswith("王女士，")

    def test_calls_nobody_by_a_bare_surname(self, phrases: Phrases) -> None:
        said = text_of(CALMING, Moment(text="快点", surname="王"), phrases)

        assert said == CALMING.answer

    def test_says_what_is_done_in_danger_first_and_whole(self, phrases: Phrases) -> None:
        danger = script("请您马上离开！不要开灯！到楼外再打 119。", phase="解释")
        angry = Moment(
            text="漏气了", is_angry=True, is_opening=True, surname="王", honorific="女士"
        )

        shaped = shape(danger, angry, phrases)

        assert shaped is not None
        assert (shaped.text, shaped.short) == (danger.answer, danger.answer)

    def test_owns_up_to_saying_it_again(self, phrases: Phrases) -> None:
        again = Moment(text="咋交电费", said=frozenset({PAYING.entry_id}))

        assert phrases.again in text_of(PAYING, again, phrases)

    def test_ends_with_the_ticket_when_the_customer_speaks_of_it(self, phrases: Phrases) -> None:
        said = text_of(PAYING, Moment(text="我的单子呢", ticket=TICKET), phrases)

        assert said.endswith(
            "您的工单号是 2026112100012，办理时限是11月23日18:00，我会继续跟进，有结果就告诉您。"
        )

    def test_promises_no_time_that_is_not_known(self, phrases: Phrases) -> None:
        late = replace(TICKET, due="")

        said = text_of(PAYING, Moment(text="我的单子呢", ticket=late), phrases)

        assert said.endswith("您的工单号是 2026112100012，我会继续跟进，有结果就告诉您。")

    def test_says_nothing_where_nothing_is_left(self, phrases: Phrases) -> None:
        assert shape(script("{agent_name}"), Moment(text="谁"), phrases) is None

    @pytest.mark.parametrize("entry", SCRIPTS, ids=lambda entry: entry.entry_id)
    def test_keeps_every_script_whole_and_its_short_form_a_part_of_it(
        self, entry: Entry, phrases: Phrases
    ) -> None:
        shaped = shape(entry, Moment(text="喂", surname="王", honorific="女士"), phrases)

        assert shaped is not None
        assert shaped.short in shaped.text
        assert shaped.short.endswith(("。", "？", "！"))


class TestLoad:
    def test_names_file_line_and_reason_of_a_fault(self, tmp_path: Path) -> None:
        file = tmp_path / "phrasing.yml"
        file.write_text("greeting: 您好，\nsorry: 对不起\n", encoding="utf-8")

        with pytest.raises(DocumentError, match=r"phrasing\.yml:\d+: "):
            load_phrases(file)

    def test_addresses_customers_politely(self, phrases: Phrases) -> None:
        said: Mapping[str, object] = phrases.model_dump()

        assert [name for name, words in said.items() if "你" in str(words)] == []
