"""A second net under the words of danger: lines that sound like one though no sign stands in them.

`emergency` decides first, by words alone, and needs no model. People also say "the stove hisses
and my eyes burn"; a classifier over what such lines look like catches most of those. It is made
by `danger_fitting` from profiles/dangers_said.yml.
"""

import json
from dataclasses import dataclass
from typing import NamedTuple

from conversations.line_net import NONE, Floats, LineNet

# the button by which a customer says that there is danger
DANGER = "/danger"


class Sensed(NamedTuple):
    """What a line sounds like, and whether the alarm is to be raised or the customer asked."""

    danger: str
    is_sure: bool


@dataclass(frozen=True, kw_only=True)
class DangerNet(LineNet):
    """Names dangers; from `alarm` on the alarm is raised, from `doubt` on the customer asked.

    Both are probabilities of any danger.
    """

    alarm: float
    doubt: float

    def find(self, text: str, vector: Floats) -> Sensed | None:
        """What a line sounds like, if like a danger; `vector` is its own, shape (dimensions,)."""
        chances = dict(zip(self.names, self.chances([text], vector.reshape(1, -1))[0], strict=True))
        chance = 1.0 - chances.pop(NONE)
        if chance < self.doubt:
            return None
        return Sensed(max(chances, key=chances.__getitem__), is_sure=bool(chance >= self.alarm))


def pressed_danger(payload: str) -> Sensed | None:
    """The danger a customer has confirmed, if that is what a button says."""
    if not payload.startswith(DANGER):
        return None
    return Sensed(str(json.loads(payload.removeprefix(DANGER))["danger"]), is_sure=True)
