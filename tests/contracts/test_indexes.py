"""Every engine of knowledge/indexes keeps the same contract, and the size chooses the engine."""

from pathlib import Path

import numpy as np
import pytest

from knowledge.encoder import Vectors
from knowledge.indexes.faiss_index import (
    EIGHT_BITS_UP_TO,
    EXACT_UP_TO,
    Engine,
    FaissIndex,
    engine_for,
)
from tests.contracts.index_contract import IndexContract


class FaissContract(IndexContract):
    engine: Engine

    def build(self, vectors: Vectors) -> FaissIndex:
        return FaissIndex.build(vectors, engine=self.engine)

    def load(self, path: Path) -> FaissIndex:
        return FaissIndex.load(path)


@pytest.mark.needs_encoder
class TestExact(FaissContract):
    engine = Engine.EXACT


@pytest.mark.needs_encoder
class TestEightBits(FaissContract):
    engine = Engine.EIGHT_BITS
    # 1/255 of what a number ranges over, where a vector has two of them
    tolerance = 5e-3


@pytest.mark.needs_encoder
class TestGraph(FaissContract):
    engine = Engine.GRAPH


def scattered(rows: int) -> Vectors:
    """Unit vectors in no order, the same every time."""
    drawn = np.random.default_rng(20261121).normal(size=(rows, 32)).astype(np.float32)
    unit: Vectors = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
    return unit


class TestChoice:
    @pytest.mark.parametrize(
        ("rows", "engine"),
        [
            (0, Engine.EXACT),
            (EXACT_UP_TO, Engine.EXACT),
            (EXACT_UP_TO + 1, Engine.EIGHT_BITS),
            (EIGHT_BITS_UP_TO, Engine.EIGHT_BITS),
            (EIGHT_BITS_UP_TO + 1, Engine.GRAPH),
        ],
    )
    def test_goes_by_the_number_of_rows(self, rows: int, engine: Engine) -> None:
        assert engine_for(rows) is engine

    def test_keeps_every_row_exactly_while_there_are_few(self) -> None:
        vectors = scattered(EXACT_UP_TO)

        assert np.array_equal(FaissIndex.build(vectors).vectors(), vectors)

    def test_finds_the_same_nearest_when_it_grows_out_of_exactness(self) -> None:
        vectors = scattered(EXACT_UP_TO + 1)
        exact = FaissIndex.build(vectors, engine=Engine.EXACT)
        chosen = FaissIndex.build(vectors)

        assert not np.array_equal(chosen.vectors(), vectors)
        for question in vectors[:: EXACT_UP_TO // 50]:
            ours, best = chosen.nearest(question, count=10), exact.nearest(question, count=10)
            assert ours.rows[0] == best.rows[0]
            assert ours.similarities == pytest.approx(best.similarities, abs=5e-3)

    def test_finds_the_same_nearest_by_the_graph(self) -> None:
        vectors = scattered(3_000)
        exact = FaissIndex.build(vectors, engine=Engine.EXACT)
        graph = FaissIndex.build(vectors, engine=Engine.GRAPH)

        for question in scattered(3_050)[3_000:]:
            ours, best = graph.nearest(question, count=10), exact.nearest(question, count=10)
            assert ours.rows.tolist() == best.rows.tolist()
