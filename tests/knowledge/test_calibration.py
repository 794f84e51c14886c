"""From evidence to a probability, and from probabilities to one of four bands."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from knowledge.calibration import UNNAMED_PARTS, UNTAUGHT, Bin, Calibration, Decision
from knowledge.evidence import PARTS, SCOPE, Evidence
from knowledge.importing.questions_yaml import LabelledQuestion
from knowledge.judging import TOLD, Forest, Judge, Line, told_of
from tests.knowledge.small_corpus import CURVE, WORDS_ONLY

# two candidates neither of which is ahead: the score says nothing
LEVEL = [0.7, 0.7]


def evidence(*near: float, **more: Any) -> Evidence:
    """Candidates that are so near, and what is known of their question."""
    parts = np.zeros((len(near), len(PARTS)))
    parts[:, PARTS.index("near")] = near
    known = {"similarity": 0.0, "foreign": 0.0, "learned": 0.0, "outside": 0.0, "matter": 0.0}
    return Evidence(entries=np.arange(len(near)), parts=parts, **{**known, **more})


class TestDecide:
    @pytest.mark.parametrize(
        ("probabilities", "decision"),
        [
            ([0.95, 0.2], Decision.ANSWER),
            ([0.9], Decision.ANSWER),
            ([0.899], Decision.SUGGEST),
            ([0.7, 0.2], Decision.SUGGEST),
            ([0.699, 0.3], Decision.CLARIFY),
            ([0.5, 0.3], Decision.CLARIFY),
            ([0.2, 0.1, 0.05], Decision.CLARIFY),
            ([1 / 3], Decision.CLARIFY),
            ([0.3], Decision.NONE),
            ([0.1, 0.1, 0.1, 0.1, 0.1], Decision.NONE),
            ([], Decision.NONE),
        ],
        ids=[
            "sure",
            "just sure enough",
            "not quite sure",
            "likely enough to be shown under its title",
            "likely, and not enough",
            "two likely ones",
            "three that together are worth a glance",
            "one offer in three",
            "less than one in three",
            "a fourth and fifth do not count",
            "nothing found",
        ],
    )
    def test_answers_offers_or_admits_it_does_not_know(
        self, probabilities: list[float], decision: Decision
    ) -> None:
        assert CURVE.decide(probabilities) is decision

    def test_answers_from_where_its_own_questions_drew_the_line(self) -> None:
        careful = replace(CURVE, answer_from=0.96)

        assert careful.decide([0.95]) is Decision.SUGGEST
        assert careful.decide([0.96]) is Decision.ANSWER


class TestWordForWord:
    def test_is_as_good_as_sure_whatever_was_learned(self) -> None:
        chances = CURVE.probabilities(evidence(0.9, 0.7, 0.5, similarity=0.2, worded_as=1))

        assert chances[1] == pytest.approx(0.99)
        assert CURVE.decide(sorted(chances, reverse=True)) is Decision.ANSWER

    def test_leaves_little_to_the_others_in_their_order(self) -> None:
        chances = CURVE.probabilities(evidence(0.9, 0.7, 0.5, similarity=0.9, worded_as=1))

        assert 0.01 > chances[0] > chances[2] > 0.0

    def test_is_silence_where_it_is_nobodys_business(self) -> None:
        chances = CURVE.probabilities(evidence(0.9, 0.2, similarity=1.0, is_nobodys=True))

        assert CURVE.decide(sorted(chances, reverse=True)) is Decision.NONE


class TestProbabilities:
    def test_is_one_half_where_the_line_crosses(self) -> None:
        first, second = CURVE.probabilities(evidence(*LEVEL, similarity=0.82))

        # what one of them does not claim of our business is left to the other
        assert (first, second) == (pytest.approx(0.5), pytest.approx(0.5))

    def test_rises_with_the_similarity(self) -> None:
        steps = [evidence(*LEVEL, similarity=value) for value in (0.5, 0.7, 0.8, 0.9, 1.0)]

        chances = [CURVE.probabilities(step)[0] for step in steps]

        assert chances == sorted(chances)
        assert chances[0] < 0.01
        assert chances[-1] > 0.99

    @pytest.mark.parametrize("calibration", [CURVE, UNTAUGHT], ids=["taught", "untaught"])
    def test_orders_candidates_as_their_scores_do(self, calibration: Calibration) -> None:
        near = [0.6, 0.72, 0.55, 0.7, 0.64]

        chances = calibration.probabilities(evidence(*near, similarity=0.88))

        assert np.argsort(-chances).tolist() == np.argsort(-np.array(near)).tolist()

    def test_never_gives_another_more_than_the_first(self) -> None:
        chances = CURVE.probabilities(evidence(0.71, 0.7, 0.3, similarity=0.7))

        assert chances[0] == max(chances)

    def test_is_less_sure_the_closer_another_candidate_comes(self) -> None:
        others = [0.4, 0.6, 0.65, 0.69, 0.7]

        chances = [CURVE.probabilities(evidence(0.7, each, similarity=0.82))[0] for each in others]

        assert chances == sorted(chances, reverse=True)
        assert len(set(chances)) == len(others)

    def test_leaves_to_the_others_what_is_ours_and_not_the_firsts(self) -> None:
        calibration = replace(
            CURVE,
            rank=Line.over(PARTS, near=1.0),
            scope=Line.over(SCOPE, start=np.log(4)),
            judge=Judge(line=Line.over(TOLD)),
        )

        chances = calibration.probabilities(evidence(np.log(4), np.log(2), 0.0))

        # four in five ours, one in two the first's; two thirds of the rest the second's
        assert chances == pytest.approx([0.5, 0.2, 0.1])

    def test_is_judged_by_line_and_forest_in_equal_parts(self) -> None:
        similar = TOLD.index("similarity")
        forest = Forest(
            roots=(0,),
            features=(similar, -2, -2),
            cuts=(0.8, 0.0, 0.0),
            lefts=(1, -1, -1),
            rights=(2, -1, -1),
            chances=(0.0, 0.1, 0.9),
        )
        both = replace(CURVE, judge=Judge(line=Line.over(TOLD), forest=forest))

        far, near = (
            both.probabilities(evidence(*LEVEL, similarity=each))[0] for each in (0.8, 0.81)
        )

        assert (far, near) == (pytest.approx(0.3), pytest.approx(0.7))

    def test_is_less_sure_the_more_a_question_is_like_nobodys_business(self) -> None:
        calibration = replace(
            CURVE,
            scope=Line.over(SCOPE, start=1.0, learned=2.0, outside=-3.0, foreign=-1.0),
            judge=Judge(line=Line.over(TOLD, odds=0.2, inside=1.0)),
        )
        asked = [
            {"learned": 0.9, "outside": 0.1},
            {"learned": 0.5, "outside": 0.5},
            {"learned": 0.1, "outside": 0.9, "foreign": 0.9},
        ]

        chances = [calibration.probabilities(evidence(*LEVEL, **each))[0] for each in asked]

        assert chances == sorted(chances, reverse=True)

    @pytest.mark.parametrize("calibration", [CURVE, WORDS_ONLY, UNTAUGHT])
    def test_does_not_ask_whose_business_it_is_where_nobody_said(
        self, calibration: Calibration
    ) -> None:
        near = calibration.probabilities(evidence(*LEVEL, similarity=0.8))
        foreign = calibration.probabilities(
            evidence(*LEVEL, similarity=0.8, outside=1.0, foreign=1.0)
        )

        assert foreign == pytest.approx(near)

    @pytest.mark.parametrize("huge", [1e9, -1e9])
    @pytest.mark.parametrize("what", ["similarity", "foreign", "learned", "outside", "matter"])
    def test_stays_a_probability_for_any_figure(self, what: str, huge: float) -> None:
        calibration = replace(UNTAUGHT, scope=Line(start=0.0, weights=(1.0, -1.0, 1.0, -1.0)))

        chances = calibration.probabilities(evidence(*LEVEL, **{what: huge}))

        assert np.all((chances >= 0.0) & (chances <= 1.0))

    @pytest.mark.parametrize("huge", [1e9, -1e9])
    def test_stays_a_probability_for_any_score(self, huge: float) -> None:
        chances = UNTAUGHT.probabilities(evidence(0.5, huge))

        assert np.all((chances >= 0.0) & (chances <= 1.0))

    def test_judges_one_that_is_alone(self) -> None:
        (alone,) = CURVE.probabilities(evidence(0.9, similarity=0.95))

        assert alone > 0.9

    def test_has_none_to_give_when_nothing_was_found(self) -> None:
        chances = CURVE.probabilities(evidence())

        assert chances.shape == (0,)


class TestUntaught:
    def test_trusts_one_that_is_near_and_far_ahead(self) -> None:
        chances = UNTAUGHT.probabilities(evidence(0.95, 0.2, similarity=0.99, matter=3.0))

        assert UNTAUGHT.decide(list(chances)) is Decision.ANSWER

    def test_does_not_trust_the_best_of_many_that_are_far(self) -> None:
        chances = UNTAUGHT.probabilities(evidence(*[0.3] * 5, similarity=0.7, matter=0.5))

        assert UNTAUGHT.decide(list(chances)) is Decision.NONE


class TestJson:
    def test_comes_back_from_the_store_as_it_was(self) -> None:
        calibration = replace(
            CURVE,
            scope=Line(start=-0.7, weights=(0.1, 1 / 3, -2.0, 1e-9)),
            answer_from=0.8510210060794648,
            lessons=(
                LabelledQuestion(text="停电了", relevant=frozenset(["outage", "outage-plan"])),
                LabelledQuestion(text="红烧肉“怎么”做\n", relevant=frozenset()),
            ),
            reliability=(
                Bin(predicted=1 / 3, right=0.3, count=7),
                Bin(predicted=0.98, right=1.0, count=6),
            ),
        )

        stored = json.loads(json.dumps(calibration.to_json()))

        assert Calibration.from_json(stored) == calibration

    def test_comes_back_without_lessons_too(self) -> None:
        stored = json.loads(json.dumps(UNTAUGHT.to_json()))

        assert Calibration.from_json(stored) == UNTAUGHT

    def test_means_the_same_when_it_was_kept_before_a_part_was_added(self) -> None:
        told = told_of(UNNAMED_PARTS)
        forest = Forest(
            roots=(0,),
            features=(TOLD.index("ahead learned"), -2, -2),
            cuts=(0.2, 0.0, 0.0),
            lefts=(1, -1, -1),
            rights=(2, -1, -1),
            chances=(0.1, 0.9, 0.9),
        )
        now = replace(CURVE, judge=replace(CURVE.judge, forest=forest))
        stored = json.loads(json.dumps(now.to_json()))
        del stored["parts"]
        stored["rank"]["weights"] = stored["rank"]["weights"][: len(UNNAMED_PARTS)]
        weights = dict(zip(TOLD, stored["judge"]["line"]["weights"], strict=True))
        stored["judge"]["line"]["weights"] = [weights[name] for name in told]
        stored["judge"]["forest"]["features"][0] = told.index("ahead learned")

        assert Calibration.from_json(stored) == now

    def test_is_written_the_same_every_time(self) -> None:
        relevant = ["outage", "bill", "meter", "name"]
        one, other = (
            replace(CURVE, lessons=(LabelledQuestion(text="停电", relevant=frozenset(ids)),))
            for ids in (relevant, relevant[::-1])
        )

        assert json.dumps(one.to_json()) == json.dumps(other.to_json())
