"""A second net under the wordings of etiquette: drafts that offend though no listed word does.

The lists (profiles/etiquette.yml) decide first and need no model. People also write "the meter
counts, I only sit here"; a classifier over what such lines look like notices part of them. It is
made by `draft_fitting` from profiles/etiquette_said.yml; its file holds numbers and words only.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from conversations.danger_net import NONE, make_characters
from knowledge.etiquette import HIDDEN, Draft
from knowledge.etiquette_rules import CLAUSE_ENDS

Floats = npt.NDArray[np.float32]

_SENTENCE = re.compile(r"[^。！!？?\n]+")
CLAUSES = re.compile(f"[^{re.escape(CLAUSE_ENDS)}]+")
# shorter than this a clause says nothing by itself
SHORTEST = 5
# drafts are checked while they are typed: sentences that were read a moment ago
_REMEMBERED = 2_000


class Layers(Protocol):
    """What tells how sentences are said."""

    def encode(self, texts: Sequence[str]) -> Floats:
        """Shape (texts, layers, dimensions)."""
        ...


class Noticed(NamedTuple):
    """The rule that a stretch of a draft, as it is read, seems to offend against."""

    rule: str
    start: int
    end: int


@dataclass(frozen=True, kw_only=True)
class DraftNet:
    """What was learnt; `names` are the rules and `NONE`, as the rows of `weights` are."""

    # the encoder whose layers it was taught with
    encoder: str
    names: tuple[str, ...]
    # runs of characters and how rare each is
    runs: tuple[str, ...]
    rarity: Floats
    # what all sentences have in common, shape (layers, dimensions)
    centre: Floats
    # shape (names, runs + layers * dimensions)
    weights: Floats
    intercepts: Floats
    # the probability of any offence from which it is told
    alarm: float

    def chances(self, texts: Sequence[str], layers: Floats) -> Floats:
        """The probability of every name, shape (texts, names)."""
        parts = np.hstack([self._characters.transform(texts).toarray(), tone(layers, self.centre)])
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
            centre=self.centre,
            weights=self.weights,
            intercepts=self.intercepts,
            alarm=np.array(self.alarm),
        )
        fresh.replace(path)

    @classmethod
    def load(cls, path: Path) -> "DraftNet":
        """Read what `save` wrote; raises `OSError` or `ValueError`. Nothing in it is executed."""
        with np.load(path, allow_pickle=False) as held:
            return cls(
                encoder=str(held["encoder"]),
                names=tuple(held["names"].tolist()),
                runs=tuple(held["runs"].tolist()),
                rarity=held["rarity"],
                centre=held["centre"],
                weights=held["weights"],
                intercepts=held["intercepts"],
                alarm=float(held["alarm"]),
            )

    @cached_property
    def _characters(self) -> Any:
        characters = make_characters(vocabulary=self.runs)
        characters.idf_ = self.rarity
        return characters


class DraftSense:
    """A net with the layers it reads."""

    def __init__(self, net: DraftNet, layers: Layers) -> None:
        self._net, self._layers = net, layers
        self._known = lru_cache(maxsize=_REMEMBERED)(self._judge)

    def find(self, draft: Draft) -> list[Noticed]:
        """What seems to offend: one stretch a sentence, its worst clause where one stands out."""
        found = []
        for sentence in _SENTENCE.finditer(draft.plain):
            span = _trimmed(draft.plain, *sentence.span())
            clauses = [each for each in draft.clauses if span[0] <= each[0] and each[1] <= span[1]]
            judged = [(self._known(draft.plain[slice(*each)]), each) for each in (span, *clauses)]
            worst = [(chance, rule, each) for (rule, chance), each in judged if rule]
            if worst:
                chance, rule, _ = max(worst)
                # the smallest stretch that offends in the same way is enough to mark
                _, (start, end) = min(
                    (each[1] - each[0], each) for _, its, each in worst if its == rule
                )
                found.append(Noticed(rule, start, end))
        return found

    def _judge(self, text: str) -> tuple[str, float]:
        """The rule a text offends against, empty for none, and how sure that it offends."""
        text = text.replace(HIDDEN, "")
        if len(text) < SHORTEST:
            return "", 0.0
        chances = self._net.chances([text], self._layers.encode([text]))[0]
        by_name = dict(zip(self._net.names, chances.tolist(), strict=True))
        chance = 1.0 - by_name.pop(NONE)
        return (max(by_name, key=by_name.__getitem__) if chance >= self._net.alarm else ""), chance


def tone(layers: Floats, centre: Floats) -> Floats:
    """The layers without what all sentences share, each of one length; shape (texts, values)."""
    own = layers - centre
    own /= np.maximum(np.linalg.norm(own, axis=2, keepdims=True), 1e-9)
    flat: Floats = own.reshape(len(own), -1).astype(np.float32)
    return flat


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """A stretch without the commas around it."""
    inside = text[start:end]
    ahead = len(inside) - len(inside.lstrip("，,；;：: ~～…"))
    behind = len(inside) - len(inside.rstrip("，,；;：: ~～…"))
    return start + ahead, max(start + ahead, end - behind)
