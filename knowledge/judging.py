"""How sure to be of the first candidate: what is told of it, and a small forest over that.

Pure: numbers in, numbers out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from knowledge.evidence import PARTS, Array, Evidence

_OF_FIRST = ("odds", "lead", "score", "spread", "share")
_OF_QUESTION = ("inside", "similarity", "matter", "foreign", "outside", "learned")


def told_of(parts: Sequence[str]) -> tuple[str, ...]:
    """What is told of the first candidate, its parts, and how far these are ahead of the second."""
    first, ahead = (f"first {name}" for name in parts), (f"ahead {name}" for name in parts)
    return (*_OF_FIRST, *_OF_QUESTION, *first, *ahead)


TOLD = told_of(PARTS)
# those a line can make sense of; the forest is told all
FOR_THE_LINE = (*_OF_FIRST, *_OF_QUESTION, "first learned", "ahead learned")
# of a candidate that has no rival
FAR_AHEAD = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A weighted sum: `start` plus each value times its weight."""

    start: float
    weights: tuple[float, ...]

    @classmethod
    def over(cls, names: Sequence[str], *, start: float = 0.0, **weights: float) -> "Line":
        """A line over these values, of which those not named count nothing."""
        return cls(start=start, weights=tuple(weights.get(name, 0.0) for name in names))

    def at(self, values: Array) -> Array:
        """The sum for one row of values, or for many; shape without the last axis."""
        sums: Array = self.start + np.asarray(values) @ np.array(self.weights)
        return sums

    def chance(self, values: Array) -> Array:
        """The logistic curve over the sum, 0 to 1."""
        chances: Array = 1.0 / (1.0 + np.exp(-np.clip(self.at(values), -30.0, 30.0)))
        return chances


def tell(evidence: Evidence, scores: Array, *, inside: float) -> Array:
    """What is told of the best of these candidates; `inside` is the chance that it is for us."""
    order = np.argsort(-scores, kind="stable")[:2]
    first = order[0]
    shares = shares_of(scores)
    parts = evidence.parts[first]
    rival = evidence.parts[order[1]] if len(order) > 1 else np.zeros(len(PARTS))
    lead = scores[first] - scores[order[1]] if len(order) > 1 else FAR_AHEAD
    learned = evidence.parts[:, PARTS.index("learned")].clip(min=0.0)
    claimed = learned.sum() + max(evidence.outside, 0.0) + 1e-6
    of_first = [
        odds_of(shares[first]),
        lead,
        scores[first],
        -float(shares @ np.log(shares.clip(1e-9))),
        learned[first] / claimed,
    ]
    of_question = [
        float(np.log(max(inside, 1e-12))),
        evidence.similarity,
        evidence.matter,
        evidence.foreign,
        evidence.outside,
        evidence.learned,
    ]
    told: Array = np.concatenate([of_first, of_question, parts, parts - rival])
    return told


def shares_of(scores: Array) -> Array:
    """Each score's share of all (softmax)."""
    powers = np.exp(scores - scores.max())
    shares: Array = powers / powers.sum()
    return shares


def odds_of(share: float) -> float:
    """The log odds of a share, kept within what a float can tell apart."""
    return float(np.log(max(share, 1e-6)) - np.log(max(1 - share, 1e-6)))


@dataclass(frozen=True)
class Forest:
    """Decision trees in five long lists: at each node, go left when the value is at most the cut.

    A node without a feature (-1) is a leaf. `roots` is where each tree begins.
    """

    roots: tuple[int, ...]
    features: tuple[int, ...]
    cuts: tuple[float, ...]
    lefts: tuple[int, ...]
    rights: tuple[int, ...]
    chances: tuple[float, ...]

    @cached_property
    def _arrays(self) -> tuple[npt.NDArray[np.int64], Array, npt.NDArray[np.int64], Array]:
        return (
            np.array(self.features, dtype=np.int64),
            np.array(self.cuts),
            np.array([self.lefts, self.rights], dtype=np.int64),
            np.array(self.chances),
        )

    def chance(self, told: Array) -> float:
        """The mean of all trees."""
        features, cuts, branches, chances = self._arrays
        nodes = np.array(self.roots, dtype=np.int64)
        while (inner := features[nodes] >= 0).any():
            at = nodes[inner]
            nodes[inner] = branches[(told[features[at]] > cuts[at]).astype(np.int64), at]
        return float(chances[nodes].mean())


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """The chance that the first candidate is right: a line's and a forest's, in equal parts.

    `curve`, over the log odds of that, makes a chance again of what was learned warily.
    """

    line: Line
    forest: Forest | None = None
    curve: Line | None = None

    def chance(self, told: Array) -> float:
        """From what `tell` told."""
        said = float(self.line.chance(told))
        if self.forest is not None:
            said = (said + self.forest.chance(told)) / 2
        return said if self.curve is None else float(self.curve.chance(np.array([odds_of(said)])))
