"""A classifier whose classes are the entries, and one more for what is nobody's business.

Kernel ridge regression over the questions of all entries and the lessons: one symmetric system to
solve at publication, one product with a question's similarities to ask. What it would have made
of a lesson it had not seen comes exactly from the same solution (leave-one-out).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float32]

# how soon a neighbour stops counting: e^-2 for a text that has nothing in common
STEEPNESS = 2.0
# characters in common beside nearness in meaning
SHARED = 0.5
# how much a text may be wrong about its own entry
RIDGE = 0.1
# the system grows with the square of the texts, its solution with the cube: 10,000 take a minute
# and 400 MB at publication
MOST_TEXTS = 10_000


@dataclass(frozen=True, slots=True)
class Classifier:
    """`duals`: shape (texts, classes). `unseen`: for each lesson, what the others make of it."""

    duals: Matrix
    unseen: Matrix

    def scores(self, kernel: Matrix) -> Matrix:
        """For each class about 1 if the question is its, 0 if not, from its kernel row."""
        scored: Matrix = kernel @ self.duals
        return scored


def kernel_of(near: Matrix | None, shared: Matrix) -> Matrix:
    """From cosines (nearness in the corpus's space, characters in common) to the kernel."""
    alike = shared if near is None else (1 - SHARED) * near + SHARED * shared
    kernel: Matrix = np.exp(STEEPNESS * (alike - 1.0)).astype(np.float32)
    return kernel


def learn(kernel: Matrix, targets: Matrix, lessons: Sequence[npt.NDArray[np.int64]]) -> Classifier:
    """The classifier for texts with this kernel and these targets, shape (texts, classes).

    `lessons` gives each lesson's rows among the texts: one, or several with the same words.
    The kernel's memory is used up.
    """
    from scipy.linalg import cho_factor, cho_solve

    kernel[np.diag_indices_from(kernel)] += RIDGE
    factor = cho_factor(kernel, lower=True, overwrite_a=True, check_finite=False)
    duals = cho_solve(factor, targets, check_finite=False)
    unseen = np.zeros((len(lessons), targets.shape[1]), dtype=np.float32)
    rows = np.concatenate([np.empty(0, dtype=np.int64), *lessons])
    unit = np.zeros((len(kernel), len(rows)), dtype=np.float32)
    unit[rows, np.arange(len(rows))] = 1.0
    inverse = cho_solve(factor, unit, overwrite_b=True, check_finite=False)
    start = 0
    for place, own in enumerate(lessons):
        columns = inverse[own, start : start + len(own)]
        start += len(own)
        if len(own):
            unseen[place] = (targets[own] - np.linalg.solve(columns, duals[own]))[0]
    return Classifier(duals, unseen)
