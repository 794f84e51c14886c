"""The command line: every command explains itself, does its work, and fails in one sentence."""

import asyncio
import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
import typer
from click.testing import Result
from openpyxl import load_workbook
from typer.testing import CliRunner

from connectors.sign_in import StaffService
from conversations.lock_out import OF_A_NAME
from conversations.people import AccountLocked, Role, SignInFailed
from desk.cli import app
from desk.clock import now
from desk.database import Database, migrate
from desk.settings import ROOT, Settings
from desk.supervisor import only_one
from knowledge.editing import Editor
from knowledge.encoder import OnnxEncoder
from knowledge.entry import Entry
from knowledge.exam import Worse
from knowledge.gate import FIGURE_OF, Ruling, Shortfall, Verdict
from knowledge.hit_store import Hit, HitStore
from knowledge.pick_store import PickStore, Shown, Told
from knowledge.picks import Outcome
from knowledge.store import KnowledgeStore
from tests.centres import read_terms
from tests.desk.small_centre import make_small_centre
from tests.knowledge.proposals import Found
from tests.knowledge.small_corpus import PAYING, SMALL_CORPUS, WAITING, Library
from tickets.service import TicketService
from tickets.store import NewTicket
from tickets.ticket import Kind, State

Made = TypeVar("Made")

REFUSED = Ruling(
    verdict=Verdict.REFUSED,
    figures=dict.fromkeys(FIGURE_OF.values(), 0.5),
    below=(Shortfall(name="hit@1", figure=0.5, floor=0.9),),
    worse=(Worse(question="电费去哪交", relevant=("pay",), before="answered", now="wrong: meter"),),
)


def commands() -> Iterator[list[str]]:
    """Every command and group, as words on the command line."""

    def below(command: Any, words: list[str]) -> Iterator[list[str]]:
        yield words
        for name, child in getattr(command, "commands", {}).items():
            yield from below(child, [*words, name])

    return below(typer.main.get_command(app), [])


class Terminal:
    """Somebody at a terminal, whose desk lies in one folder."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self._url = f"sqlite+aiosqlite:///{data_dir / 'seatmate.db'}"

    def run(self, *words: str, **settings: str) -> Result:
        """Type `seatmate …`; settings are SEATMATE_* variables."""
        given = {"data_dir": str(self.data_dir), **settings}
        environment = {f"SEATMATE_{name.upper()}": value for name, value in given.items()}
        return CliRunner().invoke(app, list(words), env=environment)

    def with_database(self, work: Callable[[Database], Awaitable[Made]]) -> Made:
        """Look at, or put something into, the desk's database."""
        self.data_dir.mkdir(exist_ok=True)
        migrate(self._url)

        async def inside() -> Made:
            database = Database(self._url)
            try:
                return await work(database)
            finally:
                await database.close()

        return asyncio.run(inside())

    def put_live(self, *content: Entry, fingerprint: str = "m3e-small@1234") -> int:
        """A publication of the power centre, without learning and measuring."""
        return self.with_database(
            lambda database: Library(database, fingerprint, now).publish(*content)
        )


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path / "var")


@pytest.fixture
def terminal_with_encoder(terminal: Terminal, encoder: OnnxEncoder) -> Terminal:
    """A desk with the adopted encoder and the small corpus live."""
    terminal.put_live(*SMALL_CORPUS, fingerprint=encoder.fingerprint)
    (terminal.data_dir / "encoders").symlink_to(Settings().encoder_dir.parent)
    return terminal


def sentence(failed: Result) -> str:
    """The one line a failed command says on stderr; a traceback would be many, or an exception."""
    assert failed.exit_code == 1
    assert isinstance(failed.exception, SystemExit), repr(failed.exception)
    (line,) = failed.stderr.splitlines()
    return line


class TestHelp:
    @pytest.mark.parametrize("words", commands(), ids=" ".join)
    def test_explains_every_command(self, terminal: Terminal, words: list[str]) -> None:
        shown = terminal.run(*words, "--help")

        assert shown.exit_code == 0
        assert "Usage:" in shown.stdout
        assert not terminal.data_dir.exists()

    def test_is_shown_when_nothing_was_asked(self, terminal: Terminal) -> None:
        assert "Seatmate, the assistant beside every seat." in terminal.run().output

    def test_names_the_commands_of_the_design(self) -> None:
        named = {" ".join(words) for words in commands()}

        assert named >= {
            "serve",
            "run",
            "setup",
            "ask",
            "doctor",
            "tickets list",
            "staff add",
            "rehearse",
        }
        assert named >= {f"knowledge {verb}" for verb in ("import", "check", "evaluate")}
        assert named >= {f"knowledge {verb}" for verb in ("publish", "rollback", "history")}
        assert named >= {f"knowledge {verb}" for verb in ("plot", "care", "entries list")}
        assert named >= {"bot train", "bot test"}

    def test_refuses_a_command_that_does_not_exist(self, terminal: Terminal) -> None:
        assert terminal.run("fly").exit_code == 2


