"""The measures, worked out by hand on a few questions, and ours beside BM25 and dense-only."""

from collections.abc import Sequence

import pytest

from knowledge.calibration import UNTAUGHT, Calibration
from knowledge.encoder import OnnxEncoder
from knowledge.evaluation import MEASURES, Ranker, asking, evaluate, measure
from knowledge.importing.questions_yaml import LabelledQuestion
from knowledge.indexes.cache import IndexCache
from knowledge.search import Searcher, make_searcher
from tests.conftest import SATURDAY_MORNING
from tests.knowledge.small_corpus import CALMING, CURVE, METER, SMALL_CORPUS

Answer = tuple[tuple[str, ...], float, bool | None]


def asked(text: str, *relevant: str) -> LabelledQuestion:
    return LabelledQuestion(text=text, relevant=frozenset(relevant))


def scripted(answers: dict[str, Answer]) -> Ranker:
    """A search that knows by heart what it says to each question."""
    return lambda text: answers[text]


# hit at once, hit at the third place, hit at the fourth, missed; and two of no concern to us
FOUR_AND_TWO = [
    asked("交电费", "bill"),
    asked("停电", "outage", "outage-plan"),
    asked("过户", "name"),
    asked("校表", "meter"),
    asked("天气"),
    asked("笑话"),
]
SAID: dict[str, Answer] = {
    "交电费": (("bill", "name"), 0.9, None),
    "停电": (("bill", "name", "outage-plan", "outage"), 0.8, None),
    "过户": (("bill", "outage", "meter", "name"), 0.6, None),
    "校表": (("bill",), 0.3, None),
    "天气": (("outage",), 0.5, None),
    "笑话": ((), 0.1, None),
}


class TestMeasure:
    @pytest.mark.parametrize(
        ("name", "by_hand"),
        [
            ("hit@1", 1 / 4),
            ("hit@3", 2 / 4),
            ("mrr@10", (1 + 1 / 3 + 1 / 4 + 0) / 4),
            ("auc", 7 / 8),
            ("coverage@p97", 1 / 4),
            ("false_answers", 0.0),
            ("precision", 1.0),
            ("coverage", 1 / 4),
        ],
    )
    def test_comes_to_what_was_worked_out_by_hand(self, name: str, by_hand: float) -> None:
        figures = measure(FOUR_AND_TWO, scripted(SAID))

        assert figures[name] == pytest.approx(by_hand)

    def test_gives_every_measure_and_no_other(self) -> None:
        assert tuple(measure(FOUR_AND_TWO, scripted(SAID))) == MEASURES

    def test_gives_the_measures_others_rely_on_by_their_names(self) -> None:
        names = "hit@1 hit@3 mrr@10 auc coverage@p97 false_answers p50_ms p95_ms"

        assert MEASURES[:8] == tuple(names.split())

    def test_counts_an_equal_confidence_as_half_a_win(self) -> None:
        said = {"停电": (("outage",), 0.5, None), "天气": (("outage",), 0.5, None)}

        figures = measure([asked("停电", "outage"), asked("天气")], scripted(said))

        assert figures["auc"] == 0.5

    @pytest.mark.parametrize(("rights", "coverage"), [(97, 1.0), (96, 48 / 96)])
    def test_covers_as_far_as_97_in_100_are_right(self, rights: int, coverage: float) -> None:
        # three wrong ones, less sure than the first half of the right ones
        half, rest = 48, rights - 48
        sure = [0.99] * half + [0.95] * 3 + [0.9] * rest
        questions = [asked(str(number), "right") for number in range(rights)]
        questions[half:half] = [asked(f"wrong {number}") for number in range(3)]
        said = {
            question.text: (("right",), confidence, None)
            for question, confidence in zip(questions, sure, strict=True)
        }

        figures = measure(questions, scripted(said))

        assert figures["coverage@p97"] == pytest.approx(coverage)

    def test_covers_nothing_where_right_and_wrong_are_equally_sure(self) -> None:
        said = {"停电": (("outage",), 0.9, None), "天气": (("outage",), 0.9, None)}

        figures = measure([asked("停电", "outage"), asked("天气")], scripted(said))

        assert figures["coverage@p97"] == 0.0

    def test_calls_false_what_a_search_with_bands_of_its_own_answers_out_of_scope(self) -> None:
        said = {**SAID, "天气": (("outage",), 0.2, True), "笑话": ((), 0.99, False)}

        figures = measure(FOUR_AND_TWO, scripted(said))

        assert figures["false_answers"] == 0.5

    def test_calls_false_what_another_search_answers_above_its_97_percent_point(self) -> None:
        right = {f"第{n}个": (("outage",), 0.9, None) for n in range(60)}
        questions = [asked(text, "outage") for text in right] + [asked("天气"), asked("笑话")]
        said = {**right, "天气": (("outage",), 0.95, None), "笑话": ((), 0.1, None)}

        figures = measure(questions, scripted(said))

        assert figures["coverage@p97"] == 1.0
        assert figures["false_answers"] == 0.5

    def test_counts_silence_neither_as_right_nor_as_wrong(self) -> None:
        bands = {"交电费": True, "停电": True, "过户": False, "校表": False, "天气": True}
        said = {text: (ids, sure, bands.get(text, False)) for text, (ids, sure, _) in SAID.items()}

        figures = measure(FOUR_AND_TWO, scripted(said))

        # answered: one rightly, one wrongly, one that was none of our business
        assert (figures["precision"], figures["coverage"]) == (pytest.approx(1 / 3), 1 / 4)

    def test_measures_questions_without_any_out_of_scope(self) -> None:
        figures = measure([asked("交电费", "bill")], scripted(SAID))

        assert (figures["hit@1"], figures["coverage@p97"]) == (1.0, 1.0)
        assert (figures["auc"], figures["false_answers"]) == (0.0, 0.0)

    def test_measures_questions_that_are_all_out_of_scope(self) -> None:
        figures = measure([asked("天气"), asked("笑话")], scripted(SAID))

        assert all(figures[name] == 0.0 for name in ("hit@1", "hit@3", "mrr@10", "coverage@p97"))


