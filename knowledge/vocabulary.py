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
        self._entries = int(entry_of.max(initial=0)) + 1
        rows, places = pieces.holdings()
        # piece and entry in one number; they come sorted, for rows stand by entry
        held = places * self._entries + entry_of[rows]
        starts = np.flatnonzero(np.diff(held, prepend=-1))
        self._held = held[starts]
        self._times = np.diff(starts, append=len(held)).astype(np.int32)

    def covered(self, text: str, entries: Places, *, without: Places) -> Scores:
        """For each entry, from 0 (nothing of it) to 1 (all of it), by the rarity of the pieces.

        As if the rows `without`, which hold the question itself, were not among its texts.
        """
        places, rarity, unknown = self._pieces.rarities(text)
        total = float(rarity.sum()) + unknown
        if not len(self._held) or not len(places) or not len(entries):
            return np.zeros(len(entries), dtype=np.float32)
        wanted = places[None, :] * self._entries + entries[:, None]
        found = np.minimum(np.searchsorted(self._held, wanted), len(self._held) - 1)
        times = np.where(self._held[found] == wanted, self._times[found], 0)
        own = (self._entry_of[without][None, :] == entries[:, None]).sum(axis=1)
        covered: Scores = ((times > own[:, None]) @ rarity / total).astype(np.float32)
        return covered
