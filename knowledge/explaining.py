"""Why a question was decided on as it was: candidates, what speaks for each, limits. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from knowledge.calibration import CLARIFY_CHANCE, SUGGEST_CHANCE, Calibration, Decision
from knowledge.entry import Entry
from knowledge.evidence import PARTS, Evidence

# candidates that are told of
TOLD_OF = 5
# below this the question is rather somebody else's business
OURS = 0.5


class Reason(StrEnum):
    """What decided."""

    WORD_FOR_WORD = "word_for_word"
    NOBODYS_WORDS = "nobodys_words"
    SURE = "sure"
    LIKELY = "likely"
    SEVERAL = "several"
    NOT_OURS = "not_ours"
    UNSURE = "unsure"
    NOTHING_ALIKE = "nothing_alike"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One thing that speaks for a candidate: its value, and what it adds to the score."""

    name: str
    value: float
    adds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """A candidate; the first is not always that with the highest score (word for word)."""

    entry: Entry
    probability: float
    score: float
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """The decision, its reason, and all that led to it.

    `limits`: from which probability on something is done; `inside`: the chance that the question
    is this centre's business; `question`: what else is known of it, as in `Evidence`.
    """

    decision: Decision
    reason: Reason
    inside: float
    limits: Mapping[Decision, float]
    question: Mapping[str, float]
    candidates: tuple[Explained, ...]


def explain(evidence: Evidence, entries: Sequence[Entry], calibration: Calibration) -> Explanation:
    """What the search makes of this evidence, and why; exactly as it decides."""
    probabilities = calibration.probabilities(evidence)
    order = np.argsort(-probabilities, kind="stable")[:TOLD_OF].tolist()
    weights = np.array(calibration.rank.weights)
    candidates = tuple(
        Explained(
            entry=entries[evidence.entries[place]],
            probability=float(probabilities[place]),
            score=float(calibration.rank.at(evidence.parts[place])),
            parts=tuple(
                Part(name=name, value=float(value), adds=float(value * weight))
                for name, value, weight in zip(PARTS, evidence.parts[place], weights, strict=True)
            ),
        )
        for place in order
    )
    decision = calibration.decide([each.probability for each in candidates])
    inside = float(calibration.scope.chance(evidence.scope))
    return Explanation(
        decision=decision,
        reason=_reason(decision, evidence, inside),
        inside=inside,
        limits={
            Decision.ANSWER: calibration.answer_from,
            Decision.SUGGEST: SUGGEST_CHANCE,
            Decision.CLARIFY: CLARIFY_CHANCE,
        },
        question={
            "similarity": evidence.similarity,
            "foreign": evidence.foreign,
            "learned": evidence.learned,
            "outside": evidence.outside,
            "matter": evidence.matter,
        },
        candidates=candidates,
    )


def _reason(decision: Decision, evidence: Evidence, inside: float) -> Reason:
    if not len(evidence.entries):
        return Reason.NOTHING_ALIKE
    if evidence.is_nobodys:
        return Reason.NOBODYS_WORDS
    if evidence.worded_as is not None:
        return Reason.WORD_FOR_WORD
    if decision is Decision.NONE:
        return Reason.NOT_OURS if inside < OURS else Reason.UNSURE
    return {
        Decision.ANSWER: Reason.SURE,
        Decision.SUGGEST: Reason.LIKELY,
        Decision.CLARIFY: Reason.SEVERAL,
    }[decision]
