"""From a question to a decision: answer, clarify or none, with the entries and how sure it is."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from knowledge.calibration import Calibration, Decision
from knowledge.encoder import Encoder, Vectors
from knowledge.entry import Entry, EntryKind
from knowledge.evidence import Evidence, Parts
from knowledge.importing.questions_yaml import LabelledQuestion
from knowledge.indexes.cache import IndexCache
from knowledge.layout import Mask
from knowledge.looking import Texts, make_texts

# candidates that are judged: what is right is nearly always among them, and three are offered
JUDGED = 5


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
    entries: Sequence[Entry],
    indexes: IndexCache,
    encoder: Encoder | None,
    *,
    lessons: Sequence[LabelledQuestion] = (),
) -> "Searcher":
    """A searcher over these entries; without an encoder it goes by words and needs no index.

    `lessons` are questions somebody has labelled: found by, learned from, and never shown.
    """
    return Searcher(entries, make_texts(entries, indexes, encoder, lessons=lessons))


class Searcher:
    """Search over one publication's entries."""

    def __init__(self, entries: Sequence[Entry], texts: Texts) -> None:
        self.entries = tuple(entries)
        self.texts = texts
        self._kinds = np.array([list(EntryKind).index(entry.kind) for entry in entries], dtype=int)
        self._from = np.array([entry.valid_from.timestamp() for entry in entries])
        self._until = np.array(
            [
                entry.valid_until.timestamp() if entry.valid_until is not None else np.inf
                for entry in entries
            ]
        )

    @property
    def lessons(self) -> tuple[LabelledQuestion, ...]:
        """What it was taught."""
        return self.texts.lessons

    def saying(self, entries: Sequence[Entry]) -> "Searcher":
        """The same texts, where some of the entries begin or end at another time."""
        return Searcher(entries, self.texts)

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
        found = self.look(text, vector, allowed=self.allowed(kinds, now))
        probabilities = calibration.probabilities(found)
        order = np.argsort(-probabilities, kind="stable")[: max(count, JUDGED)]
        candidates = [
            Candidate(
                entry=self.entries[found.entries[place]],
                parts=found.parts_of(place),
                probability=float(probabilities[place]),
            )
            for place in order
        ]
        decision = calibration.decide([each.probability for each in candidates])
        return SearchResult(decision=decision, candidates=tuple(candidates[:count]))

    def allowed(self, kinds: Collection[EntryKind], now: datetime) -> Mask:
        """Which entries may be said now, shape (entries,)."""
        wanted = [place for place, kind in enumerate(EntryKind) if kind in kinds]
        moment = now.timestamp()
        mask: Mask = np.isin(self._kinds, wanted) & (self._from <= moment) & (moment < self._until)
        return mask

    def look(
        self, text: str, vector: Vectors | None, *, allowed: Mask, as_lesson: int | None = None
    ) -> Evidence:
        """What is known of a question; as if it had never been the lesson of that place."""
        return self.texts.look(text, vector, allowed=allowed, as_lesson=as_lesson)