class TestProfile:
    @pytest.mark.parametrize(
        "words",
        [
            ["knowledge", "import"],
            ["knowledge", "check"],
            ["knowledge", "publish"],
            ["knowledge", "evaluate"],
            ["knowledge", "rollback", "1"],
            ["knowledge", "history"],
            ["knowledge", "plot", "--to", "steam.svg"],
            ["knowledge", "care"],
        ],
        ids=" ".join,
    )
    def test_is_refused_in_one_sentence_when_there_is_none_of_this_name(
        self, terminal: Terminal, words: list[str]
    ) -> None:
        failed = terminal.run(*words, "--profile", "steam")

        assert sentence(failed)

    @pytest.mark.parametrize("words", [["run"], ["setup"], ["ask", "停电了"], ["tickets", "list"]])
    def test_is_refused_with_the_known_ones_when_it_is_set_wrong(
        self, terminal: Terminal, words: list[str]
    ) -> None:
        failed = terminal.run(*words, profile="steam")

        assert sentence(failed) == "PROFILE is 'steam'; there are: gas, power, property"

    def test_is_refused_by_the_desk_process_too(self, terminal: Terminal) -> None:
        failed = terminal.run("serve", profile="steam")

        assert sentence(failed) == "PROFILE is 'steam'; there are: gas, power, property"


class TestAFullDisk:
    def test_is_told_in_one_sentence_and_leaves_what_was_there(self, terminal: Terminal) -> None:
        terminal.put_live(WAITING)
        # no file may grow beyond 40 KB: the import of a whole centre does not fit
        words = "ulimit -f 40; exec $0 -m desk knowledge import"

        failed = subprocess.run(
            ["bash", "-c", words, sys.executable],
            cwd=ROOT,
            env={**os.environ, "SEATMATE_DATA_DIR": str(terminal.data_dir)},
            capture_output=True,
            text=True,
            check=False,
        )

        assert (failed.returncode, failed.stdout) == (1, "")
        assert failed.stderr.startswith("the disk is full or cannot be written to")
        assert len(failed.stderr.splitlines()) == 1

        async def stored(database: Database) -> list[Entry]:
            async with database.read() as connection:
                return await KnowledgeStore(connection).list_latest("power")

        assert terminal.with_database(stored) == [WAITING]


class TestSettings:
    @pytest.mark.parametrize(
        "words",
        [
            ["run"],
            ["setup"],
            ["serve"],
            ["ask", "停电了"],
            ["doctor"],
            ["knowledge", "import"],
            ["bot", "train"],
            ["tickets", "list"],
            ["staff", "add", "小李"],
        ],
        ids=" ".join,
    )
    def test_are_refused_in_one_sentence_when_they_make_no_sense(
        self, terminal: Terminal, words: list[str]
    ) -> None:
        failed = terminal.run(*words, port="八千")

        assert "port" in sentence(failed).lower()

    def test_name_the_known_encoders_when_it_is_another(self, terminal: Terminal) -> None:
        failed = terminal.run("setup", encoder="gpt")

        assert "unknown encoder 'gpt'" in sentence(failed)


class TestDataDir:
    @pytest.mark.parametrize(
        "words",
        [
            ["run"],
            ["setup"],
            ["knowledge", "import"],
            ["knowledge", "publish"],
            ["staff", "add", "小李"],
        ],
        ids=" ".join,
    )
    def test_is_refused_in_one_sentence_when_a_file_is_in_the_way(
        self, terminal: Terminal, words: list[str]
    ) -> None:
        terminal.data_dir.write_text("")

        told = sentence(terminal.run(*words))

        assert told.startswith(f"cannot write in {terminal.data_dir}")
        assert "SEATMATE_DATA_DIR" in told

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
    def test_is_refused_in_one_sentence_when_it_is_read_only(self, terminal: Terminal) -> None:
        terminal.data_dir.mkdir(mode=0o555)

        assert sentence(terminal.run("knowledge", "import")).startswith("cannot write in")

    def test_may_be_empty_still_when_somebody_asks(self, terminal: Terminal) -> None:
        failed = terminal.run("ask", "停电了")

        assert "seatmate" in sentence(failed)

    def test_may_be_empty_still_when_somebody_lists_tickets(self, terminal: Terminal) -> None:
        shown = terminal.run("tickets", "list")

        assert shown.exit_code == 0


class TestRun:
    def test_refuses_a_second_desk_on_the_same_folder(self, terminal: Terminal) -> None:
        terminal.data_dir.mkdir()

        with only_one(terminal.data_dir / "running.lock"):
            failed = terminal.run("run")

        assert (
            sentence(failed) == f"Seatmate already runs on {terminal.data_dir}: stop that one first"
        )

    @pytest.mark.parametrize("setting", ["port", "bot_port"])
    def test_refuses_a_port_that_is_taken(self, terminal: Terminal, setting: str) -> None:
        with socket.socket() as somebody:
            somebody.bind(("127.0.0.1", 0))
            somebody.listen()
            taken = str(somebody.getsockname()[1])
            failed = terminal.run("run", **{setting: taken})

        assert f"port {taken} on 127.0.0.1 is not free" in sentence(failed)
        assert f"SEATMATE_{setting.upper()}=" in sentence(failed)


