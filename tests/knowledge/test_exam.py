"""What customers would hear to the test questions, worked out by hand on a few."""

from dataclasses import replace
from datetime import timedelta

import pytest

from knowledge.calibration import Decision
from knowledge.entry import Entry
from knowledge.evidence import PARTS as NAMES
from knowledge.evidence import Parts
from knowledge.exam import (
    Heard,
    Outcome,
    askable,
    each_once,
    examine,
    figures_of,
    got_worse,
    reliability,
    turned,
)
from knowledge.importing.questions_yaml import LabelledQuestion
from knowledge.search import Candidate, SearchResult
from tests.conftest import SATURDAY_MORNING
from tests.knowledge.small_corpus import METER, MOVING, PAYING, WAITING

PARTS = Parts(**dict.fromkeys(NAMES, 0.5))


def asked(text: str, *relevant: Entry) -> LabelledQuestion:
    return LabelledQuestion(text=text, relevant=frozenset(each.entry_id for each in relevant))


def said(decision: Decision, *likely: tuple[Entry, float]) -> SearchResult:
    candidates = (
        Candidate(entry=entry, probability=probability, parts=PARTS)
        for entry, probability in likely
    )
    return SearchResult(decision=decision, candidates=tuple(candidates))


def outcome(
    heard: Heard, *, place: int = 1, sure: float = 0.9, question: str = "几点来"
) -> Outcome:
    return Outcome(
        question=question,
        relevant=("pay",),
        heard=heard,
        place=place,
        first="pay",
        probability=sure,
    )


def outside(heard: Heard, *, sure: float = 0.1) -> Outcome:
    return Outcome(
        question="红烧肉怎么做", relevant=(), heard=heard, place=0, first="pay", probability=sure
    )


class TestExamine:
    @pytest.mark.parametrize(
        ("found", "heard", "place"),
        [
            (said(Decision.ANSWER, (PAYING, 0.99)), Heard.ANSWERED, 1),
            (said(Decision.ANSWER, (METER, 0.99), (PAYING, 0.5)), Heard.WRONG, 2),
            (said(Decision.SUGGEST, (PAYING, 0.8), (METER, 0.1)), Heard.SUGGESTED, 1),
            (said(Decision.SUGGEST, (METER, 0.8), (PAYING, 0.1)), Heard.OFFERED, 2),
            (said(Decision.SUGGEST, (METER, 0.8), (MOVING, 0.1)), Heard.NOTHING, 0),
            (said(Decision.CLARIFY, (METER, 0.5), (PAYING, 0.4)), Heard.OFFERED, 2),
            (said(Decision.CLARIFY, (METER, 0.5), (MOVING, 0.4)), Heard.NOTHING, 0),
            (said(Decision.NONE, (PAYING, 0.2)), Heard.NOTHING, 1),
            (said(Decision.NONE), Heard.NOTHING, 0),
        ],
        ids=[
            *("answered", "wrong", "suggested", "beside a suggestion", "suggested another"),
            *("offered", "offered others", "kept quiet", "found none"),
        ],
    )
    def test_tells_what_a_customer_hears(
        self, found: SearchResult, heard: Heard, place: int
    ) -> None:
        (outcome,) = examine([asked("电费去哪交", PAYING)], lambda text: found)

        assert (outcome.heard, outcome.place) == (heard, place)

    @pytest.mark.parametrize(
        ("decision", "heard"),
        [
            (Decision.ANSWER, Heard.WRONG),
            (Decision.SUGGEST, Heard.SUGGESTED),
            (Decision.CLARIFY, Heard.OFFERED),
            (Decision.NONE, Heard.NOTHING),
        ],
    )
    def test_calls_any_answer_out_of_scope_wrong(self, decision: Decision, heard: Heard) -> None:
        (outcome,) = examine([asked("红烧肉怎么做")], lambda text: said(decision, (PAYING, 0.9)))

        assert outcome.heard is heard


class TestFiguresOf:
    @pytest.mark.parametrize(
        ("name", "by_hand"),
        [
            ("hit@1", 4 / 6),
            ("hit@3", 5 / 6),
            ("mrr@10", (4 + 1 / 2 + 1 / 4) / 6),
            # of four direct answers two are right
            ("precision", 2 / 4),
            ("coverage", 2 / 6),
            ("false_answers", 1 / 3),
            ("at_once", 3 / 6),
            ("false_suggestions", 1 / 3),
        ],
    )
    def test_comes_to_what_was_worked_out_by_hand(self, name: str, by_hand: float) -> None:
        outcomes = [
            outcome(Heard.ANSWERED),
            outcome(Heard.ANSWERED),
            outcome(Heard.SUGGESTED),
            outcome(Heard.NOTHING),
            outcome(Heard.OFFERED, place=2),
            outcome(Heard.WRONG, place=4),
            outside(Heard.WRONG),
            outside(Heard.OFFERED),
            outside(Heard.SUGGESTED),
        ]

        assert figures_of(outcomes)[name] == pytest.approx(by_hand)

    def test_calls_a_search_that_never_answers_precise_and_useless(self) -> None:
        figures = figures_of([outcome(Heard.NOTHING)])

        assert (figures["precision"], figures["coverage"]) == (1.0, 0.0)


