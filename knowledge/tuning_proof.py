"""Is a tuned encoder better than the one in use? Held-out questions, a paired test, a verdict.

Pure: vectors in, figures and a sentence out. Search by meaning alone is measured, for that is what
an encoder does.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from random import Random
from typing import Any

import numpy as np
import numpy.typing as npt

from knowledge.encoder import Vectors
from knowledge.entry import CUSTOMER_KINDS, Entry
from knowledge.importing.questions_yaml import LabelledQuestion
from knowledge.tuning_said import Said

Array = npt.NDArray[np.float64]
Encode = Callable[[Sequence[str]], Vectors]

REACH = 10
RESAMPLES = 2000
# one-sided: the gain is real with 95 % confidence
CONFIDENCE = 0.95
# how much less surely it may tell what is none of the centre's business (share of pairs, AUC)
MOST_SEPARATION_LOST = 0.01
# how much a single centre may lose while all together gain
MOST_CENTRE_LOST = 0.01
LEAST_HELD_OUT = 50
# of one centre: more would only take time from the learning, since all are encoded twice
MOST_HELD_OUT = 1200


@dataclass(frozen=True, slots=True, kw_only=True)
class Centre:
    """One profile's entries, what people said, and questions that the tuning never sees.

    `held_out` prove the gain; `tests` are the examination's, and asked by nobody here.
    """

    profile: str
    entries: Sequence[Entry]
    held_out: Sequence[LabelledQuestion]
    tests: Sequence[LabelledQuestion] = ()
    said: Sequence[Said] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How an encoder stands on a centre's held-out questions.

    `ranks` of the first right entry, 1 is best; similarities of the first entry for questions
    inside and outside the centre's business; `entry_of`: which questions ask for the same entry.
    """

    ranks: Array
    entry_of: tuple[str, ...]
    inside: Array
    outside: Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """An encoder in four numbers; `separation`: in scope is surer than out of scope (AUC)."""

    hit_at_1: float
    hit_at_3: float
    mrr_at_10: float
    separation: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """Both encoders on the same held-out questions; `objections` is empty when it is better."""

    questions: int
    before: Figures
    after: Figures
    least_gain: float
    objections: tuple[str, ...]

    @property
    def is_better(self) -> bool:
        """Whether the tuned encoder may be adopted."""
        return not self.objections

    def to_json(self) -> dict[str, object]:
        """Plain values, for the encoder's card."""
        return asdict(self)


def drawn_for_proof(centre: Centre, chance: Random) -> Centre:
    """The centre with so many of its held-out questions as are worth their time.

    What customers ask comes first; questions at the edges fill what room is left.
    """
    mixed = chance.sample(list(centre.held_out), len(centre.held_out))
    mixed.sort(key=lambda question: question.is_edge)
    return replace(centre, held_out=tuple(mixed[:MOST_HELD_OUT]))


def stand(encode_texts: Encode, encode_queries: Encode, centre: Centre) -> Standing:
    """Ask a centre's held-out questions of its customers' entries, by meaning alone."""
    entries = [entry for entry in centre.entries if entry.kind in CUSTOMER_KINDS]
    texts = [(entry.title, *entry.questions, entry.answer) for entry in entries]
    begins = np.cumsum([0, *(len(each) for each in texts[:-1])])
    rows = encode_texts([text for each in texts for text in each])
    asked = encode_queries([question.text for question in centre.held_out])
    ids = np.array([entry.entry_id for entry in entries])
    ranks, entry_of, inside, outside = [], [], [], []
    for question, vector in zip(centre.held_out, asked, strict=True):
        similar = np.maximum.reduceat(rows @ vector, begins)
        if not question.relevant:
            outside.append(similar.max())
            continue
        right = np.isin(ids, list(question.relevant))
        # what cannot be told apart is not found: an encoder to which all is one has no first
        ranks.append(1 + np.sum(similar[~right] >= similar[right].max(initial=-1.0)))
        entry_of.append(f"{centre.profile}/{min(question.relevant)}")
        inside.append(similar.max())
    return Standing(
        ranks=np.array(ranks, dtype=np.float64),
        entry_of=tuple(entry_of),
        inside=np.array(inside, dtype=np.float64),
        outside=np.array(outside, dtype=np.float64),
    )


