"""Learning when an answer may be trusted, from labelled questions about the small corpus."""

import pytest

from knowledge.calibration import Calibration, Decision
from knowledge.encoder import OnnxEncoder
from knowledge.entry import CUSTOMER_KINDS, KnowledgeError
from knowledge.fitting import fit_calibrations
from knowledge.importing.questions_yaml import LabelledQuestion
from knowledge.search import Searcher, SearchResult
from tests.conftest import SATURDAY_MORNING
from tests.knowledge.small_corpus import PAYING, labelled_questions

pytestmark = pytest.mark.needs_encoder


@pytest.fixture(scope="module")
def fitted(small_searcher: Searcher, encoder: OnnxEncoder) -> dict[str, Calibration]:
    return fit_calibrations(small_searcher, encoder, labelled_questions(), now=SATURDAY_MORNING)


def ask(
    searcher: Searcher, encoder: OnnxEncoder, calibration: Calibration, text: str
) -> SearchResult:
    return searcher.search(
        text,
        encoder.encode_query(text),
        calibration=calibration,
        now=SATURDAY_MORNING,
        kinds=CUSTOMER_KINDS,
    )


class TestFitCalibrations:
    def test_trusts_a_question_it_knows(
        self, small_searcher: Searcher, encoder: OnnxEncoder, fitted: dict[str, Calibration]
    ) -> None:
        found = ask(small_searcher, encoder, fitted["full"], "请问电费在哪里交")

        assert found.decision is Decision.ANSWER
        assert found.candidates[0].entry == PAYING

    def test_does_not_trust_what_is_none_of_our_business(
        self, small_searcher: Searcher, encoder: OnnxEncoder, fitted: dict[str, Calibration]
    ) -> None:
        found = ask(small_searcher, encoder, fitted["full"], "帮我买一张去上海的火车票")

        assert found.decision is not Decision.ANSWER

    def test_answers_rightly_at_least_97_times_in_100(
        self, small_searcher: Searcher, encoder: OnnxEncoder, fitted: dict[str, Calibration]
    ) -> None:
        asked = [
            (question, ask(small_searcher, encoder, fitted["full"], question.text))
            for question in labelled_questions()
        ]

        answered = [
            found.candidates[0].entry.entry_id in question.relevant
            for question, found in asked
            if found.decision is Decision.ANSWER
        ]
        assert len(answered) >= 30
        assert sum(answered) / len(answered) >= 0.97

    def test_draws_a_line_between_our_business_and_other_peoples(
        self, encoder: OnnxEncoder, fitted: dict[str, Calibration]
    ) -> None:
        ours = fitted["full"].scope(encoder.encode_query("我想交这个月的电费"))
        theirs = fitted["full"].scope(encoder.encode_query("帮我买一张去上海的火车票"))

        assert ours > 0 > theirs

    def test_learns_words_alone_apart(self, fitted: dict[str, Calibration]) -> None:
        words_only = fitted["words_only"]

        assert words_only.lexical_weight == 1.0
        assert words_only.scope_vector == ()
        assert words_only != fitted["full"]

    def test_comes_to_the_same_from_the_same_questions(
        self, small_searcher: Searcher, encoder: OnnxEncoder, fitted: dict[str, Calibration]
    ) -> None:
        again = fit_calibrations(
            small_searcher, encoder, labelled_questions(), now=SATURDAY_MORNING
        )

        assert again == fitted


class TestRefuse:
    def test_says_how_many_questions_are_missing(
        self, small_searcher: Searcher, encoder: OnnxEncoder
    ) -> None:
        few = labelled_questions()[:49]

        with pytest.raises(KnowledgeError, match=r"^49 labelled questions and 0 out of scope"):
            fit_calibrations(small_searcher, encoder, few, now=SATURDAY_MORNING)

    def test_needs_questions_out_of_scope_too(
        self, small_searcher: Searcher, encoder: OnnxEncoder
    ) -> None:
        inside = [question for question in labelled_questions() if question.relevant]
        outside = [LabelledQuestion(text=f"{n} 加 {n} 等于几", relevant=frozenset()) for n in "123"]

        with pytest.raises(KnowledgeError, match=r"3 out of scope: at least 50 and 5"):
            fit_calibrations(small_searcher, encoder, inside + outside, now=SATURDAY_MORNING)
