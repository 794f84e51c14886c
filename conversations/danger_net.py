"""A second net under the words of danger: lines that sound like one though no sign stands in them.

`emergency` decides first, by words alone, and needs no model. People also say "the stove hisses
and my eyes burn"; a classifier over what such lines look like catches most of those. It is made
by `danger_fitting` from profiles/dangers_said.yml and read from one file that holds numbers and
words only.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

NONE = "none"
# runs of up to this many characters
LONGEST_RUN = 3


class Sensed(NamedTuple):
    """What a line sounds like, and whether the alarm is to be raised or the customer asked."""

    danger: str
    is_sure: bool


@dataclass(frozen=True, kw_only=True)
class DangerNet:
    """What was learnt; `names` are the dangers and `NONE`, as the rows of `weights` are."""

    # the encoder whose vectors it was taught with
    encoder: str
    names: tuple[str, ...]
    # runs of characters and how rare each is
    runs: tuple[str, ...]
    rarity: Floats
    # shape (names, runs + dimensions)
    weights: Floats
    intercepts: Floats
    # the probability of any danger from which the alarm is raised, and from which one asks
    alarm: float
    doubt: float

    def find(self, text: str, vector: Floats) -> Sensed | None:
        """What a line sounds like, if like a danger; `vector` is its own, shape (dimensions,)."""
        chances = dict(zip(self.names, self.chances([text], vector.reshape(1, -1))[0], strict=True))
        chance = 1.0 - chances.pop(NONE)
        if chance < self.doubt:
            return None
        return Sensed(max(chances, key=chances.__getitem__), is_sure=bool(chance >= self.alarm))

    def chances(self, texts: Sequence[str], vectors: Floats) -> Floats:
        """The probability of every name, shape (texts, names)."""
        parts = np.hstack([self._characters.transform(texts).toarray(), vectors])
        scores = parts @ self.weights.T + self.intercepts
        scores = np.exp(scores - scores.max(axis=1, keepdims=True))
        chances: Floats = scores / scores.sum(axis=1, keepdims=True)
        return chances

    def save(self, path: Path) -> None:
        """Write it to one file, whole or not at all."""
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f"{path.stem}.fresh.npz")
        np.savez(
            fresh,
            encoder=np.array(self.encoder),
            names=np.array(self.names),
            runs=np.array(self.runs),
            rarity=self.rarity,
            weights=self.weights,
            intercepts=self.intercepts,
            alarm=np.array(self.alarm),
            doubt=np.array(self.doubt),
        )
        fresh.replace(path)

    @classmethod
    def load(cls, path: Path) -> "DangerNet":
        """Read what `save` wrote; raises `OSError` or `ValueError`. Nothing in it is executed."""
        with np.load(path, allow_pickle=False) as held:
            return cls(
                encoder=str(held["encoder"]),
                names=tuple(held["names"].tolist()),
                runs=tuple(held["runs"].tolist()),
                rarity=held["rarity"],
                weights=held["weights"],
                intercepts=held["intercepts"],
                alarm=float(held["alarm"]),
                doubt=float(held["doubt"]),
            )

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
