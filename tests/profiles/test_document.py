"""A trainer's YAML file, and the line an error sends the trainer to."""

from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict

from profiles.document import Document, DocumentError

GOOD = """\
topic: 停电与抢修
entries:
  - id: outage-arrival
    title: 多久能到
    questions:
      - 报修了多久能来人
      - 几个小时到

  - id: bill-how-to-pay
    title: 电费在哪里交
    questions: [怎么交电费]
"""


class EntryPart(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: str
    title: str
    questions: list[str]


class Topic(BaseModel):
    model_config = ConfigDict(extra="forbid")

    topic: str
    entries: list[EntryPart]


def written(folder: Path, text: str) -> Path:
    path = folder / "outage.yml"
    path.write_text(text, encoding="utf-8")
    return path


class TestDocument:
    def test_reads_a_file_as_what_it_is_meant_to_be(self, tmp_path: Path) -> None:
        topic = Document(written(tmp_path, GOOD)).read_as(Topic)

        assert topic.topic == "停电与抢修"
        assert [entry.id for entry in topic.entries] == ["outage-arrival", "bill-how-to-pay"]
        assert topic.entries[0].questions == ["报修了多久能来人", "几个小时到"]

    @pytest.mark.parametrize(
        ("text", "line"),
        [
            ("topic: 停电\nentries: [没有关上\n", 3),
            ("topic: 停电\n\tentries: []\n", 2),
            ("topic: 停电\nentries: []\ntopic: 又一个\n", 3),
            ("topic: 停电\nentries: 一: 二\n", 2),
        ],
        ids=["bracket left open", "tab", "key twice", "colon inside"],
    )
    def test_names_the_line_that_is_not_yaml(self, tmp_path: Path, text: str, line: int) -> None:
        path = written(tmp_path, text)

        with pytest.raises(DocumentError, match="not valid YAML") as refused:
            Document(path)

        assert (refused.value.path, refused.value.line) == (path, line)

    @pytest.mark.parametrize("text", ["", "- 一\n- 二\n", "只有一句话\n", "# 只有注释\n"])
    def test_refuses_a_file_that_is_no_mapping(self, tmp_path: Path, text: str) -> None:
        with pytest.raises(DocumentError, match="must be a mapping"):
            Document(written(tmp_path, text))

    def test_refuses_a_file_in_another_encoding(self, tmp_path: Path) -> None:
        path = tmp_path / "outage.yml"
        path.write_bytes("topic: 停电".encode("gb18030"))

        with pytest.raises(DocumentError, match="outage.yml:1: .*utf-8"):
            Document(path)

    def test_says_that_there_is_no_file(self, tmp_path: Path) -> None:
        with pytest.raises(DocumentError, match="No such file"):
            Document(tmp_path / "outage.yml")

    @pytest.mark.parametrize("hours", ["[8:30-12:00, 14:00-18:00]", "[a?b]"])
    def test_reads_what_the_quick_parser_is_too_strict_for(
        self, tmp_path: Path, hours: str
    ) -> None:
        path = written(tmp_path, f"topic: 停电\nentries: {hours}\n")

        assert Document(path).line_of(("entries", 0)) == 2

    def test_runs_nothing_that_a_file_asks_for(self, tmp_path: Path) -> None:
        bait = tmp_path / "bait"
        path = written(tmp_path, f"topic: !!python/object/apply:os.mkdir ['{bait}']\nentries: []\n")

        with pytest.raises(DocumentError):
            Document(path).read_as(Topic)

        assert not bait.exists()


class TestLineOf:
    @pytest.mark.parametrize(
        ("place", "line"),
        [
            ((), 1),
            (("topic",), 1),
            (("entries",), 2),
            (("entries", 0), 3),
            (("entries", 0, "title"), 4),
            (("entries", 0, "questions", 1), 7),
            (("entries", 1, "id"), 9),
            (("entries", 1, "questions", 0), 11),
        ],
    )
    def test_is_where_it_stands_in_the_file(
        self, tmp_path: Path, place: tuple[str | int, ...], line: int
    ) -> None:
        assert Document(written(tmp_path, GOOD)).line_of(place) == line

    @pytest.mark.parametrize(
        ("place", "line"),
        [
            (("entries", 1, "answer"), 9),
            (("entries", 7), 2),
            (("entries", 0, "title", "deeper"), 4),
            (("hotline",), 1),
        ],
    )
    def test_is_its_nearest_parents_when_it_is_missing(
        self, tmp_path: Path, place: tuple[str | int, ...], line: int
    ) -> None:
        assert Document(written(tmp_path, GOOD)).line_of(place) == line


class TestReadAs:
    @pytest.mark.parametrize(
        ("old", "new", "line", "reason"),
        [
            ("title: 多久能到", "titel: 多久能到", 3, "entries.0.title: Field required"),
            ("    title: 电费在哪里交\n", "", 9, "entries.1.title: Field required"),
            ("topic:", "theme:", 1, "topic: Field required"),
            ("[怎么交电费]", "怎么交电费", 11, "entries.1.questions: Input should be a valid list"),
            ("- 几个小时到", "- 6", 7, "entries.0.questions.1: Input should be a valid string"),
        ],
        ids=["key misspelt", "key missing", "top key missing", "text for a list", "number"],
    )
    def test_names_file_line_and_reason(
        self, tmp_path: Path, old: str, new: str, line: int, reason: str
    ) -> None:
        path = written(tmp_path, GOOD.replace(old, new))

        with pytest.raises(DocumentError) as refused:
            Document(path).read_as(Topic)

        assert str(refused.value) == f"{path}:{line}: {reason}"

    def test_names_the_line_of_a_key_it_does_not_know(self, tmp_path: Path) -> None:
        path = written(tmp_path, GOOD + "    answr: 都可以\n")

        with pytest.raises(DocumentError) as refused:
            Document(path).read_as(Topic)

        assert (refused.value.line, refused.value.reason) == (
            12,
            "entries.1.answr: Extra inputs are not permitted",
        )
