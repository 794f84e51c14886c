"""Teaching the second net: dangers as people say them, look-alikes, and everyday lines."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from pydantic import BaseModel, ConfigDict
from scipy.sparse import csr_matrix, hstack

from conversations.danger_net import DangerNet
from conversations.line_net import NONE, make_characters
from conversations.net_fitting import Lines, learn
from knowledge.encoder import Encoder
from profiles.document import Document


class Shares(NamedTuple):
    """How many of the lines that are no danger may get past a threshold."""

    lookalikes: float
    everyday: float


ALARMS, DOUBTS = Shares(0.02, 0.003), Shares(0.1, 0.02)
FOLDS, MOST_STEPS = 5, 300


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
    texts = [*(line for lines in said.values() for line in lines), *harmless, *everyday]
    names = [name for name, lines in said.items() for _ in lines]
    names += [NONE] * (len(harmless) + len(everyday))
    characters = make_characters(min_df=2)
    parts = hstack([characters.fit_transform(texts), csr_matrix(encoder.encode_texts(texts))])
    learnt = learn(parts.tocsr(), names, folds=FOLDS, most_steps=MOST_STEPS)
    begin = len(texts) - len(everyday)
    lookalikes, daily = learnt.unseen[begin - len(harmless) : begin], learnt.unseen[begin:]

    def threshold(let_past: Shares) -> float:
        return max(
            float(np.quantile(lookalikes, 1 - let_past.lookalikes)),
            float(np.quantile(daily, 1 - let_past.everyday)),
        )

    return DangerNet(
        encoder=encoder.fingerprint,
        names=learnt.names,
        runs=tuple(characters.get_feature_names_out().tolist()),
        rarity=characters.idf_.astype(np.float32),
        weights=learnt.weights,
        intercepts=learnt.intercepts,
        alarm=threshold(ALARMS),
        doubt=threshold(DOUBTS),
    )
