"""Measuring what is live: as customers meet it now, not as it was when it was published."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from desk import steps
from desk.clock import now
from desk.database import Database
from desk.measuring import evaluate_live
from desk.settings import Settings
from knowledge.editing import Editor, Ref
from knowledge.encoder import OnnxEncoder
from knowledge.entry import KnowledgeError
from knowledge.exam import NothingToAsk
from tests.desk.small_centre import make_small_centre
from tests.knowledge.small_corpus import PAYING, SMALL_CORPUS, WAITING, Library

pytestmark = pytest.mark.needs_encoder

TESTS = f"""\
questions:
  - {{ask: {WAITING.title}, entries: [{WAITING.entry_id}]}}
  - {{ask: {PAYING.title}, entries: [{PAYING.entry_id}]}}
"""


@pytest.fixture
def centre(tmp_path: Path) -> Settings:
    settings = make_small_centre(tmp_path)
    home = settings.profiles_dir / "small" / "questions"
    (home / "test.yml").write_text(TESTS, encoding="utf-8")
    return settings


@pytest.fixture
async def small_database(centre: Settings) -> AsyncIterator[Database]:
    steps.ensure_schema(centre)
    database = Database(centre.database)
    yield database
    await database.close()


async def publish(database: Database, fingerprint: str) -> None:
    await Library(database, fingerprint, now).publish(*SMALL_CORPUS, profile="small")


async def withdraw(database: Database, *entry_ids: str) -> None:
    editor = Editor(write=database.write, read=database.read)
    for entry_id in entry_ids:
        ref = Ref(profile="small", entry_id=entry_id, version=1)
        await editor.withdraw(ref, author="小陈", reason="过时", now=now())


async def hit_at_1(database: Database, centre: Settings) -> float:
    return (await evaluate_live(database, centre, "small"))["ours"]["hit@1"]


async def test_what_is_live_is_asked_all_test_questions(
    small_database: Database, centre: Settings, encoder: OnnxEncoder
) -> None:
    await publish(small_database, encoder.fingerprint)

    assert await hit_at_1(small_database, centre) == 1.0


async def test_what_was_withdrawn_since_is_not_asked(
    small_database: Database, centre: Settings, encoder: OnnxEncoder
) -> None:
    await publish(small_database, encoder.fingerprint)
    await withdraw(small_database, PAYING.entry_id)

    assert await hit_at_1(small_database, centre) == 1.0

    await withdraw(small_database, WAITING.entry_id)
    with pytest.raises(NothingToAsk, match="no test question of small"):
        await hit_at_1(small_database, centre)


async def test_a_publication_is_searched_with_the_encoder_that_made_it(
    small_database: Database, centre: Settings, encoder: OnnxEncoder
) -> None:
    await publish(small_database, encoder.fingerprint)

    another_in_use = centre.model_copy(update={"encoder": "another"})

    assert await hit_at_1(small_database, another_in_use) == 1.0


async def test_an_encoder_that_went_away_is_named(
    small_database: Database, centre: Settings
) -> None:
    await publish(small_database, "m3e-small@gone")

    with pytest.raises(KnowledgeError, match="made with m3e-small@gone, which is not here"):
        await hit_at_1(small_database, centre)
