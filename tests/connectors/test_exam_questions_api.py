"""The test set over HTTP: what an examination asks, changed by trainers."""

from collections.abc import AsyncIterator

import pytest

from desk.database import Database
from desk.questions import questions_of
from desk.settings import ROOT, Settings
from knowledge.exam_questions import id_of
from tests.conftest import Clock
from tests.connectors.conftest import problem_of
from tests.connectors.console import Console, Trainer
from tests.knowledge.small_corpus import PAYING, SMALL_CORPUS, Library
from tickets.profile import Profile

ASKED = "光伏并网要找谁去办理呀"


@pytest.fixture
def settings(tmp_path: object, database: Database) -> Settings:
    return Settings(_env_file=None, data_dir=tmp_path, profile="power")


@pytest.fixture
async def console(
    settings: Settings, database: Database, clock: Clock, power: Profile
) -> AsyncIterator[Console]:
    await Library(database, "nobody's", clock).publish(*SMALL_CORPUS)
    made = Console(settings=settings, database=database, profile=power, encoder=None, clock=clock)
    yield made
    await made.close()


@pytest.fixture
async def trainer(console: Console) -> Trainer:
    return await console.hire("小陈")


async def test_a_question_that_is_added_is_asked_by_the_next_examination(
    trainer: Trainer, database: Database
) -> None:
    added = await trainer.post("tests", text=ASKED, entries=[PAYING.entry_id])

    assert added.status_code == 201
    _, tests = await questions_of(database, ROOT / "profiles" / "power")
    (asked,) = [each for each in tests if each.text == ASKED]
    assert asked.relevant == {PAYING.entry_id}


async def test_the_table_is_searched_and_paged(trainer: Trainer) -> None:
    await trainer.post("tests", text=ASKED, entries=[PAYING.entry_id])

    found = await trainer.get("tests", q="光伏并网要找谁去", limit=1)

    assert found["total"] == 1
    assert (found["questions"][0]["text"], found["questions"][0]["author"]) == (ASKED, "小陈")


async def test_a_question_whose_entries_are_gone_is_marked_and_counted(trainer: Trainer) -> None:
    # the file's questions are about the whole corpus, of which only six entries are here
    found = await trainer.get("tests", only="not_asked")

    assert found["total"] == found["not_asked"] > 0
    assert all(each["gone"] and not each["is_asked"] for each in found["questions"])


async def test_a_removed_question_can_be_put_back(trainer: Trainer) -> None:
    question = (await trainer.get("tests", only="out_of_scope"))["questions"][0]
    path = f"tests/{question['question_id']}"

    removed = await trainer.call("DELETE", path)
    (gone,) = (await trainer.get("tests", only="removed"))["questions"]
    restored = await trainer.post(f"{path}/restore")

    assert (removed.status_code, restored.status_code) == (204, 204)
    assert gone["text"] == question["text"]
    assert (await trainer.get("tests", only="removed"))["total"] == 0


async def test_the_same_question_twice_is_refused(trainer: Trainer) -> None:
    await trainer.post("tests", text=ASKED, entries=[PAYING.entry_id])

    refused = await trainer.post("tests", text=f"{ASKED}？", entries=[])

    assert "已经有一道同样的测试题" in problem_of(refused)["detail"]


async def test_a_question_that_is_not_there_is_told(trainer: Trainer) -> None:
    refused = await trainer.call("DELETE", f"tests/{id_of('没有')}")

    assert problem_of(refused)["status"] == 404
