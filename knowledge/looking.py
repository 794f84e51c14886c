"""Looking a question up in all texts of a publication: by meaning, characters and sounds."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from knowledge.encoder import Encoder, Vectors
from knowledge.entry import Entry
from knowledge.evidence import PARTS, Array, Evidence, Places
from knowledge.importing.questions_yaml import LabelledQuestion
from knowledge.indexes.cache import IndexCache
from knowledge.layout import Layout, Mask
from knowledge.lexical import Scores, SharedPieces, characters_of, letters_of, plain, sounds_of
from knowledge.meaning import Meaning
from knowledge.rows import Row, rows_of
from knowledge.succession import places_of
from knowledge.teaching import Taught
from knowledge.vocabulary import Vocabulary

# candidates whose texts are all looked at
CANDIDATES = 30
# what sounds alike counts beside nearness when candidates are gathered
SOUNDS = 0.3


class Seen(NamedTuple):
    """A question beside every text: raw cosines, characters and sounds in common."""

    similar: Scores
    words: Scores
    sounds: Scores
    # the question in the corpus's own space
    placed: Vectors | None
    left_out: Places


def make_texts(
    entries: Sequence[Entry],
    indexes: IndexCache,
    encoder: Encoder | None,
    *,
    lessons: Sequence[LabelledQuestion],
) -> "Texts":
    """The texts of these entries, indexed, and what was learned from the lessons."""
    rows = rows_of(entries, lessons)
    versions = [places for places in places_of(entries).values() if len(places) > 1]
    layout = Layout(rows, entries=len(entries), lessons=len(lessons), versions=versions)
    plain_texts = [plain(row.text) for row in rows]
    meaning = None
    if encoder is not None:
        index = indexes.get(plain_texts, encoder=encoder.fingerprint, encode=encoder.encode_texts)
        meaning = Meaning(index, layout)
    characters = SharedPieces(plain_texts, characters_of)
    made_from = [encoder.fingerprint if encoder else "", plain_texts, layout.entry_of.tolist()]
    made_from += versions
    return Texts(
        rows=rows,
        layout=layout,
        lessons=lessons,
        meaning=meaning,
        characters=characters,
        sounds=SharedPieces(plain_texts, sounds_of),
        vocabulary=Vocabulary(characters, layout.entry_of),
        taught=Taught(layout, meaning, characters, indexes=indexes, made_from=made_from),
    )


class Texts:
    """Every text of a publication, and what is known of a question that is put to them."""

    def __init__(
        self,
        *,
        rows: Sequence[Row],
        layout: Layout,
        lessons: Sequence[LabelledQuestion],
        meaning: Meaning | None,
        characters: SharedPieces,
        sounds: SharedPieces,
        vocabulary: Vocabulary,
        taught: Taught,
    ) -> None:
        self.rows, self.lessons = tuple(rows), tuple(lessons)
        self._layout, self._meaning, self._taught = layout, meaning, taught
        self._characters, self._sounds = characters, sounds
        self._vocabulary = vocabulary
        self._wordings: dict[str, list[int]] = {}
        for place in np.flatnonzero(layout.is_question).tolist():
            self._wordings.setdefault(letters_of(self.rows[place].text), []).append(place)

    def look(
        self, text: str, vector: Vectors | None, *, allowed: Mask, as_lesson: int | None = None
    ) -> Evidence:
        """What is known of a question; as if it had never been the lesson of that place."""
        seen = self._see(text, vector, as_lesson)
        similar, sounds = self._layout.best(seen.similar), self._layout.best(seen.sounds)
        learned = self._taught.scores(seen.placed, seen.words, as_lesson=as_lesson)
        in_common = similar + SOUNDS * sounds
        ours = np.flatnonzero(allowed & (in_common[:-1] > 0))
        candidates = ours[_highest((in_common + learned)[ours], CANDIDATES)]
        worded_as = self._worded_as(text, allowed, seen.left_out)
        matter = self._characters.known_weight(text, without=len(seen.left_out))
        return Evidence(
            entries=candidates,
            parts=self._parts(text, seen, candidates, similar, learned),
            similarity=float(similar[ours].max(initial=0.0)),
            foreign=float(similar[-1]),
            learned=float(learned[ours].max(initial=0.0)),
            outside=float(learned[-1]),
            matter=float(np.log1p(matter)),
            worded_as=next(iter(np.flatnonzero(candidates == worded_as).tolist()), None),
            is_nobodys=worded_as == self._layout.entries,
        )

    def best(self, of_rows: Scores) -> Scores:
        """The highest of each entry's texts; the last is of those that are nobody's business."""
        return self._layout.best(of_rows)

    def similar(self, vector: Vectors) -> Scores:
        """The cosine of every text to a question, as the encoder gives it; 0 without one."""
        if self._meaning is None:
            return np.zeros(self._layout.rows, dtype=np.float32)
        return self._meaning.similar(vector)

    def placed(self, vectors: Vectors) -> Vectors | None:
        """Vectors in the space of these texts, shape as given; None without an encoder."""
        return None if self._meaning is None else self._meaning.place(vectors)

    def _worded_as(self, text: str, allowed: Mask, left_out: Places) -> int | None:
        """The one entry, of those that may be said, that has this very wording; or nobody's."""
        rows = [row for row in self._wordings.get(letters_of(text), ()) if row not in left_out]
        entries = set(self._layout.entry_of[rows].tolist()) if rows else set()
        said = [each for each in entries if each == self._layout.entries or allowed[each]]
        return said[0] if len(said) == 1 else None

    def _see(self, text: str, vector: Vectors | None, as_lesson: int | None) -> Seen:
        left_out = np.empty(0, dtype=np.int64)
        if as_lesson is not None:
            left_out = self._layout.lessons[as_lesson]
        placed, similar = None, np.zeros(self._layout.rows, dtype=np.float32)
        if self._meaning is not None and vector is not None:
            placed, similar = self._meaning.place(vector), self.similar(vector)
        words, sounds = self._characters.cosines(text), self._sounds.cosines(text)
        for scores in (similar, words, sounds):
            scores[left_out] = 0.0
        return Seen(similar, words, sounds, placed, left_out)

    def _parts(
        self, text: str, seen: Seen, entries: Places, similar: Scores, learned: Scores
    ) -> Array:
        """What speaks for each of these entries, shape (entries, parts)."""
        if not len(entries):
            return np.zeros((0, len(PARTS)))
        found = self._layout.gather(entries)
        passage = ~self._layout.is_question[found.rows]
        question = ~passage & ~np.isin(found.rows, seen.left_out)
        near = np.zeros(len(found.rows), dtype=np.float32)
        if self._meaning is not None and seen.placed is not None:
            near = self._meaning.near(seen.placed, found.rows)
        words, sounds = seen.words[found.rows], seen.sounds[found.rows]
        nearest = found.best(near, question)
        crowds = self._taught.crowds[found.rows]
        parts = {
            "similarity": similar[entries],
            "near": nearest,
            "usual": found.usual(near, question),
            "crowd": found.best(crowds, question & (near >= nearest[found.owner])),
            "words": found.best(words, question),
            "sounds": found.usual(sounds, question),
            "passage": found.best(near, passage),
            "passage_words": found.best(words, passage),
            "learned": learned[entries],
            "covered": self._vocabulary.covered(text, entries, without=seen.left_out),
        }
        return np.column_stack([parts[name] for name in PARTS]).astype(np.float64)


def _highest(scores: Scores, count: int) -> Places:
    """The places of the highest scores, highest first; of equals the earlier."""
    places = np.arange(len(scores))
    if len(scores) > count:
        places = np.sort(np.argpartition(-scores, count)[:count])
    return places[np.argsort(-scores[places], kind="stable")]
