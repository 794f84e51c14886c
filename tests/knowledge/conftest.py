"""The small corpus, searched with the real encoder."""

from pathlib import Path

import pytest

from knowledge.encoder import OnnxEncoder
from knowledge.indexes.cache import IndexCache
from knowledge.search import Searcher, make_searcher
from tests.knowledge.small_corpus import SMALL_CORPUS


@pytest.fixture
def indexes(tmp_path: Path) -> IndexCache:
    return IndexCache(tmp_path / "indexes")


@pytest.fixture(scope="session")
def small_searcher(encoder: OnnxEncoder, tmp_path_factory: pytest.TempPathFactory) -> Searcher:
    return make_searcher(SMALL_CORPUS, IndexCache(tmp_path_factory.mktemp("indexes")), encoder)
