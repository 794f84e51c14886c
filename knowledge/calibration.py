"""From evidence to the probability that an entry answers the question, and to one of three bands.

Pure: numbers in, numbers out. Bands: answer, clarify (offer up to three), none.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from knowledge.evidence import PARTS, Array, Evidence
from knowledge.importing.questions_yaml import LabelledQuestion

# invariant 3 and field.md 4.4: direct answers are right at least 97 % of the time
ANSWER_PRECISION = 0.97
# three titles cost a glance: worth it when one offer in three holds the right one
CLARIFY_CHANCE = 1 / 3
CHOICES = 3
# a choice less likely than this only makes the list harder to read
LEAST_CHOICE = 0.05


class Decision(StrEnum):
    """What the search lets the bot do."""

    ANSWER = "answer"
    CLARIFY = "clarify"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A weighted sum: `start` plus each value times its weight."""

    start: float
    weights: tuple[float, ...]

    def at(self, values: Array) -> Array:
        """The sum for one row of values, or for many; shape without the last axis."""
        sums: Array = self.start + np.asarray(values) @ np.array(self.weights)
        return sums


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """Of `count` questions judged about `predicted` sure, the share that was right."""

    predicted: float
    right: float
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """How candidates are ranked and how sure a rank makes us; learned for one publication.

    score = `rank` over a candidate's parts; its share of all scores, as odds, together with
    `scope` (whether the question is ours at all), the similarity of the nearest text and how much
    was said goes through `curve` and a logistic. The order is always the scores'.

    `lessons` are the questions it was learned from: the searcher learns the same ones.
    `reliability` is the curve as it was seen on questions it had not learned.
    """

    rank: Line
    scope: Line
    curve: Line
    answer_from: float
    lessons: tuple[LabelledQuestion, ...] = ()
    reliability: tuple[Bin, ...] = ()

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "Calibration":
        """The calibration that `to_json` wrote."""
        lines = {
            name: Line(start=stored[name]["start"], weights=tuple(stored[name]["weights"]))
            for name in ("rank", "scope", "curve")
        }
        lessons = [
            LabelledQuestion(text=text, relevant=frozenset(relevant))
            for text, relevant in stored["lessons"]
        ]
        return cls(
            **lines,
            answer_from=stored["answer_from"],
            lessons=tuple(lessons),
            reliability=tuple(Bin(**each) for each in stored["reliability"]),
        )

    def to_json(self) -> dict[str, Any]:
        """Plain values, for the store."""
        lessons = [[lesson.text, sorted(lesson.relevant)] for lesson in self.lessons]
        return {**asdict(self), "lessons": lessons}

    def probabilities(self, evidence: Evidence) -> Array:
        """The chance of each candidate that it answers the question, in the candidates' order."""
        if not len(evidence.entries):
            return np.zeros(0)
        scores = self.rank.at(evidence.parts)
        inside = float(log_chance(self.scope.at(evidence.scope)))
        judged = np.column_stack(
            [
                odds_of(scores),
                np.full(len(scores), inside),
                np.full(len(scores), evidence.similarity),
                np.full(len(scores), evidence.matter),
            ]
        )
        return chance(self.curve.at(judged))

    def decide(self, probabilities: Sequence[float]) -> Decision:
        """The band for candidates in falling order of probability."""
        if len(probabilities) and probabilities[0] >= self.answer_from:
            return Decision.ANSWER
        if sum(probabilities[:CHOICES]) >= CLARIFY_CHANCE:
            return Decision.CLARIFY
        return Decision.NONE


def odds_of(scores: Array) -> Array:
    """The log odds of each score's share of all, kept within what a float can tell apart."""
    shares = np.exp(scores - scores.max())
    shares /= shares.sum()
    odds: Array = np.log(shares.clip(1e-6)) - np.log((1 - shares).clip(1e-6))
    return odds


def chance(power: Array) -> Array:
    """The logistic curve."""
    chances: Array = 1.0 / (1.0 + np.exp(-np.clip(power, -30.0, 30.0)))
    return chances


def log_chance(power: Array) -> Array:
    """The logarithm of the logistic curve, 0 for what is certain."""
    logs: Array = -np.logaddexp(0.0, -np.asarray(power))
    return logs


def _weights(**named: float) -> tuple[float, ...]:
    return tuple(named.get(name, 0.0) for name in PARTS)


# for a corpus nobody has labelled; chosen where all public sets of docs/search-quality.md gain,
# the start of the curve on the three profiles thinned to one question an entry
UNTAUGHT = Calibration(
    rank=Line(start=0.0, weights=_weights(near=5.0, crowd=-1.25, words=0.5)),
    scope=Line(start=30.0, weights=(0.0, 0.0, 0.0, 0.0)),
    curve=Line(start=-24.0, weights=(0.32, 0.0, 25.0, 0.75)),
    answer_from=0.9,
)
