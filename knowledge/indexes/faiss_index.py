"""FAISS: exact while that costs less than an encoder's call, approximate above."""

import hashlib
from enum import StrEnum
from pathlib import Path

import faiss
import numpy as np

from knowledge.encoder import Vectors
from knowledge.indexes import Neighbours

# measured with 512 dimensions on one thread (tech-desk.md 2): exact search takes 1 ms at 10,000
# rows and 18 ms at 100,000, eight bits a number half of that, the graph 0.7 ms everywhere
EXACT_UP_TO = 30_000
EIGHT_BITS_UP_TO = 50_000
# bytes of the hash before an index
SEAL = hashlib.sha256().digest_size


class Engine(StrEnum):
    """How rows are kept and searched."""

    EXACT = "exact"
    EIGHT_BITS = "eight bits"
    GRAPH = "graph"


def engine_for(rows: int) -> Engine:
    """The most exact engine that is fast enough for so many rows."""
    if rows <= EXACT_UP_TO:
        return Engine.EXACT
    return Engine.EIGHT_BITS if rows <= EIGHT_BITS_UP_TO else Engine.GRAPH


class FaissIndex:
    """Inner product over unit vectors, which is their cosine similarity."""

    def __init__(self, index: faiss.Index) -> None:
        # one search thread: the event loop's neighbours need the other core
        faiss.omp_set_num_threads(1)
        self._index = index

    @classmethod
    def build(cls, vectors: Vectors, *, engine: Engine | None = None) -> "FaissIndex":
        """Index unit vectors of shape (rows, dimensions); the engine goes by their number."""
        rows, dimensions = vectors.shape
        index = _empty(engine or engine_for(rows), dimensions)
        given = np.ascontiguousarray(vectors, dtype=np.float32)
        if rows:
            index.train(given)
            index.add(given)
        return cls(index)

    @classmethod
    def load(cls, path: Path) -> "FaissIndex":
        """Read an index that `save` wrote; raises ValueError when it is not whole.

        FAISS believes what it reads: a damaged graph may never end its search.
        """
        written = path.read_bytes()
        seal, content = written[:SEAL], memoryview(written)[SEAL:]
        if hashlib.sha256(content).digest() != seal:
            raise ValueError(f"{path} is damaged")
        return cls(faiss.deserialize_index(np.frombuffer(content, dtype=np.uint8)))

    @property
    def rows(self) -> int:
        """How many there are."""
        return int(self._index.ntotal)

    @property
    def is_exact(self) -> bool:
        """Whether rows come back as they were given."""
        return not isinstance(faiss.downcast_index(self._index), faiss.IndexScalarQuantizer)

    def nearest(self, vector: Vectors, *, count: int) -> Neighbours:
        """The nearest rows, nearest first; fewer when the index is smaller."""
        wanted = min(count, self._index.ntotal)
        if not wanted:
            return Neighbours(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32))
        similarities, rows = self._index.search(vector.reshape(1, -1), wanted)
        # the graph fills up with -1 when it reaches fewer
        found = rows[0] >= 0
        return Neighbours(rows[0][found], similarities[0][found])

    def vectors(self) -> Vectors:
        """Every row as the index holds it: exactly as given, or in eight bits a number."""
        held: Vectors = self._index.reconstruct_n(0, self._index.ntotal)
        return held

    def save(self, path: Path) -> None:
        """Write the index to one file, behind the hash of its bytes."""
        content = faiss.serialize_index(self._index).tobytes()
        with path.open("wb") as file:
            file.write(hashlib.sha256(content).digest())
            file.write(content)


def _empty(engine: Engine, dimensions: int) -> faiss.Index:
    if engine is Engine.EXACT:
        return faiss.IndexFlatIP(dimensions)
    if engine is Engine.EIGHT_BITS:
        eight_bits = faiss.ScalarQuantizer.QT_8bit
        return faiss.IndexScalarQuantizer(dimensions, eight_bits, faiss.METRIC_INNER_PRODUCT)
    graph = faiss.IndexHNSWFlat(dimensions, 32, faiss.METRIC_INNER_PRODUCT)
    graph.hnsw.efConstruction = 120
    graph.hnsw.efSearch = 256
    return graph
