"""Learning when an answer may be trusted, from labelled questions about the small corpus."""

import json
import random
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from knowledge.calibration import Calibration, Decision
from knowledge.encoder import OnnxEncoder
from knowledge.entry import CUSTOMER_KINDS, KnowledgeError
from knowledge.evidence import PARTS, Evidence
from knowledge.fitting import fit_calibrations
from knowledge.importing.questions_yaml import LabelledQuestion
from knowledge.indexes.cache import IndexCache
from knowledge.search import Searcher, SearchResult, make_searcher
from knowledge.succession import ending_at_successors
from tests.conftest import SATURDAY_MORNING
from tests.knowledge.small_corpus import METER, PAYING, SMALL_CORPUS, labelled_questions

pytestmark = pytest.mark.needs_encoder


@pytest.fixture(scope="module")
def searcher(encoder: OnnxEncoder, tmp_path_factory: pytest.TempPathFactory) -> Searcher:
    """The small corpus as it is published: taught by the questions it is judged by."""
    indexes = IndexCache(tmp_path_factory.mktemp("indexes"))
    return make_searcher(SMALL_CORPUS, indexes, encoder, lessons=labelled_questions())


@pytest.fixture(scope="module")
def fitted(searcher: Searcher, encoder: OnnxEncoder) -> dict[str, Calibration]:
    return fit_calibrations(searcher, encoder, labelled_questions(), now=SATURDAY_MORNING)


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


def look(
    searcher: Searcher, encoder: OnnxEncoder, text: str, *, as_lesson: int | None = None
) -> Evidence:
    allowed = searcher.allowed(CUSTOMER_KINDS, SATURDAY_MORNING)
    vector = encoder.encode_query(text)
    return searcher.look(text, vector, allowed=allowed, as_lesson=as_lesson)


class TestFitCalibrations:
    def test_trusts_a_question_it_knows(
        self, searcher: Searcher, encoder: OnnxEncoder, fitted: dict[str, Calibration]
    ) -> None:
        found = ask(searcher, encoder, fitted["full"], "请问电费在哪里交")

        assert found.decision is Decision.ANSWER
        assert found.candidates[0].entry == PAYING

    def test_does_not_trust_what_is_none_of_our_business(
        self, searcher: Searcher, encoder: OnnxEncoder, fitted: dict[str, Calibration]
    ) -> None:
        found = ask(searcher, encoder, fitted["full"], "帮我买一张去上海的火车票")

        assert found.decision is not Decision.ANSWER

    def test_learns_by_the_version_in_force_while_another_waits(
        self, encoder: OnnxEncoder, indexes: IndexCache
    ) -> None:
        begins = SATURDAY_MORNING + timedelta(days=40)
        content = ending_at_successors(
            [*SMALL_CORPUS, replace(PAYING, version=2, valid_from=begins)]
        )
        searcher = make_searcher(content, indexes, encoder, lessons=labelled_questions())
        fitted = fit_calibrations(searcher, encoder, labelled_questions(), now=SATURDAY_MORNING)

        found = ask(searcher, encoder, fitted["full"], "请问电费在哪里交")

        assert found.decision is Decision.ANSWER
        assert found.candidates[0].entry == replace(PAYING, valid_until=begins)

    def test_answers_rightly_at_least_97_times_in_100(
        self, searcher: Searcher, encoder: OnnxEncoder, fitted: dict[str, Calibration]
    ) -> None:
        asked = [
            (question, ask(searcher, encoder, fitted["full"], question.text))
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
        self, searcher: Searcher, encoder: OnnxEncoder, fitted: dict[str, Calibration]
    ) -> None:
        ours = look(searcher, encoder, "我想交这个月的电费")
        theirs = look(searcher, encoder, "帮我买一张去上海的火车票")

        line = fitted["full"].scope
        assert line.at(ours.scope) > 0 > line.at(theirs.scope)

    def test_learns_words_alone_apart(self, fitted: dict[str, Calibration]) -> None:
        rank = dict(zip(PARTS, fitted["words_only"].rank.weights, strict=True))

        assert [rank[name] for name in ("similarity", "near", "usual", "passage")] == [0.0] * 4
        assert rank["words"] > 0
        assert fitted["words_only"] != fitted["full"]

    def test_trusts_words_alone_too(
        self, searcher: Searcher, fitted: dict[str, Calibration]
    ) -> None:
        found = searcher.search(
            "请问电费在哪里交",
            None,
            calibration=fitted["words_only"],
            now=SATURDAY_MORNING,
            kinds=CUSTOMER_KINDS,
        )

        assert found.decision is Decision.ANSWER
        assert found.candidates[0].entry == PAYING

    def test_comes_to_the_same_from_the_same_questions(
        self, searcher: Searcher, encoder: OnnxEncoder, fitted: dict[str, Calibration]
    ) -> None:
        again = fit_calibrations(searcher, encoder, labelled_questions(), now=SATURDAY_MORNING)

        assert again == fitted

    def test_can_be_learned_for_a_searcher_without_lessons(
        self, small_searcher: Searcher, encoder: OnnxEncoder
    ) -> None:
        untaught = fit_calibrations(
            small_searcher, encoder, labelled_questions(), now=SATURDAY_MORNING
        )

        found = ask(small_searcher, encoder, untaught["full"], "请问电费在哪里交")
        assert untaught["full"].lessons == ()
        assert (found.decision, found.candidates[0].entry) == (Decision.ANSWER, PAYING)

    @pytest.mark.parametrize("name", ["full", "words_only"])
    def test_names_the_lessons_the_searcher_must_learn_again(
        self, fitted: dict[str, Calibration], name: str
    ) -> None:
        assert fitted[name].lessons == tuple(labelled_questions())

    def test_comes_back_from_the_store_with_all_it_learned(
        self, fitted: dict[str, Calibration]
    ) -> None:
        stored = json.loads(json.dumps(fitted["full"].to_json()))

        assert Calibration.from_json(stored) == fitted["full"]


