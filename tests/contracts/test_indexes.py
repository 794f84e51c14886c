"""Every engine of knowledge/indexes keeps the same contract."""

from pathlib import Path

import pytest

from knowledge.encoder import Vectors
from knowledge.indexes.faiss_flat import FaissFlatIndex
from tests.contracts.index_contract import IndexContract


@pytest.mark.needs_encoder
class TestFaissFlatIndex(IndexContract):
    def build(self, vectors: Vectors) -> FaissFlatIndex:
        return FaissFlatIndex.build(vectors)

    def load(self, path: Path) -> FaissFlatIndex:
        return FaissFlatIndex.load(path)
