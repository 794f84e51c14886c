"""Learning ranks, curve and bands from labelled questions, on a publication about to be made.

A question that is one of the searcher's lessons is looked up as if it were not, and everything
the curve and the bands are learned from was predicted by parts that had not seen it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np

from knowledge.calibration import (
    ANSWER_PRECISION,
    Bin,
    Calibration,
    Line,
    log_chance,
    odds_of,
)
from knowledge.encoder import Encoder, Vectors
from knowledge.entry import CUSTOMER_KINDS, KnowledgeError
from knowledge.evidence import Array, Evidence, Places
from knowledge.importing.questions_yaml import LabelledQuestion
from knowledge.lexical import plain
from knowledge.ranking import Flags, Table, fit_rank, table_of
from knowledge.search import JUDGED, Searcher

LEAST_LABELLED = 50
FOLDS = 5
# of what customers ask, about this share is none of the centre's business; the labelled questions
# hold more of it, because silence must be learned from many examples
OUT_OF_SCOPE_SHARE = 0.25
# of questions that are none of its business, the centre answers at most these: half of the 3 %
# that are bearable, because life is harder than what was labelled
FALSE_ANSWERS = 0.015
BINS = 10


class Judged(NamedTuple):
    """The first few candidates of questions, best first, and what the curve is told of them."""

    values: Array  # (questions, JUDGED, values of the curve)
    held: Flags
    right: Flags


def fit_calibrations(
    searcher: Searcher, encoder: Encoder, questions: Sequence[LabelledQuestion], *, now: datetime
) -> dict[str, Calibration]:
    """`full` for every day and `words_only` for when the encoder is away."""
    _refuse_too_few(questions)
    vectors = [encoder.encode_query(plain(question.text)) for question in questions]
    return {
        "full": _fit(searcher, questions, vectors, now),
        "words_only": _fit(searcher, questions, [None] * len(questions), now),
    }


def _refuse_too_few(questions: Sequence[LabelledQuestion]) -> None:
    inside = sum(bool(question.relevant) for question in questions)
    if inside < LEAST_LABELLED or len(questions) - inside < FOLDS:
        raise KnowledgeError(
            f"{inside} labelled questions and {len(questions) - inside} out of scope: at least "
            f"{LEAST_LABELLED} and {FOLDS} are needed to learn when an answer may be trusted "
            "(profiles/<name>/questions/)"
        )


def _fit(
    searcher: Searcher,
    questions: Sequence[LabelledQuestion],
    vectors: Sequence[Vectors | None],
    now: datetime,
) -> Calibration:
    """Weigh the parts, tell ours from others', draw the curve, and set the answer band."""
    found = _look(searcher, questions, vectors, now)
    place_of = {entry.entry_id: place for place, entry in enumerate(searcher.entries)}
    right = [
        frozenset(place_of[each] for each in question.relevant if each in place_of)
        for question in questions
    ]
    table = table_of(found, right)
    inside = np.array([bool(question.relevant) for question in questions])
    traffic = _traffic_weights(inside)
    fold = np.random.default_rng(0).permutation(len(questions)) % FOLDS
    judged = _judge_unseen(table, found, inside, traffic, fold)
    curve, unseen = _fit_curve(judged, traffic, fold)
    scope_values = np.array([each.scope for each in found])
    return Calibration(
        rank=fit_rank(table),
        scope=_fit_line(scope_values, inside, traffic),
        curve=curve,
        answer_from=_answer_from(unseen[:, 0], judged.right[:, 0], inside, traffic),
        lessons=searcher.lessons,
        reliability=_reliability(unseen[:, 0], judged.right[:, 0], traffic),
    )


def _look(
    searcher: Searcher,
    questions: Sequence[LabelledQuestion],
    vectors: Sequence[Vectors | None],
    now: datetime,
) -> list[Evidence]:
    allowed = searcher.allowed(CUSTOMER_KINDS, now)
    lesson_of = {lesson: place for place, lesson in enumerate(searcher.lessons)}
    return [
        searcher.look(question.text, vector, allowed=allowed, as_lesson=lesson_of.get(question))
        for question, vector in zip(questions, vectors, strict=True)
    ]


