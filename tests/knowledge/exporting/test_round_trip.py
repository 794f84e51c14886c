"""What goes out comes back without loss, whatever is written in it."""

import re
import typing
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from desk.settings import ROOT
from knowledge.entry import Entry, EntryState, KnowledgeError
from knowledge.exporting.corpus_files import write_corpus_file, write_corpus_folder
from knowledge.exporting.workbook import write_workbook
from knowledge.importing.cells import HINTS, NAMES, quoted, unquoted
from knowledge.importing.corpus_yaml import read_corpus, read_corpus_files
from knowledge.importing.entry_sheet import EntrySheet
from knowledge.importing.intake import read_paper
from knowledge.importing.rules import load_rules
from tests.knowledge.exporting.any_entries import ODD, any_entries
from tests.knowledge.small_corpus import SMALL_CORPUS, WAITING

SHANGHAI = "Asia/Shanghai"
SEEDS = range(8)


def read_workbook(path: Path) -> list[Entry]:
    rules = load_rules()
    sheet = EntrySheet(
        read_paper(path), rules.columns, ZoneInfo(SHANGHAI), re.compile(rules.doubts.date)
    )
    assert sheet.is_one
    return [Entry(**values) for values, _ in sheet.read([])]


def in_order(entries: Sequence[Entry]) -> list[Entry]:
    return sorted(entries, key=lambda entry: entry.entry_id)


class TestRoundTrip:
    @pytest.mark.parametrize("seed", SEEDS)
    def test_through_a_workbook(self, tmp_path: Path, seed: int) -> None:
        entries = any_entries(seed)

        write_workbook(tmp_path / "词条.xlsx", entries, load_rules().columns, timezone=SHANGHAI)

        assert read_workbook(tmp_path / "词条.xlsx") == entries

    @pytest.mark.parametrize("seed", SEEDS)
    def test_through_a_folder_of_corpus_files(self, tmp_path: Path, seed: int) -> None:
        entries = any_entries(seed)

        write_corpus_folder(tmp_path / "corpus", entries, timezone=SHANGHAI)

        assert in_order(read_corpus(tmp_path / "corpus", timezone=SHANGHAI)) == in_order(entries)

    @pytest.mark.parametrize("seed", SEEDS)
    def test_through_one_corpus_file(self, tmp_path: Path, seed: int) -> None:
        entries = any_entries(seed)

        write_corpus_file(tmp_path / "词条.yml", entries, timezone=SHANGHAI)

        assert read_corpus_files([tmp_path / "词条.yml"], timezone=SHANGHAI) == entries

    @pytest.mark.parametrize("profile", ["power", "gas", "property"])
    def test_of_the_corpora_we_ship(self, tmp_path: Path, profile: str) -> None:
        entries = read_corpus(ROOT / "profiles" / profile / "corpus", timezone=SHANGHAI)

        write_corpus_folder(tmp_path / "corpus", entries, timezone=SHANGHAI)
        write_workbook(tmp_path / "词条.xlsx", entries, load_rules().columns, timezone=SHANGHAI)

        assert in_order(read_corpus(tmp_path / "corpus", timezone=SHANGHAI)) == in_order(entries)
        assert read_workbook(tmp_path / "词条.xlsx") == entries

    def test_of_entries_that_are_not_finished(self, tmp_path: Path) -> None:
        bare = {"state": EntryState.DRAFT, "answer": "", "source": "", "questions": ()}
        entries = [
            WAITING,
            replace(WAITING, entry_id="bare", topic="", **bare),
            replace(WAITING, entry_id="no-topic", topic=""),
        ]
        for content in (entries, entries[::-1]):
            folder = tmp_path / content[0].entry_id

            write_corpus_file(folder / "词条.yml", content, timezone=SHANGHAI)
            write_corpus_folder(folder / "corpus", content, timezone=SHANGHAI)
            write_workbook(folder / "词条.xlsx", content, load_rules().columns, timezone=SHANGHAI)

            assert read_corpus_files([folder / "词条.yml"], timezone=SHANGHAI) == content
            back = read_corpus(folder / "corpus", timezone=SHANGHAI)
            assert in_order(back) == in_order(content)
            assert read_workbook(folder / "词条.xlsx") == content

    def test_of_more_questions_than_a_cell_can_hold(self, tmp_path: Path) -> None:
        questions = tuple(f"{number}" + "问" * 290 for number in range(400))
        entry = replace(WAITING, questions=questions)

        write_workbook(tmp_path / "词条.xlsx", [entry], load_rules().columns, timezone=SHANGHAI)

        assert read_workbook(tmp_path / "词条.xlsx") == [entry]

    def test_leaves_out_no_field(self, tmp_path: Path) -> None:
        # a field that is new in Entry and unknown to a corpus file fails here
        full = replace(
            SMALL_CORPUS[-1], **{name: _unusual(name) for name in NAMES if _is_usual(name)}
        )

        write_corpus_file(tmp_path / "词条.yml", [full], timezone=SHANGHAI)
        write_workbook(tmp_path / "词条.xlsx", [full], load_rules().columns, timezone=SHANGHAI)

        assert read_corpus_files([tmp_path / "词条.yml"], timezone=SHANGHAI) == [full]
        assert read_workbook(tmp_path / "词条.xlsx") == [full]