class TestKnowledge:
    def test_counts_the_files_and_changes_nothing(self, terminal: Terminal) -> None:
        shown = terminal.run("knowledge", "check")

        assert shown.exit_code == 0
        assert " entries (" in shown.stdout
        assert "test questions" in shown.stdout
        assert not terminal.data_dir.exists()

    def test_imports_the_files_once(self, terminal: Terminal) -> None:
        first = terminal.run("knowledge", "import")
        again = terminal.run("knowledge", "import")

        assert first.exit_code == again.exit_code == 0
        assert "nothing is live yet: seatmate knowledge publish" in first.stdout
        assert again.stdout.startswith("added 0, changed 0, withdrawn 0, unchanged ")

    def test_goes_back_to_an_earlier_publication(self, terminal: Terminal) -> None:
        first = terminal.put_live(WAITING)
        terminal.put_live(WAITING, PAYING)

        shown = terminal.run("knowledge", "rollback", str(first))

        async def live(database: Database) -> dict[str, int]:
            async with database.read() as connection:
                return await KnowledgeStore(connection).live_numbers()

        assert shown.stdout == "publication 1 is live again\n"
        assert terminal.with_database(live) == {"power": first}

    def test_knows_no_publication_that_was_never_made(self, terminal: Terminal) -> None:
        failed = terminal.run("knowledge", "rollback", "99")

        assert sentence(failed) == "there is no publication 99"

    def test_asks_for_setup_when_the_encoder_is_missing(self, terminal: Terminal) -> None:
        terminal.run("knowledge", "import")

        failed = terminal.run("knowledge", "publish")

        assert "make setup" in sentence(failed)


class TestHistory:
    @pytest.fixture
    def terminal(self, terminal: Terminal) -> Terminal:
        """Two publications, the second live, and a third that the gate refused."""
        terminal.put_live(WAITING)
        terminal.put_live(WAITING, PAYING)

        async def refuse(database: Database) -> None:
            async with database.write() as connection:
                await KnowledgeStore(connection).add_publication(
                    "power",
                    (),
                    author="小陈",
                    encoder="m3e-small@1234",
                    calibrations={},
                    figures={},
                    at=now(),
                    ruling=REFUSED,
                )

        terminal.with_database(refuse)
        return terminal

    def test_lists_publications_with_their_figures_newest_first(self, terminal: Terminal) -> None:
        shown = terminal.run("knowledge", "history")

        lines = shown.stdout.splitlines()
        row = {no: line for line in lines for no in "123" if line.startswith(f"│ {no}")}
        assert "refused" in row["3"]
        assert "hit@1 0.500" in row["3"]
        assert "2, live" in row["2"]
        assert "live" not in row["1"]
        assert list(row) == ["3", "2", "1"]

    def test_tells_all_of_it_as_json(self, terminal: Terminal) -> None:
        told = json.loads(terminal.run("knowledge", "history", "--json").stdout)

        assert [(each["no"], each["entries"], each["is_live"]) for each in told] == [
            (3, 0, False),
            (2, 2, True),
            (1, 1, False),
        ]
        assert (told[0]["verdict"], told[0]["author"]) == ("refused", "小陈")
        assert told[0]["worse"][0]["question"] == "电费去哪交"

    def test_keeps_who_went_back_and_why(self, terminal: Terminal) -> None:
        terminal.run("knowledge", "rollback", "1", "--by", "老王", "--reason", "答错了")

        told = json.loads(terminal.run("knowledge", "history", "--json").stdout)

        (change,) = told[2]["went_live"]
        assert (change["author"], change["reason"]) == ("老王", "答错了")

    def test_draws_them(self, terminal: Terminal, tmp_path: Path) -> None:
        shown = terminal.run("knowledge", "plot", "--to", str(tmp_path / "history.svg"))

        assert shown.stdout.startswith("drew 3 publications to ")
        assert (tmp_path / "history.svg").read_text(encoding="utf-8").startswith("<svg ")

    def test_draws_the_reliability_of_any_of_them(self, terminal: Terminal, tmp_path: Path) -> None:
        drawing = tmp_path / "history.svg"

        terminal.run("knowledge", "plot", "--no", "1", "--to", str(drawing))
        unknown = terminal.run("knowledge", "plot", "--no", "9", "--to", str(drawing))

        assert "reliability of publication 1<" in drawing.read_text(encoding="utf-8")
        assert sentence(unknown) == "there is no publication 9"

    @pytest.mark.parametrize("name", ["history.png", "no/folder/history.svg"])
    def test_says_why_it_cannot_draw(self, terminal: Terminal, tmp_path: Path, name: str) -> None:
        failed = terminal.run("knowledge", "plot", "--to", str(tmp_path / name))

        assert name in sentence(failed)

    @pytest.mark.parametrize(
        "words", [["history"], ["plot", "--to", "x.svg"], ["history", "--entry", "steam"]]
    )
    def test_says_so_when_there_is_nothing(self, tmp_path: Path, words: list[str]) -> None:
        failed = Terminal(tmp_path / "empty").run("knowledge", *words)

        assert sentence(failed)


