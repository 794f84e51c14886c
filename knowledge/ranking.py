"""Learning how much each part of the evidence counts: the right entry should score highest."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from knowledge.evidence import PARTS, Array, Evidence
from knowledge.judging import Line

Flags = npt.NDArray[np.bool_]

# holds weights of parts that say the same in different words close to each other
HOLD = 1.0


class Table(NamedTuple):
    """Evidence of many questions side by side; places beyond a question's candidates are empty."""

    parts: Array  # (questions, candidates, parts)
    held: Flags  # (questions, candidates)
    right: Flags  # (questions, candidates)

    def of(self, which: Flags) -> "Table":
        """Some of the questions."""
        return Table(self.parts[which], self.held[which], self.right[which])

    def scores(self, rank: Line) -> Array:
        """Every candidate's score; the lowest there is where there is none."""
        return np.where(self.held, rank.at(self.parts), -np.inf)


def table_of(found: Sequence[Evidence], right: Sequence[frozenset[int]]) -> Table:
    """The evidence of questions, and the places of the entries that are right for each."""
    widest = max([1, *(len(each.entries) for each in found)])
    parts = np.zeros((len(found), widest, len(PARTS)))
    held = np.zeros((len(found), widest), dtype=bool)
    is_right = np.zeros_like(held)
    for place, (each, places) in enumerate(zip(found, right, strict=True)):
        count = len(each.entries)
        parts[place, :count], held[place, :count] = each.parts, True
        is_right[place, :count] = np.isin(each.entries, sorted(places))
    return Table(parts, held, is_right)


def fit_rank(table: Table) -> Line:
    """The weights under which right entries have the largest share of all scores."""
    from scipy.optimize import minimize

    has_right: Flags = np.logical_or.reduce(table.right & table.held, axis=1)
    told = table.of(has_right)
    values = told.parts[told.held]
    middle, spread = values.mean(axis=0), np.maximum(values.std(axis=0), 1e-9)
    # what never differs cannot tell anything
    spread = np.where(values.std(axis=0) > 1e-9, spread, np.inf)
    level = (told.parts - middle) / spread

    def loss(weights: Array) -> tuple[float, Array]:
        scores = np.where(told.held, level @ weights, -np.inf)
        shares = np.exp(scores - scores.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        hoped = shares * told.right
        total = hoped.sum(axis=1, keepdims=True).clip(1e-12)
        slope = np.einsum("qc,qcp->p", shares - hoped / total, level)
        return (
            float(-np.log(total).sum() + HOLD / 2 * weights @ weights),
            slope + HOLD * weights,
        )

    found = minimize(loss, np.zeros(len(PARTS)), jac=True, method="L-BFGS-B")
    return Line(start=0.0, weights=tuple(float(weight) for weight in found.x / spread))
