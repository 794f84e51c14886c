"""Which entries the present encoder takes for one another: the ones worth telling apart. Pure.

What is mined shares a batch with what it is taken for (`tuning_pairs.batch_epoch`), so that both
learn from the meeting and no text is encoded for it beside the pairs.
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import numpy.typing as npt

from knowledge.conflicts import SAME_QUESTION
from knowledge.encoder import Vectors
from knowledge.entry import CUSTOMER_KINDS, Entry
from knowledge.tuning_pairs import Material

Encode = Callable[[Sequence[str]], Vectors]
Similar = npt.NDArray[np.float32]

# entries mined for each: with itself, four such groups fill a batch
MINED = 7
# texts compared at once with all others: 80,000 are 80 MB
BLOCK = 256


def mine(
    entries: Sequence[Entry], material: Material, encode: Encode, *, count: int = MINED
) -> tuple[tuple[int, ...], ...]:
    """For each entry the places of the `count` others it lies nearest to, the nearest first.

    Without those that share a text with it or are asked by the same question in other words: it
    may be right that the encoder takes them for one. Only entries for the same readers meet in a
    search.
    """
    if not count or not entries:
        return tuple(() for _ in entries)
    is_open = np.array([entry.kind in CUSTOMER_KINDS for entry in entries])
    mined: list[tuple[int, ...]] = []
    for place, similar in enumerate(_between(material.asked, encode)):
        fits = (is_open == is_open[place]) & (similar < SAME_QUESTION) & (similar > 0)
        fits[list(material.rivals[place])] = False
        order = np.argsort(-np.where(fits, similar, -1.0), kind="stable")[:count]
        mined.append(tuple(int(each) for each in order if fits[each]))
    return tuple(mined)


def _between(asked: Sequence[Sequence[str]], encode: Encode) -> Iterator[Similar]:
    """For each entry how near its nearest text is to any of each other entry's, shape (entries,).

    An entry has at least one text: its title, which may be empty and is then near to nothing.
    """
    texts = [text for each in asked for text in each]
    vectors = encode(texts)
    vectors[[place for place, text in enumerate(texts) if not text]] = 0.0
    begins = np.cumsum([0, *(len(each) for each in asked)])
    for start, end in zip(begins[:-1], begins[1:], strict=True):
        nearest = np.full(len(texts), -1.0, dtype=np.float32)
        for block in range(start, end, BLOCK):
            rows = vectors[block : min(block + BLOCK, end)]
            nearest = np.maximum(nearest, (rows @ vectors.T).max(axis=0))
        yield np.maximum.reduceat(nearest, begins[:-1])
