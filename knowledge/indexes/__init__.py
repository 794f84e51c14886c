"""Vector indexes behind one contract: cosine similarity, higher is nearer, converted here only."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from knowledge.encoder import Vectors


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A row of the index and its cosine similarity to the query, from -1 to 1."""

    row: int
    similarity: float


class VectorIndex(Protocol):
    """Rows are numbered from 0 in the order they were given."""

    def nearest(self, vector: Vectors, *, count: int) -> Sequence[Neighbour]:
        """The `count` nearest rows to a unit vector of shape (dimensions,), nearest first."""
        ...

    def save(self, path: Path) -> None:
        """Write the index to one file."""
        ...
