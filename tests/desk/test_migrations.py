"""The schema's history leads exactly to the tables the subjects declare."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect, text

from desk.database import METADATA, migrate


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "seatmate.db"


def migrate_file(file: Path) -> None:
    migrate(f"sqlite+aiosqlite:///{file}")


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


class TestDifferences:
    def test_sees_a_table_that_is_missing(self, file: Path) -> None:
        migrate_file(file)
        with create_engine(f"sqlite:///{file}").begin() as connection:
            connection.execute(text("DROP TABLE staff_tokens"))

        assert differences(file) != []
