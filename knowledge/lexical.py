"""Words in common: BM25 over Chinese words and character pairs, as a share between 0 and 1."""

import unicodedata
from collections.abc import Sequence

import bm25s
import numpy as np
import numpy.typing as npt
import rjieba

Scores = npt.NDArray[np.float32]


def tokens_of(text: str) -> list[str]:
    """Words (jieba's dictionary) and character pairs, full-width and case levelled out."""
    plain = unicodedata.normalize("NFKC", text).lower()
    words = [word for word in rjieba.cut_for_search(plain) if word.strip() and word.isalnum()]
    letters = "".join(character if character.isalnum() else " " for character in plain)
    pairs = [part[place : place + 2] for part in letters.split() for place in range(len(part) - 1)]
    return words + [pair for pair in pairs if pair not in words]


class LexicalIndex:
    """BM25 over the same rows as the vector index."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._rows = len(texts)
        self._bm25 = bm25s.BM25()
        self._bm25.index([tokens_of(text) for text in texts], show_progress=False)
        matrix = self._bm25.scores
        starts, weights = matrix["indptr"], np.append(matrix["data"], 0.0)
        # the most any row can earn for each token; a token of no row weighs as the rarest does
        self._most = np.maximum.reduceat(weights, np.minimum(starts[:-1], len(weights) - 1))
        self._rarest = float(self._most.max(initial=1.0))

    def shares(self, query: str) -> Scores:
        """For each row, the share of the query's weight it holds, 0 to 1; shape (rows,)."""
        words = tokens_of(query)
        vocabulary = self._bm25.vocab_dict
        known = [word for word in words if word in vocabulary]
        if not known:
            return np.zeros(self._rows, dtype=np.float32)
        best = sum(float(self._most[vocabulary[word]]) for word in known)
        best += self._rarest * (len(words) - len(known))
        scores: Scores = np.asarray(self._bm25.get_scores(known), dtype=np.float32)
        return scores / best
