"""Which texts of many are nearly the same."""

import re
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

Places = NDArray[np.int32]
Likeness = NDArray[np.float64]

IGNORED = re.compile(r"[\W_]+")
# texts compared with all others at once; bounds the memory
BLOCK = 256
# of a text, the others it is told beside: thousands of rows made from one are all alike
MOST_ALIKE = 20


def bigrams(text: str) -> frozenset[str]:
    """The pairs of neighbouring characters, blanks and punctuation left out."""
    bare = IGNORED.sub("", text).lower()
    return frozenset(bare[place : place + 2] for place in range(len(bare) - 1)) or frozenset({bare})


def near_pairs(
    sets: Sequence[frozenset[str]], least: float, *, among: int | None = None
) -> Iterator[tuple[int, int]]:
    """Pairs (earlier, later) whose Jaccard likeness is at least `least`, by the later one.

    Of each later one only the pairs with the `MOST_ALIKE` nearest earlier ones, which are looked
    for among the first `among` (all, when that is not given).
    """
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
        common = (table[start:stop] @ table[: stop if among is None else among].T).tocoo()
        later, earlier = common.row + start, common.col
        likeness = common.data / (sizes[later] + sizes[earlier] - common.data)
        wanted = (earlier < later) & (likeness >= least)
        earlier, later = _nearest(earlier[wanted], later[wanted], likeness[wanted])
        yield from zip(earlier.tolist(), later.tolist(), strict=True)


def _nearest(earlier: Places, later: Places, likeness: Likeness) -> tuple[Places, Places]:
    """Of each later one the nearest few, in the order of the later and of the earlier."""
    order = np.lexsort((earlier, -likeness, later))
    _, firsts, counts = np.unique(later[order], return_index=True, return_counts=True)
    ranks = np.arange(len(order)) - np.repeat(firsts, counts)
    few = order[ranks < MOST_ALIKE]
    few = few[np.lexsort((earlier[few], later[few]))]
    return earlier[few], later[few]
