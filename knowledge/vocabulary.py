"""How much of what a question says stands anywhere in an entry's texts, taken all together."""

import numpy as np

from knowledge.evidence import Places
from knowledge.lexical import Scores, SharedPieces


class Vocabulary:
    """The pieces of each entry's texts, and in how many of its texts each stands.

    One text says it in one way; what an entry's title, questions and answer say between them is
    what it is about.
    """

    def __init__(self, pieces: SharedPieces, entry_of: Places) -> None:
        self._pieces, self._entry_of = pieces, entry_of
        rows, places = pieces.holdings()
        self._width = pieces.kinds
        # entry and piece in one number, sorted, so that a question's few are found by halving
        self._held, self._times = np.unique(
            entry_of[rows] * self._width + places, return_counts=True
        )

    def covered(self, text: str, entries: Places, *, without: Places) -> Scores:
        """For each entry, from 0 (nothing of it) to 1 (all of it), by the rarity of the pieces.

        As if the rows `without`, which hold the question itself, were not among its texts.
        """
        places, rarity, unknown = self._pieces.rarities(text)
        total = float(rarity.sum()) + unknown
        if not len(self._held) or not len(places) or not len(entries):
            return np.zeros(len(entries), dtype=np.float32)
        wanted = entries[:, None] * self._width + places[None, :]
        found = np.minimum(np.searchsorted(self._held, wanted), len(self._held) - 1)
        times = np.where(self._held[found] == wanted, self._times[found], 0)
        own = (self._entry_of[without][None, :] == entries[:, None]).sum(axis=1)
        covered: Scores = ((times > own[:, None]) @ rarity / total).astype(np.float32)
        return covered
