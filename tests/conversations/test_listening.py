"""What the bot took lines for, kept turn by turn beside the talk."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import DBAPIError

from conversations.bot_client import Turn
from conversations.handover_store import handovers
from conversations.listening import OLDEST, Listening
from conversations.masking import make_mask
from conversations.people import Role
from conversations.utterance import Doubt, Read
from conversations.utterance_store import UtteranceStore
from desk.database import Database
from desk.settings import ROOT
from tests.conftest import Clock
from tickets.informants import load_seal

UNSURE = Read(intent="nlu_fallback", first="apply", confidence=0.2)
SURE = Read(intent="apply", first="apply", confidence=0.9)
TURN = Turn(conversation_id="lihua", message_id="m1", profile="power", text="把表挪个地方成吗")

pytestmark = pytest.mark.each_database


@pytest.fixture
def listening(database: Database, clock: Clock) -> Listening:
    return Listening(
        mask=make_mask(),
        seal=load_seal(ROOT / "profiles" / "informants.yml", roles=list(Role)),
        write=database.write,
        clock=clock,
    )


async def doubts(database: Database) -> list[Doubt]:
    async with database.read() as connection:
        found, _ = await UtteranceStore(connection).list_open("power", None, offset=0, limit=9)
    return [each.doubt for each in found]


async def test_keeps_a_turn_that_is_asked_again_once(
    listening: Listening, database: Database
) -> None:
    listening.hear(TURN, UNSURE)
    listening.hear(TURN, UNSURE)

    assert await listening.run() == 1
    assert await doubts(database) == [Doubt.UNSURE]


async def test_hears_later_that_a_person_was_called_right_after(
    listening: Listening, database: Database, clock: Clock
) -> None:
    listening.hear(TURN, SURE)
    await listening.run()
    clock.move(timedelta(minutes=1))
    async with database.write() as connection:
        called = {"conversation_id": "lihua", "profile": "power", "reason": "asked", "summary": {}}
        await connection.execute(
            insert(handovers).values(**called, asked_at=clock().isoformat(), wait=0)
        )

    await listening.run()

    assert await doubts(database) == [Doubt.HANDED_OVER]


async def test_keeps_nothing_of_a_button(listening: Listening) -> None:
    pressed = Turn(conversation_id="lihua", message_id="m1", profile="power", payload="/apply")

    listening.hear(pressed, UNSURE)

    assert await listening.run() == 0


async def test_forgets_what_nobody_looked_at_for_months(
    listening: Listening, database: Database, clock: Clock
) -> None:
    listening.hear(TURN, UNSURE)
    await listening.run()

    clock.move(OLDEST + timedelta(days=1))
    await listening.run()

    assert await doubts(database) == []


async def test_keeps_what_it_heard_until_the_database_takes_it(
    listening: Listening, database: Database
) -> None:
    listening.hear(TURN, UNSURE)
    await run(database, "ALTER TABLE bot_utterances RENAME TO away")
    with pytest.raises(DBAPIError):
        await listening.run()

    await run(database, "ALTER TABLE away RENAME TO bot_utterances")

    assert await listening.run() == 1


async def run(database: Database, statement: str) -> None:
    async with database.write() as connection:
        await connection.execute(text(statement))