def _is_usual(name: str) -> bool:
    return getattr(SMALL_CORPUS[-1], name) in ("", None)


def _unusual(name: str) -> object:
    options = typing.get_args(HINTS[name]) or (HINTS[name],)
    if datetime in options:
        return datetime(2027, 1, 1, 8, 30, tzinfo=UTC)
    return date(2027, 1, 1) if date in options else f"{name} 的内容"


class TestQuoted:
    @pytest.mark.parametrize("text", ODD)
    def test_is_undone_exactly(self, text: str) -> None:
        assert unquoted(quoted(text)) == text

    @pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\tx", "\rx", "＝1"])
    def test_begins_with_nothing_that_is_run(self, text: str) -> None:
        assert quoted(text) == "'" + text

    @pytest.mark.parametrize("text", ["'90后'", "'x", "停电=没电", ""])
    def test_leaves_other_texts_of_other_people_alone(self, text: str) -> None:
        assert unquoted(text) == text


class TestWorkbook:
    def test_holds_strings_only_and_no_formula(self, tmp_path: Path) -> None:
        import openpyxl

        entry = replace(WAITING, title="=HYPERLINK(1)", answer="-1", source="#N/A", region="2023")
        write_workbook(tmp_path / "词条.xlsx", [entry], load_rules().columns, timezone=SHANGHAI)

        sheet = openpyxl.load_workbook(tmp_path / "词条.xlsx").active

        assert sheet is not None
        cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
        assert {cell.data_type for cell in cells} == {"s"}
        assert not [
            cell.value for cell in cells if str(cell.value).startswith(("=", "+", "-", "@"))
        ]

    def test_refuses_what_no_workbook_can_hold_and_leaves_no_file(self, tmp_path: Path) -> None:
        entry = replace(WAITING, answer="铃\x07声")

        with pytest.raises(KnowledgeError) as refused:
            write_workbook(tmp_path / "词条.xlsx", [entry], load_rules().columns, timezone=SHANGHAI)

        assert "outage-arrival holds the control character U+0007" in str(refused.value)
        assert list(tmp_path.iterdir()) == []


class TestCorpusFiles:
    def test_read_as_a_trainer_would_write_them(self, tmp_path: Path) -> None:
        entry = replace(WAITING, answer="城区 45 分钟。\n农村 90 分钟。")

        write_corpus_file(tmp_path / "词条.yml", [entry], timezone=SHANGHAI)

        assert (tmp_path / "词条.yml").read_text(encoding="utf-8") == (
            "topic: 停电与抢修\n"
            "entries:\n"
            "  - id: outage-arrival\n"
            "    version: 1\n"
            "    kind: policy\n"
            "    title: 报修后抢修人员多久到现场\n"
            "    questions:\n"
            "      - 报修了多久能来人\n"
            "      - 电力抢修几个小时到\n"
            "      - 师傅什么时候能到我家\n"
            "    answer: |-\n"
            "      城区 45 分钟。\n"
            "      农村 90 分钟。\n"
            "    source: 十项承诺第3条\n"
            "    grade: A\n"
            "    valid_from: 2023-12-08 08:00:00+08:00\n"
        )

    def test_are_named_by_the_sound_of_their_topics(self, tmp_path: Path) -> None:
        entries = [
            replace(WAITING, entry_id=f"e-{number}", topic=topic)
            for number, topic in enumerate(["电费", "店费", "../../etc", "？！", "Q&A"])
        ]

        names = write_corpus_folder(tmp_path / "corpus", entries, timezone=SHANGHAI)

        assert names == ["dian-fei.yml", "dian-fei-2.yml", "etc.yml", "topic.yml", "q-a.yml"]
        assert sorted(path.name for path in (tmp_path / "corpus").iterdir()) == sorted(names)


class TestTaken:
    def test_nothing_that_is_there_is_written_over(self, tmp_path: Path) -> None:
        (tmp_path / "词条.yml").write_text("别人的")

        with pytest.raises(KnowledgeError, match="exists already"):
            write_corpus_file(tmp_path / "词条.yml", [WAITING], timezone=SHANGHAI)

        assert (tmp_path / "词条.yml").read_text() == "别人的"

    def test_a_folder_with_something_in_it_is_not_mixed_with(self, tmp_path: Path) -> None:
        (tmp_path / "bills.yml").write_text("topic: 电费")

        with pytest.raises(KnowledgeError, match="exists already"):
            write_corpus_folder(tmp_path, [WAITING], timezone=SHANGHAI)

    def test_a_place_that_cannot_be_written_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "文件").write_text("")

        with pytest.raises(KnowledgeError, match="cannot be written"):
            write_corpus_file(tmp_path / "文件" / "词条.yml", [WAITING], timezone=SHANGHAI)