class TestEntries:
    @pytest.fixture
    def draft(self, terminal: Terminal) -> str:
        """The id of a draft by 小陈."""

        async def propose(database: Database) -> str:
            editor = Editor(write=database.write, read=database.read)
            (entry_id,) = await editor.propose("power", [Found()], author="小陈", now=now())
            return entry_id

        return terminal.with_database(propose)

    def entries(self, terminal: Terminal, verb: str, entry_id: str, *more: str) -> Result:
        words = ["knowledge", "entries", verb, entry_id, "--version", "1"]
        return terminal.run(*words, *more)

    def test_brings_a_draft_to_the_next_publication(self, terminal: Terminal, draft: str) -> None:
        self.entries(terminal, "submit", draft, "--by", "小陈")
        shown = self.entries(terminal, "approve", draft, "--by", "老王")

        assert shown.stdout == f"{draft} version 1 is approved\n"
        listed = terminal.run("knowledge", "entries", "list", "--state", "approved")
        assert draft in listed.stdout

    def test_tells_the_life_of_an_entry(self, terminal: Terminal, draft: str) -> None:
        self.entries(terminal, "submit", draft, "--by", "小陈")
        self.entries(terminal, "reject", draft, "--by", "老王", "--reason", "没有出处")

        told = terminal.run("knowledge", "history", "--entry", draft, "--json")

        assert [
            (line["move"], line["reviewer"], line["reason"]) for line in json.loads(told.stdout)
        ][1:] == [("submit", "", ""), ("reject", "老王", "没有出处")]

    @pytest.mark.parametrize(
        ("verb", "more", "told"),
        [
            ("approve", ["--by", "老王"], "approve is not allowed, only edit, submit, withdraw"),
            ("withdraw", ["--by", "老王", "--reason", " "], "withdraw needs a reason"),
            ("submit", ["--by", " "], "must give a name"),
        ],
    )
    def test_refuses_in_one_sentence(
        self, terminal: Terminal, draft: str, verb: str, more: list[str], told: str
    ) -> None:
        failed = self.entries(terminal, verb, draft, *more)

        assert told in sentence(failed)

    def test_refuses_a_version_that_is_no_longer_the_latest(
        self, terminal: Terminal, draft: str
    ) -> None:
        words = ["knowledge", "entries", "submit", draft, "--version", "7", "--by", "小陈"]

        assert "you saw version 7" in sentence(terminal.run(*words))


@pytest.mark.needs_encoder
class TestPublish:
    @pytest.fixture
    def small(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoder: OnnxEncoder
    ) -> Terminal:
        """The small centre in place of the delivered profiles, live, with a floor set since."""
        centre = make_small_centre(tmp_path / "centre")
        monkeypatch.setenv("SEATMATE_PROFILES_DIR", str(centre.profiles_dir))
        terminal = Terminal(centre.data_dir)
        assert terminal.run("knowledge", "import", profile="small").exit_code == 0
        assert terminal.run("knowledge", "publish", profile="small").exit_code == 0
        home = centre.profiles_dir / "small"
        with (home / "questions" / "test.yml").open("a", encoding="utf-8") as file:
            file.write("- ask: 红烧肉怎么做\n  entries: [outage-arrival]\n")
        with (home / "profile.yml").open("a", encoding="utf-8") as file:
            file.write("floors: {hit_at_1: 0.9}\n")
        return terminal

    def test_shows_the_figures_of_what_the_gate_refuses(self, small: Terminal) -> None:
        refused = small.run("knowledge", "publish", profile="small")

        assert "refused by the gate: hit@1 0.500 (floor 0.900)" in sentence(refused)
        assert "0.500" in refused.stdout

    def test_goes_live_when_a_reviewer_says_why(self, small: Terminal) -> None:
        words = ["--override", "题库下周补齐", "--reviewer", "老王", "--by", "小陈"]

        shown = small.run("knowledge", "publish", *words, profile="small")

        told = json.loads(small.run("knowledge", "history", "--json", profile="small").stdout)
        assert shown.stdout.startswith("publication 2 is live\n")
        assert (told[0]["verdict"], told[0]["reviewer"], told[0]["reason"]) == (
            "overridden",
            "老王",
            "题库下周补齐",
        )

    @pytest.mark.parametrize("words", [["--override", "急"], ["--reviewer", "老王"]])
    def test_wants_reason_and_reviewer_together(self, terminal: Terminal, words: list[str]) -> None:
        failed = terminal.run("knowledge", "publish", *words)

        assert sentence(failed) == "--override REASON and --reviewer NAME go together"


