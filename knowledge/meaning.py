"""How near in meaning a question is to every text: as the encoder says, and in its own space."""

import numpy as np

from knowledge.encoder import Vectors
from knowledge.evidence import Places
from knowledge.indexes import VectorIndex
from knowledge.layout import Layout
from knowledge.lexical import Scores
from knowledge.space import Space

# rows of the vector index looked at before they are gathered into entries
REACH = 200
# neighbours of a text that make its crowd; above so many texts, counting them costs too much
CROWD = 10
CROWD_UP_TO = 20_000
# up to so many texts the space is kept at full precision
FULL_PRECISION_UP_TO = 50_000
BLOCK = 1_000


class Meaning:
    """Vectors of all texts: an index of them as they are, and the same in the corpus's space."""

    def __init__(self, index: VectorIndex, layout: Layout) -> None:
        self._index = index
        self._rows = layout.rows
        vectors = index.vectors()
        ours = layout.is_question & (layout.entry_of < layout.entries)
        self._space = Space.of(vectors[ours])
        precision = np.float32 if layout.rows <= FULL_PRECISION_UP_TO else np.float16
        self.placed = np.empty(vectors.shape, dtype=precision)
        for start in range(0, layout.rows, BLOCK):
            block = slice(start, start + BLOCK)
            self.placed[block] = self._space.place(vectors[block])

    def place(self, vector: Vectors) -> Vectors:
        """A question in the corpus's space."""
        return self._space.place(vector)

    def similar(self, vector: Vectors) -> Scores:
        """The cosine of each text; those out of reach count as the furthest within it."""
        rows, similarities = self._index.nearest(vector, count=REACH)
        furthest = similarities[-1] if len(rows) else 0.0
        similar = np.full(self._rows, furthest, dtype=np.float32)
        similar[rows] = similarities
        return similar

    def near(self, placed: Vectors, rows: Places) -> Scores:
        """The cosine of a placed question to these rows, in the corpus's space."""
        cosines: Scores = self.placed[rows].astype(np.float32, copy=False) @ placed
        return cosines

    def crowds(self, rows: Places) -> Scores:
        """For each of these rows, how near its nearest ones among them are; 0 when too many."""
        crowd = np.zeros(self._rows, dtype=np.float32)
        count = min(CROWD, len(rows) - 1)
        if count < 1 or len(rows) > CROWD_UP_TO:
            return crowd
        within = self.placed[rows].astype(np.float32, copy=False)
        for start in range(0, len(rows), BLOCK):
            block = rows[start : start + BLOCK]
            cosines = within[start : start + BLOCK] @ within.T
            cosines[np.arange(len(block)), np.arange(start, start + len(block))] = -1.0
            crowd[block] = -np.partition(-cosines, count - 1, axis=1)[:, :count].mean(axis=1)
        return crowd
