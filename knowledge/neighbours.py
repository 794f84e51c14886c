"""What already answers the questions of a draft, while it is being written."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from knowledge.conflicts import (
    SAME_QUESTION,
    Alike,
    Contradiction,
    contradiction_of,
    find_alike,
    find_contradictions,
    find_duplicates,
    questions_of,
)
from knowledge.encoder import Encoder, Vectors
from knowledge.entry import Entry, EntryState
from knowledge.indexes.cache import IndexCache
from knowledge.lexical import letters_of, plain

# of those nearest to a draft, as many as fit under it
SHOWN = 5
# entries that are only near, to be looked at before one more is written
NEAREST = 3
# texts that are encoded before others get their turn: a tenth of a second
PIECE = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """The entries that are asked by one of a draft's questions, and those that say otherwise.

    `nearest` are no more than near, whatever they answer.
    """

    alike: tuple[Alike, ...]
    contradictions: tuple[Contradiction, ...]
    nearest: tuple[Alike, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Clashes:
    """Of a whole corpus: pairs of entries that contradict each other, and pairs one could replace.

    The most alike first; no pair is in both.
    """

    contradictions: tuple[Contradiction, ...]
    duplicates: tuple[Alike, ...]


class Neighbours:
    """Compares a draft with every other entry, by vectors that are kept in memory.

    What is published has been encoded already and lies in `indexes`. Without an encoder only
    questions of the same letters are found.
    """

    def __init__(self, encoder: Encoder | None, indexes: IndexCache) -> None:
        self._encoder, self._indexes = encoder, indexes
        self._warming: set[asyncio.Task[None]] = set()
        self._vectors: dict[str, Vectors] = {}
        # of the draft that is being written: most of its questions are those of a key ago
        self._typed: dict[str, Vectors] = {}
        # the entries last compared with, and their questions' vectors in one piece
        self._stacked: tuple[tuple[Entry, ...], list[tuple[int, str]], Vectors] | None = None
        # beside the search worker: customers never wait for a trainer's typing
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="neighbours")

    async def look(self, draft: Entry, entries: Sequence[Entry]) -> Beside:
        """What stands beside a draft; `entries` are the latest versions, the draft's own too."""
        await self.warm(entries)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._worker, self._look, draft, tuple(entries))

    async def compare_all(self, entries: Sequence[Entry]) -> Clashes:
        """Every entry beside every other; `entries` are the latest versions."""
        await self.warm(entries)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._worker, self._compare_all, _standing(entries))

    async def warm(self, entries: Sequence[Entry]) -> None:
        """Encode what is not encoded yet; whoever types meanwhile waits for one piece at most."""
        if self._encoder is None:
            return
        loop = asyncio.get_running_loop()
        texts = dict.fromkeys(text for _, text in questions_of(_standing(entries)))
        missing = [text for text in texts if text not in self._vectors]
        if missing:
            await loop.run_in_executor(self._worker, self._recall, missing)
            missing = [text for text in missing if text not in self._vectors]
        for start in range(0, len(missing), PIECE):
            piece = missing[start : start + PIECE]
            await loop.run_in_executor(self._worker, self._encode, piece)

    def warm_soon(self, entries: Sequence[Entry]) -> None:
        """The same without waiting for it: somebody looks at the entries and may soon write."""
        if not self._warming:
            task = asyncio.create_task(self.warm(entries))
            self._warming.add(task)
            task.add_done_callback(self._warming.discard)

    def close(self) -> None:
        """Stop the worker."""
        self._worker.shutdown(wait=False, cancel_futures=True)

    def _recall(self, texts: Sequence[str]) -> None:
        assert self._encoder is not None
        written = {plain(text): text for text in texts}
        known = self._indexes.known_vectors(list(written), encoder=self._encoder.fingerprint)
        self._vectors |= {written[text]: vector for text, vector in known.items()}

    def _encode(self, texts: Sequence[str]) -> None:
        assert self._encoder is not None
        fresh = [text for text in texts if text not in self._vectors]
        if fresh:
            vectors = self._encoder.encode_texts(list(map(plain, fresh)))
            self._vectors |= zip(fresh, vectors, strict=True)

    def _look(self, draft: Entry, entries: tuple[Entry, ...]) -> Beside:
        others = _standing(entries)
        asked = [text for _, text in questions_of([draft]) if text.strip()]
        found = (
            self._by_meaning(asked, others)
            if self._encoder is not None
            else _by_letters(asked, others)
        )
        near = tuple(
            Alike(first=draft, second=entry, questions=questions, similarity=similarity)
            for similarity, entry, questions in found
            if entry.entry_id != draft.entry_id and entry.region == draft.region
        )
        alike = tuple(pair for pair in near if pair.similarity >= SAME_QUESTION)
        opposed = [
            Contradiction(alike=pair, said=said)
            for pair in alike
            if (said := contradiction_of(draft.answer, pair.second.answer)) is not None
        ]
        return Beside(
            alike=alike[:SHOWN],
            contradictions=tuple(opposed[:SHOWN]),
            nearest=near[len(alike) : len(alike) + NEAREST],
        )

    def _compare_all(self, entries: tuple[Entry, ...]) -> Clashes:
        if self._encoder is not None and entries:
            questions, stacked = self._stack(entries)
            alike = find_alike(entries, questions, stacked)
        else:
            alike = _all_by_letters(entries)
        contradictions = find_contradictions(alike)
        opposed = {_ids(each.alike) for each in contradictions}
        return Clashes(
            contradictions=tuple(contradictions),
            duplicates=tuple(pair for pair in find_duplicates(alike) if _ids(pair) not in opposed),
        )

    def _by_meaning(
        self, asked: Sequence[str], others: tuple[Entry, ...]
    ) -> list[tuple[float, Entry, tuple[str, str]]]:
        if not asked or not others:
            return []
        questions, stacked = self._stack(others)
        similarities = stacked @ self._typed_vectors(asked).T
        columns = similarities.argmax(axis=1)
        nearest = similarities[np.arange(len(questions)), columns]
        best: dict[int, tuple[float, int]] = {}
        for row in np.argsort(-nearest, kind="stable").tolist():
            # the first row of an entry is its nearest
            best.setdefault(questions[row][0], (float(nearest[row]), row))
        return [
            (similarity, others[place], (asked[columns[row]], questions[row][1]))
            for place, (similarity, row) in best.items()
        ]

    def _typed_vectors(self, asked: Sequence[str]) -> Vectors:
        assert self._encoder is not None
        known = {text: self._typed[text] for text in asked if text in self._typed}
        fresh = [text for text in dict.fromkeys(asked) if text not in known]
        if fresh:
            vectors = self._encoder.encode_texts(list(map(plain, fresh)))
            known |= zip(fresh, vectors, strict=True)
        self._typed = known
        return np.stack([known[text] for text in asked])

    def _stack(self, others: tuple[Entry, ...]) -> tuple[list[tuple[int, str]], Vectors]:
        if self._stacked is None or self._stacked[0] != others:
            questions = questions_of(others)
            self._encode([text for _, text in questions])
            kept = {text: self._vectors[text] for _, text in questions}
            stacked = np.stack([kept[text] for _, text in questions])
            # what entries said before is forgotten
            self._vectors, self._stacked = kept, (others, questions, stacked)
        return self._stacked[1], self._stacked[2]