def _traffic_weights(inside: Flags) -> Array:
    """A weight for each question, so that all together they look like what customers ask."""
    outside = len(inside) - inside.sum()
    odds = OUT_OF_SCOPE_SHARE / (1 - OUT_OF_SCOPE_SHARE)
    return np.where(inside, 1.0, odds * inside.sum() / max(outside, 1))


def _judge_unseen(
    table: Table, found: Sequence[Evidence], inside: Flags, traffic: Array, fold: Places
) -> Judged:
    """What the curve is told of each question, by ranks and a scope that had not seen it."""
    scope_values = np.array([each.scope for each in found])
    scores = np.empty(table.held.shape)
    scope = np.empty(len(found))
    for number in range(FOLDS):
        own, others = fold == number, fold != number
        scores[own] = table.of(own).scores(fit_rank(table.of(others)))
        line = _fit_line(scope_values[others], inside[others], traffic[others])
        scope[own] = line.at(scope_values[own])
    first = np.argsort(-scores, axis=1, kind="stable")[:, :JUDGED]
    held = np.take_along_axis(table.held, first, axis=1)
    odds = np.take_along_axis(_odds_of_rows(scores), first, axis=1)
    of_question = np.column_stack(
        [
            log_chance(scope),
            [each.similarity for each in found],
            [each.matter for each in found],
        ]
    )
    repeated = np.repeat(of_question[:, None, :], first.shape[1], axis=1)
    values = np.concatenate([odds[:, :, None], repeated], axis=2)
    return Judged(values, held, np.take_along_axis(table.right, first, axis=1) & held)


def _odds_of_rows(scores: Array) -> Array:
    odds = np.full(scores.shape, -30.0)
    for place, row in enumerate(scores):
        held = np.isfinite(row)
        if held.any():
            odds[place, held] = odds_of(row[held])
    return odds


def _fit_curve(judged: Judged, traffic: Array, fold: Places) -> tuple[Line, Array]:
    """The curve, and each candidate's chance by curves that had not seen its question."""
    width = judged.held.shape[1]
    weights, folds = np.repeat(traffic, width), np.repeat(fold, width)
    values, right = judged.values.reshape(len(weights), -1), judged.right.ravel()
    held = judged.held.ravel()
    unseen = np.zeros(len(weights))
    for number in range(FOLDS):
        others = held & (folds != number)
        own = held & (folds == number)
        line = _fit_line(values[others], right[others], weights[others])
        unseen[own] = np.exp(log_chance(line.at(values[own])))
    return _fit_line(values[held], right[held], weights[held]), unseen.reshape(judged.held.shape)


def _fit_line(values: Array, flags: Flags, weights: Array) -> Line:
    """Logistic regression, its scaling folded in, so that serving needs one product."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    model: Any = make_pipeline(StandardScaler(), LogisticRegression(C=1.0, max_iter=1000))
    model.fit(values, flags, logisticregression__sample_weight=weights)
    scaler, line = model[0], model[1]
    folded = line.coef_[0] / scaler.scale_
    start = float(line.intercept_[0] - folded @ scaler.mean_)
    return Line(start=start, weights=tuple(float(weight) for weight in folded))


def _answer_from(chances: Array, right: Flags, inside: Flags, traffic: Array) -> float:
    """The lowest chance from which first answers are right, and silence is kept, often enough.

    One more wrong answer than were seen is counted, so that a lucky few are not trusted.
    """
    order = np.argsort(-chances, kind="stable")
    asked = np.cumsum(traffic[order])
    wrong = np.cumsum((traffic * ~right)[order])
    false = np.cumsum(~inside[order])
    good = (wrong + 1) / (asked + 1) <= 1 - ANSWER_PRECISION
    good &= false / (~inside).sum() <= FALSE_ANSWERS
    # a band cannot part those who are equally sure
    ends_tie = np.append(np.diff(chances[order]) < 0, True)
    places = np.flatnonzero(good & ends_tie)
    return float(chances[order][places[-1]]) if len(places) else 1.0


def _reliability(chances: Array, right: Flags, traffic: Array) -> tuple[Bin, ...]:
    """The curve as it came out: bins of as many questions each, from the least sure up."""
    parts = np.array_split(np.argsort(chances, kind="stable"), BINS)
    return tuple(
        Bin(
            predicted=float(np.average(chances[part], weights=traffic[part])),
            right=float(np.average(right[part], weights=traffic[part])),
            count=len(part),
        )
        for part in parts
        if len(part)
    )
