"""What agents did with wordings shown for lines like this one, as a small push up or down. Pure.

Errors
    UnknownSuggestion   a suggestion that is not remembered; it can be named by line and entry
"""

from collections.abc import Iterable, Set
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from math import sqrt

from knowledge.entry import KnowledgeError
from knowledge.lexical import characters_of

# lines less alike than this tell nothing about each other (cosine of their characters)
LEAST_ALIKE = 0.3
# how many outcomes it takes until they weigh as much as what was thought without them
PRIOR = 3.0
# in log-odds: agents may turn 0.5 into 0.77, and no more
MOST = 1.2


class UnknownSuggestion(KnowledgeError):
    """A suggestion of this id is not remembered here."""


class Outcome(StrEnum):
    """What an agent did with a wording that was shown."""

    PICKED = "picked"
    EDITED = "edited"
    IGNORED = "ignored"
    WRONG = "wrong"


# being passed over says little: one of three is picked, and often none
WEIGHTS = {
    Outcome.PICKED: 1.0,
    Outcome.EDITED: 0.7,
    Outcome.IGNORED: -0.2,
    Outcome.WRONG: -1.5,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """An outcome, and how alike its line and the present one are: cosine, 0 to 1."""

    entry_id: str
    outcome: Outcome
    alike: float


# the lines of a conversation are compared with each line that follows
@lru_cache(maxsize=8192)
def pieces_of(line: str) -> frozenset[str]:
    """What a line is compared by: its characters and pairs of neighbours."""
    return frozenset(characters_of(line))


def alike(one: Set[str], other: Set[str]) -> float:
    """The cosine of two lines' pieces: 1 for the same, 0 for nothing in common."""
    if not one or not other:
        return 0.0
    return len(one & other) / sqrt(len(one) * len(other))


def push_of(entry_id: str, picks: Iterable[Pick]) -> float:
    """How far the outcomes push an entry, in log-odds, within `MOST` either way.

    One outcome moves it little, many that agree move it nearly all the way.
    """
    told = [
        (pick.alike**2, WEIGHTS[pick.outcome])
        for pick in picks
        if pick.entry_id == entry_id and pick.alike >= LEAST_ALIKE
    ]
    mean = sum(alike * weight for alike, weight in told) / (PRIOR + sum(each for each, _ in told))
    return max(-MOST, min(MOST, MOST * mean))