def measured(
    searcher: Searcher,
    encoder: OnnxEncoder,
    calibration: Calibration,
    questions: Sequence[LabelledQuestion],
) -> dict[str, dict[str, float]]:
    ask = asking(searcher, encoder, calibration, now=SATURDAY_MORNING)
    return evaluate(searcher, encoder, ask, questions, now=SATURDAY_MORNING)


@pytest.mark.needs_encoder
class TestEvaluate:
    @pytest.mark.parametrize("calibration", [CURVE, UNTAUGHT], ids=["taught", "untaught"])
    def test_puts_ours_beside_words_alone_and_meaning_alone(
        self, small_searcher: Searcher, encoder: OnnxEncoder, calibration: Calibration
    ) -> None:
        own = [asked(entry.title, entry.entry_id) for entry in SMALL_CORPUS[:-1]]
        questions = [*own, asked("红烧肉怎么做")]

        figures = measured(small_searcher, encoder, calibration, questions)

        assert list(figures) == ["ours", "bm25", "dense"]
        for search in figures.values():
            assert tuple(search) == MEASURES
            assert (search["hit@1"], search["mrr@10"], search["auc"]) == (1.0, 1.0, 1.0)
            assert 0 < search["p50_ms"] <= search["p95_ms"]
        assert figures["ours"]["false_answers"] == 0.0
        assert (figures["ours"]["precision"], figures["ours"]["coverage"]) == (1.0, 1.0)

    def test_never_counts_a_script_as_an_answer(
        self, small_searcher: Searcher, encoder: OnnxEncoder
    ) -> None:
        questions = [asked(CALMING.title, CALMING.entry_id)]

        figures = measured(small_searcher, encoder, CURVE, questions)

        assert [search["hit@3"] for search in figures.values()] == [0.0, 0.0, 0.0]

    def test_lets_all_three_search_the_lessons_too(
        self, encoder: OnnxEncoder, indexes: IndexCache
    ) -> None:
        lesson = asked("楼道里那个转圈的小盒子好像在偷跑", METER.entry_id)
        searcher = make_searcher(SMALL_CORPUS, indexes, encoder, lessons=[lesson])

        figures = measured(searcher, encoder, CURVE, [lesson])

        assert [search["hit@1"] for search in figures.values()] == [1.0, 1.0, 1.0]

    def test_never_takes_a_lesson_nobody_answers_for_an_entry(
        self, encoder: OnnxEncoder, indexes: IndexCache
    ) -> None:
        lesson = asked("一三五限行到几点")
        searcher = make_searcher(SMALL_CORPUS, indexes, encoder, lessons=[lesson])

        figures = measured(searcher, encoder, CURVE, [lesson])

        assert figures["ours"]["false_answers"] == 0.0
        assert all(search["hit@1"] == 0.0 for search in figures.values())
