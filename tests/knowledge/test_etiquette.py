"""What agents type is looked at before it is sent: the wording, where it stands, what mends it."""

import time
from itertools import pairwise

import pytest
from ruamel.yaml import YAML

from desk.settings import ROOT
from knowledge.etiquette import Draft, Etiquette, Finding, mended
from knowledge.etiquette_rules import Severity, read_etiquette

# more than ten times what was measured here (0.3 s); a pattern that explodes takes hours
LONGEST_S = 5.0


@pytest.fixture(scope="module")
def etiquette() -> Etiquette:
    return Etiquette(read_etiquette(ROOT / "profiles" / "power"))


def rules_of(findings: list[Finding]) -> list[str]:
    return [each.rule for each in findings]


class TestCheck:
    @pytest.mark.parametrize(
        ("text", "rule"),
        [
            ("您急什么，等着就是了。", "rude"),
            ("请你稍等。", "informal"),
            ("这个不归我管。", "shirking"),
            ("谁让您不早点报修的。", "blame"),
            ("我保证今天来电。", "promise"),
            ("已经派单到抢修班。", "internal"),
            ("举报人是您楼下的邻居。", "private"),
        ],
    )
    def test_finds_what_each_rule_forbids(self, etiquette: Etiquette, text: str, rule: str) -> None:
        assert rule in rules_of(etiquette.check(Draft(text)))

    @pytest.mark.parametrize(
        "text",
        [
            "抱歉，我不能保证几点来电，有消息马上告诉您。",
            "您放心，不会让您再跑一趟。",
            "请您不要着急，我现在就查。",
            "这不是您的错，是我们没有说清楚。",
            "这不归供电部门管，请拨打 12345，我也可以帮您记下来。",
            "结果一定告诉您。",
            "赔不赔我不随便答应您，核实后按规定答复。",
        ],
    )
    def test_leaves_what_denies_or_helps_alone(self, etiquette: Etiquette, text: str) -> None:
        assert etiquette.check(Draft(text)) == []

    @pytest.mark.parametrize("quotes", ["“{}”", "「{}」", '"{}"'])
    def test_leaves_the_customers_own_words_alone(self, etiquette: Etiquette, quotes: str) -> None:
        text = f"您刚才说{quotes.format('你们不归我管')}，我都记下来了。"

        assert etiquette.check(Draft(text)) == []

    def test_says_where_it_is_and_where_it_is_written(self, etiquette: Etiquette) -> None:
        text = "您好，我也没办法，再见。"

        (found,) = etiquette.check(Draft(text))

        assert text[slice(*found.span)] == "我也没办法"
        assert found.severity is Severity.BREACH
        assert found.document.startswith("网店客服管理制度（001）三不")

    def test_marks_clauses_in_a_row_as_one(self, etiquette: Etiquette) -> None:
        text = "这种事没人管的，您自己想办法吧。"

        (found,) = etiquette.check(Draft(text))

        assert text[slice(*found.span)] == text[:-1]

    def test_finds_words_with_blanks_and_invisible_signs_between(
        self, etiquette: Etiquette
    ) -> None:
        text = "这 个 不\u200b归　我管。"

        (found,) = etiquette.check(Draft(text))

        assert text[slice(*found.span)] == text[:-1]

    @pytest.mark.parametrize("word", ["SG186", "T+1", "ERP"])
    def test_finds_abbreviations_no_customer_knows(self, etiquette: Etiquette, word: str) -> None:
        assert rules_of(etiquette.check(Draft(f"{word}还没有同步。"))) == ["internal"]

    @pytest.mark.parametrize("word", ["APP", "IC卡", "A3栋", "浙AD12345", "10kV", "www.SGCC.com"])
    def test_knows_those_that_everybody_knows(self, etiquette: Etiquette, word: str) -> None:
        assert etiquette.check(Draft(f"{word}请您看一下。")) == []


class TestTaboo:
    def test_every_phrase_that_circulates_as_forbidden_is_found(self, etiquette: Etiquette) -> None:
        file = ROOT / "tests" / "knowledge" / "etiquette_taboo.yml"
        phrases = YAML(typ="safe").load(file.read_text("utf-8"))
        # none may be found for its 你 alone
        polite = [phrase.replace("你", "您") for phrase in phrases]

        assert len(polite) == 50
        assert [text for text in polite if not etiquette.check(Draft(text))] == []


class TestMended:
    def test_puts_the_rewrite_in_place(self, etiquette: Etiquette) -> None:
        text = "你好，你到底办不办？"

        said = mended(text, etiquette.check(Draft(text)))

        assert said == "您好，请您慢慢说，我都在记。"

    def test_of_two_that_overlap_the_graver_counts(self) -> None:
        def found(span: tuple[int, int], severity: Severity, rewrite: str) -> Finding:
            return Finding(
                rule="r", severity=severity, span=span, message="", rewrite=rewrite, document="d"
            )

        light = found((0, 1), Severity.WARNING, "您")
        grave = found((0, 4), Severity.BREACH, "请慢慢说")

        assert mended("你快点说。", [light, grave]) == "请慢慢说。"

    def test_every_rewrite_may_be_said(self, etiquette: Etiquette) -> None:
        file = read_etiquette(ROOT / "profiles" / "power")
        rewrites = {case.rewrite for rule in file.rules.values() for case in rule.cases}

        assert {text for text in rewrites if etiquette.check(Draft(text))} == set()


class TestBadInput:
    @pytest.mark.parametrize(
        "text", ["", " ", "。。。！？", "😀👍🏻", "\u200b\u200b", "\n\n", "\x00"]
    )
    def test_finds_nothing_where_nothing_is_said(self, etiquette: Etiquette, text: str) -> None:
        assert etiquette.check(Draft(text)) == []

    def test_reads_markup_as_text(self, etiquette: Etiquette) -> None:
        text = "<script>alert('你')</script>您好"

        (found,) = etiquette.check(Draft(text))

        assert (found.rule, text[slice(*found.span)]) == ("informal", "你")

    def test_keeps_its_place_after_emoji(self, etiquette: Etiquette) -> None:
        text = "👨‍👩‍👧😀你好"

        (found,) = etiquette.check(Draft(text))

        assert text[slice(*found.span)] == "你好"

    @pytest.mark.parametrize(
        "text",
        [
            "您" * 10_000,
            "您自己" * 3_333,
            "一定肯定绝对" * 1_666,
            "不归" * 5_000,
            "“" * 10_000,
            "是" * 9_999 + "的",
            "1 " * 5_000,
            "A" * 10_000,
            "您，" * 5_000,
        ],
        ids=lambda text: text[:4],
    )
    def test_ten_thousand_hostile_characters_take_no_hours(
        self, etiquette: Etiquette, text: str
    ) -> None:
        begun = time.thread_time()

        etiquette.check(Draft(text))

        assert time.thread_time() - begun < LONGEST_S

    def test_marks_nothing_twice_in_one_rule(self, etiquette: Etiquette) -> None:
        text = "你急什么，我也没办法，谁让你不早说。" * 20

        found = etiquette.check(Draft(text))

        for rule in {each.rule for each in found}:
            spans = [each.span for each in found if each.rule == rule]
            assert all(first[1] <= second[0] for first, second in pairwise(spans))
