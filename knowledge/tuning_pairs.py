"""What an encoder is tuned on: two texts of one entry together, other entries' texts beside them.

Pure: entries and a source of chance in, batches of pairs out.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import NamedTuple

from knowledge.entry import Entry
from knowledge.lexical import letters_of
from knowledge.tuning_said import Said

# pairs in a batch: each is told from the 31 others, which is what two cores do in two seconds
BATCH = 32
# a batch with fewer others teaches little
LEAST_BATCH = 8
# how often a question is paired with its answer instead of another question: answers are long
PASSAGE_SHARE = 0.15


class Pair(NamedTuple):
    """Two texts of one entry, which belong together."""

    entry: int
    anchor: str
    positive: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """One centre's entries as the tuner sees them.

    `rivals[n]` are the entries that must never be told apart from entry n, because they share one
    of its texts; `mined[n]`, when there are any, those it should be told apart from most.
    """

    asked: tuple[tuple[str, ...], ...]
    passages: tuple[str, ...]
    rivals: tuple[frozenset[int], ...]
    mined: tuple[tuple[int, ...], ...] = ()

    @classmethod
    def of(
        cls, entries: Sequence[Entry], said: Iterable[Said] = (), *, away: Collection[str] = ()
    ) -> "Material":
        """Titles, questions and answers of these entries, and what people said to each.

        Without the texts whose letters are kept `away`, wherever they come from.
        """
        heard: Mapping[str, list[str]] = defaultdict(list)
        for each in said:
            heard[each.entry_id].append(each.text)
        asked = tuple(_asked(entry, heard[entry.entry_id], away) for entry in entries)
        return cls(
            asked=asked,
            passages=tuple(entry.answer for entry in entries),
            rivals=_sharing_a_text(asked),
        )

    def texts(self) -> list[str]:
        """Everything the tuner can learn from, in order."""
        return [text for asked in self.asked for text in asked] + list(self.passages)


def _asked(entry: Entry, said: Sequence[str], away: Collection[str]) -> tuple[str, ...]:
    """The title, empty when it is kept away, and each question once."""
    title = "" if letters_of(entry.title) in away else entry.title
    known = {letters_of(entry.title)} | set(away)
    questions = []
    for text in (*entry.questions, *said):
        letters = letters_of(text)
        if letters not in known:
            known.add(letters)
            questions.append(text)
    return title, *questions


def _sharing_a_text(asked: Sequence[Sequence[str]]) -> tuple[frozenset[int], ...]:
    homes: Mapping[str, set[int]] = defaultdict(set)
    for place, texts in enumerate(asked):
        for text in texts:
            if text:
                homes["".join(filter(str.isalnum, text))].add(place)
    sharing: list[set[int]] = [set() for _ in asked]
    for places in homes.values():
        for place in places:
            sharing[place] |= places
    return tuple(frozenset(places) for places in sharing)


def draw_epoch(material: Material, chance: Random) -> list[Pair]:
    """Every question once, beside its title, another question of its entry, or its answer."""
    pairs = []
    for place, (asked, passage) in enumerate(zip(material.asked, material.passages, strict=True)):
        for anchor in asked[1:]:
            others = [text for text in asked if text and text != anchor]
            to_passage = passage and chance.random() < PASSAGE_SHARE
            positive = passage if to_passage or not others else chance.choice(others)
            if positive:
                pairs.append(Pair(place, anchor, positive))
    return pairs


def batch_epoch(material: Material, pairs: Iterable[Pair], chance: Random) -> list[list[Pair]]:
    """Mix the pairs into batches in which no two may belong together.

    What is mined comes along, so that most of it is in the batch of what it is taken for.
    """
    shuffled = list(pairs)
    chance.shuffle(shuffled)
    full: list[list[Pair]] = []
    filling: list[tuple[list[Pair], set[int]]] = []
    for pair in _with_mined(shuffled, material.mined):
        home = next((each for each in filling if pair.entry not in each[1]), None)
        if home is None:
            home = ([], set())
            filling.append(home)
        home[0].append(pair)
        home[1].update(material.rivals[pair.entry])
        if len(home[0]) == BATCH:
            filling.remove(home)
            full.append(home[0])
    return full + [batch for batch, _ in filling if len(batch) >= LEAST_BATCH]


def _with_mined(shuffled: Sequence[Pair], mined: Sequence[Sequence[int]]) -> Iterator[Pair]:
    """Each pair once: after one, a pair of each entry mined for its own, as long as there are."""
    waiting: Mapping[int, list[Pair]] = defaultdict(list)
    for pair in reversed(shuffled):
        waiting[pair.entry].append(pair)
    for first in shuffled:
        # whose pair it is does not matter: as many stand in the list as wait
        if not waiting[first.entry]:
            continue
        for entry in (first.entry, *(mined[first.entry] if mined else ())):
            if waiting[entry]:
                yield waiting[entry].pop()


def draw_batches(centres: Iterable[Material], *, epochs: int, chance: Random) -> list[list[Pair]]:
    """Batches for all epochs; one batch holds one centre's texts, as one search does."""
    materials = list(centres)
    drawn: list[list[Pair]] = []
    for _ in range(epochs):
        epoch = [
            batch
            for material in materials
            for batch in batch_epoch(material, draw_epoch(material, chance), chance)
        ]
        chance.shuffle(epoch)
        drawn += epoch
    return drawn
