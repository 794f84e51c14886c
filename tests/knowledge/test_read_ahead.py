"""Questions encoded together: the same vectors, kept, and others encoded as they come."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from desk.settings import Settings
from knowledge.encoder import OnnxEncoder, Vectors
from knowledge.indexes.cache import IndexCache
from knowledge.read_ahead import ReadAhead

pytestmark = pytest.mark.needs_encoder

ASKED = ["我家停电了", "电费在哪里交", "过户需要什么材料"]


class Counting(OnnxEncoder):
    """The real encoder, and what it was asked to encode."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.together: list[str] = []
        self.alone: list[str] = []

    def encode_texts(self, texts: Sequence[str]) -> Vectors:
        self.together.extend(texts)
        return super().encode_texts(texts)

    def encode_query(self, text: str) -> Vectors:
        self.alone.append(text)
        return super().encode_query(text)


@pytest.fixture
def counting(encoder: OnnxEncoder) -> Counting:
    """Skipped, as `encoder` is, where no encoder was adopted."""
    return Counting(Settings().encoder_dir)


class TestReadAhead:
    def test_gives_the_vectors_the_encoder_gives(self, counting: Counting, tmp_path: Path) -> None:
        ahead = ReadAhead(counting, ASKED, IndexCache(tmp_path))

        for text in ASKED:
            known, alone = ahead.encode_query(text), OnnxEncoder.encode_query(counting, text)
            assert np.allclose(known, alone, atol=1e-5)
        assert counting.alone == []

    def test_encodes_each_once_however_often_it_is_named(
        self, counting: Counting, tmp_path: Path
    ) -> None:
        ReadAhead(counting, [*ASKED, *ASKED], IndexCache(tmp_path))

        assert sorted(counting.together) == sorted(ASKED)

    def test_encodes_only_what_is_new_the_next_time(
        self, counting: Counting, tmp_path: Path
    ) -> None:
        ReadAhead(counting, ASKED, IndexCache(tmp_path))
        counting.together.clear()

        ReadAhead(counting, [*ASKED, "灯一闪一闪"], IndexCache(tmp_path))

        assert counting.together == ["灯一闪一闪"]

    def test_encodes_no_question_again_that_is_a_text_as_well(
        self, counting: Counting, tmp_path: Path
    ) -> None:
        indexes = IndexCache(tmp_path)
        ReadAhead(counting, ASKED, indexes)
        counting.together.clear()

        texts = [*ASKED, "停电了怎么报修"]
        indexes.get(texts, encoder=counting.fingerprint, encode=counting.encode_texts)

        assert counting.as_asked("我家停电了") == "我家停电了"
        assert counting.together == ["停电了怎么报修"]

    def test_asks_the_encoder_for_any_other(self, counting: Counting, tmp_path: Path) -> None:
        ahead = ReadAhead(counting, ASKED, IndexCache(tmp_path))

        vector = ahead.encode_query("灯一闪一闪")

        assert counting.alone == ["灯一闪一闪"]
        assert np.allclose(vector, OnnxEncoder.encode_query(counting, "灯一闪一闪"))
