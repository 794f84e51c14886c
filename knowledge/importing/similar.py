"""Which texts of many are nearly the same."""

import re
from collections.abc import Iterator, Sequence

import numpy as np
from scipy.sparse import csr_matrix

IGNORED = re.compile(r"[\W_]+")
# texts compared with all others at once; bounds the memory
BLOCK = 256


def bigrams(text: str) -> frozenset[str]:
    """The pairs of neighbouring characters, blanks and punctuation left out."""
    bare = IGNORED.sub("", text).lower()
    return frozenset(bare[place : place + 2] for place in range(len(bare) - 1)) or frozenset({bare})


def near_pairs(sets: Sequence[frozenset[str]], least: float) -> Iterator[tuple[int, int]]:
    """Pairs (earlier, later) whose Jaccard likeness is at least `least`, by the later one."""
    if len(sets) < 2:
        return
    names: dict[str, int] = {}
    members = [names.setdefault(each, len(names)) for members in sets for each in members]
    sizes = np.array([len(each) for each in sets], dtype=np.int32)
    ends = np.concatenate(([0], np.cumsum(sizes)))
    table = csr_matrix(
        (np.ones(len(members), dtype=np.int32), members, ends), shape=(len(sets), len(names))
    )
    for start in range(0, len(sets), BLOCK):
        stop = min(start + BLOCK, len(sets))
        common = (table[start:stop] @ table[:stop].T).tocoo()
        later, earlier = common.row + start, common.col
        likeness = common.data / (sizes[later] + sizes[earlier] - common.data)
        wanted = (earlier < later) & (likeness >= least)
        order = np.lexsort((earlier[wanted], later[wanted]))
        yield from zip(earlier[wanted][order].tolist(), later[wanted][order].tolist(), strict=True)
