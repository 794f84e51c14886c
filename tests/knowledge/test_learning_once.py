"""Calibrations are learned once from the same material, and anew from any other."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from knowledge.calibration import Calibration
from knowledge.encoder import OnnxEncoder, Vectors
from knowledge.entry import CUSTOMER_KINDS, Entry
from knowledge.importing.questions_yaml import LabelledQuestion
from knowledge.indexes.cache import IndexCache
from knowledge.learning_once import learn_once
from knowledge.read_ahead import ReadAhead
from knowledge.search import make_searcher
from tests.conftest import SATURDAY_MORNING
from tests.knowledge.small_corpus import SMALL_CORPUS, labelled_questions

pytestmark = pytest.mark.needs_encoder


class Asked(ReadAhead):
    """The encoder, and how often it was asked: learning asks it about every question."""

    times = 0

    def encode_query(self, text: str) -> Vectors:
        self.times += 1
        return super().encode_query(text)


@pytest.fixture(scope="module")
def indexes(tmp_path_factory: pytest.TempPathFactory) -> IndexCache:
    return IndexCache(tmp_path_factory.mktemp("indexes"))


@pytest.fixture(scope="module")
def learned(encoder: OnnxEncoder, indexes: IndexCache) -> dict[str, Calibration]:
    """What comes of the small corpus the first time."""
    return learn(SMALL_CORPUS, Asked(encoder, [], indexes), indexes, labelled_questions())


@pytest.fixture
def asked(encoder: OnnxEncoder, indexes: IndexCache) -> Asked:
    return Asked(encoder, [], indexes)


def learn(
    entries: Sequence[Entry],
    asked: Asked,
    indexes: IndexCache,
    questions: list[LabelledQuestion],
    *,
    now: datetime = SATURDAY_MORNING,
) -> dict[str, Calibration]:
    searcher = make_searcher(entries, indexes, asked, lessons=labelled_questions())
    return learn_once(searcher, asked, questions, indexes=indexes, now=now)


@pytest.mark.usefixtures("learned")
class TestLearnOnce:
    def test_gives_the_same_again_without_learning(
        self, learned: dict[str, Calibration], asked: Asked, indexes: IndexCache
    ) -> None:
        assert learn(SMALL_CORPUS, asked, indexes, labelled_questions()) == learned
        assert asked.times == 0

    def test_learns_anew_from_one_other_question(self, asked: Asked, indexes: IndexCache) -> None:
        questions = labelled_questions()
        questions[0] = replace(questions[0], relevant=frozenset())

        learn(SMALL_CORPUS, asked, indexes, questions)

        assert asked.times == len(questions)

    def test_learns_anew_when_an_entry_may_no_longer_be_said(
        self, asked: Asked, indexes: IndexCache
    ) -> None:
        ends = SATURDAY_MORNING + timedelta(days=1)
        # the same texts: only what may be said differs
        entries = [replace(SMALL_CORPUS[0], valid_until=ends), *SMALL_CORPUS[1:]]
        searcher = make_searcher(entries, indexes, asked, lessons=labelled_questions())
        before, after = (searcher.allowed(CUSTOMER_KINDS, at) for at in (SATURDAY_MORNING, ends))

        learn(entries, asked, indexes, labelled_questions(), now=ends)

        assert before.tolist() != after.tolist()
        assert asked.times == len(labelled_questions())
