"""Which script a customer's line calls for: scripts are found by lines that customers say.

The questions of a script are an agent's ("what do I say when …"); the lines of heard.yml are the
customers'. They teach a searcher of scripts alone, as labelled questions teach the other one.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

import numpy as np

from knowledge.encoder import Encoder, Vectors
from knowledge.entry import Entry, EntryKind
from knowledge.evidence import PARTS, Array, Evidence
from knowledge.importing.heard_yaml import Heard
from knowledge.importing.questions_yaml import LabelledQuestion
from knowledge.indexes.cache import IndexCache
from knowledge.judging import Line
from knowledge.preferring import Likely
from knowledge.search import Searcher, make_searcher

SCRIPTS = frozenset({EntryKind.SCRIPT})
# what is told of a script and of the line it is held against
TOLD = (*PARTS, "foreign", "outside")

# learned from heard.yml of the three centres, each line looked up as if it were not there, with
# the questions that are nobody's business as lines without a script (decision 0031)
BY_MEANING = Line.over(
    TOLD, start=-2.44, similarity=7.23, near=1.98, learned=17.9, foreign=-11.4, outside=-1.08
)
BY_WORDS = Line.over(TOLD, start=-4.89, words=2.44, sounds=-2.98, learned=22.5, outside=-1.62)


class Scripts:
    """The scripts of one publication and the lines that call for them."""

    def __init__(self, searcher: Searcher | None) -> None:
        # None where nothing but answers was published
        self._searcher = searcher

    def saying(self, entries: Sequence[Entry]) -> "Scripts":
        """The same lines, where some of these entries begin or end at another time."""
        return Scripts(self._searcher and self._searcher.saying(scripts_among(entries)))

    def find(self, text: str, vector: Vectors | None, *, now: datetime, count: int) -> list[Likely]:
        """The likeliest, best first; `vector` is None while the encoder is away."""
        searcher = self._searcher
        if searcher is None:
            return []
        found = searcher.look(text, vector, allowed=searcher.allowed(SCRIPTS, now))
        chances = chances_of(found, BY_WORDS if vector is None else BY_MEANING)
        order = np.argsort(-chances, kind="stable")[:count]
        return [
            Likely(entry=searcher.entries[found.entries[place]], probability=float(chances[place]))
            for place in order
        ]


def chances_of(found: Evidence, line: Line) -> Array:
    """The chance of each candidate by itself: two scripts may both be right."""
    beside = np.tile([found.foreign, found.outside], (len(found.entries), 1))
    return line.chance(np.column_stack([found.parts, beside]))


def make_scripts(
    entries: Sequence[Entry],
    heard: Mapping[str, Heard],
    indexes: IndexCache,
    encoder: Encoder | None,
    *,
    nobodys: Sequence[LabelledQuestion],
) -> Scripts:
    """Over the scripts among these entries; `nobodys` are lines that call for none."""
    scripts = scripts_among(entries)
    if not scripts:
        return Scripts(None)
    lessons = [*lessons_of(scripts, heard), *(each for each in nobodys if not each.relevant)]
    return Scripts(make_searcher(scripts, indexes, encoder, lessons=lessons))


def scripts_among(entries: Sequence[Entry]) -> list[Entry]:
    """Those of these entries that are wordings for agents."""
    return [entry for entry in entries if entry.kind is EntryKind.SCRIPT]


def lessons_of(scripts: Sequence[Entry], heard: Mapping[str, Heard]) -> list[LabelledQuestion]:
    """The lines customers say, with their script; those of a script that is not there are none."""
    return [
        LabelledQuestion(text=line, relevant=frozenset({entry.entry_id}))
        for entry in scripts
        if entry.entry_id in heard
        for line in heard[entry.entry_id].lines
    ]
