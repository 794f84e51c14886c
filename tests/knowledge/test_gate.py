"""What the gate lets pass, and what only a reviewer may."""

import pytest

from knowledge.entry import KnowledgeError
from knowledge.exam import Heard, Outcome
from knowledge.gate import Floors, Override, Ruling, Verdict, overridden, rule, shortfalls

LIVE = Ruling(figures={"hit@1": 1.0})
DECIDED = Override(reviewer="老王", reason="换了题库，下周补齐")
RIGHT = Outcome(
    question="电费去哪交",
    relevant=("pay",),
    heard=Heard.ANSWERED,
    place=1,
    first="pay",
    probability=0.99,
)
WRONG = Outcome(
    question="电费去哪交",
    relevant=("pay",),
    heard=Heard.WRONG,
    place=0,
    first="meter",
    probability=0.99,
)
FIGURES = {
    "hit@1": 0.9,
    "hit@3": 0.96,
    "mrr@10": 0.92,
    "precision": 0.97,
    "coverage": 0.75,
    "false_answers": 0.03,
}


class TestRule:
    def test_lets_pass_what_reaches_every_floor(self) -> None:
        ruling = rule([RIGHT], floors=Floors(hit_at_1=0.9), before=LIVE)

        assert (ruling.verdict, ruling.below) == (Verdict.PASSED, ())

    def test_refuses_what_is_below_a_floor_and_says_which(self) -> None:
        ruling = rule([WRONG], floors=Floors(hit_at_1=0.9, hit_at_3=0.0), before=LIVE)

        (below,) = ruling.below
        assert ruling.verdict is Verdict.REFUSED
        assert (below.name, below.figure, below.floor) == ("hit@1", 0.0, 0.9)

    def test_lets_a_reviewer_override_and_keeps_who_and_why(self) -> None:
        refused = rule([WRONG], floors=Floors(hit_at_1=0.9), before=LIVE)

        ruling = overridden(refused, DECIDED)

        assert ruling.verdict is Verdict.OVERRIDDEN
        assert (ruling.reviewer, ruling.reason) == ("老王", "换了题库，下周补齐")

    def test_writes_down_no_override_that_was_not_needed(self) -> None:
        passed = rule([RIGHT], floors=Floors(hit_at_1=0.9), before=LIVE)

        ruling = overridden(passed, DECIDED)

        assert (ruling.verdict, ruling.reviewer) == (Verdict.PASSED, "")

    def test_lets_the_very_first_pass_and_calls_it_so(self) -> None:
        ruling = rule([WRONG], floors=Floors(hit_at_1=0.9), before=None)

        assert (ruling.verdict, len(ruling.below)) == (Verdict.FIRST, 1)

    def test_says_what_got_worse_against_the_live_one(self) -> None:
        ruling = rule([WRONG], floors=Floors(), before=Ruling(outcomes=(RIGHT,)))

        (worse,) = ruling.worse
        assert (worse.question, worse.now) == ("电费去哪交", "wrong: meter")

    def test_compares_with_nothing_what_was_published_before_there_was_a_gate(self) -> None:
        assert rule([WRONG], floors=Floors(), before=Ruling()).worse == ()


class TestShortfalls:
    @pytest.mark.parametrize(
        "floors",
        [
            Floors(),
            Floors(
                hit_at_1=0.9,
                hit_at_3=0.96,
                mrr=0.92,
                precision=0.97,
                coverage=0.75,
                false_answers=0.03,
            ),
        ],
        ids=["no floors", "exactly at the floors"],
    )
    def test_finds_none(self, floors: Floors) -> None:
        assert shortfalls(FIGURES, floors) == ()

    @pytest.mark.parametrize(
        ("floors", "name"),
        [
            (Floors(hit_at_1=0.91), "hit@1"),
            (Floors(hit_at_3=0.97), "hit@3"),
            (Floors(mrr=0.93), "mrr@10"),
            (Floors(precision=0.98), "precision"),
            (Floors(coverage=0.76), "coverage"),
            (Floors(false_answers=0.02), "false_answers"),
        ],
    )
    def test_finds_the_figure_that_falls_short(self, floors: Floors, name: str) -> None:
        assert [each.name for each in shortfalls(FIGURES, floors)] == [name]


class TestOverride:
    @pytest.mark.parametrize(
        ("reviewer", "reason", "why"),
        [
            (" ", "换了题库", "a reviewer's name and a reason"),
            ("老王", " ", "a reviewer's name and a reason"),
            ("小陈", "换了题库", "another person must decide"),
        ],
    )
    def test_needs_another_person_with_a_name_and_a_reason(
        self, reviewer: str, reason: str, why: str
    ) -> None:
        with pytest.raises(KnowledgeError, match=why):
            Override(reviewer=reviewer, reason=reason).check("小陈")
