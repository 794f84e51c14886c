"""Teaching the second net of etiquette: what agents should not write, near misses, answers."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict
from scipy.sparse import csr_matrix, hstack

from conversations.draft_net import CLAUSES, SHORTEST, DraftNet, Layers, tone
from conversations.line_net import NONE, Floats, make_characters
from conversations.net_fitting import Learnt, Lines, learn
from knowledge.etiquette import Draft
from profiles.document import Document

# how many of the good lines may be told of: of those near the border by each rule, and of daily
# answers by all
MOST_NEAR, MOST_DAILY = 0.0006, 0.002
# daily answers learnt from: more of them only make it slower
DAILY = 700
FOLDS, MOST_STEPS = 2, 200
# the layers are learnt from along as many axes: a third of the time, and finds as much
AXES = 256
# how much the layers weigh beside the characters: learnt from one batch of lines, this finds most
# of another (docs/decisions/0038)
LAYERS_WEIGH = 0.5


class Said(BaseModel):
    """profiles/etiquette_said.yml: what offends, by rule; and what only sounds like it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    said: dict[str, Lines]
    fine: Lines


def read_said(path: Path) -> Said:
    """The lines of the file; raises `DocumentError` with file, line and reason."""
    return Document(path).read_as(Said)


def fit_net(
    layers: Layers,
    *,
    encoder: str,
    said: Mapping[str, Sequence[str]],
    fine: Sequence[str],
    daily: Sequence[str],
    offered: Sequence[str],
) -> DraftNet:
    """Learn from the lines; the thresholds let past what `MOST_NEAR` and `MOST_DAILY` allow.

    The shares are measured on lines that the classifier did not see. Of the `daily` answers some
    are learnt from; of what is `offered` to agents word for word all.
    """
    from sklearn.decomposition import TruncatedSVD
    from sklearn.model_selection import StratifiedKFold

    some = daily[:: max(1, len(daily) // DAILY)]
    said, fine = {name: _as_read(lines) for name, lines in said.items()}, _as_read(fine)
    # of half of the good lines the clauses too: all of them only take longer
    fine = list(dict.fromkeys([*_with_clauses(fine[::2]), *fine]))
    daily = _with_clauses(_as_read([*some, *offered]))
    texts = [*(line for lines in said.values() for line in lines), *fine, *daily]
    names = [name for name, lines in said.items() for _ in lines]
    names += [NONE] * (len(fine) + len(daily))
    characters = make_characters(min_df=2)
    by_characters = characters.fit_transform(texts)
    encoded = layers.encode(texts)
    centre: Floats = encoded.mean(axis=0)
    axes = TruncatedSVD(AXES, random_state=0)
    by_layers = csr_matrix(axes.fit_transform(tone(encoded, centre)) * LAYERS_WEIGH)
    parts = hstack([by_characters, by_layers]).tocsr()
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
    learnt = learn(parts, names, folds=folds, most_steps=MOST_STEPS)
    begin = len(texts) - len(daily)
    least = float(np.quantile(learnt.unseen[begin:], 1 - MOST_DAILY))
    # the axes and the weight of the layers are put into what was learnt: finding need not know them
    characters_weigh, axes_weigh = np.split(learnt.weights, [by_characters.shape[1]], axis=1)
    weights = np.hstack([characters_weigh, axes_weigh * LAYERS_WEIGH @ axes.components_])
    return DraftNet(
        encoder=encoder,
        names=learnt.names,
        runs=tuple(characters.get_feature_names_out().tolist()),
        rarity=characters.idf_.astype(np.float32),
        centre=centre,
        weights=weights.astype(np.float32),
        intercepts=learnt.intercepts,
        alarms=_alarms(learnt, slice(begin - len(fine), begin), least),
    )


def _alarms(learnt: Learnt, near: slice, least: float) -> Floats:
    """For each name from where on it is told: each may disturb as many of the lines `near`."""
    unseen, told = learnt.unseen[near], np.array(learnt.likeliest()[near])
    its = (np.where(told == name, unseen, 0.0) for name in learnt.names)
    alarms = [max(least, float(np.quantile(each, 1 - MOST_NEAR))) for each in its]
    return np.array(alarms, dtype=np.float32)


def _as_read(lines: Sequence[str]) -> list[str]:
    """The lines as drafts are read: signs of one width, without blanks."""
    return list(dict.fromkeys(Draft(line).plain for line in lines))


def _with_clauses(lines: Sequence[str]) -> list[str]:
    """The lines and their clauses: both are looked at, and half a good line is good."""
    clauses = (clause for line in lines for clause in CLAUSES.findall(line))
    return list(dict.fromkeys([*lines, *(each for each in clauses if len(each) >= SHORTEST)]))
