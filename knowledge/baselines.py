"""What our search is measured against: BM25 over words, and the encoder's cosine alone."""

import unicodedata
from collections.abc import Sequence

import bm25s
import numpy as np
import rjieba

from knowledge.lexical import Scores


def tokens_of(text: str) -> list[str]:
    """Words (jieba's dictionary) and character pairs, full-width and case levelled out."""
    plain = unicodedata.normalize("NFKC", text).lower()
    words = [word for word in rjieba.cut_for_search(plain) if word.strip() and word.isalnum()]
    letters = "".join(character if character.isalnum() else " " for character in plain)
    pairs = [part[place : place + 2] for part in letters.split() for place in range(len(part) - 1)]
    return words + [pair for pair in pairs if pair not in words]


class Bm25:
    """BM25 over the texts of a publication."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._rows = len(texts)
        self._bm25 = bm25s.BM25()
        self._bm25.index([tokens_of(text) for text in texts], show_progress=False)

    def scores(self, query: str) -> Scores:
        """How much each text says of the question; 0 where no word is shared, shape (texts,)."""
        known = [word for word in tokens_of(query) if word in self._bm25.vocab_dict]
        if not known:
            return np.zeros(self._rows, dtype=np.float32)
        return np.asarray(self._bm25.get_scores(known), dtype=np.float32)