class TestGotWorse:
    @pytest.mark.parametrize(
        ("before", "now"),
        [
            (outcome(Heard.ANSWERED), outcome(Heard.SUGGESTED)),
            (outcome(Heard.SUGGESTED), outcome(Heard.OFFERED)),
            (outcome(Heard.OFFERED), outcome(Heard.NOTHING)),
            (outcome(Heard.NOTHING), outcome(Heard.WRONG)),
            (outcome(Heard.OFFERED), outcome(Heard.OFFERED, place=3)),
            (outcome(Heard.NOTHING, place=3), outcome(Heard.NOTHING, place=4)),
            (outside(Heard.NOTHING), outside(Heard.OFFERED)),
            (outside(Heard.OFFERED), outside(Heard.SUGGESTED)),
            (outside(Heard.SUGGESTED), outside(Heard.WRONG)),
        ],
    )
    def test_sees_what_customers_would_notice(self, before: Outcome, now: Outcome) -> None:
        (worse,) = got_worse([now], [before])

        assert worse.question == now.question
        assert got_worse([before], [now]) == ()

    def test_sees_none_where_all_is_as_it_was(self) -> None:
        same = outcome(Heard.OFFERED, place=2)

        assert got_worse([replace(same, place=3, probability=0.5)], [same]) == ()

    def test_says_what_is_heard_instead(self) -> None:
        wrong = replace(outcome(Heard.WRONG, place=0), first="meter")

        (worse,) = got_worse([wrong], [outcome(Heard.OFFERED, place=2)])

        assert (worse.before, worse.now) == ("offered, at place 2", "wrong: meter")

    def test_compares_only_what_was_asked_both_times(self) -> None:
        now = [outcome(Heard.NOTHING, question="新的问法")]

        assert got_worse(now, [outcome(Heard.ANSWERED, question="旧的问法")]) == ()


class TestReliability:
    def test_tells_how_often_the_first_was_right_bin_by_bin(self) -> None:
        outcomes = [
            outcome(Heard.ANSWERED, sure=0.92),
            outcome(Heard.ANSWERED, sure=0.98),
            outcome(Heard.WRONG, place=2, sure=0.95),
            outcome(Heard.NOTHING, place=3, sure=0.14),
            outcome(Heard.ANSWERED, sure=1.0),
        ]

        low, high = reliability(outcomes)

        assert (low.predicted, low.observed, low.count) == (0.14, 0.0, 1)
        assert (high.predicted, high.observed, high.count) == (
            pytest.approx((0.92 + 0.98 + 0.95 + 1.0) / 4),
            0.75,
            4,
        )


class TestAskable:
    def test_leaves_out_what_asks_for_a_withdrawn_or_an_expired_entry_alone(self) -> None:
        expired = replace(METER, valid_until=SATURDAY_MORNING)
        questions = [
            asked("电费去哪交", PAYING),
            asked("电表快了", METER),
            asked("过户", MOVING),
            asked("多久来人", WAITING, MOVING),
            asked("红烧肉怎么做"),
        ]

        kept, left_out = askable(
            questions,
            [PAYING, expired, WAITING],
            withdrawn={MOVING.entry_id},
            now=SATURDAY_MORNING,
        )

        assert left_out == ["电表快了", "过户"]
        assert kept == [questions[0], asked("多久来人", WAITING), questions[4]]

    def test_leaves_out_what_has_not_begun(self) -> None:
        later = replace(METER, valid_from=SATURDAY_MORNING + timedelta(minutes=1))

        kept, left_out = askable(
            [asked("电表快了", METER)], [later], withdrawn=(), now=SATURDAY_MORNING
        )

        assert (kept, left_out) == ([], ["电表快了"])

    def test_asks_while_the_version_before_is_still_said(self) -> None:
        later = replace(METER, version=2, valid_from=SATURDAY_MORNING + timedelta(minutes=1))
        question = asked("电表快了", METER)

        kept, _ = askable([question], [METER, later], withdrawn=(), now=SATURDAY_MORNING)

        assert kept == [question]


class TestEachOnce:
    def test_puts_repeats_together_whatever_their_punctuation(self) -> None:
        once = each_once(
            [
                LabelledQuestion(text="电费怎么交？", relevant=frozenset({"pay"})),
                LabelledQuestion(text="电费，怎么交", relevant=frozenset({"app"})),
                LabelledQuestion(text="红烧肉怎么做", relevant=frozenset()),
            ]
        )

        assert once == [
            LabelledQuestion(text="电费怎么交？", relevant=frozenset({"pay", "app"})),
            LabelledQuestion(text="红烧肉怎么做", relevant=frozenset()),
        ]


def heard_to(question: str, heard: Heard, place: int = 1) -> Outcome:
    return Outcome(
        question=question,
        relevant=("pay",),
        heard=heard,
        place=place,
        first="pay" if place == 1 else "other",
        probability=0.9,
    )


class TestTurned:
    def test_names_what_got_worse_before_what_got_better(self) -> None:
        before = [heard_to("怎么交", Heard.NOTHING), heard_to("在哪交", Heard.ANSWERED)]
        now = [heard_to("怎么交", Heard.ANSWERED), heard_to("在哪交", Heard.WRONG, place=2)]

        found = turned(now, before)

        assert [(each.now.question, each.is_worse) for each in found] == [
            ("在哪交", True),
            ("怎么交", False),
        ]

    def test_leaves_out_what_stayed_and_what_was_not_asked_before(self) -> None:
        before = [heard_to("怎么交", Heard.ANSWERED)]
        now = [heard_to("怎么交", Heard.ANSWERED), heard_to("新问题", Heard.WRONG)]

        assert turned(now, before) == ()