def compare(
    before: Sequence[Standing], after: Sequence[Standing], *, names: Sequence[str], seed: int
) -> Proof:
    """The verdict over all centres; `names` are theirs."""
    gains = np.concatenate(
        [_reciprocal(b.ranks) - _reciprocal(a.ranks) for a, b in zip(before, after, strict=True)]
    )
    groups = [name for standing in before for name in standing.entry_of]
    old, new = _figures(before), _figures(after)
    least = least_gain(gains, groups, seed=seed)
    return Proof(
        questions=len(gains),
        before=old,
        after=new,
        least_gain=least,
        objections=tuple(_objections(before, after, names, least)),
    )


def least_gain(gains: Array, groups: Sequence[str], *, seed: int) -> float:
    """What the mean gain exceeds with CONFIDENCE, by paired bootstrap over entries.

    Entries are drawn, not questions: two questions for one entry succeed and fail together.
    """
    if not len(gains):
        return 0.0
    _, group_of = np.unique(np.array(groups), return_inverse=True)
    sums, sizes = np.bincount(group_of, weights=gains), np.bincount(group_of)
    drawn = np.random.default_rng(seed).integers(len(sums), size=(RESAMPLES, len(sums)))
    means = sums[drawn].sum(axis=1) / sizes[drawn].sum(axis=1)
    return float(np.quantile(means, 1 - CONFIDENCE))


def _objections(
    before: Sequence[Standing], after: Sequence[Standing], names: Sequence[str], least: float
) -> list[str]:
    old, new = _figures(before), _figures(after)
    asked = sum(len(standing.ranks) for standing in before)
    said = []
    if asked < LEAST_HELD_OUT:
        said.append(f"{asked} held-out questions prove nothing, {LEAST_HELD_OUT} are needed")
    if least <= 0:
        said.append(
            f"no certain gain on {asked} held-out questions: MRR@10 {old.mrr_at_10:.3f} before, "
            f"{new.mrr_at_10:.3f} after"
        )
    if new.hit_at_1 < old.hit_at_1:
        said.append(f"hit@1 falls from {old.hit_at_1:.3f} to {new.hit_at_1:.3f}")
    if new.separation < old.separation - MOST_SEPARATION_LOST:
        said.append(
            "it tells less surely what is out of scope: "
            f"{old.separation:.3f} before, {new.separation:.3f} after"
        )
    for name, a, b in zip(names, before, after, strict=True):
        lost = _figures([a]).mrr_at_10 - _figures([b]).mrr_at_10
        if lost > MOST_CENTRE_LOST:
            said.append(f"{name} loses {lost:.3f} MRR@10")
    return said


def _figures(standings: Sequence[Standing]) -> Figures:
    ranks = np.concatenate([standing.ranks for standing in standings])
    separations = [_auc(each.inside, each.outside) for each in standings if len(each.outside)]
    return Figures(
        hit_at_1=_mean(ranks <= 1),
        hit_at_3=_mean(ranks <= 3),
        mrr_at_10=_mean(_reciprocal(ranks)),
        separation=_mean(np.array(separations)),
    )


def _reciprocal(ranks: Array) -> Array:
    return np.where(ranks <= REACH, 1.0 / ranks, 0.0)


def _auc(inside: Array, outside: Array) -> float:
    above = inside[:, None] - outside[None, :]
    return float(np.mean((above > 0) + 0.5 * (above == 0))) if above.size else 0.5


def _mean(values: npt.NDArray[Any]) -> float:
    return float(np.mean(values)) if len(values) else 0.0
