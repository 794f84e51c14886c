"""The database: one engine, read and write transactions, and its schema's version."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import MetaData, event, make_url, text
from sqlalchemy.engine import Connection
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

import conversations.audit_store
import conversations.case_tables
import conversations.door_store
import conversations.duty_store
import conversations.handover_store
import conversations.lease_store
import conversations.letter_store
import conversations.people_store
import conversations.tables
import conversations.talk_alarm_store
import conversations.thumb_store
import conversations.utterance_tables
import knowledge.exam_question_store
import knowledge.gap_tables
import knowledge.hit_store
import knowledge.pick_store
import knowledge.run_store
import knowledge.store
import tickets.attachment_store
import tickets.event_tables
import tickets.informant_store
import tickets.sent_file_store
import tickets.tables

METADATA: tuple[MetaData, ...] = (
    tickets.tables.metadata,
    tickets.attachment_store.metadata,
    tickets.event_tables.metadata,
    tickets.sent_file_store.metadata,
    tickets.informant_store.metadata,
    knowledge.store.metadata,
    knowledge.hit_store.metadata,
    knowledge.gap_tables.metadata,
    knowledge.exam_question_store.metadata,
    knowledge.pick_store.metadata,
    knowledge.run_store.metadata,
    conversations.tables.metadata,
    conversations.thumb_store.metadata,
    conversations.utterance_tables.metadata,
    # with the letters
    conversations.door_store.metadata,
    conversations.lease_store.metadata,
    conversations.handover_store.metadata,
    conversations.talk_alarm_store.metadata,
    conversations.duty_store.metadata,
    conversations.people_store.metadata,
    conversations.audit_store.metadata,
    conversations.case_tables.metadata,
)

_WRITES = "seatmate_writes"
# any number, but the same in every process of every desk on one database
_WRITERS_LOCK = 95598
_ONE_WRITER = text("SELECT pg_advisory_xact_lock(:key)")
# sixty at once waited little more than a second
_LONGEST_LINE_S = 20.0
_ORDERS_BY_CODE_POINT = text("SELECT 'a-b' < 'aab' AND 'B' < 'a'")
_ENCODING = text("SHOW server_encoding")
_POSTGRES_SETTINGS = {
    "application_name": "seatmate",
    # as long as SQLite's busy_timeout: a writer that waits longer fails
    "lock_timeout": "5000",
    # no question of the desk is long enough to be worth starting helpers for, and with them the
    # server would rather read every ticket than the index of what is open
    "max_parallel_workers_per_gather": "0",
    # the open tickets of a centre lie in memory or on an SSD; at the price of a turning disk the
    # server would read them all instead of the index that holds what the daily review counts
    "random_page_cost": "1.1",
    # a frozen process must not keep every other writer waiting
    "idle_in_transaction_session_timeout": "60000",
}


class DatabaseUnfit(ValueError):
    """This database cannot hold the desk's data; the text says why and what to do."""


class Database:
    """Transactions on one engine; the caller of `write` is the edge that commits."""

    def __init__(self, url: str) -> None:
        backend = make_url(url).get_backend_name()
        self._is_postgres = backend == "postgresql"
        self._line = asyncio.Lock()
        self._engine = create_async_engine(url, **_options(backend))
        if self._is_postgres:
            event.listen(
                self._engine.sync_engine, "before_cursor_execute", _without_nul, retval=True
            )
        else:
            event.listen(self._engine.sync_engine, "connect", _prepare_sqlite)
            event.listen(self._engine.sync_engine, "begin", _begin_sqlite)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that only reads, and sees one moment of the database throughout."""
        async with self._engine.connect() as connection:
            if self._is_postgres:
                await connection.execution_options(isolation_level="REPEATABLE READ")
            yield connection

    @asynccontextmanager
    async def _in_line(self) -> AsyncIterator[None]:
        """A writer's turn among those of this process, who wait without a connection.

        SQLite lets its writers try again until the timeout, the lucky one first: of forty that
        write at once some fail. PostgreSQL keeps its own line. Raises `TimeoutError` behind one
        that does not end.
        """
        if self._is_postgres:
            yield
            return
        async with asyncio.timeout(_LONGEST_LINE_S):
            await self._line.acquire()
        try:
            yield
        finally:
            self._line.release()

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that commits at its end and rolls back on any error; one at a time."""
        async with self._in_line(), self._engine.connect() as connection:
            await connection.execution_options(**{_WRITES: True})
            async with connection.begin():
                if self._is_postgres:
                    # what a verb reads before it writes must still hold when it writes
                    await connection.execute(_ONE_WRITER, {"key": _WRITERS_LOCK})
                yield connection

    async def close(self) -> None:
        """Close every connection."""
        await self._engine.dispose()


@asynccontextmanager
async def open_database(url: str) -> AsyncIterator[Database]:
    """A database for the time of some work."""
    database = Database(url)
    try:
        yield database
    finally:
        await database.close()


def migrate(url: str) -> None:
    """Bring the schema to the newest revision; safe to run at every start."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    command.upgrade(config, "head")


async def refuse_unfit_postgres(connection: AsyncConnection) -> None:
    """Raise `DatabaseUnfit` unless text is UTF-8 and ordered by code point, as SQLite orders it.

    Moments are kept as text in ISO 8601: a linguistic order skips their signs and mixes them up.
    Also keeps other migrations of this database waiting until the transaction ends.
    """
    await connection.execute(_ONE_WRITER, {"key": _WRITERS_LOCK})
    encoding = await connection.scalar(_ENCODING)
    if encoding != "UTF8" or not await connection.scalar(_ORDERS_BY_CODE_POINT):
        raise DatabaseUnfit(
            "this PostgreSQL database must be in UTF-8 with the order C; make one with: "
            "CREATE DATABASE seatmate TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'"
        )


def _options(backend: str) -> dict[str, Any]:
    # what customers wrote is in no log, whatever goes wrong with writing it down
    options: dict[str, Any] = {"hide_parameters": True}
    if backend != "postgresql":
        return options
    # a connection that a restarted server has cut is replaced, not handed out
    server = {"server_settings": _POSTGRES_SETTINGS}
    return {**options, "pool_pre_ping": True, "connect_args": server}


def _without_nul(
    connection: Connection,
    cursor: object,
    statement: str,
    parameters: Any,
    context: object,
    many: bool,
) -> tuple[str, Any]:
    """PostgreSQL holds every character but U+0000, which anybody can send."""
    return statement, _replaced(parameters)


def _replaced(parameters: Any) -> Any:
    if isinstance(parameters, str):
        return parameters.replace("\0", "\ufffd")
    if isinstance(parameters, list | tuple):
        return type(parameters)(_replaced(each) for each in parameters)
    return parameters


def _prepare_sqlite(connection: DBAPIConnection, _: object) -> None:
    # the driver must not begin transactions by itself: `_begin_sqlite` says which kind
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    # the WAL survives a killed process; FULL also survives a power cut
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA busy_timeout=5000")
    # 64 MB, as far as they are used: lists over 100,000 tickets do not fit into the default of 2
    cursor.execute("PRAGMA cache_size=-65536")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # a write begun as a read can fail at once with "locked" when another writer came between
    writes = connection.get_execution_options().get(_WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
