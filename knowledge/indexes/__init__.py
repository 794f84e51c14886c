"""Vector indexes behind one contract: cosine similarity, higher is nearer, converted here only."""

from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from knowledge.encoder import Vectors

Rows = npt.NDArray[np.int64]


class Neighbours(NamedTuple):
    """Rows of the index, nearest first, and their cosine similarities to the query."""

    rows: Rows
    similarities: Vectors


class VectorIndex(Protocol):
    """Rows are numbered from 0 in the order they were given."""

    def nearest(self, vector: Vectors, *, count: int) -> Neighbours:
        """The `count` nearest rows to a unit vector of shape (dimensions,)."""
        ...

    def vectors(self) -> Vectors:
        """Every row as the index holds it, shape (rows, dimensions)."""
        ...

    def save(self, path: Path) -> None:
        """Write the index to one file."""
        ...
