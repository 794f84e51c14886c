"""From scores to a probability, and from probabilities to one of three bands."""

import json
from dataclasses import replace

import numpy as np
import pytest

from knowledge.calibration import Calibration, Decision, Parts, leads_of
from tests.knowledge.small_corpus import CURVE, WORDS_ONLY

NOTHING = Parts(similarity=0.0, words=0.0, whole=0.0, lead=0.0, scope=0.0)


class TestDecide:
    @pytest.mark.parametrize(
        ("probabilities", "decision"),
        [
            ([0.95, 0.2], Decision.ANSWER),
            ([0.9], Decision.ANSWER),
            ([0.899], Decision.CLARIFY),
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


class TestProbability:
    def test_is_one_half_where_the_curve_crosses(self) -> None:
        assert CURVE.probability(replace(NOTHING, similarity=0.82)) == pytest.approx(0.5)

    def test_rises_with_the_similarity(self) -> None:
        steps = [replace(NOTHING, similarity=value) for value in (0.5, 0.7, 0.8, 0.9, 1.0)]

        chances = [CURVE.probability(step) for step in steps]

        assert chances == sorted(chances)
        assert chances[0] < 0.01
        assert chances[-1] > 0.99

    def test_weighs_every_part(self) -> None:
        curve = replace(CURVE, intercept=0.0, weights=(1.0, 2.0, 4.0, 8.0, -16.0))
        parts = Parts(similarity=0.1, words=0.2, whole=0.3, lead=0.4, scope=0.5)

        chance = curve.probability(parts)

        power = 0.1 + 0.4 + 1.2 + 3.2 - 8.0
        assert chance == pytest.approx(1 / (1 + np.exp(-power)))

    @pytest.mark.parametrize("huge", [1e9, -1e9])
    def test_stays_a_probability_for_any_figure(self, huge: float) -> None:
        assert 0.0 <= CURVE.probability(replace(NOTHING, similarity=huge)) <= 1.0


class TestScope:
    def test_says_on_which_side_of_the_line_a_question_lies(self) -> None:
        curve = replace(CURVE, scope_vector=(2.0, -1.0), scope_intercept=-0.5)

        ours = curve.scope(np.array([1.0, 0.0], dtype=np.float32))
        theirs = curve.scope(np.array([0.0, 1.0], dtype=np.float32))

        assert (ours, theirs) == (pytest.approx(1.5), pytest.approx(-1.5))

    def test_says_nothing_while_the_encoder_is_away(self) -> None:
        curve = replace(CURVE, scope_vector=(2.0, -1.0), scope_intercept=-0.5)

        assert curve.scope(None) == 0.0

    def test_says_nothing_without_a_line(self) -> None:
        assert WORDS_ONLY.scope(np.array([1.0, 0.0], dtype=np.float32)) == 0.0


class TestJson:
    def test_comes_back_from_the_store_as_it_was(self) -> None:
        curve = replace(CURVE, scope_vector=(0.1, 1 / 3), scope_intercept=-0.7)

        stored = json.loads(json.dumps(curve.to_json()))

        assert Calibration.from_json(stored) == curve


class TestLeadsOf:
    @pytest.mark.parametrize(
        ("scores", "leads"),
        [
            ([0.9, 0.7, 0.4], [0.2, -0.2, -0.5]),
            ([0.9, 0.9, 0.4], [0.0, 0.0, -0.5]),
            ([0.6], [0.6]),
            ([], []),
        ],
        ids=["one is ahead", "two are level", "it is alone", "there is none"],
    )
    def test_is_the_distance_to_the_best_other_one(
        self, scores: list[float], leads: list[float]
    ) -> None:
        assert leads_of(scores) == pytest.approx(leads)
