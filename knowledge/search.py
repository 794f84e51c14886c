"""From a question to a decision: answer, clarify or none, with the entries and how sure it is."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from knowledge.calibration import Calibration, Decision, Parts, leads_of
from knowledge.encoder import Encoder, Vectors
from knowledge.entry import Entry, EntryKind
from knowledge.indexes import VectorIndex
from knowledge.indexes.cache import IndexCache
from knowledge.lexical import LexicalIndex, Scores

Mask = npt.NDArray[np.bool_]

# rows of the vector index looked at before they are gathered into entries
REACH = 200
# candidates that are judged: what is right is nearly always among them, and three are offered
JUDGED = 5


class Weights(NamedTuple):
    """What shared words, and texts of answers, count beside a question's similarity."""

    words: float
    answers: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One text of an entry in the index: a title, a question, or its answer."""

    entry: int
    text: str
    is_answer: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """An entry that may answer, with its score and the parts it is judged by."""

    entry: Entry
    score: float
    parts: Parts


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An entry that may answer, and the probability that it does."""

    entry: Entry
    probability: float
    parts: Parts


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchResult:
    """The decision and the candidates, most probable first."""

    decision: Decision
    candidates: tuple[Candidate, ...]


def make_searcher(
    entries: Sequence[Entry], indexes: IndexCache, encoder: Encoder | None
) -> "Searcher":
    """A searcher over these entries; without an encoder it goes by words and needs no index."""
    rows = rows_of(entries)
    if encoder is None:
        return Searcher(entries=entries, rows=rows, vectors=None)
    texts = [row.text for row in rows]
    vectors = indexes.get(texts, encoder=encoder.fingerprint, encode=encoder.encode_texts)
    return Searcher(entries=entries, rows=rows, vectors=vectors)


def rows_of(entries: Sequence[Entry]) -> list[Row]:
    """Every text by which an entry can be found."""
    rows = []
    for place, entry in enumerate(entries):
        for text in (entry.title, *entry.questions):
            rows.append(Row(entry=place, text=text, is_answer=False))
        if entry.answer:
            rows.append(Row(entry=place, text=entry.answer, is_answer=True))
    return rows


class Searcher:
    """Search over one publication's entries."""

    def __init__(
        self, *, entries: Sequence[Entry], rows: Sequence[Row], vectors: VectorIndex | None
    ) -> None:
        self.entries = tuple(entries)
        self._vectors = vectors
        self._words = LexicalIndex([row.text for row in rows])
        self._wholes = LexicalIndex(
            [" ".join((entry.title, *entry.questions, entry.answer)) for entry in entries]
        )
        self._entry_of = np.array([row.entry for row in rows], dtype=np.int64)
        self._is_answer = np.array([row.is_answer for row in rows], dtype=bool)

    def search(
        self,
        text: str,
        vector: Vectors | None,
        *,
        calibration: Calibration,
        now: datetime,
        kinds: Collection[EntryKind],
        count: int = 3,
    ) -> SearchResult:
        """Decide on a question; `vector` is None while the encoder is away (words alone count)."""
        found = self.find(
            text,
            vector,
            weights=Weights(calibration.lexical_weight, calibration.answer_weight),
            allowed=self.allowed(kinds, now),
            scope=calibration.scope(vector),
            count=max(count, JUDGED),
        )
        judged = [
            Candidate(
                entry=each.entry,
                parts=each.parts,
                probability=calibration.probability(each.parts),
            )
            for each in found
        ]
        judged.sort(key=lambda candidate: -candidate.probability)
        decision = calibration.decide([candidate.probability for candidate in judged])
        return SearchResult(decision=decision, candidates=tuple(judged[:count]))

    def allowed(self, kinds: Collection[EntryKind], now: datetime) -> Mask:
        """Which entries may be said now, shape (entries,)."""
        return np.array(
            [entry.kind in kinds and entry.is_valid(now) for entry in self.entries], dtype=np.bool_
        )

    def find(
        self,
        text: str,
        vector: Vectors | None,
        *,
        weights: Weights,
        allowed: Mask,
        scope: float = 0.0,
        count: int = JUDGED,
    ) -> list[Found]:
        """Allowed entries by falling score; each entry counts by its best text."""
        row_weights = np.where(self._is_answer, weights.answers, 1.0)
        words = self._best_per_entry(self._words.shares(text) * row_weights)
        similar = self._best_per_entry(self._similarities(vector) * row_weights)
        wholes = self._wholes.shares(text)
        scores = np.where(allowed, similar + weights.words * words, 0.0)
        order = [place for place in np.argsort(-scores, kind="stable")[:count] if scores[place] > 0]
        leads = leads_of([float(scores[place]) for place in order])
        return [
            Found(
                entry=self.entries[place],
                score=float(scores[place]),
                parts=Parts(
                    similarity=float(similar[place]),
                    words=float(words[place]),
                    whole=float(wholes[place]),
                    lead=lead,
                    scope=scope,
                ),
            )
            for place, lead in zip(order, leads, strict=True)
        ]

    def _similarities(self, vector: Vectors | None) -> Scores:
        similar = np.zeros(len(self._entry_of), dtype=np.float32)
        if vector is None or self._vectors is None:
            return similar
        for neighbour in self._vectors.nearest(vector, count=REACH):
            similar[neighbour.row] = neighbour.similarity
        return similar

    def _best_per_entry(self, of_rows: Scores) -> Scores:
        best = np.zeros(len(self.entries), dtype=np.float32)
        np.maximum.at(best, self._entry_of, of_rows)
        return best
