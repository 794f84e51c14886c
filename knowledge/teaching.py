"""What the lessons of a publication teach about its texts, worked out once and kept beside it."""

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from knowledge.classifier import MOST_TEXTS, Classifier, Matrix, kernel_of, learn
from knowledge.encoder import Vectors
from knowledge.evidence import Places
from knowledge.indexes.cache import Arrays, IndexCache
from knowledge.layout import Layout
from knowledge.lexical import Scores, SharedPieces
from knowledge.meaning import Meaning

# named in the keys of what is kept: raise it when something below is worked out differently
RECIPE = 1


class Taught:
    """The classifier of a publication, by meaning and characters or by characters alone.

    Where there are too many texts to classify by entry it tells only what is ours from what is
    nobody's business; without lessons it tells nothing.
    """

    def __init__(
        self,
        layout: Layout,
        meaning: Meaning | None,
        characters: SharedPieces,
        *,
        indexes: IndexCache,
        made_from: Sequence[object],
    ) -> None:
        self._layout, self._meaning, self._characters = layout, meaning, characters
        self._indexes, self._made_from = indexes, made_from
        questions = np.flatnonzero(layout.is_question)
        self._by_entry = len(questions) <= MOST_TEXTS
        if not self._by_entry:
            # every lesson, and as many of the corpus's own questions as fit
            own = np.flatnonzero(layout.is_question & ~layout.is_lesson)
            room = max(MOST_TEXTS - (len(questions) - len(own)), MOST_TEXTS // 2)
            step = -(-len(own) // room)
            questions = np.sort(np.concatenate([np.flatnonzero(layout.is_lesson), own[::step]]))
        self._texts: Places = questions
        self._is_silent = not layout.lessons

    def scores(
        self, placed: Vectors | None, words: Scores, *, as_lesson: int | None = None
    ) -> Scores:
        """About 1 for a class the question belongs to, shape (entries + 1,); the last is nobody's.

        As if it had never been the lesson of that place.
        """
        if self._is_silent:
            return np.zeros(self._layout.entries + 1, dtype=np.float32)
        classifier = self._by_words if placed is None else self._by_meaning
        if as_lesson is not None and len(self._layout.lessons[as_lesson]):
            scored = classifier.unseen[as_lesson]
        else:
            near = None
            if placed is not None and self._meaning is not None:
                near = self._meaning.near(placed, self._texts)
            scored = classifier.scores(kernel_of(near, words[self._texts]))
        return scored if self._by_entry else self._spread(scored)

    @cached_property
    def crowds(self) -> Scores:
        """For each text, how near its nearest neighbours are among what may be said."""
        if self._meaning is None:
            return np.zeros(self._layout.rows, dtype=np.float32)
        ours = self._layout.is_question & (self._layout.entry_of < self._layout.entries)
        meaning, rows = self._meaning, np.flatnonzero(ours)
        made_from = [RECIPE, "crowds", *self._made_from]
        return self._indexes.arrays(made_from, lambda: {"crowds": meaning.crowds(rows)})["crowds"]

    @cached_property
    def _by_meaning(self) -> Classifier:
        return self._kept("meaning", self._made_from)

    @cached_property
    def _by_words(self) -> Classifier:
        # the same whatever the encoder: it is found again while the encoder is away
        return self._kept("words", self._made_from[1:])

    def _spread(self, scored: Scores) -> Scores:
        """Ours or nobody's, as scores of entries: the same for all."""
        spread = np.full(self._layout.entries + 1, scored[0], dtype=np.float32)
        spread[-1] = scored[1]
        return spread

    def _kept(self, name: str, made_from: Sequence[object]) -> Classifier:
        def make() -> Arrays:
            learned = learn(self._kernel(name), self._targets(), self._own_rows())
            return {"duals": learned.duals, "unseen": learned.unseen}

        arrays = self._indexes.arrays([RECIPE, "classifier", name, *made_from], make)
        return Classifier(arrays["duals"], arrays["unseen"])

    def _kernel(self, name: str) -> Matrix:
        pieces = self._characters.matrix()[self._texts]
        shared = (pieces @ pieces.T).toarray()
        if name == "words" or self._meaning is None:
            return kernel_of(None, shared)
        placed = self._meaning.placed[self._texts].astype(np.float32)
        return kernel_of(placed @ placed.T, shared)

    def _targets(self) -> Matrix:
        entry_of, classes = self._layout.entry_of[self._texts], self._layout.entries + 1
        if not self._by_entry:
            entry_of, classes = (entry_of == self._layout.entries).astype(np.int64), 2
        targets = np.zeros((len(self._texts), classes), dtype=np.float32)
        targets[np.arange(len(self._texts)), entry_of] = 1.0
        for places in self._layout.versions if self._by_entry else ():
            for place in places:
                targets[np.isin(entry_of, places), place] = 1.0
        for rows in self._own_rows():
            # a lesson several entries answer stands under each, and is right about all of them
            targets[np.ix_(rows, entry_of[rows])] = 1.0
        return targets

    def _own_rows(self) -> list[Places]:
        return [np.searchsorted(self._texts, rows) for rows in self._layout.lessons]
