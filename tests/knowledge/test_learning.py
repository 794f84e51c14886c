"""Learning what makes chances of a judge's words."""

import numpy as np
import pytest

from knowledge.learning import fit_curve, sureness

EVEN = np.ones(400)


def asked(*groups: tuple[float, float]) -> tuple[np.ndarray, np.ndarray]:
    """Two hundred questions of which a judge said so much, and how often it was right."""
    said = np.repeat([said for said, _ in groups], 200)
    right = np.concatenate([np.arange(200) < 200 * share for _, share in groups])
    return said, right


class TestFitCurve:
    def test_gives_a_wary_judge_back_the_chances_there_are(self) -> None:
        said, right = asked((0.2, 0.4), (0.6, 0.9))

        chances = fit_curve(said, right, EVEN).chance(sureness(np.array([0.2, 0.6])))

        assert chances.tolist() == pytest.approx([0.4, 0.9], abs=0.02)

    def test_weighs_questions_as_they_are_asked(self) -> None:
        said, right = asked((0.3, 0.5), (0.7, 0.5))
        weights = np.where(right, 3.0, 1.0)

        chances = fit_curve(said, right, weights).chance(sureness(said))

        assert float(np.average(chances, weights=weights)) == pytest.approx(0.75, abs=0.01)

    def test_does_not_turn_a_judge_round_that_is_always_wrong(self) -> None:
        said, right = asked((0.1, 0.9), (0.9, 0.1))

        chances = fit_curve(said, right, EVEN).chance(sureness(said))

        assert set(np.round(chances, 3)) == {0.5}


class TestSureness:
    def test_is_a_row_for_each_that_was_said(self) -> None:
        assert sureness(np.array([0.5, 0.5])).tolist() == [[0.0], [0.0]]
