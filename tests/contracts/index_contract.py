"""What every vector index must mean, whatever engine it is; a subclass supplies the engine."""

from pathlib import Path

import numpy as np
import pytest

from knowledge.encoder import OnnxEncoder, Vectors
from knowledge.indexes import VectorIndex

TEXTS = [
    "我家停电了",
    "电费在哪里交",
    "过户需要什么材料",
    "电表走得太快了",
    "灯一闪一闪的",
    "电线掉在地上了",
]


class IndexContract:
    """Cosine similarity, higher is nearer; rows are numbered in the order they were given."""

    # how far a similarity may be from the cosine, and a row from the vector it was given
    tolerance = 1e-4

    def build(self, vectors: Vectors) -> VectorIndex:
        """An index over these unit vectors."""
        raise NotImplementedError

    def load(self, path: Path) -> VectorIndex:
        """The index that `save` wrote to this file."""
        raise NotImplementedError

    @pytest.fixture
    def vectors(self, encoder: OnnxEncoder) -> Vectors:
        return encoder.encode_texts(TEXTS)

    @pytest.fixture
    def index(self, vectors: Vectors) -> VectorIndex:
        return self.build(vectors)

    @pytest.mark.parametrize("row", range(len(TEXTS)), ids=TEXTS)
    def test_finds_an_entrys_own_text_first_with_similarity_1(
        self, index: VectorIndex, encoder: OnnxEncoder, row: int
    ) -> None:
        found = index.nearest(encoder.encode_query(TEXTS[row]), count=3)

        assert found.rows[0] == row
        assert found.similarities[0] == pytest.approx(1.0, abs=self.tolerance)

    def test_finds_what_means_the_same_before_what_does_not(
        self, index: VectorIndex, encoder: OnnxEncoder
    ) -> None:
        found = index.nearest(encoder.encode_query("家里突然没电了"), count=len(TEXTS))

        assert TEXTS[found.rows[0]] == "我家停电了"

    def test_gives_the_nearest_first(self, index: VectorIndex, encoder: OnnxEncoder) -> None:
        found = index.nearest(encoder.encode_query("电表坏了要交钱吗"), count=len(TEXTS))

        similarities = found.similarities.tolist()
        assert similarities == sorted(similarities, reverse=True)
        assert similarities[0] > similarities[-1]

    def test_gives_each_row_its_cosine(
        self, index: VectorIndex, vectors: Vectors, encoder: OnnxEncoder
    ) -> None:
        question = encoder.encode_query("电费怎么交")

        found = index.nearest(question, count=len(TEXTS))

        assert sorted(found.rows) == list(range(len(TEXTS)))
        cosines = (vectors @ question)[found.rows]
        assert found.similarities == pytest.approx(cosines, abs=self.tolerance)

    def test_gives_1_for_the_same_0_for_across_and_minus_1_for_the_opposite(self) -> None:
        same, across, opposite = np.array([[1, 0], [0, 1], [-1, 0]], dtype=np.float32)
        index = self.build(np.stack([opposite, across, same]))

        found = index.nearest(same, count=3)

        assert found.rows.tolist() == [2, 1, 0]
        assert found.similarities == pytest.approx([1, 0, -1], abs=self.tolerance)

    @pytest.mark.parametrize("count", [1, 2, len(TEXTS)])
    def test_gives_as_many_as_asked_for(
        self, index: VectorIndex, encoder: OnnxEncoder, count: int
    ) -> None:
        found = index.nearest(encoder.encode_query("停电"), count=count)

        assert len(set(found.rows)) == len(found.rows) == count

    def test_gives_every_row_once_when_asked_for_more_than_there_are(
        self, index: VectorIndex, encoder: OnnxEncoder
    ) -> None:
        found = index.nearest(encoder.encode_query("停电"), count=1000)

        assert sorted(found.rows) == list(range(len(TEXTS)))

    def test_keeps_two_rows_of_the_same_text_apart(self, encoder: OnnxEncoder) -> None:
        index = self.build(encoder.encode_texts(["我家停电了", "电费在哪里交", "我家停电了"]))

        found = index.nearest(encoder.encode_query("我家停电了"), count=2)

        assert sorted(found.rows) == [0, 2]

    def test_finds_nothing_in_an_index_of_nothing(self, encoder: OnnxEncoder) -> None:
        question = encoder.encode_query("我家停电了")
        index = self.build(np.empty((0, len(question)), dtype=np.float32))

        found = index.nearest(question, count=3)

        assert (len(found.rows), len(found.similarities)) == (0, 0)

    def test_gives_back_every_row_in_the_order_given(
        self, index: VectorIndex, vectors: Vectors
    ) -> None:
        assert index.vectors() == pytest.approx(vectors, abs=self.tolerance)

    def test_finds_the_same_after_it_was_saved_and_loaded(
        self, index: VectorIndex, encoder: OnnxEncoder, tmp_path: Path
    ) -> None:
        question = encoder.encode_query("老人不会交电费")
        before = index.nearest(question, count=len(TEXTS))

        index.save(tmp_path / "saved")

        loaded = self.load(tmp_path / "saved")
        after = loaded.nearest(question, count=len(TEXTS))
        assert after.rows.tolist() == before.rows.tolist()
        assert after.similarities.tolist() == before.similarities.tolist()
        assert np.array_equal(loaded.vectors(), index.vectors())