@pytest.mark.needs_encoder
class TestCare:
    @pytest.fixture
    def careless(self, terminal_with_encoder: Terminal) -> Terminal:
        """A second entry on the same question with another figure, overdue, and one that ends."""
        slower = replace(
            WAITING, entry_id="arrival-again", answer="城区 60 分钟。", review_by=date(2026, 1, 1)
        )
        ending = replace(PAYING, version=2, valid_until=now() + timedelta(days=3))
        terminal_with_encoder.put_live(*SMALL_CORPUS, slower, ending)
        return terminal_with_encoder

    def test_lists_both_texts_of_a_contradiction_and_what_is_due(self, careless: Terminal) -> None:
        shown = careless.run("knowledge", "care")

        assert "60 分钟" in shown.stdout
        assert WAITING.answer[:6] in shown.stdout
        assert "to be reviewed since 2026-01-01: arrival-again" in shown.stdout
        assert "bill-how-to-pay  电费在哪里交" in shown.stdout

    def test_tells_all_of_it_as_json(self, careless: Terminal) -> None:
        told = json.loads(careless.run("knowledge", "care", "--json").stdout)

        (found,) = told["contradictions"]
        assert set(found["entry_ids"]) == {"arrival-again", WAITING.entry_id}
        assert [each["entry_id"] for each in told["ending_soon"]] == [PAYING.entry_id]
        assert told["never_said"] == []

    def test_gives_no_all_clear_under_what_is_never_said_or_called_wrong(
        self, terminal_with_encoder: Terminal
    ) -> None:
        async def use(database: Database) -> None:
            async with database.write() as connection:
                hit = Hit(entry_id=PAYING.entry_id, answered=3, offered=0)
                await HitStore(connection).add("power", now().date().isoformat(), hit)
                shown = Shown(
                    suggestion_id="a1",
                    profile="power",
                    conversation_id="lihua",
                    line="停电了",
                    entry_id=PAYING.entry_id,
                    version=1,
                )
                told = Told(shown=shown, outcome=Outcome.WRONG, actor="小李", at=now())
                await PickStore(connection).put(told)

        terminal_with_encoder.with_database(use)

        shown = terminal_with_encoder.run("knowledge", "care")

        _, _, never = shown.stdout.partition("never said or offered in 90 days: ")
        assert WAITING.entry_id in never
        assert f"wrong or no help 1 times in 90 days: {PAYING.entry_id}" in shown.stdout
        assert "nothing wants" not in shown.stdout

    def test_has_nothing_to_say_of_a_corpus_that_is_well(
        self, terminal_with_encoder: Terminal
    ) -> None:
        shown = terminal_with_encoder.run("knowledge", "care")

        assert shown.stdout == "nothing wants to be looked at\n"


