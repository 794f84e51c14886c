"""Learning weights, curve and bands from labelled questions, on a publication about to be made."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from itertools import product
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from knowledge.calibration import ANSWER_PRECISION, Array, Calibration
from knowledge.encoder import Encoder, Vectors
from knowledge.entry import CUSTOMER_KINDS, KnowledgeError
from knowledge.importing.questions_yaml import LabelledQuestion
from knowledge.search import JUDGED, Found, Searcher, Weights

Flags = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int64]

WORD_WEIGHTS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.6, 0.8)
ANSWER_WEIGHTS = (0.0, 0.85, 0.9, 0.95, 1.0)
LEAST_LABELLED = 50
FOLDS = 5
# of what customers ask, about this share is none of the centre's business; the labelled questions
# hold more of it, because silence must be learned from many examples
OUT_OF_SCOPE_SHARE = 0.25


class Seen(NamedTuple):
    """A labelled question and what was found for it, best first."""

    relevant: frozenset[str]
    found: list[Found]

    def rights(self) -> list[bool]:
        """Which of the found entries are right."""
        return [each.entry.entry_id in self.relevant for each in self.found]


class Scope(NamedTuple):
    """The line between this centre's business and others', and each question's place beside it."""

    intercept: float
    vector: tuple[float, ...]
    # predicted by lines that did not see the question
    of_questions: Array


def fit_calibrations(
    searcher: Searcher, encoder: Encoder, questions: Sequence[LabelledQuestion], *, now: datetime
) -> dict[str, Calibration]:
    """`full` for every day and `words_only` for when the encoder is away."""
    _refuse_too_few(questions)
    vectors = np.stack([encoder.encode_query(question.text) for question in questions])
    scope = _fit_scope(vectors, questions)
    no_scope = Scope(0.0, (), np.zeros(len(questions)))
    nothing: list[Vectors | None] = [None] * len(questions)
    return {
        "full": _fit(searcher, questions, list(vectors), WORD_WEIGHTS, scope, now),
        "words_only": _fit(searcher, questions, nothing, (1.0,), no_scope, now),
    }


def _refuse_too_few(questions: Sequence[LabelledQuestion]) -> None:
    inside = sum(bool(question.relevant) for question in questions)
    if inside < LEAST_LABELLED or len(questions) - inside < FOLDS:
        raise KnowledgeError(
            f"{inside} labelled questions and {len(questions) - inside} out of scope: at least "
            f"{LEAST_LABELLED} and {FOLDS} are needed to learn when an answer may be trusted "
            "(profiles/<name>/questions/)"
        )


def _fit_scope(vectors: Vectors, questions: Sequence[LabelledQuestion]) -> Scope:
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import cross_val_predict

    inside = np.array([bool(question.relevant) for question in questions])
    line: Any = LogisticRegression(C=10.0, max_iter=2000, class_weight="balanced")
    unseen = cross_val_predict(line, vectors, inside, cv=FOLDS, method="decision_function")
    line.fit(vectors, inside)
    vector = tuple(float(weight) for weight in line.coef_[0])
    return Scope(float(line.intercept_[0]), vector, unseen)


def _fit(
    searcher: Searcher,
    questions: Sequence[LabelledQuestion],
    vectors: Sequence[Vectors | None],
    word_weights: Sequence[float],
    scope: Scope,
    now: datetime,
) -> Calibration:
    """Choose the weights that find most right entries, then the curve, then the answer band."""
    allowed = searcher.allowed(CUSTOMER_KINDS, now)

    def look(weights: Weights, count: int) -> list[Seen]:
        return [
            Seen(
                question.relevant,
                searcher.find(
                    question.text,
                    vector,
                    weights=weights,
                    allowed=allowed,
                    scope=float(place),
                    count=count,
                ),
            )
            for question, vector, place in zip(questions, vectors, scope.of_questions, strict=True)
        ]

    tried = {
        Weights(*pair): _hits(look(Weights(*pair), 3))
        for pair in product(word_weights, ANSWER_WEIGHTS)
    }
    weights = max(tried, key=lambda pair: tried[pair])
    return _fit_curve(look(weights, JUDGED), weights, scope)


def _hits(seen: Sequence[Seen]) -> tuple[int, int]:
    """Questions whose first entry is right, and those with a right one among the found."""
    rights = [each.rights() for each in seen]
    return sum(any(right[:1]) for right in rights), sum(any(right) for right in rights)


def _fit_curve(seen: Sequence[Seen], weights: Weights, scope: Scope) -> Calibration:
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GroupKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    parts = np.array([found.parts.values() for each in seen for found in each.found])
    right = np.array([flag for each in seen for flag in each.rights()])
    question_of = np.repeat(np.arange(len(seen)), [len(each.found) for each in seen])
    traffic = _traffic_weights(seen)
    curve: Any = make_pipeline(StandardScaler(), LogisticRegression(C=1.0, max_iter=1000))
    weighted = {"logisticregression__sample_weight": traffic[question_of]}
    # the band is set on predictions for questions the curve did not see
    unseen = cross_val_predict(
        curve,
        parts,
        right,
        groups=question_of,
        cv=GroupKFold(FOLDS),
        method="predict_proba",
        params=weighted,
    )[:, 1]
    curve.fit(parts, right, **weighted)
    scaler, line = curve[0], curve[1]
    # scaling folded in, so that serving needs one dot product
    folded = line.coef_[0] / scaler.scale_
    calibration = Calibration(
        lexical_weight=weights.words,
        answer_weight=weights.answers,
        intercept=float(line.intercept_[0] - folded @ scaler.mean_),
        weights=tuple(float(weight) for weight in folded),
        scope_intercept=scope.intercept,
        scope_vector=scope.vector,
        answer_from=1.0,
    )
    return replace(calibration, answer_from=_answer_from(unseen, right, question_of, traffic))


def _traffic_weights(seen: Sequence[Seen]) -> Array:
    """A weight for each question, so that all together they look like what customers ask."""
    inside = np.array([bool(each.relevant) for each in seen])
    outside = len(seen) - inside.sum()
    odds = OUT_OF_SCOPE_SHARE / (1 - OUT_OF_SCOPE_SHARE)
    return np.where(inside, 1.0, odds * inside.sum() / max(outside, 1))


def _answer_from(unseen: Array, right: Flags, question_of: Places, traffic: Array) -> float:
    """The lowest probability from which first answers are right often enough."""
    firsts = []
    for question in np.unique(question_of):
        of_it = np.flatnonzero(question_of == question)
        first = of_it[np.argmax(unseen[of_it])]
        firsts.append((float(unseen[first]), bool(right[first]), float(traffic[question])))
    firsts.sort(reverse=True)
    lowest, right_so_far, asked = 1.0, 0.0, 0.0
    for place, (probability, is_right, weight) in enumerate(firsts, start=1):
        asked += weight
        right_so_far += weight * is_right
        # a band cannot part those who are equally sure
        ends_tie = place == len(firsts) or firsts[place][0] < probability
        if ends_tie and right_so_far / asked >= ANSWER_PRECISION:
            lowest = probability
    return lowest
