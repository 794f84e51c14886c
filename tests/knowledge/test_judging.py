"""What is told of the first candidate, and what a line and a forest make of it."""

import numpy as np
import pytest

from knowledge.evidence import PARTS, Evidence
from knowledge.judging import TOLD, Forest, Judge, Line, odds_of, shares_of, tell


def evidence(*learned: float, outside: float = 0.0) -> Evidence:
    parts = np.zeros((len(learned), len(PARTS)))
    parts[:, PARTS.index("learned")] = learned
    return Evidence(
        entries=np.arange(len(learned)),
        parts=parts,
        similarity=0.8,
        foreign=0.3,
        learned=max(learned),
        outside=outside,
        matter=2.0,
    )


def told_of(known: Evidence, *scores: float, inside: float = 1.0) -> dict[str, float]:
    return dict(zip(TOLD, tell(known, np.array(scores), inside=inside), strict=True))


class TestTell:
    def test_is_about_the_candidate_with_the_highest_score(self) -> None:
        told = told_of(evidence(0.1, 0.6, 0.2), 0.0, 3.0, 1.0)

        assert told["first learned"] == pytest.approx(0.6)
        assert told["ahead learned"] == pytest.approx(0.4)
        assert (told["score"], told["lead"]) == (3.0, 2.0)

    def test_knows_how_much_of_what_was_learned_the_first_can_claim(self) -> None:
        told = told_of(evidence(0.6, 0.3, -0.1, outside=0.3), 2.0, 1.0, 0.0)

        assert told["share"] == pytest.approx(0.5, abs=1e-4)

    def test_finds_the_scores_more_spread_the_more_candidates_are_level(self) -> None:
        ahead = told_of(evidence(0.5, 0.1), 9.0, 0.0)["spread"]
        two = told_of(evidence(0.5, 0.5), 1.0, 1.0)["spread"]
        three = told_of(evidence(0.5, 0.5, 0.5), 1.0, 1.0, 1.0)["spread"]

        assert ahead < 0.01
        assert (two, three) == (pytest.approx(np.log(2)), pytest.approx(np.log(3)))

    def test_takes_the_chance_that_it_is_ours_as_a_logarithm(self) -> None:
        assert told_of(evidence(0.5), 1.0, inside=0.25)["inside"] == pytest.approx(np.log(0.25))
        assert np.isfinite(told_of(evidence(0.5), 1.0, inside=0.0)["inside"])

    def test_compares_one_that_is_alone_with_nothing(self) -> None:
        told = told_of(evidence(0.5), 1.0)

        assert told["ahead learned"] == told["first learned"] == pytest.approx(0.5)
        assert told["lead"] > 3


class TestJudge:
    LINE = Line.over(TOLD, start=1.0, learned=-2.0)

    @pytest.mark.parametrize("learned", [-1.0, 0.0, 0.4, 3.0])
    def test_says_what_its_line_says_where_there_is_no_more(self, learned: float) -> None:
        told = tell(evidence(learned), np.array([1.0]), inside=1.0)

        assert Judge(line=self.LINE).chance(told) == pytest.approx(float(self.LINE.chance(told)))

    def test_has_its_chance_drawn_straight_by_a_curve(self) -> None:
        told = tell(evidence(0.4), np.array([1.0]), inside=1.0)
        wary = Judge(line=self.LINE, curve=Line(start=1.0, weights=(2.0,)))

        said = odds_of(Judge(line=self.LINE).chance(told))

        assert odds_of(wary.chance(told)) == pytest.approx(1.0 + 2.0 * said)


class TestOddsOf:
    @pytest.mark.parametrize(
        ("scores", "odds"),
        [([np.log(3), 0.0], np.log(3)), ([2.0, 2.0], 0.0), ([1.0, 1.0, 1.0], -np.log(2))],
        ids=["one is ahead", "two are level", "three are level"],
    )
    def test_is_the_share_of_all_scores_as_log_odds(self, scores: list[float], odds: float) -> None:
        assert odds_of(shares_of(np.array(scores))[0]) == pytest.approx(odds)

    def test_is_sure_of_one_that_is_alone_but_not_without_bounds(self) -> None:
        assert 10 < odds_of(1.0) < 20


class TestLine:
    def test_counts_only_what_is_named(self) -> None:
        line = Line.over(("near", "far"), start=1.0, far=2.0)

        assert line.at(np.array([5.0, 0.5])) == pytest.approx(2.0)

    @pytest.mark.parametrize("huge", [1e9, -1e9])
    def test_gives_a_chance_for_any_figure(self, huge: float) -> None:
        assert 0.0 <= Line(start=0.0, weights=(1.0,)).chance(np.array([huge])) <= 1.0


class TestForest:
    # one tree of two questions, and one that is a leaf
    FOREST = Forest(
        roots=(0, 5),
        features=(0, 1, -2, -2, -2, -2),
        cuts=(0.5, 10.0, 0.0, 0.0, 0.0, 0.0),
        lefts=(1, 2, -1, -1, -1, -1),
        rights=(4, 3, -1, -1, -1, -1),
        chances=(0.0, 0.0, 0.0, 0.4, 1.0, 0.6),
    )

    @pytest.mark.parametrize(
        ("told", "chance"),
        [
            ([0.5, 10.0], (0.0 + 0.6) / 2),
            ([0.5, 10.1], (0.4 + 0.6) / 2),
            ([0.6, 0.0], (1.0 + 0.6) / 2),
        ],
        ids=["left, left", "left, right", "right"],
    )
    def test_is_the_mean_of_the_leaves_that_are_reached(
        self, told: list[float], chance: float
    ) -> None:
        assert self.FOREST.chance(np.array(told)) == pytest.approx(chance)
