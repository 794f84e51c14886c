"""The schema's history leads exactly to the tables the subjects declare."""

import asyncio
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect, text

from desk.database import METADATA, Database, migrate
from desk.settings import ROOT
from knowledge.gate import Ruling
from knowledge.store import KnowledgeStore, Publication
from tests.conftest import Clock
from tests.tickets.timed import TERMS, Centre
from tickets.tables import IS_OPEN
from tickets.ticket import Priority, Ticket


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "seatmate.db"


def migrate_file(file: Path) -> None:
    migrate(f"sqlite+aiosqlite:///{file}")


def migrate_file_to(file: Path, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "desk" / "migrations"))
    config.set_main_option("sqlalchemy.url", f"sqlite+aiosqlite:///{file}")
    command.upgrade(config, revision)


OLD_ENTRY = text(
    "INSERT INTO entries VALUES ('power', 'pay', :version, 'faq', '缴费', '怎么交', '[]', "
    "'去柜台', '十项承诺', 'A', '', '', '2023-12-08T00:00:00+08:00', NULL, :state, "
    "'2026-11-01T00:00:00+00:00')"
)
OLD_PUBLICATION = text(
    "INSERT INTO publications VALUES (1, 'power', '2026-11-01T00:00:00+00:00', '小陈', 'm3e', "
    "'{}', '{}')"
)


def differences(file: Path) -> list[object]:
    """What a database still lacks, or has too much, against the tables declared in code."""
    with create_engine(f"sqlite:///{file}").connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, list(METADATA)))


class TestMigrate:
    def test_makes_an_empty_database_exactly_what_the_code_declares(self, file: Path) -> None:
        migrate_file(file)

        assert differences(file) == []

    def test_makes_every_declared_table(self, file: Path) -> None:
        migrate_file(file)

        declared = {name for metadata in METADATA for name in metadata.tables}
        tables = set(inspect(create_engine(f"sqlite:///{file}")).get_table_names())
        assert tables == declared | {"alembic_version"}

    def test_makes_the_index_of_open_tickets_for_the_states_that_the_code_knows(
        self, file: Path
    ) -> None:
        migrate_file(file)

        with create_engine(f"sqlite:///{file}").connect() as connection:
            review = text("EXPLAIN QUERY PLAN SELECT no, kind FROM tickets WHERE profile = '' AND ")
            plan = connection.execute(text(f"{review} {IS_OPEN}")).all()
        # another condition than that of the index would read the tickets themselves
        assert "COVERING INDEX ix_tickets_open" in plan[0][-1]

    def test_harms_nothing_when_it_runs_again(self, file: Path) -> None:
        migrate_file(file)
        engine = create_engine(f"sqlite:///{file}")
        with engine.begin() as connection:
            connection.execute(text("INSERT INTO ticket_days (day, last) VALUES ('20261121', 7)"))

        migrate_file(file)

        with engine.connect() as connection:
            kept = connection.execute(text("SELECT day, last FROM ticket_days")).all()
        assert kept == [("20261121", 7)]
        assert differences(file) == []

    @pytest.mark.parametrize("name", ["坐席 伴", "50%折扣", "a'b"])
    def test_works_in_a_folder_of_any_name(self, tmp_path: Path, name: str) -> None:
        folder = tmp_path / name
        folder.mkdir()

        migrate_file(folder / "seatmate.db")

        assert differences(folder / "seatmate.db") == []


class TestEntriesOfBefore:
    def test_belong_to_the_files_in_their_latest_version(self, file: Path) -> None:
        migrate_file_to(file, "0002")
        engine = create_engine(f"sqlite:///{file}")
        with engine.begin() as connection:
            for version, state in ((1, "approved"), (2, "withdrawn")):
                connection.execute(OLD_ENTRY, {"version": version, "state": state})

        migrate_file(file)

        with engine.connect() as connection:
            kept = connection.execute(text("SELECT version, file_state, origin FROM entries"))
            assert kept.all() == [(1, None, ""), (2, "withdrawn", "")]

    def test_leaves_publications_of_before_without_a_ruling(self, file: Path) -> None:
        migrate_file_to(file, "0002")
        engine = create_engine(f"sqlite:///{file}")
        with engine.begin() as connection:
            connection.execute(OLD_PUBLICATION)

        migrate_file(file)

        async def read() -> Publication:
            database = Database(f"sqlite+aiosqlite:///{file}")
            try:
                async with database.read() as connection:
                    return await KnowledgeStore(connection).get_publication(1)
            finally:
                await database.close()

        assert asyncio.run(read()).ruling == Ruling()


OLD_TICKET = text(
    "INSERT INTO tickets VALUES ('2026112100012', 'k', 'power', 'fault', :state, 0, 'lihua', "
    "'{\"phone\": \"13800138000\"}', '2026-11-21T01:30:00+00:00')"
)
OLD_LINE = text(
    "INSERT INTO ticket_history (no, at, actor, state, note, event) VALUES "
    "('2026112100012', '2026-11-21T01:30:00+00:00', :actor, :state, '', :event)"
)


class TestTicketsOfBefore:
    def test_keep_their_story_and_get_clocks(self, file: Path) -> None:
        migrate_file_to(file, "0003")
        story = [
            ("bot", "registered", ""),
            ("customer", "registered", "urged"),
            ("小李", "dispatched", ""),
            ("老王", "dispatched", ""),
            ("老王", "answered", ""),
            ("customer", "in_progress", "reopened"),
        ]
        with create_engine(f"sqlite:///{file}").begin() as connection:
            connection.execute(OLD_TICKET, {"state": "in_progress"})
            for actor, state, event in story:
                connection.execute(OLD_LINE, {"actor": actor, "state": state, "event": event})

        migrate_file(file)

        async def read() -> Ticket:
            database = Database(f"sqlite+aiosqlite:///{file}")
            centre = Centre(database, Clock(), TERMS)
            try:
                assert await centre.work.reckon_anew() == 1
                return await centre.check("2026112100012")
            finally:
                await database.close()

        ticket = asyncio.run(read())
        assert [" ".join(line.marks) for line in ticket.history] == [
            *("registered", "", "dispatched", "", "answered resolved", "reopened")
        ]
        assert (ticket.owner, ticket.urges, ticket.version) == ("小李", 1, 6)
        assert ticket.priority is Priority.RAISED
        assert ticket.due_at is not None


class TestDifferences:
    def test_sees_a_table_that_is_missing(self, file: Path) -> None:
        migrate_file(file)
        with create_engine(f"sqlite:///{file}").begin() as connection:
            connection.execute(text("DROP TABLE staff_tokens"))

        assert differences(file) != []
