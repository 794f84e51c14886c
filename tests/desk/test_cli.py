"""The command line: every command explains itself, does its work, and fails in one sentence."""

import asyncio
import json
import os
import socket
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from connectors.sign_in import StaffService
from conversations.people import Role
from desk.app import now
from desk.cli import app
from desk.database import Database, migrate
from desk.settings import Settings
from desk.supervisor import only_one
from knowledge.encoder import OnnxEncoder
from knowledge.entry import Entry
from knowledge.store import KnowledgeStore
from tests.knowledge.small_corpus import PAYING, SMALL_CORPUS, WAITING, Library
from tickets.service import TicketService
from tickets.store import NewTicket
from tickets.ticket import Kind, State

Made = TypeVar("Made")


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
        return CliRunner().invoke(app, list(words), env={**environment, "COLUMNS": "200"})

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
        assert named >= {f"knowledge {verb}" for verb in ("publish", "rollback")}
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

    def test_asks_for_a_publication_first(self, terminal: Terminal, files: Path) -> None:
        failed = self.evaluate(terminal, files)

        assert "seatmate knowledge publish" in sentence(failed)


@pytest.mark.needs_encoder
class TestAsk:
    def test_shows_the_decision_and_why(self, terminal_with_encoder: Terminal) -> None:
        shown = terminal_with_encoder.run("ask", "电费在哪里交")

        first_lines = shown.stdout.splitlines()[:3]
        assert first_lines[0] == "decision: answer"
        assert f"{PAYING.title}  [{PAYING.entry_id} v1, {PAYING.source}]" in first_lines[1]
        assert "similarity 1.000" in first_lines[1]
        assert first_lines[2].strip() == PAYING.answer

    def test_asks_for_a_publication_first(self, terminal_with_encoder: Terminal) -> None:
        failed = terminal_with_encoder.run("ask", "电费在哪里交", "--profile", "gas")

        assert "seatmate knowledge publish" in sentence(failed)


class TestTickets:
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

    @pytest.mark.parametrize("verb", ["token", "password"])
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
