"""Outcomes of suggestions in the database."""

from dataclasses import replace
from datetime import timedelta

import pytest

from desk.database import Database
from knowledge.pick_store import PickStore, Shown, Told
from knowledge.picks import Outcome
from tests.conftest import SATURDAY_MORNING

pytestmark = pytest.mark.each_database

TOLD = Told(
    shown=Shown(
        suggestion_id="a1",
        profile="power",
        conversation_id="lihua",
        line="停电三个小时了",
        entry_id="script-calm",
        version=1,
        place=2,
    ),
    outcome=Outcome.PICKED,
    actor="小李",
    at=SATURDAY_MORNING,
)


async def put(database: Database, *told: Told) -> None:
    async with database.write() as connection:
        for each in told:
            await PickStore(connection).put(each)


async def last(database: Database, **more: object) -> list[Told]:
    async with database.read() as connection:
        return list(await PickStore(connection).list_last("power", **{"limit": 10, **more}))  # type: ignore[arg-type]


async def test_come_back_as_they_were_put(database: Database) -> None:
    await put(database, TOLD)

    assert await last(database) == [TOLD]


async def test_count_once_for_a_suggestion_and_the_last_word_stands(database: Database) -> None:
    wrong = replace(TOLD, outcome=Outcome.WRONG, at=TOLD.at + timedelta(seconds=5))

    await put(database, TOLD, TOLD, wrong)

    assert await last(database) == [wrong]


async def test_are_listed_newest_first_and_from_a_moment_on(database: Database) -> None:
    later = replace(
        TOLD,
        shown=replace(TOLD.shown, suggestion_id="b2"),
        at=TOLD.at + timedelta(minutes=1),
    )

    await put(database, TOLD, later)

    assert await last(database) == [later, TOLD]
    assert await last(database, since=later.at) == [later]
    assert await last(database, limit=1) == [later]


async def test_teach_nothing_without_a_line_or_in_another_centre(database: Database) -> None:
    sealed = replace(TOLD, shown=replace(TOLD.shown, line=""))
    elsewhere = replace(TOLD, shown=replace(TOLD.shown, suggestion_id="c3", profile="gas"))

    await put(database, sealed, elsewhere)

    assert await last(database) == []
