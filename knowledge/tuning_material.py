"""What one tuning learns from: every centre's texts, what people said, and what is confused. Pure.

Nothing that is held out anywhere gets in, nor what people said that is like it: the centres share
one encoder.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from knowledge.lexical import letters_of
from knowledge.tuning_mining import MINED, mine
from knowledge.tuning_pairs import Material
from knowledge.tuning_proof import Centre
from knowledge.tuning_said import Encode, teachable, to_keep_away


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """Each centre's material; of what people said, how many texts teach and how many are kept away.

    A text that an entry holds by now is counted too.
    """

    materials: tuple[Material, ...]
    said: int = 0
    kept_away: int = 0


def gather(centres: Sequence[Centre], encode: Encode, *, mined: int = MINED) -> Gathered:
    """The material of these centres; `encode` is the encoder in use, one unit vector a row."""
    said = [teachable(centre.said, centre.entries) for centre in centres]
    every = [each for those in said for each in those]
    held_out = [
        question.text for centre in centres for question in (*centre.held_out, *centre.tests)
    ]
    away = to_keep_away(every, held_out, encode=encode)
    materials = []
    for centre, those in zip(centres, said, strict=True):
        material = Material.of(centre.entries, those, away=away)
        found = mine(centre.entries, material, encode, count=mined)
        materials.append(replace(material, mined=found))
    kept_away = sum(letters_of(each.text) in away for each in every)
    return Gathered(materials=tuple(materials), said=len(every) - kept_away, kept_away=kept_away)