@pytest.mark.needs_encoder
class TestEvaluate:
    @pytest.fixture
    def files(self, tmp_path: Path) -> Path:
        """Any FAQ set in the three files of data/README.md."""
        lines = {
            "corpus": [{"id": entry.entry_id, "question": entry.title} for entry in SMALL_CORPUS],
            "queries": [
                {"qid": "1", "query": "报修多久到现场", "relevant": [WAITING.entry_id]},
                {"qid": "2", "query": "去哪里交电费", "relevant": [PAYING.entry_id]},
            ],
            "oos": [{"qid": "3", "query": "红烧肉怎么做"}],
        }
        for name, each in lines.items():
            text = "\n".join(json.dumps(line, ensure_ascii=False) for line in each)
            (tmp_path / f"{name}.jsonl").write_text(text, encoding="utf-8")
        return tmp_path

    def evaluate(self, terminal: Terminal, files: Path, *more: str) -> Result:
        corpus, queries = str(files / "corpus.jsonl"), str(files / "queries.jsonl")
        return terminal.run(
            "knowledge", "evaluate", "--corpus", corpus, "--queries", queries, *more
        )

    def test_prints_one_json_object(self, terminal_with_encoder: Terminal, files: Path) -> None:
        shown = self.evaluate(
            terminal_with_encoder, files, "--out-of-scope", str(files / "oos.jsonl"), "--json"
        )

        figures = json.loads(shown.stdout)
        assert set(figures) == {"ours", "bm25", "dense"}
        assert set(figures["ours"]) == {
            *("hit@1", "hit@3", "mrr@10", "auc", "coverage@p97", "false_answers"),
            *("p50_ms", "p95_ms"),
        }
        assert figures["ours"]["hit@1"] == 1.0
        assert figures["ours"]["false_answers"] == 0.0

    def test_prints_a_table_for_people(self, terminal_with_encoder: Terminal, files: Path) -> None:
        shown = self.evaluate(terminal_with_encoder, files)

        assert shown.exit_code == 0
        assert all(name in shown.stdout for name in ("ours", "bm25", "dense", "hit@1", "p95_ms"))

    def test_names_a_file_that_is_missing(
        self, terminal_with_encoder: Terminal, files: Path
    ) -> None:
        (files / "queries.jsonl").unlink()

        failed = self.evaluate(terminal_with_encoder, files)

        assert (
            sentence(failed) == f"cannot read {files / 'queries.jsonl'}: No such file or directory"
        )

    def test_names_the_line_that_is_not_json(
        self, terminal_with_encoder: Terminal, files: Path
    ) -> None:
        (files / "corpus.jsonl").write_text('{"id": "a", "question": "停电"}\n停电了\n')

        failed = self.evaluate(terminal_with_encoder, files)

        assert sentence(failed).startswith(f"{files / 'corpus.jsonl'}:2: not JSON")

    @pytest.mark.parametrize(
        ("name", "line"),
        [
            ("corpus", '{"question": "停电"}'),
            ("corpus", '{"id": "a"}'),
            ("corpus", '["a", "停电"]'),
            ("queries", '{"qid": "1", "relevant": []}'),
            ("queries", '{"qid": "1", "query": "停电", "relevant": 7}'),
        ],
    )
    def test_names_the_line_that_lacks_something(
        self, terminal_with_encoder: Terminal, files: Path, name: str, line: str
    ) -> None:
        (files / f"{name}.jsonl").write_text(line)

        failed = self.evaluate(terminal_with_encoder, files)

        assert f"{name}.jsonl:1: " in sentence(failed)

    @pytest.mark.filterwarnings("ignore::RuntimeWarning")
    @pytest.mark.parametrize(
        "name",
        [
            "corpus",
            pytest.param("queries"),
        ],
    )
    def test_names_a_file_with_nothing_in_it(
        self, terminal_with_encoder: Terminal, files: Path, name: str
    ) -> None:
        (files / f"{name}.jsonl").write_text("\n")

        failed = self.evaluate(terminal_with_encoder, files)

        assert f"{name}.jsonl" in sentence(failed)

    @pytest.mark.parametrize("name", ["corpus", "queries"])
    def test_names_a_file_that_is_not_utf_8(
        self, terminal_with_encoder: Terminal, files: Path, name: str
    ) -> None:
        file = files / f"{name}.jsonl"
        file.write_bytes(file.read_text(encoding="utf-8").encode("gbk"))

        failed = self.evaluate(terminal_with_encoder, files)

        assert f"{name}.jsonl" in sentence(failed)

    def test_takes_a_text_with_a_line_separator_in_it(
        self, terminal_with_encoder: Terminal, files: Path
    ) -> None:
        file = files / "queries.jsonl"
        file.write_text(file.read_text(encoding="utf-8").replace("交电费", "交\u2028电费"), "utf-8")

        shown = self.evaluate(terminal_with_encoder, files)

        assert shown.exit_code == 0

    def test_wants_corpus_and_queries_together(self, terminal: Terminal, files: Path) -> None:
        failed = terminal.run("knowledge", "evaluate", "--corpus", str(files / "corpus.jsonl"))

        assert sentence(failed) == "--corpus and --queries go together"

    def test_asks_for_a_publication_to_measure(self, terminal: Terminal) -> None:
        failed = terminal.run("knowledge", "evaluate")

        assert "seatmate knowledge publish" in sentence(failed)


@pytest.mark.needs_encoder
class TestAsk:
    def test_shows_the_decision_and_why(self, terminal_with_encoder: Terminal) -> None:
        shown = terminal_with_encoder.run("ask", "电费在哪里交")

        decision, reason, first, answer = shown.stdout.splitlines()[:4]
        assert decision == "decision: answer"
        assert reason.startswith("reason: word_for_word; inside ")
        assert "answer from 0.90" in reason
        assert f"{PAYING.title}  [{PAYING.entry_id} v1, {PAYING.source}]" in first
        assert answer.strip() == PAYING.answer
        assert re.search(r"similarity\W+1\.000", shown.stdout)

    def test_asks_for_a_publication_first(self, terminal_with_encoder: Terminal) -> None:
        failed = terminal_with_encoder.run("ask", "电费在哪里交", "--profile", "gas")

        assert "seatmate knowledge publish" in sentence(failed)


def texts_of(form: Path) -> set[str]:
    """What stands in the boxes of a written form."""
    if form.suffix == ".html":
        return set(re.findall(r">([^<>]+)</td>", form.read_text("utf-8")))
    sheet: Any = load_workbook(form).active
    return {cell.value for row in sheet.iter_rows() for cell in row if cell.value}


