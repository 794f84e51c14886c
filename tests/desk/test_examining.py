"""`seatmate knowledge examine`: a run that can be followed, cancelled, and published as it was."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest

from desk.cli.examining import runs_of
from desk.database import Database, migrate
from desk.exam_process import environment_of
from desk.settings import ROOT
from desk.steps import bring_in
from knowledge.run import RunState
from knowledge.store import KnowledgeStore
from tests.desk.small_centre import make_small_centre

pytestmark = pytest.mark.needs_encoder

Made = TypeVar("Made")


class Centre:
    """Six entries approved, nothing live, and somebody at a terminal."""

    def __init__(self, folder: Path) -> None:
        self.settings = make_small_centre(folder)
        migrate(self.settings.database)
        self.inside(lambda database: bring_in(database, self.settings, "small"))

    def inside(self, work: Callable[[Database], Awaitable[Made]]) -> Made:
        async def worked() -> Made:
            database = Database(self.settings.database)
            try:
                return await work(database)
            finally:
                await database.close()

        return asyncio.run(worked())

    def types(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "desk", "knowledge", *words],
            cwd=ROOT,
            env=environment_of(self.settings),
            capture_output=True,
            text=True,
            check=False,
        )

    def live(self) -> dict[str, int]:
        async def read(database: Database) -> dict[str, int]:
            async with database.read() as connection:
                return await KnowledgeStore(connection).live_numbers()

        return self.inside(read)

    def begin(self) -> int:
        return self.inside(lambda database: runs_of(database).begin("small", author="小陈")).no

    def state_of(self, no: int) -> RunState:
        return self.inside(lambda database: runs_of(database).get(no)).state


@pytest.fixture
def centre(tmp_path: Path) -> Centre:
    return Centre(tmp_path)


def test_publishes_what_was_examined_and_only_when_told(centre: Centre) -> None:
    examined = centre.types("examine", "--by", "小陈")
    assert "publish --examined 1" in examined.stdout
    assert centre.live() == {}

    published = centre.types("publish", "--examined", "1", "--by", "小陈")

    assert (published.returncode, centre.live()) == (0, {"small": 1})
    assert "published" in centre.types("runs").stdout
    assert centre.state_of(1) is RunState.PUBLISHED


def test_tells_the_figures_of_a_run_by_its_number(centre: Centre) -> None:
    centre.types("examine", "--profile", "small")

    told = json.loads(centre.types("runs", "--no", "1", "--json").stdout)

    assert told["state"] == "examined"
    assert told["questions"] == 1
    assert 0 <= told["ruling"]["figures"]["hit@1"] <= 1

    shown = centre.types("runs", "--no", "1")

    assert shown.returncode == 0, shown.stderr
    assert "against nothing" in shown.stdout
    assert "hit@1" in shown.stdout


def test_begins_no_run_that_was_cancelled(centre: Centre) -> None:
    no = centre.begin()
    assert centre.types("runs", "--cancel", str(no), "--by", "老赵").returncode == 0

    late = centre.types("examine", "--run", str(no))

    assert late.returncode == 1
    assert f"run {no} is cancelled" in late.stderr
    assert centre.state_of(no) is RunState.CANCELLED


def test_tells_in_the_run_why_it_failed_also_in_the_trainers_words(centre: Centre) -> None:
    file = centre.settings.profiles_dir / "small" / "questions" / "calibration.yml"
    file.write_text("questions:\n  - {ask: 谁知道, entries: [no-such-entry]}\n", encoding="utf-8")

    failed = centre.types("examine", "--by", "小陈")

    assert failed.returncode == 1
    run = centre.inside(lambda database: runs_of(database).get(1))
    assert run.state is RunState.FAILED
    assert "no-such-entry" in run.why
    assert "学习用的问法“谁知道”指向没有审核通过的词条（no-such-entry）" in run.told


def test_leaves_out_a_test_question_whose_entry_is_gone(centre: Centre) -> None:
    file = centre.settings.profiles_dir / "small" / "questions" / "test.yml"
    known = "  - {ask: 抢修师傅多长时间能赶到, entries: [outage-arrival]}"
    gone = "  - {ask: 谁知道, entries: [no-such-entry]}"
    file.write_text(f"questions:\n{known}\n{gone}\n", encoding="utf-8")

    done = centre.types("examine", "--by", "小陈")

    assert done.returncode == 0
    run = centre.inside(lambda database: runs_of(database).get(1))
    assert run.examined is not None
    assert run.examined.ruling.left_out == ("谁知道",)
