"""Where the texts of each entry stand among the rows of an index, and sums over them."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from knowledge.evidence import Places
from knowledge.lexical import Scores
from knowledge.rows import Row, RowKind

Mask = npt.NDArray[np.bool_]

# lower than any cosine: marks what does not count
NOTHING = np.float32(-9.0)


class Layout:
    """Rows stand by entry; those that belong to none come last, as an entry of their own."""

    def __init__(
        self,
        rows: Sequence[Row],
        *,
        entries: int,
        lessons: int,
        versions: Sequence[Sequence[int]] = (),
    ) -> None:
        self.entries = entries
        # places that are versions of one entry, where there are several: a question is all theirs
        self.versions = versions
        self.rows = len(rows)
        self.entry_of = np.array([row.entry for row in rows], dtype=np.int64)
        self.is_question = np.array([row.kind is not RowKind.PASSAGE for row in rows], dtype=bool)
        self.is_lesson = np.array([row.kind is RowKind.LESSON for row in rows], dtype=bool)
        self._starts = np.searchsorted(self.entry_of, np.arange(entries + 2))
        lesson_of = np.array([row.lesson for row in rows], dtype=np.int64)
        order = np.argsort(lesson_of, kind="stable")
        cuts = np.searchsorted(lesson_of[order], np.arange(lessons + 1))
        self.lessons: list[Places] = [
            order[begin:end] for begin, end in zip(cuts, cuts[1:], strict=False)
        ]

    def best(self, of_rows: Scores) -> Scores:
        """The highest of each entry's rows, and of those that belong to none (0 if empty)."""
        # an empty part at the end has no row to begin at
        padded = np.append(of_rows, NOTHING)
        highest: Scores = np.maximum.reduceat(padded, self._starts[:-1])
        return np.where(np.diff(self._starts) > 0, highest, np.float32(0.0))

    def gather(self, entries: Places) -> "Gathered":
        """The rows of these entries, one entry after the other."""
        begins = self._starts[entries]
        lengths = self._starts[entries + 1] - begins
        cuts = np.cumsum(lengths) - lengths
        rows = np.arange(lengths.sum()) + np.repeat(begins - cuts, lengths)
        return Gathered(rows, cuts, np.repeat(np.arange(len(entries)), lengths))


class Gathered(NamedTuple):
    """Rows of some entries: `cuts` is where each begins, `owner` the place of each row's entry."""

    rows: Places
    cuts: Places
    owner: Places

    def best(self, of_rows: Scores, counts: Mask) -> Scores:
        """The highest of the rows that count, for each entry; 0 where none does."""
        highest = np.maximum.reduceat(np.where(counts, of_rows, NOTHING), self.cuts)
        return np.where(highest > NOTHING, highest, np.float32(0.0))

    def usual(self, of_rows: Scores, counts: Mask, *, of: int = 3) -> Scores:
        """The mean of the few highest rows that count, for each entry; 0 where none does."""
        place = np.arange(len(self.rows)) - self.cuts[self.owner]
        table = np.full((len(self.cuts), max(int(place.max()) + 1, of)), NOTHING, dtype=np.float32)
        table[self.owner, place] = np.where(counts, of_rows, NOTHING)
        highest = -np.partition(-table, of - 1, axis=1)[:, :of]
        held = highest > NOTHING
        sums = np.where(held, highest, 0.0).sum(axis=1)
        mean: Scores = (sums / np.maximum(held.sum(axis=1), 1)).astype(np.float32)
        return mean