class TestTickets:
    def registered(self, terminal: Terminal, kind: Kind, **fields: str) -> str:
        async def register(database: Database) -> str:
            service = TicketService(write=database.write, read=database.read, clock=now)
            new = NewTicket(
                request_key="小李:2",
                profile="power",
                kind=kind,
                conversation_id=None,
                fields=fields,
            )
            return (await service.register(new, actor="小李")).no

        return terminal.with_database(register)

    def test_lists_the_newest_with_their_details(self, terminal: Terminal) -> None:
        fault = NewTicket(
            request_key="小李:1",
            profile="power",
            kind=Kind.FAULT,
            conversation_id=None,
            fields={"address": "幸福路5号"},
        )

        async def register(database: Database) -> str:
            service = TicketService(write=database.write, read=database.read, clock=now)
            return (await service.register(fault, actor="小李")).no

        no = terminal.with_database(register)

        shown = terminal.run("tickets", "list")

        assert shown.exit_code == 0
        assert no in shown.stdout
        assert "address=幸福路5号" in shown.stdout
        assert no not in terminal.run("tickets", "list", "--state", State.FILED).stdout

    def test_lists_what_looks_like_markup_as_it_was_said(self, terminal: Terminal) -> None:
        self.registered(terminal, Kind.FAULT, words="[/停电]三天了[red]")

        shown = terminal.run("tickets", "list")

        assert shown.exit_code == 0, shown.stderr
        assert "words=[/停电]三天了[red]" in shown.stdout

    def test_says_of_what_is_late_why_the_limit_is_provisional(self, terminal: Terminal) -> None:
        async def register(database: Database) -> str:
            service = TicketService(
                write=database.write,
                read=database.read,
                clock=lambda: now() - timedelta(days=2),
                terms=read_terms("power"),
            )
            new = NewTicket(
                request_key="小李:3",
                profile="power",
                kind=Kind.FAULT,
                conversation_id=None,
                fields={},
            )
            return (await service.register(new, actor="小李")).no

        no = terminal.with_database(register)

        shown = terminal.run("tickets", "late")

        assert shown.exit_code == 0, shown.stderr
        assert no in shown.stdout
        # nobody knows yet in which area it is
        assert "provisional: area" in " ".join(shown.stdout.split())

    def test_lists_a_report_without_who_informed(self, terminal: Terminal) -> None:
        no = self.registered(terminal, Kind.REPORT, phone="13800138000", matter="6栋偷电")

        shown = terminal.run("tickets", "list")

        assert no in shown.stdout
        assert "matter=6栋偷电" in shown.stdout
        assert "13800138000" not in shown.stdout

    @pytest.mark.parametrize("name", ["投诉.xlsx", "投诉.html"])
    def test_writes_a_form(self, terminal: Terminal, tmp_path: Path, name: str) -> None:
        no = self.registered(terminal, Kind.COMPLAINT, matter="抄错表了")
        out = tmp_path / name

        shown = terminal.run("tickets", "form", "complaint", no, "--out", str(out))

        assert shown.exit_code == 0, shown.stderr
        assert out.stat().st_size > 1000
        assert "抄错表了" in texts_of(out)
        again = terminal.run("tickets", "form", "complaint", no, "--out", str(out))
        assert "exists already" in again.stderr

    def test_writes_the_table_of_a_month(self, terminal: Terminal, tmp_path: Path) -> None:
        no = self.registered(terminal, Kind.COMPLAINT, matter="抄错表了")
        out = tmp_path / "汇总.xlsx"
        month = f"{no[:4]}-{no[4:6]}"

        assert terminal.run("tickets", "form", "summary", month, "--out", str(out)).exit_code == 0

        assert {no, "抄错表了"} <= texts_of(out)

    @pytest.mark.parametrize(
        ("words", "said"),
        [
            (("complaint", "2026112600014", "a.xlsx"), "there is no ticket 2026112600014"),
            (("summary", "2026-13", "a.xlsx"), "no month"),
            (("call", "2026112600014", "a.docx"), "ends in .xlsx or .html"),
        ],
    )
    def test_writes_no_form_and_says_why(
        self, terminal: Terminal, tmp_path: Path, words: tuple[str, str, str], said: str
    ) -> None:
        kind, no, name = words

        refused = terminal.run("tickets", "form", kind, no, "--out", str(tmp_path / name))

        assert refused.exit_code == 1
        assert said in refused.stderr
        assert not (tmp_path / name).exists()

    def test_refuses_a_state_that_does_not_exist(self, terminal: Terminal) -> None:
        assert terminal.run("tickets", "list", "--state", "lost").exit_code == 2


