"""How good a search is on labelled questions: ours beside BM25 and dense-only, in the same run."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from knowledge.baselines import Bm25
from knowledge.calibration import Calibration, Decision
from knowledge.encoder import Encoder
from knowledge.entry import CUSTOMER_KINDS
from knowledge.exam import REACH, Ask
from knowledge.importing.questions_yaml import LabelledQuestion
from knowledge.lexical import Scores, plain
from knowledge.search import Searcher

PRECISION = 0.97
# the first eight are those of design.md; precision and coverage are those of direct answers, in
# the bands a search has or from its 97 % point
# the keys that `knowledge evaluate --json` promises, and what the bands of our own give besides
PROMISED = ("hit@1", "hit@3", "mrr@10", "auc", "coverage@p97", "false_answers", "p50_ms", "p95_ms")
MEASURES = (*PROMISED, "precision", "coverage")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """What a search made of one question: entry ids best first, how sure, whether it answers."""

    ids: tuple[str, ...]
    confidence: float
    answers: bool | None
    seconds: float


Answer = tuple[tuple[str, ...], float, bool | None]
Ranker = Callable[[str], Answer]


def asking(searcher: Searcher, encoder: Encoder, calibration: Calibration, *, now: datetime) -> Ask:
    """What a customer's question finds, as far down as the measures look."""
    return lambda text: searcher.search(
        text,
        encoder.encode_query(plain(text)),
        calibration=calibration,
        now=now,
        kinds=CUSTOMER_KINDS,
        count=REACH,
    )


def evaluate(
    searcher: Searcher,
    encoder: Encoder,
    ask: Ask,
    questions: Sequence[LabelledQuestion],
    *,
    now: datetime,
) -> dict[str, dict[str, float]]:
    """The measures for `ours` (what `ask` finds), `bm25` and `dense`; design.md names them.

    All three search the same texts, lessons too.
    """
    allowed = searcher.allowed(CUSTOMER_KINDS, now)
    bm25 = Bm25([row.text for row in searcher.texts.rows])

    def ours(text: str) -> Answer:
        found = ask(text)
        ids = tuple(candidate.entry.entry_id for candidate in found.candidates)
        sure = found.candidates[0].probability if found.candidates else 0.0
        return ids, sure, found.decision is Decision.ANSWER

    def first(of_rows: Scores) -> Answer:
        """Each entry by its best text."""
        scores = np.where(allowed, searcher.texts.best(of_rows)[:-1], -np.inf)
        places = np.argsort(-scores, kind="stable")[:REACH]
        ids = tuple(searcher.entries[place].entry_id for place in places if allowed[place])
        return ids, float(scores[places[0]]) if ids else 0.0, None

    rankers: dict[str, Ranker] = {
        "ours": ours,
        "bm25": lambda text: first(bm25.scores(text)),
        "dense": lambda text: first(searcher.texts.similar(encoder.encode_query(text))),
    }
    return {name: measure(questions, ranker) for name, ranker in rankers.items()}


def measure(questions: Sequence[LabelledQuestion], ranker: Ranker) -> dict[str, float]:
    """Every measure for one search."""
    results = [_timed(ranker, question.text) for question in questions]
    inside = [
        (question.relevant, result)
        for question, result in zip(questions, results, strict=True)
        if question.relevant
    ]
    outside = [
        result for question, result in zip(questions, results, strict=True) if not question.relevant
    ]
    threshold, coverage = _coverage(inside, outside)
    answered = [_is_right(right, result) for right, result in inside if _answers(result, threshold)]
    false = [result for result in outside if _answers(result, threshold)]
    milliseconds = [result.seconds * 1000 for result in results]
    return {
        "hit@1": _share(any(i in right for i in result.ids[:1]) for right, result in inside),
        "hit@3": _share(any(i in right for i in result.ids[:3]) for right, result in inside),
        "mrr@10": _mean([_reciprocal_rank(right, result.ids) for right, result in inside]),
        "auc": _auc([result.confidence for _, result in inside], [r.confidence for r in outside]),
        "coverage@p97": coverage,
        "false_answers": len(false) / len(outside) if outside else 0.0,
        "p50_ms": float(np.percentile(milliseconds, 50)),
        "p95_ms": float(np.percentile(milliseconds, 95)),
        "precision": _share([*answered, *(False for _ in false)]),
        "coverage": sum(answered) / len(inside) if inside else 0.0,
    }


def _timed(ranker: Ranker, text: str) -> Ranked:
    begun = time.perf_counter()
    ids, confidence, answers = ranker(text)
    spent = time.perf_counter() - begun
    return Ranked(ids=ids, confidence=confidence, answers=answers, seconds=spent)


def _coverage(
    inside: Sequence[tuple[frozenset[str], Ranked]], outside: Sequence[Ranked]
) -> tuple[float, float]:
    """The confidence from which answers are 97 % right, and the share answered rightly there."""
    judged = [(result.confidence, _is_right(right, result)) for right, result in inside]
    judged += [(result.confidence, False) for result in outside]
    judged.sort(key=lambda pair: -pair[0])
    threshold, covered, right_so_far = float("inf"), 0, 0
    for count, (confidence, is_right) in enumerate(judged, start=1):
        right_so_far += is_right
        # a threshold cannot part those who are equally sure
        ends_tie = count == len(judged) or judged[count][0] < confidence
        if ends_tie and right_so_far / count >= PRECISION:
            threshold, covered = confidence, right_so_far
    return threshold, covered / len(inside) if inside else 0.0


def _is_right(right: frozenset[str], result: Ranked) -> bool:
    return bool(result.ids) and result.ids[0] in right


def _answers(result: Ranked, threshold: float) -> bool:
    """A search with bands of its own is judged by them, another by its 97 % point."""
    return result.confidence >= threshold if result.answers is None else result.answers


def _reciprocal_rank(right: frozenset[str], ids: Sequence[str]) -> float:
    ranks = (place for place, entry_id in enumerate(ids, start=1) if entry_id in right)
    first = next(ranks, None)
    return 1.0 / first if first else 0.0


def _auc(inside: Sequence[float], outside: Sequence[float]) -> float:
    """The chance that an answerable question gets more confidence than an unanswerable one."""
    if not inside or not outside:
        return 0.0
    ours, theirs = np.array(inside)[:, None], np.array(outside)[None, :]
    return float(np.mean((ours > theirs) + 0.5 * (ours == theirs)))


def _share(flags: Iterable[bool]) -> float:
    values = list(flags)
    return sum(values) / len(values) if values else 0.0


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if values else 0.0
