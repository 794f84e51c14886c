"""A second net under the wordings of etiquette: drafts that offend though no listed word does.

The lists (profiles/etiquette.yml) decide first and need no model. People also write "the meter
counts, I only sit here"; a classifier over what such lines look like notices part of them. It is
made by `draft_fitting` from profiles/etiquette_said.yml.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, Protocol

import numpy as np

from conversations.line_net import NONE, Floats, LineNet
from knowledge.etiquette import HIDDEN, Draft
from knowledge.etiquette_rules import CLAUSE_ENDS

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
class DraftNet(LineNet):
    """Names rules; taught with the encoder's layers instead of its vectors."""

    # what all sentences have in common, shape (layers, dimensions)
    centre: Floats
    # the probability of any rule from which each is told, in the order of the names
    alarms: Floats

    def chances(self, texts: Sequence[str], layers: Floats) -> Floats:
        """The probability of every name, shape (texts, names)."""
        return super().chances(texts, tone(layers, self.centre))


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
        rule = max(by_name, key=by_name.__getitem__)
        alarm = self._net.alarms[self._net.names.index(rule)]
        return (rule if chance >= alarm else ""), chance


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
