"""`seatmate bot …`: whatever a trainer does on the page, by the command line."""

import json
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from conversations.archives import Archives, Serving
from conversations.bot_client import Turn
from conversations.bot_exam import HeldOut, compare
from conversations.listening import Listening
from conversations.masking import make_mask
from conversations.people import Role
from conversations.utterance import Read
from desk.cli import app
from desk.cli.examining import runs_of
from desk.clock import now
from desk.database import Database, migrate
from desk.paths import Paths
from desk.settings import ROOT, Settings
from knowledge.run import RunKind
from tests.apart import apart
from tests.archives import make_archive
from tickets.informants import load_seal

SAID = "把电表挪到楼道里成不成"


class Terminal:
    """A centre on disk, and somebody who types commands."""

    def __init__(self, folder: Path) -> None:
        self.taught = folder / "training_data"
        shutil.copytree(ROOT / "training_data", self.taught)
        self.settings = Settings(_env_file=None, data_dir=folder / "var", training_data=self.taught)
        self.settings.data_dir.mkdir()
        migrate(self.settings.database)

    def types(self, *words: str) -> Result:
        folders = {
            "SEATMATE_DATA_DIR": str(self.settings.data_dir),
            "SEATMATE_TRAINING_DATA": str(self.taught),
        }
        return CliRunner().invoke(app, ["bot", *words], env=folders)

    def inside(self, work: Callable[[Database], Awaitable[None]]) -> None:
        apart(work, self.settings.database)

    def hears(self, text: str) -> None:
        async def work(database: Database) -> None:
            listening = Listening(
                mask=make_mask(),
                seal=load_seal(ROOT / "profiles" / "informants.yml", roles=list(Role)),
                write=database.write,
                clock=now,
            )
            turn = Turn(conversation_id="lihua", message_id="1", profile="power", text=text)
            listening.hear(turn, Read(intent="nlu_fallback", first="correct", confidence=0.2))
            await listening.run()

        self.inside(work)

    def trained(self, read: str) -> Archives:
        """A training that read the one held-out line so; an older bot serves."""
        archives, models = Archives(Paths.of(self.settings).models), Paths.of(self.settings).models
        models.mkdir(parents=True)
        for name in ("old.tar.gz", "new.tar.gz"):
            make_archive(models / name, f"model of {name}")
            archives.record(name, inputs="i", at=now())
        archives.choose(Serving(archive="old.tar.gz", inputs="i", at=now().isoformat(), by="小陈"))
        outcome = compare(
            [HeldOut(text="挪个表", intent="apply")],
            before=("old.tar.gz", ["apply"]),
            after=("new.tar.gz", [read]),
            sha256="",
            examples=1,
        )

        async def work(database: Database) -> None:
            runs = runs_of(database)
            run = await runs.begin("", author="小陈", kind=RunKind.BOT)
            await runs.finish_training(run.no, outcome.to_json())

        self.inside(work)
        return archives


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path)


def test_a_misread_line_is_listed_relabelled_and_written(terminal: Terminal) -> None:
    terminal.hears(SAID)
    (line,) = json.loads(terminal.types("utterances", "--json").stdout)

    told = terminal.types("relabel", str(line["utterance_id"]), "apply", "--by", "小陈")
    written = terminal.types("lessons", "--write")

    assert told.exit_code == 0, told.stderr
    assert f"+ apply: {SAID}" in written.stdout
    assert f"    - {SAID}\n" in (terminal.taught / "nlu" / "requests.yml").read_text("utf-8")


def test_an_example_written_by_mistake_is_found_and_taken_out(terminal: Terminal) -> None:
    terminal.hears(SAID)
    (line,) = json.loads(terminal.types("utterances", "--json").stdout)
    terminal.types("relabel", str(line["utterance_id"]), "apply", "--by", "小陈")
    terminal.types("lessons", "--write")

    shown = terminal.types("examples", SAID[:6])
    taken = terminal.types("take-out", "apply", SAID, "--by", "小陈")

    assert f"apply: {SAID}" in shown.stdout
    assert taken.exit_code == 0, taken.stderr
    assert SAID not in (terminal.taught / "nlu" / "requests.yml").read_text("utf-8")


def test_a_trained_bot_is_chosen_and_the_one_before_again(terminal: Terminal) -> None:
    archives = terminal.trained("apply")

    swapped = terminal.types("swap", "1", "--by", "小陈")
    assert swapped.exit_code == 0, swapped.stderr
    assert "new.tar.gz serves" in swapped.stdout

    assert "old.tar.gz serves" in terminal.types("back", "--by", "小陈").stdout
    serving = archives.serving()
    assert serving is not None
    assert serving.archive == "old.tar.gz"


def test_a_worse_bot_is_not_chosen_without_a_reason(terminal: Terminal) -> None:
    terminal.trained("vent")

    refused = terminal.types("swap", "1", "--by", "小陈")

    assert refused.exit_code == 1
    assert "reads the held-out lines worse" in refused.stderr
    allowed = terminal.types("swap", "1", "--by", "小陈", "--override", "考题写错了")
    assert allowed.exit_code == 0


def test_what_came_of_a_training_is_told_by_its_number(terminal: Terminal) -> None:
    terminal.trained("urge")

    told = json.loads(terminal.types("trainings", "--no", "1", "--json").stdout)

    assert told["trained"]["is_worse"] is True
    assert [each["text"] for each in told["trained"]["turned"]] == ["挪个表"]


def test_a_decided_line_is_listed_with_who_decided(terminal: Terminal) -> None:
    terminal.hears(SAID)
    (line,) = json.loads(terminal.types("utterances", "--json").stdout)
    terminal.types("relabel", str(line["utterance_id"]), "apply", "--by", "小陈")

    (decided,) = json.loads(terminal.types("utterances", "--decided", "--json").stdout)

    assert (decided["intent"], decided["decided_by"]) == ("apply", "小陈")