def _standing(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    return tuple(entry for entry in entries if entry.state is not EntryState.WITHDRAWN)


def _by_letters(
    asked: Sequence[str], others: Sequence[Entry]
) -> list[tuple[float, Entry, tuple[str, str]]]:
    ours = {letters_of(text): text for text in asked}
    found: dict[int, tuple[float, Entry, tuple[str, str]]] = {}
    for place, text in questions_of(others):
        if (same := ours.get(letters_of(text))) is not None:
            found.setdefault(place, (1.0, others[place], (same, text)))
    return list(found.values())


def _ids(pair: Alike) -> tuple[str, str]:
    return pair.first.entry_id, pair.second.entry_id


def _all_by_letters(entries: Sequence[Entry]) -> list[Alike]:
    """Pairs of entries with a question of the same letters, each pair once."""
    found: dict[tuple[int, int], Alike] = {}
    homes: dict[str, list[tuple[int, str]]] = {}
    for place, text in questions_of(entries):
        for earlier, same in homes.setdefault(letters_of(text), []):
            one, other = entries[earlier], entries[place]
            if earlier != place and one.region == other.region:
                pair = Alike(first=one, second=other, questions=(same, text), similarity=1.0)
                found.setdefault((earlier, place), pair)
        homes[letters_of(text)].append((place, text))
    return list(found.values())
