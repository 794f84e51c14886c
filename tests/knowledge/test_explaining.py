"""Why a question was decided on: the same decision as the search's, with its reason and parts."""

import numpy as np
import pytest

from knowledge.calibration import Decision
from knowledge.encoder import OnnxEncoder
from knowledge.entry import CUSTOMER_KINDS
from knowledge.explaining import Explanation, Reason, explain
from knowledge.lexical import plain
from knowledge.search import Searcher
from tests.conftest import SATURDAY_MORNING
from tests.knowledge.small_corpus import CURVE, PAYING

pytestmark = pytest.mark.needs_encoder


class Explaining:
    """Asks the small corpus, and asks why."""

    def __init__(self, searcher: Searcher, encoder: OnnxEncoder) -> None:
        self.searcher, self._encoder = searcher, encoder

    def why(self, text: str) -> Explanation:
        allowed = self.searcher.allowed(CUSTOMER_KINDS, SATURDAY_MORNING)
        evidence = self.searcher.look(
            text, self._encoder.encode_query(plain(text)), allowed=allowed
        )
        return explain(evidence, self.searcher.entries, CURVE)

    def decision(self, text: str) -> tuple[Decision, list[float]]:
        found = self.searcher.search(
            text,
            self._encoder.encode_query(plain(text)),
            calibration=CURVE,
            now=SATURDAY_MORNING,
            kinds=CUSTOMER_KINDS,
            count=5,
        )
        return found.decision, [each.probability for each in found.candidates]


@pytest.fixture
def asking(small_searcher: Searcher, encoder: OnnxEncoder) -> Explaining:
    return Explaining(small_searcher, encoder)


@pytest.mark.parametrize("text", ["电费在哪里交", "手机能缴电费不", "灯总是闪", "明天会下雨吗"])
def test_decides_exactly_as_the_search_does(asking: Explaining, text: str) -> None:
    decision, probabilities = asking.decision(text)

    told = asking.why(text)

    assert told.decision is decision
    assert [each.probability for each in told.candidates] == pytest.approx(probabilities)


def test_says_that_a_question_stands_there_word_for_word(asking: Explaining) -> None:
    told = asking.why(PAYING.questions[0])

    assert (told.reason, told.candidates[0].entry) == (Reason.WORD_FOR_WORD, PAYING)


def test_adds_the_parts_up_to_the_score(asking: Explaining) -> None:
    first = asking.why("手机能缴电费不").candidates[0]

    assert np.isclose(sum(part.adds for part in first.parts) + CURVE.rank.start, first.score)


def test_says_why_nothing_is_answered(asking: Explaining) -> None:
    told = asking.why("明天会下雨吗")

    assert told.decision is Decision.NONE
    assert told.reason in (Reason.NOT_OURS, Reason.UNSURE)
