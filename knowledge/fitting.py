"""Learning ranks, curve and bands from labelled questions, on a publication about to be made.

A question that is one of the searcher's lessons is looked up as if it were not, and everything
the curve and the bands are learned from was predicted by parts that had not seen it.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

import numpy as np

from knowledge.calibration import ANSWER_PRECISION, Bin, Calibration
from knowledge.encoder import Encoder, Vectors
from knowledge.entry import CUSTOMER_KINDS
from knowledge.evidence import Array, Evidence
from knowledge.exam import TooFewQuestions
from knowledge.importing.questions_yaml import LabelledQuestion
from knowledge.judging import TOLD, tell
from knowledge.learning import fit_curve, fit_judge, fit_line, sureness
from knowledge.lexical import plain
from knowledge.ranking import Flags, Table, fit_rank, table_of
from knowledge.search import Searcher
from knowledge.succession import places_of

LEAST_LABELLED = 50
FOLDS = 5
# of what customers ask, about this share is none of the centre's business; the labelled questions
# hold more of it, because silence must be learned from many examples
OUT_OF_SCOPE_SHARE = 0.25
# one customer in five asks where entries lie close together; most of what is labelled there was
# written to teach, and three quarters of the questions would otherwise be as hard as these
EDGE_SHARE = 0.2
# of questions that are none of its business, the centre answers at most these: a third of the
# 3 % that are bearable, because life is harder than what was labelled
FALSE_ANSWERS = 0.01
# what is nobody's business weighs so much more while the judge learns: it orders by what must not
# be answered, and its curve makes chances of it again (docs/decisions/0036)
WARY = 3.0
BINS = 10


class Material(NamedTuple):
    """Labelled questions and what was found for each."""

    found: Sequence[Evidence]
    table: Table
    scope: Array
    inside: Flags
    # written where entries lie close together
    edge: Flags

    @property
    def traffic(self) -> Array:
        """A weight for each question, so that all together they look like what customers ask."""
        plain, edge = self.inside & ~self.edge, self.inside & self.edge
        share = EDGE_SHARE / (1 - EDGE_SHARE) * plain.sum() / max(edge.sum(), 1)
        # few are not made more of than they are, nor are those that stand alone
        of_edge = min(1.0, float(share)) if plain.any() else 1.0
        asked = plain.sum() + of_edge * edge.sum()
        outside = len(self.inside) - self.inside.sum()
        odds = OUT_OF_SCOPE_SHARE / (1 - OUT_OF_SCOPE_SHARE)
        of_others = odds * asked / max(outside, 1)
        return np.where(plain, 1.0, np.where(edge, of_edge, of_others))

    @property
    def wary(self) -> Array:
        """The same for the judge, to whom a false answer is worse than another wrong one."""
        return np.where(self.inside, self.traffic, WARY * self.traffic)


class Firsts(NamedTuple):
    """What is told of each question's first candidate, and whether it is right."""

    told: Array  # (questions, TOLD)
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
        raise TooFewQuestions(
            f"{inside} labelled questions and {len(questions) - inside} out of scope: at least "
            f"{LEAST_LABELLED} and {FOLDS} are needed to learn when an answer may be trusted "
            "(profiles/<name>/questions/)",
            inside=inside,
            outside=len(questions) - inside,
        )


def _fit(
    searcher: Searcher,
    questions: Sequence[LabelledQuestion],
    vectors: Sequence[Vectors | None],
    now: datetime,
) -> Calibration:
    """Weigh the parts, tell ours from others', draw the curve, and set the answer band."""
    found = _look(searcher, questions, vectors, now)
    places = places_of(searcher.entries)
    right = [
        frozenset(place for each in question.relevant for place in places.get(each, ()))
        for question in questions
    ]
    material = Material(
        found=found,
        table=table_of(found, right),
        scope=np.array([each.scope for each in found]),
        inside=np.array([bool(question.relevant) for question in questions]),
        edge=np.array([question.is_edge for question in questions]),
    )
    firsts = _tell_unseen(material)
    unseen = _judge_unseen(firsts, material.wary)
    curve = fit_curve(unseen, firsts.right, material.traffic)
    judge = fit_judge(firsts.told, firsts.right, material.wary)
    unseen = curve.chance(sureness(unseen))
    return Calibration(
        rank=fit_rank(material.table),
        scope=fit_line(material.scope, material.inside, material.traffic),
        judge=replace(judge, curve=curve),
        answer_from=_answer_from(unseen, firsts.right, material),
        lessons=searcher.lessons,
        reliability=_reliability(unseen, firsts.right, material.traffic),
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


def _tell_unseen(material: Material) -> Firsts:
    """Each question's first candidate, by a rank and a scope that had not seen the question."""
    count, found = len(material.found), material.found
    told, right = np.zeros((count, len(TOLD))), np.zeros(count, dtype=bool)
    for own in _folds(count):
        others = ~own
        rank = fit_rank(material.table.of(others))
        scope = fit_line(material.scope[others], material.inside[others], material.traffic[others])
        chances = scope.chance(material.scope)
        for place in np.flatnonzero(own).tolist():
            if not len(found[place].entries):
                continue
            scores = rank.at(found[place].parts)
            told[place] = tell(found[place], scores, inside=float(chances[place]))
            right[place] = material.table.right[place, int(np.argmax(scores))]
    return Firsts(told, right)


def _judge_unseen(firsts: Firsts, weights: Array) -> Array:
    """The chance of each first candidate, by judges that had not seen its question."""
    unseen = np.zeros(len(weights))
    for own in _folds(len(weights)):
        judge = fit_judge(firsts.told[~own], firsts.right[~own], weights[~own])
        unseen[own] = [judge.chance(told) for told in firsts.told[own]]
    return unseen


def _folds(count: int) -> list[Flags]:
    """The questions in a few parts of the same size, the same every time."""
    part = np.random.default_rng(0).permutation(count) % FOLDS
    return [part == number for number in range(FOLDS)]


def _answer_from(chances: Array, right: Flags, material: Material) -> float:
    """The lowest chance from which first answers are right, and silence is kept, often enough.

    One more wrong answer than were seen is counted and a standard error on top: the promise is
    for the questions to come, not for these.
    """
    order = np.argsort(-chances, kind="stable")
    outside = ~material.inside
    asked = np.cumsum(material.traffic[order])
    wrong = np.cumsum((material.traffic * ~right)[order])
    false = np.cumsum(outside[order])
    expected = wrong + 1 + np.sqrt(wrong)
    good = expected / (asked + 1) <= 1 - ANSWER_PRECISION
    good &= false / outside.sum() <= FALSE_ANSWERS
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
