"""After tuning: the chosen encoder is used at the next start, and everything follows it."""

import json
import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from desk import steps
from desk.bot_process import bot_environment
from desk.cli import app
from desk.cli.tuning import live_centres
from desk.database import Database
from desk.settings import Settings
from knowledge.encoder import OnnxEncoder
from knowledge.entry import NothingPublished
from knowledge.exam_question_store import ExamQuestionStore
from knowledge.exam_questions import Kept
from knowledge.shelf import use
from knowledge.store import KnowledgeStore
from tests.desk.small_centre import make_small_centre, settings_of
from tests.knowledge.small_corpus import PAYING, SMALL_CORPUS, labelled_questions

TUNED = "m3e-small-tuned-0a1b2c3d"


@pytest.fixture
def folder(tmp_path: Path, encoder: OnnxEncoder) -> Path:
    """A small centre with two encoders: the base, and one that says it was tuned from it."""
    folder = tmp_path / "centre"
    encoders = make_small_centre(folder).encoders_dir
    base = encoders.resolve() / "m3e-small"
    encoders.unlink()
    encoders.mkdir()
    (encoders / "m3e-small").symlink_to(base)
    (encoders / TUNED).mkdir()
    for name in ("model.onnx", "tokenizer.json"):
        (encoders / TUNED / name).symlink_to(base / name)
    card = json.loads((base / "encoder.json").read_text(encoding="utf-8"))
    tuned = {**card, "name": TUNED, "base": "m3e-small"}
    (encoders / TUNED / "encoder.json").write_text(json.dumps(tuned), encoding="utf-8")
    return folder


@pytest.fixture
def centre(folder: Path) -> Settings:
    return settings_of(folder)


@pytest.fixture
async def database(centre: Settings) -> AsyncIterator[Database]:
    steps.ensure_schema(centre)
    opened = Database(centre.database)
    yield opened
    await opened.close()


async def live_encoder(database: Database) -> str:
    """What the live publication was made with."""
    async with database.read() as connection:
        store = KnowledgeStore(connection)
        return (await store.get_publication((await store.live_numbers())["small"])).encoder


@pytest.mark.needs_encoder
class TestNextStart:
    async def test_publishes_with_the_chosen_encoder_and_with_the_base_after_going_back(
        self, database: Database, folder: Path
    ) -> None:
        seen = []
        for chosen in ("m3e-small", TUNED, "m3e-small"):
            use(folder / "var" / "encoders", chosen, setting="m3e-small")
            await steps.ensure_published(database, settings_of(folder), say=lambda _: None)
            seen.append((await live_encoder(database)).partition("@")[0])

        assert seen == ["m3e-small", TUNED, "m3e-small"]

    def test_gives_the_bot_the_chosen_encoder(self, centre: Settings, folder: Path) -> None:
        use(centre.encoders_dir, TUNED, setting=centre.encoder)

        environment = bot_environment(settings_of(folder))

        assert environment["SEATMATE_ENCODER_DIR"] == str(centre.encoders_dir / TUNED)

    def test_is_what_counts_and_not_the_moment_of_choosing(self, centre: Settings) -> None:
        before = centre.encoder_dir

        use(centre.encoders_dir, TUNED, setting=centre.encoder)

        assert centre.encoder_dir == before


@pytest.mark.needs_encoder
class TestLiveCentres:
    async def test_gives_what_is_live_and_never_the_test_questions(
        self, database: Database, centre: Settings
    ) -> None:
        await steps.ensure_published(database, centre, say=lambda _: None)

        (small,) = await live_centres(centre)

        assert {entry.entry_id for entry in small.entries} == {
            entry.entry_id for entry in SMALL_CORPUS
        }
        assert list(small.held_out) == labelled_questions()
        assert "抢修师傅多长时间能赶到" not in {question.text for question in small.held_out}

    async def test_keeps_apart_what_trainers_test_and_what_the_file_tests(
        self, database: Database, centre: Settings
    ) -> None:
        await steps.ensure_published(database, centre, say=lambda _: None)
        added = Kept(
            profile="small",
            text="钱往哪儿交呢",
            entries=(PAYING.entry_id,),
            is_removed=False,
            author="小陈",
            at=datetime.now(UTC),
        )
        removed = replace(added, text="抢修师傅多长时间能赶到", is_removed=True)
        async with database.write() as connection:
            for each in (added, removed):
                await ExamQuestionStore(connection).put(each)

        (small,) = await live_centres(centre)

        assert {added.text, removed.text} <= {each.text for each in small.tests}

    async def test_asks_for_a_publication_first(self, centre: Settings) -> None:
        with pytest.raises(NothingPublished, match="seatmate setup"):
            await live_centres(centre)


class TestCommandLine:
    @pytest.fixture
    def environment(self, folder: Path) -> dict[str, str]:
        return {"SEATMATE_DATA_DIR": str(folder / "var")}

    def test_lists_what_is_adopted_and_marks_the_one_in_use(
        self, environment: dict[str, str]
    ) -> None:
        CliRunner().invoke(app, ["encoder", "use", TUNED], env=environment)

        shown = CliRunner().invoke(app, ["encoder", "list"], env=environment).stdout

        assert "bge-small-zh-v1.5: MIT" in shown
        assert "m3e-small (adopted): research use only" in shown
        assert f"{TUNED} (in use): research use only" in shown
        assert "tuned from m3e-small" in shown

    def test_uses_no_encoder_that_is_not_here(self, environment: dict[str, str]) -> None:
        failed = CliRunner().invoke(app, ["encoder", "use", "gpt"], env=environment)

        assert failed.exit_code == 1
        assert failed.stderr.startswith("there is no encoder 'gpt' here: ")

    def test_tunes_nothing_while_nothing_is_published(self, environment: dict[str, str]) -> None:
        failed = CliRunner().invoke(app, ["knowledge", "tune"], env=environment)

        assert failed.exit_code == 1
        assert failed.stderr == "nothing is published yet: seatmate setup\n"

    def test_asks_for_setup_when_there_is_no_encoder(
        self, tmp_path: Path, environment: dict[str, str]
    ) -> None:
        shutil.rmtree(Path(environment["SEATMATE_DATA_DIR"]) / "encoders")

        failed = CliRunner().invoke(app, ["knowledge", "tune"], env=environment)

        assert failed.exit_code == 1
        assert len(failed.stderr.splitlines()) == 1
