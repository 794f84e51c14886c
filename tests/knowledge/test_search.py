"""From a question to entries and a decision, on the small corpus with the real encoder."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from desk.database import Database
from knowledge.calibration import Calibration, Decision
from knowledge.encoder import OnnxEncoder
from knowledge.entry import CUSTOMER_KINDS, Entry, EntryKind, EntryState
from knowledge.evidence import PARTS, Evidence
from knowledge.importing.questions_yaml import LabelledQuestion
from knowledge.indexes.cache import IndexCache
from knowledge.judging import Line
from knowledge.rows import PASSAGE, RowKind, passages_of, rows_of
from knowledge.search import Searcher, SearchResult, make_searcher
from knowledge.store import KnowledgeStore
from tests.conftest import SATURDAY_MORNING, Clock
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
# sounds alone order the entries
BY_SOUND = replace(WORDS_ONLY, rank=Line.over(PARTS, sounds=10.0))


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

    def ask_by_words(self, text: str, calibration: Calibration = WORDS_ONLY) -> SearchResult:
        return self._searcher.search(
            text, None, calibration=calibration, now=SATURDAY_MORNING, kinds=CUSTOMER_KINDS
        )

    def look(self, text: str, *, as_lesson: int | None = None) -> Evidence:
        allowed = self._searcher.allowed(CUSTOMER_KINDS, SATURDAY_MORNING)
        vector = self._encoder.encode_query(text)
        return self._searcher.look(text, vector, allowed=allowed, as_lesson=as_lesson)


@pytest.fixture
def counter(small_searcher: Searcher, encoder: OnnxEncoder) -> Counter:
    return Counter(small_searcher, encoder)


def counter_with(
    entries: Sequence[Entry],
    encoder: OnnxEncoder,
    indexes: IndexCache,
    lessons: Sequence[LabelledQuestion] = (),
) -> Counter:
    searcher = make_searcher(entries, indexes, encoder, lessons=lessons)
    return Counter(searcher, encoder)


def ids(result: SearchResult) -> list[str]:
    return [candidate.entry.entry_id for candidate in result.candidates]


class TestWordForWord:
    @pytest.mark.parametrize("question", ["电费在哪里交", "电费 在哪里交？", "電費在哪裡交"])
    def test_needs_no_guessing(self, counter: Counter, question: str) -> None:
        found = counter.ask(question)

        assert ids(found)[0] == PAYING.entry_id
        assert found.candidates[0].probability >= 0.99

    def test_is_guessed_while_two_entries_have_the_same_words(
        self, encoder: OnnxEncoder, indexes: IndexCache
    ) -> None:
        twin = replace(METER, questions=(PAYING.title,))
        counter = counter_with([PAYING, twin, MOVING], encoder, indexes)

        assert counter.look(PAYING.title).worded_as is None

    def test_counts_for_a_lesson_too_but_not_while_it_is_judged(
        self, encoder: OnnxEncoder, indexes: IndexCache
    ) -> None:
        lesson = LabelledQuestion(text="上哪缴", relevant=frozenset({PAYING.entry_id}))
        counter = counter_with([METER, PAYING], encoder, indexes, lessons=[lesson])

        found = counter.look("上哪缴")

        assert found.worded_as is not None
        assert found.entries[found.worded_as] == 1
        assert counter.look("上哪缴", as_lesson=0).worded_as is None

    def test_is_silence_for_a_lesson_that_is_nobodys_business(
        self, encoder: OnnxEncoder, indexes: IndexCache
    ) -> None:
        lesson = LabelledQuestion(text="水费在哪里交", relevant=frozenset())
        counter = counter_with([METER, PAYING], encoder, indexes, lessons=[lesson])

        assert counter.ask("水费在哪里交").decision is Decision.NONE


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

    @pytest.mark.parametrize(
        ("typed", "entry"),
        [
            ("店费在哪里交", PAYING),
            ("过互需要什么材料", MOVING),
            ("电标走得太快了", METER),
            ("保修了多久能来人", WAITING),
            ("電費在哪裡交", PAYING),
        ],
    )
    def test_finds_the_entry_when_the_words_only_sound_right(
        self, counter: Counter, typed: str, entry: Entry
    ) -> None:
        found = counter.ask(typed)

        assert found.decision is Decision.ANSWER
        assert ids(found)[0] == entry.entry_id

    @pytest.mark.parametrize("question", ["红烧肉怎么做", "北京今天天气怎么样", "帮我订一张机票"])
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

    async def test_never_says_a_draft(
        self, database: Database, clock: Clock, encoder: OnnxEncoder, indexes: IndexCache
    ) -> None:
        draft = replace(PAYING, version=2, state=EntryState.DRAFT, answer="还没人看过。")
        new = replace(METER, state=EntryState.DRAFT)
        gone = replace(MOVING, state=EntryState.WITHDRAWN)
        async with database.write() as connection:
            store = KnowledgeStore(connection)
            for entry in (WAITING, PAYING, draft, new, gone):
                await store.add_version("power", entry, at=clock())
            approved = await store.list_approved("power", now=clock())
        counter = counter_with(approved, encoder, indexes)

        for text in (PAYING.title, METER.title, MOVING.title):
            shown = [each.entry for each in counter.ask(text, count=5, staff=True).candidates]
            assert {entry.entry_id for entry in shown} <= {WAITING.entry_id, PAYING.entry_id}
            assert "还没人看过。" not in [entry.answer for entry in shown]
        assert counter.ask(PAYING.title).candidates[0].entry.answer == PAYING.answer

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

    def test_hears_what_was_meant_where_no_character_is_shared(self, counter: Counter) -> None:
        found = counter.ask_by_words("过胡旭瑶什莫才廖", BY_SOUND)

        assert ids(found)[0] == MOVING.entry_id
        assert found.candidates[0].parts.sounds > found.candidates[1].parts.sounds

    def test_needs_no_encoder_and_writes_no_index(self, tmp_path: Path) -> None:
        searcher = make_searcher(SMALL_CORPUS, IndexCache(tmp_path / "indexes"), None)

        found = searcher.search(
            "电费在哪里交",
            None,
            calibration=WORDS_ONLY,
            now=SATURDAY_MORNING,
            kinds=CUSTOMER_KINDS,
        )

        assert (found.decision, ids(found)[0]) == (Decision.ANSWER, PAYING.entry_id)
        assert list(tmp_path.rglob("*.faiss")) == []

    def test_keeps_scripts_from_customers_too(self, counter: Counter) -> None:
        assert CALMING.entry_id not in ids(counter.ask_by_words(CALMING.questions[0]))

    def test_has_nothing_when_no_word_is_shared(self, counter: Counter) -> None:
        found = counter.ask_by_words("hello world")

        assert (found.decision, found.candidates) == (Decision.NONE, ())


def lesson(text: str, *entries: Entry) -> LabelledQuestion:
    return LabelledQuestion(text=text, relevant=frozenset(entry.entry_id for entry in entries))


class TestLessons:
    # the first and the last are not what their words say
    NEIGHBOUR, STOCKS, BOTH = "这个月比邻居家多出一倍", "股票怎么开户", "刚搬来，表和账单都不是我的"
    LESSONS = (lesson(NEIGHBOUR, METER), lesson(STOCKS), lesson(BOTH, MOVING, PAYING))

    @pytest.fixture
    def taught(self, encoder: OnnxEncoder, indexes: IndexCache) -> Counter:
        return counter_with(SMALL_CORPUS, encoder, indexes, self.LESSONS)

    def test_finds_an_entry_by_what_it_was_taught(self, counter: Counter, taught: Counter) -> None:
        assert ids(counter.ask(self.NEIGHBOUR))[0] != METER.entry_id
        assert ids(taught.ask(self.NEIGHBOUR))[0] == METER.entry_id

    def test_finds_every_entry_that_is_right(self, taught: Counter) -> None:
        found = ids(taught.ask(self.BOTH))

        assert set(found[:2]) == {MOVING.entry_id, PAYING.entry_id}

    def test_knows_again_what_is_nobodys_business(self, counter: Counter, taught: Counter) -> None:
        before, after = counter.look(self.STOCKS), taught.look(self.STOCKS)

        assert (before.foreign, before.outside) == (0.0, 0.0)
        assert after.foreign == pytest.approx(1.0, abs=1e-4)
        assert after.outside > after.learned

    def test_never_shows_a_lesson(self, taught: Counter) -> None:
        found = taught.ask(self.NEIGHBOUR)

        shown = [text for each in found.candidates for text in each.entry.questions]
        assert self.NEIGHBOUR not in shown

    @pytest.mark.parametrize("place", range(3), ids=[NEIGHBOUR, STOCKS, BOTH])
    def test_looks_as_if_a_lesson_had_never_been_given(
        self, taught: Counter, encoder: OnnxEncoder, tmp_path: Path, place: int
    ) -> None:
        text = self.LESSONS[place].text
        others = [each for each in self.LESSONS if each.text != text]
        never = counter_with(SMALL_CORPUS, encoder, IndexCache(tmp_path / "others"), others)

        ours, theirs = taught.look(text, as_lesson=place), never.look(text)

        assert ours.similarity == pytest.approx(theirs.similarity, abs=1e-4)
        assert ours.foreign == pytest.approx(theirs.foreign, abs=1e-4)
        # rarity and space are counted with the lesson among the texts: nearly the same
        assert ours.learned == pytest.approx(theirs.learned, abs=0.05)
        assert ours.outside == pytest.approx(theirs.outside, abs=0.05)
        assert ours.matter == pytest.approx(theirs.matter, abs=0.05)

    def test_finds_the_same_from_what_was_kept(
        self, taught: Counter, encoder: OnnxEncoder, indexes: IndexCache
    ) -> None:
        first = taught.look(self.NEIGHBOUR)

        again = counter_with(SMALL_CORPUS, encoder, indexes, self.LESSONS).look(self.NEIGHBOUR)

        assert np.array_equal(again.entries, first.entries)
        assert np.array_equal(again.parts, first.parts)


class TestRowsOf:
    def test_makes_an_entry_findable_by_title_questions_and_answer(self) -> None:
        rows = rows_of([WAITING, PAYING])

        assert [(row.text, row.kind) for row in rows if row.entry == 1] == [
            (PAYING.title, RowKind.QUESTION),
            *((text, RowKind.QUESTION) for text in PAYING.questions),
            (PAYING.answer, RowKind.PASSAGE),
        ]

    def test_leaves_out_an_answer_that_is_empty(self) -> None:
        rows = rows_of([replace(WAITING, answer="")])

        assert {row.kind for row in rows} == {RowKind.QUESTION}

    def test_puts_a_lesson_beside_every_entry_it_is_about(self) -> None:
        rows = rows_of([WAITING, PAYING, MOVING], [lesson("都要", WAITING, MOVING)])

        taught = [(row.entry, row.lesson) for row in rows if row.kind is RowKind.LESSON]
        assert taught == [(0, 0), (2, 0)]

    def test_keeps_an_entrys_texts_together_and_what_is_nobodys_at_the_end(self) -> None:
        rows = rows_of([WAITING, PAYING], [lesson("红烧肉怎么做"), lesson("缴费", PAYING)])

        places = [row.entry for row in rows]
        assert places == sorted(places)
        assert (rows[-1].entry, rows[-1].text, rows[-1].lesson) == (2, "红烧肉怎么做", 0)


class TestPassagesOf:
    def test_joins_short_sentences(self) -> None:
        assert passages_of("请带身份证。还要房产证！") == ["请带身份证。还要房产证！"]

    def test_parts_what_is_long_at_the_ends_of_sentences(self) -> None:
        first, second = "甲" * (PASSAGE - 1) + "。", "乙" * (PASSAGE + 20) + "。"

        assert passages_of(first + second) == [first, second]

    @pytest.mark.parametrize("answer", ["", "  ", "\n\n"])
    def test_is_empty_where_nothing_is_said(self, answer: str) -> None:
        assert passages_of(answer) == []
