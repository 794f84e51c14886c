"""The desk on a real PostgreSQL server: its schema, what it cannot hold, what it must refuse."""

import asyncio
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from conversations.message import Conversation, Incoming, Mode
from conversations.store import ConversationStore
from conversations.turn_store import TurnStore
from desk.database import METADATA, Database, DatabaseUnfit, migrate
from tests.conftest import SATURDAY_MORNING
from tests.postgres_server import PostgresServer

pytestmark = pytest.mark.needs_postgres

MINE = Conversation(
    conversation_id="xiaozhang",
    profile="power",
    channel="web",
    mode=Mode.BOT,
    opened_at=SATURDAY_MORNING,
)

WRITE_AND_DIE = """
import asyncio, os, signal, sys
from sqlalchemy import text
from desk.database import Database

async def main():
    async with Database(sys.argv[1]).write() as connection:
        await connection.execute(text("INSERT INTO ticket_days (day, last) VALUES ('20261121', 1)"))
        os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main())
"""
CUT_THE_OTHERS = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


async def differences(url: str) -> list[object]:
    """What the database still lacks, or has too much, against the tables declared in code."""

    def compare(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, list(METADATA)))

    engine = create_async_engine(url)
    async with engine.connect() as connection:
        found = await connection.run_sync(compare)
    await engine.dispose()
    return found


async def tables_of(url: str) -> set[str]:
    engine = create_async_engine(url)
    async with engine.connect() as connection:
        names = await connection.run_sync(lambda each: inspect(each).get_table_names())
    await engine.dispose()
    return set(names)


class TestMigrate:
    def test_makes_an_empty_database_exactly_what_the_code_declares(
        self, postgres: PostgresServer
    ) -> None:
        assert asyncio.run(differences(postgres.new_database())) == []

    def test_makes_every_table_once_when_two_desks_start_at_the_same_time(
        self, postgres: PostgresServer
    ) -> None:
        url = postgres.new_database(like="template1")

        with ThreadPoolExecutor() as processes:
            for done in [processes.submit(_migrate_elsewhere, url) for _ in range(2)]:
                assert done.result() == 0

        declared = {name for metadata in METADATA for name in metadata.tables}
        assert asyncio.run(tables_of(url)) == declared | {"alembic_version"}

    async def test_works_where_an_event_loop_already_runs(self, postgres: PostgresServer) -> None:
        url = await asyncio.to_thread(postgres.new_database)

        migrate(url)

        assert await differences(url) == []

    def test_refuses_a_database_that_knows_no_chinese(self, postgres: PostgresServer) -> None:
        url = postgres.new_database(like="template0", options="ENCODING 'SQL_ASCII' LOCALE 'C'")

        with pytest.raises(DatabaseUnfit, match="CREATE DATABASE seatmate"):
            migrate(url)

        assert asyncio.run(tables_of(url)) == set()


def _migrate_elsewhere(url: str) -> int:
    code = "import sys; from desk.database import migrate; migrate(sys.argv[1])"
    return subprocess.run([sys.executable, "-c", code, url], check=False).returncode


class TestDatabase:
    @pytest.fixture
    def database_url(self, postgres: PostgresServer) -> str:
        return postgres.new_database()

    async def test_takes_a_line_with_the_one_sign_it_cannot_hold(self, database: Database) -> None:
        line = Incoming(message_id="line\0 1", text="停\0电", payload=None)

        async with database.write() as connection:
            await ConversationStore(connection).add(MINE, token_hash="")
            await TurnStore(connection).add_incoming(
                MINE.conversation_id, line, at=SATURDAY_MORNING
            )

        async with database.read() as connection:
            assert await TurnStore(connection).has_incoming(MINE.conversation_id, "line\0 1")
            (kept,) = await ConversationStore(connection).list_messages(MINE.conversation_id)
        assert kept.reply.text == "停\ufffd电"

    async def test_keeps_nothing_of_a_killed_writer_and_waits_for_it_no_longer(
        self, database: Database, database_url: str
    ) -> None:
        killed = await asyncio.to_thread(
            subprocess.run, [sys.executable, "-c", WRITE_AND_DIE, database_url], check=False
        )

        async with database.write() as connection:
            days = await connection.scalar(text("SELECT count(*) FROM ticket_days"))
        assert (killed.returncode, days) == (-signal.SIGKILL, 0)

    async def test_gives_up_on_another_writer_that_never_ends(self, database: Database) -> None:
        async with database.write():
            with pytest.raises(DBAPIError, match="lock timeout"):
                async with database.write():
                    pass

    async def test_goes_on_after_the_server_has_cut_its_connections(
        self, database: Database, database_url: str
    ) -> None:
        async with database.read() as connection:
            await connection.execute(text("SELECT 1"))
        elsewhere = Database(database_url)
        async with elsewhere.read() as connection:
            await connection.execute(CUT_THE_OTHERS)
        await elsewhere.close()

        async with database.read() as connection:
            assert await connection.scalar(text("SELECT 1")) == 1
