"""How good a search is on labelled questions: ours beside BM25 and dense-only, in the same run."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from knowledge.calibration import Calibration, Decision
from knowledge.encoder import Encoder
from knowledge.entry import EntryKind
from knowledge.importing.questions_yaml import LabelledQuestion
from knowledge.search import Searcher, Weights

REACH = 10
PRECISION = 0.97
MEASURES = ("hit@1", "hit@3", "mrr@10", "auc", "coverage@p97", "false_answers", "p50_ms", "p95_ms")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """What a search made of one question: entry ids best first, how sure, whether it answers."""

    ids: tuple[str, ...]
    confidence: float
    answers: bool | None
    seconds: float


Ranker = Callable[[str], tuple[tuple[str, ...], float, bool | None]]


def evaluate(
    searcher: Searcher,
    encoder: Encoder,
    calibration: Calibration,
    questions: Sequence[LabelledQuestion],
    *,
    now: datetime,
) -> dict[str, dict[str, float]]:
    """The measures for `ours`, `bm25` and `dense`; see design.md for their names."""
    allowed = searcher.allowed(frozenset(EntryKind) - {EntryKind.SCRIPT}, now)

    def ours(text: str) -> tuple[tuple[str, ...], float, bool | None]:
        found = searcher.search(
            text,
            encoder.encode_query(text),
            calibration=calibration,
            now=now,
            kinds=frozenset(EntryKind) - {EntryKind.SCRIPT},
            count=REACH,
        )
        ids = tuple(candidate.entry.entry_id for candidate in found.candidates)
        sure = found.candidates[0].probability if found.candidates else 0.0
        return ids, sure, found.decision is Decision.ANSWER

    def one_part(text: str, *, words: bool) -> tuple[tuple[str, ...], float, bool | None]:
        vector = None if words else encoder.encode_query(text)
        weights = Weights(words=1.0 if words else 0.0, answers=1.0)
        found = searcher.find(text, vector, weights=weights, allowed=allowed, count=REACH)
        ids = tuple(each.entry.entry_id for each in found)
        return ids, (found[0].score if found else 0.0), None

    rankers: dict[str, Ranker] = {
        "ours": ours,
        "bm25": lambda text: one_part(text, words=True),
        "dense": lambda text: one_part(text, words=False),
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
    milliseconds = [result.seconds * 1000 for result in results]
    return {
        "hit@1": _share(any(i in right for i in result.ids[:1]) for right, result in inside),
        "hit@3": _share(any(i in right for i in result.ids[:3]) for right, result in inside),
        "mrr@10": _mean([_reciprocal_rank(right, result.ids) for right, result in inside]),
        "auc": _auc([result.confidence for _, result in inside], [r.confidence for r in outside]),
        "coverage@p97": coverage,
        "false_answers": _share(_answers(result, threshold) for result in outside),
        "p50_ms": float(np.percentile(milliseconds, 50)),
        "p95_ms": float(np.percentile(milliseconds, 95)),
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
    judged = [
        (result.confidence, result.ids[:1] and result.ids[0] in right) for right, result in inside
    ]
    judged += [(result.confidence, False) for result in outside]
    judged.sort(key=lambda pair: -pair[0])
    threshold, covered, right_so_far = float("inf"), 0, 0
    for count, (confidence, is_right) in enumerate(judged, start=1):
        right_so_far += bool(is_right)
        # a threshold cannot part those who are equally sure
        ends_tie = count == len(judged) or judged[count][0] < confidence
        if ends_tie and right_so_far / count >= PRECISION:
            threshold, covered = confidence, right_so_far
    return threshold, covered / len(inside) if inside else 0.0


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
