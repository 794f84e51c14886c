"""Teaching a second net: a line through characters and what the encoder makes of them."""

from collections.abc import Sequence
from typing import Annotated, Any, NamedTuple

import numpy as np
from pydantic import Field
from scipy.sparse import csr_matrix

from conversations.line_net import NONE, Floats

Lines = Annotated[list[str], Field(min_length=5)]

# the classifier's smoothness, chosen by cross-validation
C = 10.0


class Learnt(NamedTuple):
    """`chances`: of every name, for each line by a classifier that had not seen it."""

    names: tuple[str, ...]
    weights: Floats
    intercepts: Floats
    chances: Floats

    @property
    def unseen(self) -> Floats:
        """The probability of any kind, for each line."""
        unseen: Floats = 1.0 - self.chances[:, self.names.index(NONE)]
        return unseen

    def likeliest(self) -> list[str]:
        """The kind each line would be of, if of any."""
        kinds = [place for place, name in enumerate(self.names) if name != NONE]
        best = self.chances[:, kinds].argmax(axis=1)
        return [self.names[kinds[place]] for place in best]


def learn(parts: csr_matrix, names: Sequence[str], *, folds: Any, most_steps: int) -> Learnt:
    """Learn which of the names, `NONE` among them, each row of the parts has."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import cross_val_predict

    line: Any = LogisticRegression(C=C, max_iter=most_steps, class_weight="balanced")
    unseen = cross_val_predict(line, parts, names, cv=folds, method="predict_proba")
    line.fit(parts, names)
    known = tuple(str(name) for name in line.classes_)
    return Learnt(
        names=known,
        weights=line.coef_.astype(np.float32),
        intercepts=line.intercept_.astype(np.float32),
        chances=unseen,
    )