class TestStaff:
    def sign_in(self, terminal: Terminal, name: str, password: str) -> Role:
        async def enter(database: Database) -> Role:
            service = StaffService(write=database.write, read=database.read, clock=now)
            member, _ = await service.sign_in(name, password)
            return member.role

        return terminal.with_database(enter)

    def test_adds_somebody_with_a_password_that_works(self, terminal: Terminal) -> None:
        shown = terminal.run("staff", "add", "小李", "--role", "lead")

        password = shown.stdout.strip().rpartition(" ")[2]
        assert shown.stdout.startswith("小李 (lead) may sign in with: ")
        assert self.sign_in(terminal, "小李", password) is Role.LEAD

    def test_refuses_a_name_that_is_taken(self, terminal: Terminal) -> None:
        terminal.run("staff", "add", "小李")

        assert sentence(terminal.run("staff", "add", "小李")) == "there is already a 小李"

    def test_gives_a_new_password_that_works(self, terminal: Terminal) -> None:
        terminal.run("staff", "add", "小李")

        shown = terminal.run("staff", "password", "小李")

        password = shown.stdout.strip().rpartition(" ")[2]
        assert self.sign_in(terminal, "小李", password) is Role.AGENT

    def test_makes_a_token_that_stands_for_somebody(self, terminal: Terminal) -> None:
        terminal.run("staff", "add", "小李")

        token = terminal.run("staff", "token", "小李").stdout.strip()

        async def whose(database: Database) -> str:
            service = StaffService(write=database.write, read=database.read, clock=now)
            return (await service.get(token)).name

        assert terminal.with_database(whose) == "小李"

    def test_lists_everybody_with_their_roles(self, terminal: Terminal) -> None:
        terminal.run("staff", "add", "小李", "--role", "clerk")
        terminal.run("staff", "lock", "小李")

        listed = terminal.run("staff", "list").stdout

        assert re.search(r"小李 +│ clerk +│ \d{4}-\d\d-\d\d │ \d{4}-\d\d-\d\d", listed)

    def test_locks_somebody_out_and_lets_them_in_again(self, terminal: Terminal) -> None:
        password = terminal.run("staff", "add", "小李").stdout.strip().rpartition(" ")[2]

        terminal.run("staff", "lock", "小李")
        with pytest.raises(AccountLocked):
            self.sign_in(terminal, "小李", password)
        terminal.run("staff", "unlock", "小李")

        assert self.sign_in(terminal, "小李", password) is Role.AGENT

    def test_gives_somebody_another_role(self, terminal: Terminal) -> None:
        password = terminal.run("staff", "add", "小李").stdout.strip().rpartition(" ")[2]

        terminal.run("staff", "role", "小李", "quality")

        assert self.sign_in(terminal, "小李", password) is Role.QUALITY

    def test_ends_a_pause_with_a_new_password(self, terminal: Terminal) -> None:
        terminal.run("staff", "add", "小李")
        for _ in range(OF_A_NAME.tries):
            with pytest.raises(SignInFailed):
                self.sign_in(terminal, "小李", "猜的")

        password = terminal.run("staff", "reset", "小李").stdout.strip().rpartition(" ")[2]

        assert self.sign_in(terminal, "小李", password) is Role.AGENT

    def test_shows_what_was_done_and_by_whom(self, terminal: Terminal) -> None:
        password = terminal.run("staff", "add", "小李").stdout.strip().rpartition(" ")[2]
        self.sign_in(terminal, "小李", password)

        shown = terminal.run("audit").stdout
        only_one = terminal.run("audit", "--actor", "小李").stdout

        assert "staff_added" in shown
        assert "signed_in" in only_one
        assert "staff_added" not in only_one

    @pytest.mark.parametrize("verb", ["token", "password", "reset", "lock", "unlock"])
    def test_knows_nobody_who_was_never_added(self, terminal: Terminal, verb: str) -> None:
        assert sentence(terminal.run("staff", verb, "小王")) == "there is no 小王"

    def test_refuses_a_role_that_does_not_exist(self, terminal: Terminal) -> None:
        assert terminal.run("staff", "add", "小李", "--role", "king").exit_code == 2


class TestDoctor:
    def test_tells_what_is_missing_without_falling_over(self, terminal: Terminal) -> None:
        shown = terminal.run("doctor")

        assert shown.exit_code == 1
        assert "no  encoder: no encoder in " in shown.stdout
        assert "0 trained bot models" in shown.stdout

    def test_tells_that_nothing_is_published(self, terminal: Terminal) -> None:
        terminal.run("knowledge", "import")

        shown = terminal.run("doctor")

        assert "no  power: nothing published: seatmate setup" in shown.stdout

    @pytest.mark.needs_encoder
    def test_tells_what_is_live_and_what_the_licence_allows(
        self, terminal_with_encoder: Terminal, encoder: OnnxEncoder
    ) -> None:
        shown = terminal_with_encoder.run("doctor")

        assert f"ok  encoder {encoder.fingerprint}" in shown.stdout
        assert "ok  power: publication 1 of " in shown.stdout
        assert "encoder licence: " in shown.stdout


class TestEncoder:
    def test_lists_the_known_ones_with_their_licences(self, terminal: Terminal) -> None:
        shown = terminal.run("encoder", "list")

        assert "bge-small-zh-v1.5: MIT" in shown.stdout

    def test_adopts_none_it_does_not_know(self, terminal: Terminal) -> None:
        assert "unknown encoder 'gpt'" in sentence(terminal.run("encoder", "adopt", "gpt"))