class TestReliability:
    @pytest.mark.parametrize("name", ["full", "words_only"])
    def test_counts_every_question_once_from_the_least_sure_up(
        self, fitted: dict[str, Calibration], name: str
    ) -> None:
        bins = fitted[name].reliability

        predicted = [each.predicted for each in bins]
        assert sum(each.count for each in bins) == len(labelled_questions())
        assert predicted == sorted(predicted)
        assert all(0.0 <= each.right <= 1.0 for each in bins)

    def test_finds_what_was_said_to_be_sure_right_and_the_rest_seldom(
        self, fitted: dict[str, Calibration]
    ) -> None:
        bins = fitted["full"].reliability

        assert (bins[0].right, bins[-1].right) == (0.0, 1.0)
        assert np.mean([abs(each.predicted - each.right) for each in bins]) < 0.1


# lessons that only memory could get right: what they are said to mean has nothing to do with them
ODD = [
    LabelledQuestion(text="红烧肉怎么炖才烂", relevant=frozenset([METER.entry_id])),
    LabelledQuestion(text="一三五限行到几点", relevant=frozenset()),
]


class TestALessonThatIsAsked:
    """It is judged as if it had never been a lesson."""

    @pytest.fixture
    def taught(self, encoder: OnnxEncoder, indexes: IndexCache) -> Searcher:
        return make_searcher(SMALL_CORPUS, indexes, encoder, lessons=ODD)

    def test_is_known_by_heart_when_a_customer_asks_it(
        self, taught: Searcher, encoder: OnnxEncoder
    ) -> None:
        ours, theirs = (look(taught, encoder, lesson.text) for lesson in ODD)

        assert taught.entries[ours.entries[0]] == METER
        assert ours.similarity == pytest.approx(1.0, abs=0.01)
        assert theirs.foreign == pytest.approx(1.0, abs=0.01)
        assert theirs.outside > 0.5

    def test_does_not_find_itself(
        self, taught: Searcher, encoder: OnnxEncoder, indexes: IndexCache
    ) -> None:
        without = make_searcher(SMALL_CORPUS, indexes, encoder, lessons=ODD[1:])

        own = look(taught, encoder, ODD[0].text, as_lesson=0)

        never = look(without, encoder, ODD[0].text)
        assert own.similarity == pytest.approx(never.similarity)
        assert own.foreign == pytest.approx(never.foreign)
        assert own.learned == pytest.approx(never.learned, abs=0.1)
        assert own.parts[:, PARTS.index("words")].max() < 0.5

    def test_does_not_find_itself_among_what_is_nobodys_business(
        self, taught: Searcher, encoder: OnnxEncoder, indexes: IndexCache
    ) -> None:
        without = make_searcher(SMALL_CORPUS, indexes, encoder, lessons=ODD[:1])

        own = look(taught, encoder, ODD[1].text, as_lesson=1)

        never = look(without, encoder, ODD[1].text)
        assert own.foreign == pytest.approx(never.foreign)
        assert own.outside == pytest.approx(never.outside, abs=0.1)

    def test_is_not_trusted_because_it_was_learned_by_heart(
        self, encoder: OnnxEncoder, indexes: IndexCache
    ) -> None:
        # lots drawn for entries: nothing can be learned here but the lots themselves
        lots = random.Random(0)
        drawn = [
            LabelledQuestion(
                text=question.text, relevant=frozenset([lots.choice(SMALL_CORPUS[:-1]).entry_id])
            )
            if question.relevant
            else question
            for question in labelled_questions()
        ]
        searcher = make_searcher(SMALL_CORPUS, indexes, encoder, lessons=drawn)

        fitted = fit_calibrations(searcher, encoder, drawn, now=SATURDAY_MORNING)["full"]

        assert fitted.answer_from == 1.0
        assert max(each.predicted for each in fitted.reliability) < 0.5


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
