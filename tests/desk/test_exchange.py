"""Documents in and out from the command line: shown first, recorded when told so, or not at all."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from click.testing import Result
from typer.testing import CliRunner

from connectors.imports_api import Sent
from desk.cli import app
from desk.database import Database, migrate
from desk.exchange import DocumentExchange, list_entries
from desk.settings import Settings
from knowledge.entry import Entry, EntryState
from knowledge.entry_store import EntryStore
from knowledge.importing.corpus_yaml import read_corpus, read_corpus_files
from knowledge.importing.paper import ImportRefused
from tests.conftest import SATURDAY_MORNING, Clock
from tests.knowledge.importing.documents import dirty_docx, xlsx_of
from tests.knowledge.small_corpus import WAITING

Run = Callable[..., Result]
Done = TypeVar("Done")


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Type `seatmate knowledge …` at a desk of one's own."""

    def typed(*words: str | Path) -> Result:
        environment = {"SEATMATE_DATA_DIR": str(tmp_path / "var")}
        return CliRunner().invoke(app, ["knowledge", *map(str, words)], env=environment)

    return typed


def at_the_desk(tmp_path: Path, work: Callable[[Database], Awaitable[Done]]) -> Done:
    (tmp_path / "var").mkdir(exist_ok=True)
    url = f"sqlite+aiosqlite:///{tmp_path / 'var' / 'seatmate.db'}"
    migrate(url)

    async def inside() -> Done:
        database = Database(url)
        try:
            return await work(database)
        finally:
            await database.close()

    return asyncio.run(inside())


def recorded(tmp_path: Path) -> list[Entry]:
    return at_the_desk(tmp_path, lambda database: list_entries(database, "power"))


def record(tmp_path: Path, *versions: Entry) -> None:
    async def write(database: Database) -> None:
        async with database.write() as connection:
            for entry in versions:
                await EntryStore(connection).add_version("power", entry, at=SATURDAY_MORNING)

    at_the_desk(tmp_path, write)


class TestImport:
    def test_shows_what_would_be_added_and_records_nothing(self, run: Run, tmp_path: Path) -> None:
        shown = run("import", dirty_docx(tmp_path))

        assert shown.exit_code == 0
        assert "营业服务：投诉处理" in shown.stdout
        assert "客户服务手册.docx 第9段" in shown.stdout
        assert "contradicts: 客户服务手册.docx 第15段: 受理投诉后" in shown.stdout
        assert "4 × site boilerplate and ads" in shown.stdout
        assert "2 must not be published before a person has decided" in shown.stdout
        assert shown.stdout.endswith("nothing is recorded yet: run the same command with --yes\n")
        assert recorded(tmp_path) == []

    def test_records_drafts_when_told_to(self, run: Run, tmp_path: Path) -> None:
        done = run("import", dirty_docx(tmp_path), "--yes", "--source", "服务手册2026")

        assert "7 drafts recorded" in done.stdout
        drafts = recorded(tmp_path)
        assert {entry.state for entry in drafts} == {EntryState.DRAFT}
        assert {entry.source for entry in drafts} == {"服务手册2026"}
        assert "营业服务：投诉处理" in {entry.title for entry in drafts}

    def test_records_all_but_the_one_that_is_left_out(self, run: Run, tmp_path: Path) -> None:
        path = dirty_docx(tmp_path)
        first = re.search(r"\b[0-9a-f]{12}\b", run("import", path).stdout)
        assert first is not None

        done = run("import", path, "--yes", "--without", first[0])

        assert "6 drafts recorded" in done.stdout
        assert len(recorded(tmp_path)) == 6

    def test_records_nothing_when_one_file_is_wrong(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "空.txt").write_bytes(b"")

        failed = run("import", dirty_docx(tmp_path), tmp_path / "空.txt", "--yes")

        assert failed.exit_code == 1
        assert failed.stderr.endswith(
            "空.txt: the file is empty; check that it was saved or copied completely\n"
        )
        assert recorded(tmp_path) == []

    def test_does_not_show_and_record_at_once(self, run: Run, tmp_path: Path) -> None:
        failed = run("import", dirty_docx(tmp_path), "--yes", "--dry-run")

        assert failed.exit_code == 1
        assert "choose one" in failed.stderr

    def test_shows_markup_and_colours_as_plain_text(self, run: Run, tmp_path: Path) -> None:
        path = xlsx_of(
            tmp_path / "问答.xlsx",
            ("问题", "答案"),
            ("[red]怎么交费[/]", "网上交，[bold]很快[/]到账。"),
        )

        shown = run("import", path)

        assert "[red]怎么交费[/]" in shown.stdout
        assert "[bold]很快[/]" in shown.stdout

    def test_shows_a_few_of_many_changes_unless_all_are_asked_for(
        self, run: Run, tmp_path: Path
    ) -> None:
        path = tmp_path / "手册.txt"
        path.write_text(
            "\n".join(f"第{number}天上班到1{number % 8}:OO为止。" for number in range(50))
        )

        few, every = run("import", path), run("import", path, "--all")

        assert few.stdout.count("手册.txt 第") < 10
        assert "--all shows every one" in few.stdout
        assert every.stdout.count("→") == 50

    def test_without_a_file_still_brings_in_the_corpus(self, run: Run, tmp_path: Path) -> None:
        done = run("import")

        assert done.stdout.startswith("added ")
        assert len(recorded(tmp_path)) > 50


