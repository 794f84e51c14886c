"""Which texts of many are nearly the same, found without comparing each with each."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from math import ceil

IGNORED = re.compile(r"[\W_]+")


def bigrams(text: str) -> frozenset[str]:
    """The pairs of neighbouring characters, blanks and punctuation left out."""
    bare = IGNORED.sub("", text).lower()
    return frozenset(bare[place : place + 2] for place in range(len(bare) - 1)) or frozenset({bare})


def near_pairs(sets: Sequence[frozenset[str]], least: float) -> Iterator[tuple[int, int, float]]:
    """Pairs (earlier, later, likeness) whose Jaccard likeness is at least `least`.

    Two sets that alike share one of their rarest members, so only those are looked up: the prefix
    filter of set similarity joins.
    """
    common = Counter(member for each in sets for member in each)
    holders: dict[str, list[int]] = defaultdict(list)
    for later, members in enumerate(sets):
        rarest = sorted(members, key=lambda member: (common[member], member))
        prefix = rarest[: len(rarest) - ceil(least * len(rarest)) + 1]
        for earlier in sorted({holder for member in prefix for holder in holders[member]}):
            likeness = jaccard(sets[earlier], members)
            if likeness >= least:
                yield earlier, later, likeness
        for member in prefix:
            holders[member].append(later)


def jaccard(left: frozenset[str], right: frozenset[str]) -> float:
    """The share of members that two sets have in common."""
    return len(left & right) / len(left | right) if left or right else 1.0
