"""Teaching the second net: dangers as people say them, look-alikes, and everyday lines."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import numpy as np
from pydantic import BaseModel, ConfigDict, Field
from scipy.sparse import csr_matrix, hstack

from conversations.danger_net import NONE, DangerNet, make_characters
from knowledge.encoder import Encoder
from profiles.document import Document

Lines = Annotated[list[str], Field(min_length=5)]


class Shares(NamedTuple):
    """How many of the lines that are no danger may get past a threshold."""

    lookalikes: float
    everyday: float


ALARMS, DOUBTS = Shares(0.02, 0.003), Shares(0.1, 0.02)
FOLDS = 5
# the classifier's smoothness, chosen by cross-validation
C = 10.0


class Said(BaseModel):
    """profiles/dangers_said.yml: what people said, by danger; and what only sounds like one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    said: dict[str, Lines]
    harmless: Lines


def read_said(path: Path) -> Said:
    """The lines of the file; raises `DocumentError` with file, line and reason."""
    return Document(path).read_as(Said)


def fit_net(
    encoder: Encoder,
    *,
    said: Mapping[str, Sequence[str]],
    harmless: Sequence[str],
    everyday: Sequence[str],
) -> DangerNet:
    """Learn from the lines; the thresholds let past `ALARMS` and `DOUBTS` of what is no danger.

    The shares are measured on lines that the classifier did not see.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import cross_val_predict

    texts = [*(line for lines in said.values() for line in lines), *harmless, *everyday]
    names = [name for name, lines in said.items() for _ in lines]
    names += [NONE] * (len(harmless) + len(everyday))
    characters = make_characters(min_df=2)
    parts = hstack([characters.fit_transform(texts), csr_matrix(encoder.encode_texts(texts))])
    line: Any = LogisticRegression(C=C, max_iter=300, class_weight="balanced")
    unseen = cross_val_predict(line, parts.tocsr(), names, cv=FOLDS, method="predict_proba")
    line.fit(parts.tocsr(), names)
    known = tuple(str(name) for name in line.classes_)
    chances = 1.0 - unseen[:, known.index(NONE)]
    begin = len(texts) - len(everyday)
    lookalikes, daily = chances[begin - len(harmless) : begin], chances[begin:]

    def threshold(let_past: Shares) -> float:
        return max(
            float(np.quantile(lookalikes, 1 - let_past.lookalikes)),
            float(np.quantile(daily, 1 - let_past.everyday)),
        )

    return DangerNet(
        encoder=encoder.fingerprint,
        names=known,
        runs=tuple(characters.get_feature_names_out().tolist()),
        rarity=characters.idf_.astype(np.float32),
        weights=line.coef_.astype(np.float32),
        intercepts=line.intercept_.astype(np.float32),
        alarm=threshold(ALARMS),
        doubt=threshold(DOUBTS),
    )
