"""What two texts share: characters and sounds, weighed by how rare they are; and plain reading."""

import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from opencc import OpenCC
from pypinyin import lazy_pinyin

Scores = npt.NDArray[np.float32]
Pieces = Callable[[str], list[str]]

_SIMPLIFY = OpenCC("t2s")
# a piece that more texts hold than this is not looked up: it tells few apart and costs the most
MOST_HOLDERS = 20_000


def plain(text: str) -> str:
    """The text in half-width letters and simplified characters; punctuation stays as it was."""
    level = (unicodedata.normalize("NFKC", sign) if sign.isalnum() else sign for sign in text)
    return "".join(map(_simple, "".join(level)))


def letters_of(text: str) -> str:
    """The text without punctuation, spaces and case: what makes two wordings the same."""
    return "".join(sign for sign in plain(text).lower() if sign.isalnum())


def characters_of(text: str) -> list[str]:
    """Every letter, and every pair of neighbours; punctuation and case are levelled out."""
    return _singles_and_pairs(list(letters_of(text)))


def sounds_of(text: str) -> list[str]:
    """The same by sound, so that 店费 is 电费 as it is spoken."""
    return _singles_and_pairs([_sound(sign) for sign in letters_of(text)])


class SharedPieces:
    """The cosine between a question and every text, by weighted pieces (tf-idf)."""

    def __init__(self, texts: Sequence[str], pieces_of: Pieces) -> None:
        self._pieces_of = pieces_of
        counted = [Counter(pieces_of(text)) for text in texts]
        self._places: dict[str, int] = {}
        for pieces in counted:
            for piece in pieces:
                self._places.setdefault(piece, len(self._places))
        self.rows = len(texts)
        # grouped by piece: a question looks only at the texts that hold one of its pieces
        place = np.array([self._places[piece] for one in counted for piece in one], dtype=np.int64)
        row = np.repeat(np.arange(self.rows), [len(one) for one in counted])
        count = np.array([number for one in counted for number in one.values()], dtype=np.float32)
        held = np.bincount(place, minlength=len(self._places))
        self._held = held
        self._rarity = _rarity(held, self.rows).astype(np.float32)
        weight = (1 + np.log(count)) * self._rarity[place]
        length = np.sqrt(np.bincount(row, weights=weight**2, minlength=self.rows))
        order = np.argsort(place, kind="stable")
        self._row = row[order].astype(np.int32)
        self._weight = (weight / np.maximum(length, 1e-9)[row]).astype(np.float32)[order]
        self._start = np.concatenate([[0], np.cumsum(held)])

    def cosines(self, text: str) -> Scores:
        """For each text, from 0 (nothing shared) to 1 (the same pieces); shape (texts,)."""
        known, unknown = self._weigh(text)
        length = np.sqrt(sum(weight**2 for weight in [*known.values(), *unknown]))
        scores = np.zeros(self.rows, dtype=np.float32)
        for place, weight in known.items():
            if self._held[place] > MOST_HOLDERS:
                continue
            part = slice(self._start[place], self._start[place + 1])
            scores[self._row[part]] += weight / length * self._weight[part]
        return scores

    def known_weight(self, text: str, *, without: int = 0) -> float:
        """How much of what the question says occurs here at all: the rarity of its known pieces.

        As if `without` texts with the same words were not among them.
        """
        places = np.array(
            [self._places[piece] for piece in set(self._pieces_of(text)) & self._places.keys()],
            dtype=np.int64,
        )
        held = self._held[places] - without
        return float(_rarity(held[held > 0], self.rows).sum())

    @property
    def kinds(self) -> int:
        """How many different pieces the texts hold."""
        return len(self._places)

    def holdings(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Which text holds which piece: places of texts and pieces, by piece and then by text."""
        return self._row.astype(np.int64), np.repeat(np.arange(self.kinds), self._held)

    def rarities(self, text: str) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64], float]:
        """Places and rarity of a question's known pieces, and the rarity of all others together."""
        pieces = set(self._pieces_of(text))
        known = [self._places[piece] for piece in pieces & self._places.keys()]
        places = np.array(sorted(known), dtype=np.int64)
        never = float(_rarity(np.zeros(1), self.rows)[0])
        rarity = self._rarity[places].astype(np.float64)
        return places, rarity, never * (len(pieces) - len(places))

    def matrix(self) -> Any:
        """The texts as sparse unit rows (scipy), for products of all with all."""
        from scipy.sparse import csc_matrix

        shape = (self.rows, len(self._places))
        return csc_matrix((self._weight, self._row, self._start), shape=shape).tocsr()

    def _weigh(self, text: str) -> tuple[dict[int, float], list[float]]:
        """The weights of a question's known pieces, and of those no text holds."""
        never = float(_rarity(np.zeros(1), self.rows)[0])
        known, unknown = {}, []
        for piece, count in Counter(self._pieces_of(text)).items():
            often = 1 + float(np.log(count))
            if (place := self._places.get(piece)) is None:
                unknown.append(often * never)
            else:
                known[place] = often * float(self._rarity[place])
        return known, unknown


def _rarity(held: npt.NDArray[Any], rows: int) -> npt.NDArray[np.float64]:
    rarity: npt.NDArray[np.float64] = np.log((rows + 1) / (held + 1)) + 1
    return rarity


def _singles_and_pairs(signs: Sequence[str]) -> list[str]:
    # a space parts the sounds of a pair: xi an is not xian
    return [*signs, *(f"{one} {other}" for one, other in zip(signs, signs[1:], strict=False))]


@lru_cache(maxsize=8192)
def _simple(sign: str) -> str:
    # sign by sign: by phrases OpenCC reads 打坏 as 打坯
    return str(_SIMPLIFY.convert(sign))


@lru_cache(maxsize=8192)
def _sound(sign: str) -> str:
    return str(lazy_pinyin(sign)[0])
