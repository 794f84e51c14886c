"""Staff and their tokens in a real SQLite file."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from conversations.people import Role, Staff
from conversations.people_store import StaffStore
from desk.database import Database

pytestmark = pytest.mark.each_database

NOW = datetime(2026, 11, 21, 1, 30, tzinfo=UTC)
CHEN = Staff(name="小陈", role=Role.AGENT)
WANG = Staff(name="王老师", role=Role.TRAINER)


async def hire(database: Database, *members: Staff) -> None:
    async with database.write() as connection:
        for member in members:
            await StaffStore(connection).add(member, password_hash=f"{member.name}的密码", at=NOW)


async def give(database: Database, name: str, token: str, until: datetime | None) -> None:
    async with database.write() as connection:
        await StaffStore(connection).add_token(name, token, expires_at=until)


async def whose(database: Database, token: str, *, now: datetime = NOW) -> Staff | None:
    async with database.read() as connection:
        return await StaffStore(connection).find_by_token(token, now=now)


class TestAdd:
    async def test_finds_who_was_added_with_the_passwords_hash(self, database: Database) -> None:
        await hire(database, CHEN, WANG)

        async with database.read() as connection:
            assert await StaffStore(connection).find("小陈") == (CHEN, "小陈的密码")
            assert await StaffStore(connection).count() == 2

    async def test_finds_nobody_of_another_name(self, database: Database) -> None:
        await hire(database, CHEN)

        async with database.read() as connection:
            assert await StaffStore(connection).find("小王") is None

    async def test_takes_a_name_once(self, database: Database) -> None:
        await hire(database, CHEN)

        with pytest.raises(IntegrityError):
            await hire(database, Staff(name="小陈", role=Role.ADMIN))

    async def test_begins_with_nobody(self, database: Database) -> None:
        async with database.read() as connection:
            assert await StaffStore(connection).count() == 0


class TestFindByToken:
    async def test_knows_whose_token_it_is(self, database: Database) -> None:
        await hire(database, CHEN, WANG)
        await give(database, "小陈", "chen-token", NOW + timedelta(hours=8))

        assert await whose(database, "chen-token") == CHEN
        assert await whose(database, "another-token") is None

    @pytest.mark.parametrize(
        ("after", "member"),
        [
            (timedelta(hours=8) - timedelta(seconds=1), CHEN),
            (timedelta(hours=8), None),
            (timedelta(days=400), None),
        ],
    )
    async def test_holds_until_the_moment_it_expires(
        self, database: Database, after: timedelta, member: Staff | None
    ) -> None:
        await hire(database, CHEN)
        await give(database, "小陈", "chen-token", NOW + timedelta(hours=8))

        assert await whose(database, "chen-token", now=NOW + after) == member

    async def test_holds_for_ever_when_it_never_expires(self, database: Database) -> None:
        await hire(database, CHEN)
        await give(database, "小陈", "api-token", None)

        assert await whose(database, "api-token", now=NOW + timedelta(days=4000)) == CHEN

    async def test_knows_nobody_by_a_token_of_somebody_who_is_not_there(
        self, database: Database
    ) -> None:
        await give(database, "小陈", "chen-token", None)

        assert await whose(database, "chen-token") is None


class TestSetPassword:
    async def test_ends_every_session_of_that_person_alone(self, database: Database) -> None:
        await hire(database, CHEN, WANG)
        await give(database, "小陈", "at-the-desk", NOW + timedelta(hours=8))
        await give(database, "小陈", "on-the-phone", None)
        await give(database, "王老师", "wang-token", None)

        async with database.write() as connection:
            await StaffStore(connection).set_password("小陈", "新密码")

        async with database.read() as connection:
            assert await StaffStore(connection).find("小陈") == (CHEN, "新密码")
        assert await whose(database, "at-the-desk") is None
        assert await whose(database, "on-the-phone") is None
        assert await whose(database, "wang-token") == WANG
