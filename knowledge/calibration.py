"""From scores to the probability that an entry answers the question, learned from labelled ones.

Pure: numbers in, numbers out. Three bands: answer, clarify (offer up to three), none.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from knowledge.encoder import Vectors

Array = npt.NDArray[np.float64]

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
class Parts:
    """What is known of a candidate before it is judged.

    `similarity`: cosine to its nearest text. `words`: share of the question's words in its best
    text. `whole`: the same over all its texts together. `lead`: its score's distance to the best
    other candidate's. `scope`: how much the question is this centre's business at all.
    """

    similarity: float
    words: float
    whole: float
    lead: float
    scope: float

    def values(self) -> list[float]:
        """In the order of the fields."""
        return list(asdict(self).values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """How candidates are found, the logistic curve over their parts, and where answers begin.

    score = similarity + lexical_weight × words, where texts of answers count answer_weight.
    probability = logistic(intercept + Σ weight × part). scope = the question's unit vector ×
    scope_vector + scope_intercept; empty while there is no encoder.
    """

    lexical_weight: float
    answer_weight: float
    intercept: float
    weights: tuple[float, ...]
    scope_intercept: float
    scope_vector: tuple[float, ...]
    answer_from: float

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "Calibration":
        """The calibration that `to_json` wrote."""
        lists = {name: tuple(stored[name]) for name in ("weights", "scope_vector")}
        return cls(**{**stored, **lists})

    def to_json(self) -> dict[str, Any]:
        """Plain values, for the store."""
        return asdict(self)

    def scope(self, vector: Vectors | None) -> float:
        """How much a question is this centre's business; 0 is as likely as not."""
        if vector is None or not self.scope_vector:
            return 0.0
        return float(vector @ np.array(self.scope_vector)) + self.scope_intercept

    def probability(self, parts: Parts) -> float:
        """The chance that this candidate answers the question, 0 to 1."""
        power = self.intercept + float(np.dot(self.weights, parts.values()))
        return float(1.0 / (1.0 + np.exp(-np.clip(power, -30.0, 30.0))))

    def decide(self, probabilities: Sequence[float]) -> Decision:
        """The band for candidates in falling order of probability."""
        if probabilities and probabilities[0] >= self.answer_from:
            return Decision.ANSWER
        if sum(probabilities[:CHOICES]) >= CLARIFY_CHANCE:
            return Decision.CLARIFY
        return Decision.NONE


def leads_of(scores: Sequence[float]) -> list[float]:
    """Each score's distance to the best other score; a lone score leads by itself."""
    if len(scores) == 1:
        return [scores[0]]
    best, second = sorted(scores, reverse=True)[:2] if scores else (0.0, 0.0)
    return [score - (second if score == best else best) for score in scores]
