"""Accepted lessons in the training data: a clean diff, no duplicates, untrusted text as text."""

import difflib
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from conversations.lesson_files import LeftOut, LessonFiles, LessonsNotWritten, Plan
from conversations.lessons import Lesson
from conversations.utterance import NotTaught, TooFewExamples
from desk.paths import CHOSEN_BY, HELD_OUT
from desk.settings import ROOT
from tests.conftest import SATURDAY_MORNING


class Book:
    """A copy of what the bot is taught, with somebody who writes in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "nlu"
        shutil.copytree(ROOT / "training_data" / "nlu", self.folder)
        self.files = LessonFiles(
            self.folder, held_out=[HELD_OUT, CHOSEN_BY], lock=folder / "lessons.lock"
        )
        self.before = self.read()

    def read(self) -> dict[str, str]:
        return {file.name: file.read_text("utf-8") for file in self.folder.glob("*.yml")}

    def writes(self, *lessons: tuple[str, str]) -> Plan:
        return self.files.write(
            Lesson(
                intent=intent,
                text=text,
                by="小陈",
                at=SATURDAY_MORNING + timedelta(minutes=number),
                origin="relabelled",
            )
            for number, (intent, text) in enumerate(lessons)
        )

    def changes(self) -> list[str]:
        """The lines of the diff that add or take away something."""
        return [
            line
            for name, now in self.read().items()
            for line in difflib.unified_diff(
                self.before[name].splitlines(), now.splitlines(), lineterm="", n=0
            )
            if line.startswith(("+", "-")) and not line.startswith(("+++", "---"))
        ]

    def taught(self, intent: str) -> list[str]:
        """The examples of an intent as Rasa reads them."""
        return [
            line.removeprefix("- ")
            for file in self.folder.glob("*.yml")
            for block in YAML(typ="safe").load(file)["nlu"]
            if block["intent"] == intent
            for line in block["examples"].splitlines()
        ]


@pytest.fixture
def book(tmp_path: Path) -> Book:
    return Book(tmp_path)


class TestWrite:
    def test_adds_only_the_new_lines_at_the_end_of_their_intents(self, book: Book) -> None:
        book.writes(("apply", "想把表移个位置你们上门弄"), ("urge", "师傅咋个还没影子"))

        assert sorted(book.changes()) == [
            "+    - 师傅咋个还没影子",
            "+    - 想把表移个位置你们上门弄",
        ]
        assert book.taught("apply")[-1] == "想把表移个位置你们上门弄"

    def test_keeps_the_order_in_which_they_were_accepted(self, book: Book) -> None:
        book.writes(("urge", "乙说的新鲜话催催看"), ("urge", "甲说的新鲜话催催看"))

        assert book.taught("urge")[-2:] == ["乙说的新鲜话催催看", "甲说的新鲜话催催看"]

    def test_changes_nothing_the_second_time(self, book: Book) -> None:
        lesson = ("urge", "师傅咋个还没影子")
        book.writes(lesson)
        once = book.read()

        again = book.writes(lesson)

        assert book.read() == once
        assert (again.added, again.doubtful) == ((), ())

    def test_writes_lines_of_the_same_letters_once(self, book: Book) -> None:
        plan = book.writes(("urge", "师傅咋个还没影子"), ("urge", "师傅，咋个还没影子！"))

        assert len(plan.added) == 1

    @pytest.mark.parametrize(
        "text",
        ["停电: |", "&锚 *引用 !!标签", "a: [b, {c: d}]", "\"引号' 和 # 井号", "---", "%YAML 9"],
    )
    def test_takes_what_a_customer_typed_as_text(self, book: Book, text: str) -> None:
        others = book.taught("apply")

        (example,) = book.writes(
            ("complain", f"{text} 这是什么态度啊你们"),
        ).added

        assert book.taught("complain")[-1] == example.text
        assert book.taught("apply") == others

    def test_leaves_out_what_the_bot_is_examined_with(self, book: Book) -> None:
        examined = YAML(typ="safe").load(HELD_OUT)["nlu"][0]
        line = examined["examples"].splitlines()[0].removeprefix("- ")

        plan = book.writes((examined["intent"], line))

        assert [why for _, why in plan.left_out] == [LeftOut.HELD_OUT]
        assert book.changes() == []

    def test_leaves_out_what_is_taught_as_something_else(self, book: Book) -> None:
        plan = book.writes(("praise", book.taught("urge")[0]))

        assert [why for _, why in plan.left_out] == [LeftOut.OTHERWISE]
        assert book.changes() == []


class TestNothingIsWritten:
    def test_when_a_file_cannot_be_replaced_and_the_error_says_which(self, book: Book) -> None:
        (book.folder / ".tickets.yml.new").mkdir()

        with pytest.raises(LessonsNotWritten) as refused:
            book.writes(("urge", "师傅咋个还没影子"))

        assert refused.value.told["file"] == "tickets.yml"
        assert book.changes() == []

    def test_when_a_file_is_no_valid_yaml(self, book: Book) -> None:
        (book.folder / "chitchat.yml").write_text("nlu: [", encoding="utf-8")
        before = book.read()

        with pytest.raises(LessonsNotWritten, match=r"chitchat\.yml"):
            book.writes(("urge", "师傅咋个还没影子"))

        assert book.read() == before

    def test_when_there_is_no_file_of_the_intent(self, book: Book) -> None:
        plan = book.writes(("dance", "跳个舞给我看看嘛"))

        assert [why for _, why in plan.left_out] == [LeftOut.NO_PLACE]


class TestTakeOut:
    def test_leaves_the_files_as_they_were_before_it_was_written(self, book: Book) -> None:
        book.writes(("urge", "师傅咋个还没影子"))

        book.files.take_out("urge", "师傅，咋个还没影子！")

        assert book.read() == book.before

    def test_leaves_the_same_words_of_another_intent_alone(self, book: Book) -> None:
        book.writes(("urge", "师傅咋个还没影子"))

        with pytest.raises(NotTaught):
            book.files.take_out("apply", "师傅咋个还没影子")

        assert book.taught("urge")[-1] == "师傅咋个还没影子"

    def test_is_refused_where_an_intent_would_have_too_few(
        self, book: Book, tmp_path: Path
    ) -> None:
        small = tmp_path / "small"
        small.mkdir()
        text = 'version: "3.1"\nnlu:\n- intent: urge\n  examples: |\n    - 甲\n    - 乙\n'
        (small / "urge.yml").write_text(text, encoding="utf-8")
        files = LessonFiles(small, held_out=[], lock=tmp_path / "lock")

        with pytest.raises(TooFewExamples):
            files.take_out("urge", "甲")

        assert (small / "urge.yml").read_text("utf-8") == text

    def test_finds_what_is_taught_by_a_part_of_its_words(self, book: Book) -> None:
        book.writes(("urge", "师傅咋个还没影子"))

        assert book.files.find("还没影子") == [("urge", "师傅咋个还没影子")]
