"""What a second net is: a classifier over a line's characters and what the encoder makes of it.

It is learnt at set-up and read from one file that holds numbers and words only.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

NONE = "none"
# runs of up to this many characters
LONGEST_RUN = 3


@dataclass(frozen=True, kw_only=True)
class LineNet:
    """What was learnt; `names` are the kinds and `NONE`, as the rows of `weights` are."""

    # the encoder it was taught with
    encoder: str
    names: tuple[str, ...]
    # runs of characters and how rare each is
    runs: tuple[str, ...]
    rarity: Floats
    # shape (names, runs + values of the encoder)
    weights: Floats
    intercepts: Floats

    def save(self, path: Path) -> None:
        """Write it to one file, whole or not at all."""
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f"{path.stem}.fresh.npz")
        learnt: dict[str, Any] = {each.name: getattr(self, each.name) for each in fields(self)}
        np.savez(fresh, **learnt)
        fresh.replace(path)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what `save` wrote; raises `OSError` or `ValueError`. Nothing in it is executed."""
        with np.load(path, allow_pickle=False) as held:
            return cls(**{each.name: _plain(held[each.name]) for each in fields(cls)})

    def chances(self, texts: Sequence[str], encoded: Floats) -> Floats:
        """The probability of every name, shape (texts, names); `encoded` has a row for each."""
        parts = np.hstack([self._characters.transform(texts).toarray(), encoded])
        scores = parts @ self.weights.T + self.intercepts
        scores = np.exp(scores - scores.max(axis=1, keepdims=True))
        chances: Floats = scores / scores.sum(axis=1, keepdims=True)
        return chances

    @cached_property
    def _characters(self) -> Any:
        characters = make_characters(vocabulary=self.runs)
        characters.idf_ = self.rarity
        return characters


def make_characters(**more: Any) -> Any:
    """The view of a line's characters, the same for learning and for finding."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    return TfidfVectorizer(
        analyzer="char_wb",
        ngram_range=(1, LONGEST_RUN),
        sublinear_tf=True,
        dtype=np.float32,
        **more,
    )


def _plain(held: npt.NDArray[Any]) -> Any:
    """A word, a number, a tuple of words, or the numbers as they are."""
    if held.ndim == 0:
        return held.item()
    return tuple(held.tolist()) if held.dtype.kind == "U" else held
