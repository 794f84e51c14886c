"""Staff and their tokens in a real SQLite file."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from conversations.lock_out import Tries
from conversations.people import Account, Role, Staff
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
        session = await StaffStore(connection).find_session(token)
    return None if session is None or session.is_over(now) else session.member


async def account_of(database: Database, name: str) -> Account:
    async with database.read() as connection:
        account = await StaffStore(connection).find(name)
    assert account is not None
    return account


class TestAdd:
    async def test_finds_who_was_added_with_the_passwords_hash(self, database: Database) -> None:
        await hire(database, CHEN, WANG)

        found = await account_of(database, "小陈")
        assert (found.member, found.password_hash) == (CHEN, "小陈的密码")
        async with database.read() as connection:
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

        assert (await account_of(database, "小陈")).password_hash == "新密码"
        assert await whose(database, "at-the-desk") is None
        assert await whose(database, "on-the-phone") is None
        assert await whose(database, "wang-token") == WANG


class TestTries:
    async def test_are_kept_as_they_were(self, database: Database) -> None:
        tries = Tries(count=3, pauses=1, last_at=NOW, until=NOW + timedelta(minutes=1))

        for each in (Tries(count=2, pauses=1, last_at=NOW), tries):
            async with database.write() as connection:
                await StaffStore(connection).save_tries("name:小陈", each)

        async with database.read() as connection:
            assert await StaffStore(connection).find_tries("name:小陈") == tries
            assert await StaffStore(connection).find_tries("name:小王") is None

    async def test_are_forgotten_after_a_day_of_peace(self, database: Database) -> None:
        for name, at in (("name:小陈", NOW), ("name:小王", NOW + timedelta(days=2))):
            async with database.write() as connection:
                tries = Tries(count=1, pauses=0, last_at=at)
                await StaffStore(connection).save_tries(name, tries)

        async with database.read() as connection:
            assert await StaffStore(connection).find_tries("name:小陈") is None