class TestExport:
    @pytest.fixture
    def drafts(self, run: Run, tmp_path: Path) -> list[Entry]:
        """Seven drafts, as an import has recorded them."""
        run("import", dirty_docx(tmp_path), "--yes")
        return recorded(tmp_path)

    def test_writes_what_can_be_read_again(
        self, run: Run, tmp_path: Path, drafts: list[Entry]
    ) -> None:
        done = run("export", "--to", tmp_path / "corpus")

        after = read_corpus(tmp_path / "corpus", timezone="Asia/Shanghai")
        assert done.stdout.startswith("7 entries written to")
        assert sorted(after, key=lambda entry: entry.entry_id) == drafts

    def test_to_excel_and_back_changes_nothing(
        self, run: Run, tmp_path: Path, drafts: list[Entry]
    ) -> None:
        run("export", "--to", tmp_path / "词条.xlsx")

        again = run("import", tmp_path / "词条.xlsx", "--yes")

        assert "7 entries are as the corpus has them" in again.stdout
        assert again.stdout.endswith("there is nothing new to record\n")
        assert recorded(tmp_path) == drafts

    @pytest.mark.usefixtures("drafts")
    def test_takes_only_the_states_asked_for(self, run: Run, tmp_path: Path) -> None:
        all_of_them = run("export", "--to", tmp_path / "全部.yml", "--state", "draft")
        none = run("export", "--to", tmp_path / "没有.yml", "--state", "withdrawn")

        assert all_of_them.stdout.startswith("7 entries written")
        assert "nothing to export" in none.stderr

    def test_takes_what_is_approved_where_the_next_version_is_a_draft(
        self, run: Run, tmp_path: Path
    ) -> None:
        approved = replace(WAITING, version=1)
        record(tmp_path, approved, replace(WAITING, version=2, state=EntryState.DRAFT))

        run("export", "--to", tmp_path / "词条.yml", "--state", "approved")

        assert read_corpus_files([tmp_path / "词条.yml"], timezone="Asia/Shanghai") == [approved]

    @pytest.mark.parametrize(
        ("words", "told"),
        [
            (["--to", "词条.xlsx"], "there is nothing to export"),
            (["--to", "词条.pdf"], "name a folder, or a file that ends in .xlsx or .yml"),
            (["--to", "词条.xlsx", "--profile", "steam"], "steam"),
            (["--to", "有.yml"], "exists already"),
        ],
        ids=["no entries", "another format", "no such profile", "a file in the way"],
    )
    def test_says_in_one_sentence_why_not(
        self,
        run: Run,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        words: list[str],
        told: str,
    ) -> None:
        (tmp_path / "有.yml").write_text("别人的")
        monkeypatch.chdir(tmp_path)

        failed = run("export", *words)

        assert failed.exit_code == 1
        assert told in failed.stderr
        assert len(failed.stderr.splitlines()) == 1


async def test_a_page_is_told_of_a_document_that_takes_too_long(
    database: Database, clock: Clock
) -> None:
    hasty = DocumentExchange(database, Settings(), clock=clock, patience=timedelta(milliseconds=1))
    try:
        with pytest.raises(ImportRefused) as refused:
            await hasty.prepare("power", Sent(name="手册.txt", content="营业时间".encode()))
    finally:
        hasty.close()

    assert refused.value.told["detail"].startswith("《手册.txt》0 秒内没有读完。请分成几个文件")
