"""Gaps: lines that nobody answered well, put together by meaning, and what is decided. Pure.

Errors
    KnowledgeError
    ├── GapNotFound      there is no such gap, or it holds no line any more
    ├── GapDecided       somebody else decided about one of its lines first
    ├── NotAnIntent      the bot knows no such intent
    └── NothingToLearn   nothing is left of its lines without personal data
"""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property

import numpy as np
import numpy.typing as npt

from knowledge.encoder import Vectors
from knowledge.entry import KnowledgeError
from knowledge.lexical import SharedPieces, characters_of, letters_of, plain

Likeness = npt.NDArray[np.float64]

# lines that are put together at once, the newest first: all pairs are compared, so that twice as
# many take four times as long (2,000 lines: about a second and 100 MB)
MOST_LINES = 2_000
# how much characters in common count beside nearness in the corpus's space
CHARACTERS = 0.5
# lines are one gap while their mean distance (1 - likeness) is less; chosen on the questions of
# one centre and measured on the others' (benchmarks/grouping.py)
APART = 0.82
# the same where no encoder is at hand and characters alone tell: a little less than the best,
# since lines that share nothing but how they ask are better left apart
APART_BY_CHARACTERS = 0.88
EXAMPLES = 3


class GapNotFound(KnowledgeError):
    """There is no such gap, or it holds no line any more."""


class GapDecided(KnowledgeError):
    """Somebody else decided about one of its lines first."""

    def __init__(self, by: str) -> None:
        super().__init__(f"{by} has decided about this gap meanwhile: look at the list again")
        self.told = {"by": by}


class NotAnIntent(KnowledgeError):
    """The bot knows no such intent."""


class NothingToLearn(KnowledgeError):
    """Nothing is left of its lines without personal data."""


class Why(StrEnum):
    """Why a line counts as one that nobody answered well."""

    NOT_KNOWN = "not_known"
    NOT_PICKED = "not_picked"
    THUMB_DOWN = "thumb_down"
    HANDED_OVER = "handed_over"
    OWN_WORDS = "own_words"


class Fate(StrEnum):
    """What becomes of a gap."""

    SIMILAR = "similar"
    ENTRY = "entry"
    OUT_OF_SCOPE = "out_of_scope"
    BUSINESS = "business"


# the knowledge has no answer to these, today or tomorrow: nobody need look at them twice
FOR_GOOD = frozenset({Fate.OUT_OF_SCOPE, Fate.BUSINESS})


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLine:
    """A line as it was collected, without personal data.

    `asked_in` is its conversation, empty for a call; `answer` what an agent said to it, if one did.
    """

    profile: str
    asked_in: str
    text: str
    why: Why
    answer: str
    at: datetime

    @property
    def words(self) -> str:
        """The same for lines that differ in punctuation, case and script alone."""
        return _digest(letters_of(self.text))

    @property
    def key(self) -> str:
        """The same for one line, however often it is collected, and said again by one customer."""
        where = self.asked_in or self.at.date().isoformat()
        return _digest("\0".join((self.profile, where, letters_of(self.text))))


@dataclass(frozen=True, slots=True, kw_only=True)
class GapLine:
    """A line nobody has decided about; `vector` is None until it is encoded."""

    line_id: int
    asked_in: str
    text: str
    why: Why
    answer: str
    at: datetime
    vector: Vectors | None = None
    encoder: str = ""


# no slots: what is worked out from the lines is kept
@dataclass(frozen=True, kw_only=True)
class Gap:
    """Lines of one meaning, the one nearest to all others first."""

    lines: tuple[GapLine, ...]

    @cached_property
    def gap_id(self) -> int:
        """The oldest line's number: the gap keeps it while lines join."""
        return min(line.line_id for line in self.lines)

    @cached_property
    def line_ids(self) -> tuple[int, ...]:
        """The numbers of all its lines."""
        return tuple(sorted(line.line_id for line in self.lines))

    @cached_property
    def first_at(self) -> datetime:
        """When it was first asked."""
        return min(line.at for line in self.lines)

    @cached_property
    def last_at(self) -> datetime:
        """When it was last asked."""
        return max(line.at for line in self.lines)

    @cached_property
    def whys(self) -> dict[Why, int]:
        """How many lines are here for which reason, the most frequent first."""
        return dict(Counter(line.why for line in self.lines).most_common())

    @cached_property
    def examples(self) -> tuple[str, ...]:
        """Up to three different wordings, the most typical first."""
        return tuple(self.wordings[:EXAMPLES])

    @cached_property
    def wordings(self) -> tuple[str, ...]:
        """All that were said, each once, the most typical first."""
        return tuple({letters_of(line.text): line.text for line in reversed(self.lines)}.values())[
            ::-1
        ]

    @cached_property
    def answer(self) -> str:
        """What an agent said to the most typical of the lines that an agent answered."""
        return next((line.answer for line in self.lines if line.answer), "")


def put_together(lines: Sequence[GapLine], placed: Vectors | None) -> list[Gap]:
    """The lines by meaning: the gap asked most often first, of two alike the newer.

    `placed` are the lines' unit vectors in the corpus's space, shape (lines, dimensions); None
    when no encoder is at hand: then characters alone tell. At most `MOST_LINES` lines.
    """
    if not lines:
        return []
    likeness = likeness_of([line.text for line in lines], placed)
    labels = labels_of(likeness, APART if placed is not None else APART_BY_CHARACTERS)
    gaps = [_gap(lines, likeness, np.flatnonzero(labels == each)) for each in np.unique(labels)]
    return sorted(gaps, key=lambda gap: (len(gap.lines), gap.last_at), reverse=True)


def likeness_of(texts: Sequence[str], placed: Vectors | None) -> Likeness:
    """How alike every two texts are, at most 1; shape (texts, texts)."""
    characters = SharedPieces([plain(text) for text in texts], characters_of).matrix()
    shared: Likeness = np.asarray((characters @ characters.T).todense(), dtype=np.float64)
    if placed is None:
        return shared
    near = placed.astype(np.float64) @ placed.T.astype(np.float64)
    return (1 - CHARACTERS) * near + CHARACTERS * shared


def labels_of(likeness: Likeness, apart: float) -> npt.NDArray[np.int64]:
    """The number of each text's group: the two nearest are joined until all are `apart` on average.

    Nobody knows beforehand how many gaps there are, which is why this is no k-means.
    """
    # scipy takes a moment to import, and most processes never group anything
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform

    if len(likeness) < 2:
        return np.ones(len(likeness), dtype=np.int64)
    distance = np.clip(1 - (likeness + likeness.T) / 2, 0, None)
    np.fill_diagonal(distance, 0)
    joined = linkage(squareform(distance, checks=False), "average")
    labels: npt.NDArray[np.int64] = fcluster(joined, apart, criterion="distance").astype(np.int64)
    return labels


def still_settles(
    fate: Fate, *, decided_at: datetime, asked_at: datetime, live_since: datetime | None
) -> bool:
    """Whether what was decided of the same words settles a line that is asked again.

    A line that got a similar question or an entry is settled until a publication could know of it:
    asked after that and not answered, it is a gap again.
    """
    if fate in FOR_GOOD or live_since is None:
        return True
    return not decided_at < live_since <= asked_at


def _gap(lines: Sequence[GapLine], likeness: Likeness, members: npt.NDArray[np.int64]) -> Gap:
    within = likeness[np.ix_(members, members)].mean(axis=1)
    order = np.argsort(-within, kind="stable")
    return Gap(lines=tuple(lines[place] for place in members[order]))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
