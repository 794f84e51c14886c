"""From a question to entries and a decision, on the small corpus with the real encoder."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from knowledge.calibration import Decision
from knowledge.encoder import OnnxEncoder
from knowledge.entry import CUSTOMER_KINDS, Entry, EntryKind
from knowledge.indexes.cache import IndexCache
from knowledge.rows import rows_of
from knowledge.search import Searcher, SearchResult, make_searcher
from tests.conftest import SATURDAY_MORNING
from tests.knowledge.small_corpus import (
    CALMING,
    CURVE,
    METER,
    MOVING,
    PAYING,
    SMALL_CORPUS,
    WAITING,
    WORDS_ONLY,
)

pytestmark = pytest.mark.needs_encoder

SAID = [entry for entry in SMALL_CORPUS if entry.kind in CUSTOMER_KINDS]
NEW_YEAR = datetime(2027, 1, 1, tzinfo=UTC)


class Counter:
    """Asks a searcher as a customer does."""

    def __init__(self, searcher: Searcher, encoder: OnnxEncoder) -> None:
        self._searcher, self._encoder = searcher, encoder

    def ask(
        self, text: str, *, now: datetime = SATURDAY_MORNING, count: int = 3, staff: bool = False
    ) -> SearchResult:
        return self._searcher.search(
            text,
            self._encoder.encode_query(text),
            calibration=CURVE,
            now=now,
            kinds=frozenset(EntryKind) if staff else CUSTOMER_KINDS,
            count=count,
        )

    def ask_by_words(self, text: str) -> SearchResult:
        return self._searcher.search(
            text, None, calibration=WORDS_ONLY, now=SATURDAY_MORNING, kinds=CUSTOMER_KINDS
        )


@pytest.fixture
def counter(small_searcher: Searcher, encoder: OnnxEncoder) -> Counter:
    return Counter(small_searcher, encoder)


def counter_with(entries: list[Entry], encoder: OnnxEncoder, indexes: IndexCache) -> Counter:
    searcher = make_searcher(entries, indexes, encoder)
    return Counter(searcher, encoder)


def ids(result: SearchResult) -> list[str]:
    return [candidate.entry.entry_id for candidate in result.candidates]


class TestSearch:
    @pytest.mark.parametrize(
        ("question", "entry_id"),
        [(text, entry.entry_id) for entry in SAID for text in (entry.title, *entry.questions)],
    )
    def test_answers_an_entrys_own_question_with_it(
        self, counter: Counter, question: str, entry_id: str
    ) -> None:
        found = counter.ask(question)

        assert found.decision is Decision.ANSWER
        assert ids(found)[0] == entry_id
        assert found.candidates[0].parts.similarity == pytest.approx(1.0, abs=1e-4)

    @pytest.mark.parametrize(
        ("question", "entry"),
        [
            ("抢修师傅多长时间能赶到", WAITING),
            ("我要交电费，去哪里", PAYING),
            ("房子卖了，电表怎么过户", MOVING),
            ("电表是不是有问题，走得飞快", METER),
        ],
    )
    def test_finds_the_entry_asked_for_in_other_words(
        self, counter: Counter, question: str, entry: Entry
    ) -> None:
        assert ids(counter.ask(question))[0] == entry.entry_id

    @pytest.mark.parametrize("question", ["红烧肉怎么做", "北京今天天气怎么样", "股票怎么开户"])
    def test_has_nothing_to_say_about_other_peoples_business(
        self, counter: Counter, question: str
    ) -> None:
        assert counter.ask(question).decision is Decision.NONE

    def test_puts_the_most_probable_first(self, counter: Counter) -> None:
        found = counter.ask("电表过户怎么办", count=5)

        chances = [candidate.probability for candidate in found.candidates]
        assert len(chances) == 5
        assert chances == sorted(chances, reverse=True)

    @pytest.mark.parametrize("count", [1, 2, 5])
    def test_gives_as_many_as_asked_for(self, counter: Counter, count: int) -> None:
        assert len(counter.ask("电表过户怎么办", count=count).candidates) == count

    def test_decides_the_same_however_many_are_asked_for(self, counter: Counter) -> None:
        one, five = (counter.ask("电表的名字怎么改", count=count) for count in (1, 5))

        assert one.decision is five.decision
        assert one.candidates[0] == five.candidates[0]

    def test_lists_an_entry_once_however_many_of_its_texts_fit(self, counter: Counter) -> None:
        found = ids(counter.ask("电表电表电表", count=5))

        assert len(found) == len(set(found))

    @pytest.mark.parametrize("text", ["？", "😡😡", " ", "电" * 2000, "'; DROP TABLE entries; --"])
    def test_survives_whatever_people_type(self, counter: Counter, text: str) -> None:
        assert len(counter.ask(text).candidates) <= 3


class TestWhatMayBeSaid:
    def test_never_reads_a_script_to_a_customer(self, counter: Counter) -> None:
        found = counter.ask(CALMING.questions[0], count=5)

        assert CALMING.entry_id not in ids(found)

    def test_shows_a_script_to_staff(self, counter: Counter) -> None:
        found = counter.ask(CALMING.questions[0], staff=True)

        assert ids(found)[0] == CALMING.entry_id

    def test_stops_saying_an_entry_at_the_very_minute_it_ends(
        self, encoder: OnnxEncoder, indexes: IndexCache
    ) -> None:
        counter = counter_with([replace(PAYING, valid_until=NEW_YEAR), WAITING], encoder, indexes)

        before = counter.ask("电费在哪里交", now=NEW_YEAR - timedelta(seconds=1))
        after = counter.ask("电费在哪里交", now=NEW_YEAR)

        assert (before.decision, ids(before)[0]) == (Decision.ANSWER, PAYING.entry_id)
        assert after.decision is not Decision.ANSWER
        assert PAYING.entry_id not in ids(after)

    def test_begins_to_say_an_entry_at_the_very_minute_it_begins(
        self, encoder: OnnxEncoder, indexes: IndexCache
    ) -> None:
        counter = counter_with([replace(PAYING, valid_from=NEW_YEAR), WAITING], encoder, indexes)

        before = counter.ask("电费在哪里交", now=NEW_YEAR - timedelta(seconds=1))
        after = counter.ask("电费在哪里交", now=NEW_YEAR)

        assert PAYING.entry_id not in ids(before)
        assert ids(after)[0] == PAYING.entry_id

    def test_gives_way_to_the_next_best_when_the_best_has_ended(
        self, encoder: OnnxEncoder, indexes: IndexCache
    ) -> None:
        old = replace(PAYING, entry_id="bill-old", valid_until=NEW_YEAR, answer="到老营业厅交。")
        new = replace(PAYING, entry_id="bill-new", valid_from=NEW_YEAR, answer="到新营业厅交。")
        counter = counter_with([old, new], encoder, indexes)

        before = counter.ask("电费在哪里交", now=NEW_YEAR - timedelta(seconds=1))
        after = counter.ask("电费在哪里交", now=NEW_YEAR)

        assert (ids(before), ids(after)) == (["bill-old"], ["bill-new"])

    def test_has_nothing_when_everything_has_ended(
        self, encoder: OnnxEncoder, indexes: IndexCache
    ) -> None:
        counter = counter_with([replace(PAYING, valid_until=NEW_YEAR)], encoder, indexes)

        found = counter.ask("电费在哪里交", now=NEW_YEAR)

        assert (found.decision, found.candidates) == (Decision.NONE, ())


class TestSearchByWords:
    def test_still_answers_a_question_in_the_entrys_own_words(self, counter: Counter) -> None:
        found = counter.ask_by_words("电费在哪里交")

        assert found.decision is Decision.ANSWER
        assert ids(found)[0] == PAYING.entry_id
        assert found.candidates[0].parts.similarity == 0.0

    def test_is_judged_by_its_own_curve(self, counter: Counter) -> None:
        by_words = counter.ask_by_words("电费在哪里交，顺便问下红烧肉怎么炖才烂")

        assert by_words.decision is not Decision.ANSWER
        assert ids(by_words)[0] == PAYING.entry_id

    def test_has_nothing_when_no_word_is_shared(self, counter: Counter) -> None:
        found = counter.ask_by_words("hello world")

        assert (found.decision, found.candidates) == (Decision.NONE, ())


class TestRowsOf:
    def test_makes_an_entry_findable_by_title_questions_and_answer(self) -> None:
        rows = rows_of([WAITING, PAYING])

        assert [row.text for row in rows if row.entry == 1] == [
            PAYING.title,
            *PAYING.questions,
            PAYING.answer,
        ]
        assert [row.is_answer for row in rows if row.entry == 1] == [False] * 4 + [True]

    def test_leaves_out_an_answer_that_is_empty(self) -> None:
        rows = rows_of([replace(WAITING, answer="")])

        assert not any(row.is_answer for row in rows)
