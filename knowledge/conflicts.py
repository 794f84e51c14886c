"""Entries that say the same, or contradict each other: same question, another figure or answer.

Pure: entries and their questions' vectors in, pairs out.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from knowledge.encoder import Vectors
from knowledge.entry import CUSTOMER_KINDS, Entry
from knowledge.figures import differing, figures_in, opposed

# two questions of different entries this near to each other ask the same
SAME_QUESTION = 0.93
# rows compared at once: 1,000 × 40,000 similarities are 160 MB
BLOCK = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """Two entries that are asked by the same question, in each one's words."""

    first: Entry
    second: Entry
    questions: tuple[str, str]
    similarity: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """Two entries that answer one question differently, and where: 5 个工作日 against 3 天."""

    alike: Alike
    said: tuple[str, str]


def questions_of(entries: Sequence[Entry]) -> list[tuple[int, str]]:
    """Every text that asks for an entry, with the entry's place."""
    return [
        (place, text)
        for place, entry in enumerate(entries)
        for text in (entry.title, *entry.questions)
    ]


def find_alike(
    entries: Sequence[Entry],
    asked: Sequence[tuple[int, str]],
    vectors: Vectors,
    *,
    least: float = SAME_QUESTION,
) -> list[Alike]:
    """Pairs of entries with a question in common, the most alike first.

    Entries of different regions may answer one question each in its own way.
    """
    best: dict[tuple[int, int], tuple[float, int, int]] = {}
    for one, other, similarity in _near(vectors, least):
        pair = (asked[one][0], asked[other][0])
        if pair[0] == pair[1] or entries[pair[0]].region != entries[pair[1]].region:
            continue
        if similarity > best.get(pair, (-1.0, 0, 0))[0]:
            best[pair] = (similarity, one, other)
    found = [
        Alike(
            first=entries[asked[one][0]],
            second=entries[asked[other][0]],
            questions=(asked[one][1], asked[other][1]),
            similarity=similarity,
        )
        for similarity, one, other in best.values()
    ]
    return sorted(found, key=lambda alike: -alike.similarity)


def find_contradictions(alike: Sequence[Alike]) -> list[Contradiction]:
    """The pairs whose answers cannot both be right: another figure, or yes against no."""
    return [
        Contradiction(alike=pair, said=said)
        for pair in alike
        if (said := contradiction_of(pair.first.answer, pair.second.answer)) is not None
    ]


def contradiction_of(ours: str, theirs: str) -> tuple[str, str] | None:
    """What two answers to one question say differently, or None."""
    figures = differing(figures_in(ours), figures_in(theirs))
    if figures:
        return figures[0][0].text, figures[0][1].text
    return opposed(ours, theirs)


def find_duplicates(alike: Sequence[Alike]) -> list[Alike]:
    """The pairs that one entry could replace: same question, same readers."""
    return [pair for pair in alike if _for_customers(pair.first) == _for_customers(pair.second)]


def _for_customers(entry: Entry) -> bool:
    return entry.kind in CUSTOMER_KINDS


def _near(vectors: Vectors, least: float) -> Iterator[tuple[int, int, float]]:
    """Pairs of rows with at least this cosine, the lower row first; block by block."""
    for start in range(0, len(vectors), BLOCK):
        similarities = vectors[start : start + BLOCK] @ vectors[start:].T
        ones, others = np.nonzero(np.triu(similarities >= least, k=1))
        for one, other in zip(ones, others, strict=True):
            yield int(start + one), int(start + other), float(similarities[one, other])
