"""Labelled questions as trainers write them."""

from pathlib import Path

import pytest

from knowledge.entry import CorpusError
from knowledge.importing.questions_yaml import LabelledQuestion, read_questions

ASKED = """\
questions:
  - ask: 我爸妈不会弄手机，电钱上哪儿交
    entries: [bill-how-to-pay, bill-counter]
  - ask: 馒头发酸了还能吃不
    entries: []
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "test.yml"
    path.write_text(ASKED, encoding="utf-8")
    return path


class TestReadQuestions:
    def test_gives_each_question_with_the_entries_that_answer_it(self, file: Path) -> None:
        first, _ = read_questions(file)

        assert first == LabelledQuestion(
            text="我爸妈不会弄手机，电钱上哪儿交",
            relevant=frozenset({"bill-how-to-pay", "bill-counter"}),
        )

    def test_gives_a_question_out_of_scope_without_entries(self, file: Path) -> None:
        _, second = read_questions(file)

        assert second == LabelledQuestion(text="馒头发酸了还能吃不", relevant=frozenset())

    @pytest.mark.parametrize(
        ("wrong", "place", "reason"),
        [
            (ASKED.replace("entries: []", "entry: []"), 4, "entries: Field required"),
            (ASKED + "    answer: 不能\n", 6, "answer: Extra inputs"),
            (ASKED.replace("[]", "bill-pay"), 5, "entries: Input should be a valid list"),
            (ASKED.replace("[]", "["), 6, "not valid YAML"),
            ("", 1, "must be a mapping"),
        ],
        ids=["no entries", "an unknown key", "entries without brackets", "bad YAML", "empty"],
    )
    def test_names_file_line_and_reason_of_what_is_wrong(
        self, file: Path, wrong: str, place: int, reason: str
    ) -> None:
        file.write_text(wrong, encoding="utf-8")

        with pytest.raises(CorpusError) as refused:
            read_questions(file)

        assert str(refused.value).startswith(f"{file}:{place}: ")
        assert reason in str(refused.value)

    def test_names_a_file_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(CorpusError, match=r"nowhere\.yml:1: .*No such file"):
            read_questions(tmp_path / "nowhere.yml")
