"""The test set of a centre: the file's questions and what trainers made of them."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from desk.database import Database
from knowledge.editing import Editor, Ref
from knowledge.entry import EntryNotFound
from knowledge.exam_question_service import ExamQuestions
from knowledge.exam_question_store import ExamQuestionStore
from knowledge.exam_questions import (
    ExamQuestion,
    ExamQuestionLearned,
    ExamQuestionNotFound,
    ExamQuestionTaught,
    ExamQuestionThere,
    Origin,
    asked_questions,
    found_by,
    id_of,
)
from knowledge.gap_store import GapStore, NewDecision
from knowledge.gaps import Fate
from knowledge.importing.questions_yaml import LabelledQuestion
from tests.conftest import Clock
from tests.knowledge.small_corpus import PAYING, SMALL_CORPUS, WAITING, Library

pytestmark = pytest.mark.each_database

HOW_TO_PAY = LabelledQuestion(text="电费咋交", relevant=frozenset({PAYING.entry_id}))
HOW_LONG = LabelledQuestion(text="师傅多久到", relevant=frozenset({WAITING.entry_id}))
WEATHER = LabelledQuestion(text="明天下雨吗", relevant=frozenset())
LEARNED = LabelledQuestion(text="缴费去哪里", relevant=frozenset({PAYING.entry_id}))


class Files:
    """The questions of a centre that has three tests and learns from one line."""

    def tests(self, profile: str) -> list[LabelledQuestion]:
        return [HOW_TO_PAY, HOW_LONG, WEATHER]

    def lessons(self, profile: str) -> list[LabelledQuestion]:
        return [LEARNED]


class Trainer:
    """小陈 with the table open."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.database, self.clock = database, clock
        self.questions = ExamQuestions(
            files=Files(), write=database.write, read=database.read, clock=clock
        )

    async def add(self, text: str, *entries: str) -> ExamQuestion:
        return await self.questions.add("power", text, entries, author="小陈")

    async def listed(self) -> Sequence[ExamQuestion]:
        return await self.questions.list_questions("power")

    async def asked(self) -> list[str]:
        """What an examination asks."""
        async with self.database.read() as connection:
            kept = await ExamQuestionStore(connection).list_kept("power")
        return [each.text for each in asked_questions(Files().tests("power"), kept)]


@pytest.fixture
async def trainer(database: Database, clock: Clock) -> Trainer:
    await Library(database, "nobody's", clock).publish(*SMALL_CORPUS)
    return Trainer(database, clock)


class TestTable:
    async def test_shows_the_files_questions_before_anything_was_changed(
        self, trainer: Trainer
    ) -> None:
        listed = await trainer.listed()

        assert [each.text for each in listed] == ["电费咋交", "师傅多久到", "明天下雨吗"]
        assert {each.origin for each in listed} == {Origin.FILE}

    async def test_puts_a_new_question_on_top_and_into_the_examination(
        self, trainer: Trainer
    ) -> None:
        await trainer.add("交电费有几种办法", PAYING.entry_id)

        first, *_ = await trainer.listed()
        assert (first.text, first.origin, first.author) == (
            "交电费有几种办法",
            Origin.ADDED,
            "小陈",
        )
        assert "交电费有几种办法" in await trainer.asked()

    async def test_asks_a_changed_question_as_it_was_changed(self, trainer: Trainer) -> None:
        await trainer.questions.change(
            "power", id_of(WEATHER.text), "后天下雨吗", [], author="小陈"
        )

        asked = await trainer.asked()
        assert "后天下雨吗" in asked
        assert "明天下雨吗" not in asked

    async def test_asks_a_question_of_the_file_no_more_until_it_is_put_back(
        self, trainer: Trainer
    ) -> None:
        await trainer.questions.remove("power", id_of(WEATHER.text), author="小陈")
        removed = await trainer.asked()
        await trainer.questions.restore("power", id_of(WEATHER.text))

        assert "明天下雨吗" not in removed
        assert "明天下雨吗" in await trainer.asked()

    async def test_forgets_an_added_question_that_is_removed(self, trainer: Trainer) -> None:
        added = await trainer.add("交电费有几种办法", PAYING.entry_id)

        await trainer.questions.remove("power", added.question_id, author="小陈")

        assert len(await trainer.listed()) == 3

    async def test_marks_a_question_whose_only_entry_is_gone(self, trainer: Trainer) -> None:
        added = await trainer.add("交电费有几种办法", PAYING.entry_id)
        assert added.is_asked

        editor = Editor(write=trainer.database.write, read=trainer.database.read)
        ref = Ref(profile="power", entry_id=PAYING.entry_id, version=PAYING.version)
        await editor.withdraw(ref, author="赵敏", reason="过期了", now=trainer.clock())

        first, *_ = await trainer.listed()
        assert first.gone == (PAYING.entry_id,)
        assert not first.is_asked

    async def test_finds_by_words_and_by_entry(self, trainer: Trainer) -> None:
        listed = await trainer.listed()

        assert [each.text for each in found_by(listed, "师傅")] == ["师傅多久到"]
        assert [each.text for each in found_by(listed, PAYING.entry_id)] == ["电费咋交"]
        assert found_by(listed, " ") == list(listed)


class TestRefuses:
    async def test_the_same_letters_twice(self, trainer: Trainer) -> None:
        with pytest.raises(ExamQuestionThere):
            await trainer.add("电费，咋交？", PAYING.entry_id)

    async def test_what_the_centre_learns_from(self, trainer: Trainer) -> None:
        with pytest.raises(ExamQuestionLearned):
            await trainer.add("缴费去哪里？", PAYING.entry_id)

    @pytest.mark.parametrize("text", [f"{PAYING.title}？", PAYING.questions[0]])
    async def test_the_title_and_the_questions_of_an_entry(
        self, trainer: Trainer, text: str
    ) -> None:
        with pytest.raises(ExamQuestionTaught) as refused:
            await trainer.add(text, PAYING.entry_id)

        assert refused.value.told == {"entry_id": PAYING.entry_id, "named": PAYING.title}

    async def test_a_question_that_only_the_approved_version_still_has(
        self, trainer: Trainer
    ) -> None:
        editor = Editor(write=trainer.database.write, read=trainer.database.read)
        draft = replace(PAYING, questions=("别的问法",))
        await editor.edit("power", draft, author="赵敏", reason="改", now=trainer.clock())

        with pytest.raises(ExamQuestionTaught):
            await trainer.add(PAYING.questions[0], PAYING.entry_id)

    async def test_what_was_decided_of_a_gap(self, trainer: Trainer) -> None:
        decided = NewDecision(
            profile="power",
            fate=Fate.OUT_OF_SCOPE,
            text="股票涨了吗",
            wordings=("股票涨了吗",),
            author="赵敏",
            at=trainer.clock(),
        )
        async with trainer.database.write() as connection:
            await GapStore(connection).decide(decided, [])

        with pytest.raises(ExamQuestionLearned):
            await trainer.add("股票涨了吗？")

    async def test_an_entry_nobody_has_written(self, trainer: Trainer) -> None:
        with pytest.raises(EntryNotFound):
            await trainer.add("谁知道", "no-such-entry")

    async def test_a_question_that_is_not_there(self, trainer: Trainer) -> None:
        with pytest.raises(ExamQuestionNotFound):
            await trainer.questions.remove("power", "0" * 64, author="小陈")


def test_an_examination_asks_each_question_of_the_file_once() -> None:
    assert asked_questions([HOW_TO_PAY, replace(HOW_LONG)], []) == [HOW_TO_PAY, HOW_LONG]
