"""What is known of a question and of each entry that may answer it, before anything is judged.

All cosines run from -1 to 1, higher is nearer; `near` and its kin are those of the corpus's own
space (space.py).
"""

from dataclasses import asdict, dataclass, fields
from functools import cached_property

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What speaks for one candidate."""

    similarity: float  # cosine of its nearest text, as the encoder gives it
    near: float  # the same in the corpus's own space
    usual: float  # mean of its three nearest questions
    crowd: float  # how near that text's own neighbours are: the popular come up too easily
    words: float  # characters shared with its most alike question
    sounds: float  # sounds shared with its three most alike questions
    passage: float  # nearest sentences of its answer
    passage_words: float  # characters shared with those
    learned: float  # what the classifier makes of it
    covered: float  # how much of what the question says stands in any of its texts

    def values(self) -> list[float]:
        """In the order of the fields."""
        return list(asdict(self).values())


PARTS = tuple(field.name for field in fields(Parts))
SCOPE = ("learned", "outside", "similarity", "foreign")


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """A question's candidates and what is known of them and of the question itself."""

    # places of the candidates among the entries, and their parts, shape (candidates, parts)
    entries: Places
    parts: Array
    # cosine of the nearest text that may be said, and of the nearest question known as not ours
    similarity: float
    foreign: float
    # the best the classifier has for any candidate, and for "nobody's business"
    learned: float
    outside: float
    # how much of what the question says occurs in the corpus at all, as log(1 + rarity)
    matter: float
    # the candidate whose title, question or lesson the question is, word for word, if only one's
    worded_as: int | None = None
    # whether it is, word for word, a question labelled as nobody's business
    is_nobodys: bool = False

    @cached_property
    def scope(self) -> Array:
        """What tells whether the question is this centre's business."""
        return np.array([getattr(self, name) for name in SCOPE])

    def parts_of(self, place: int) -> Parts:
        """The parts of one candidate, by its place among the candidates."""
        return Parts(**dict(zip(PARTS, map(float, self.parts[place]), strict=True)))
