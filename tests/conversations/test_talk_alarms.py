"""What was told of talks is kept on each database until somebody takes note of it."""

import asyncio

import pytest

from conversations.handover import Reason, Summary, Wait
from conversations.handover_store import HandoverStore
from conversations.people import Role
from conversations.talk_alarm import TalkAlarmKind, heard_by, told_of_wait
from conversations.talk_alarm_store import TalkAlarmStore
from conversations.talk_alarms import TalkAlarms
from desk.database import Database
from tests.conftest import Clock

pytestmark = pytest.mark.each_database


@pytest.fixture
def alarms(database: Database, clock: Clock) -> TalkAlarms:
    return TalkAlarms(write=database.write, read=database.read, clock=clock)


async def waited(database: Database, clock: Clock, wait: Wait) -> None:
    """Somebody waited so long before 小李 came."""
    async with database.write() as connection:
        store = HandoverStore(connection)
        talk = await store.add("lihua", "power", Reason.ASKED, Summary(matter=""), at=clock())
        await TalkAlarmStore(connection).add_wait(talk, wait, at=clock())
        await store.claim(talk.handover_id, agent="小李", at=clock())


class TestNote:
    async def test_of_two_at_once_is_ones(
        self, database: Database, clock: Clock, alarms: TalkAlarms
    ) -> None:
        await waited(database, clock, Wait.TOO_LONG)
        (told,) = await alarms.list_new(Role.LEAD)

        noted = await asyncio.gather(
            *(alarms.note(told.alarm_id, name=name, role=Role.LEAD) for name in ("张", "李"))
        )

        assert sorted(noted) == [0, 1]

    async def test_of_the_higher_post_takes_the_lower_ones_with_it(
        self, database: Database, clock: Clock, alarms: TalkAlarms
    ) -> None:
        await waited(database, clock, Wait.FAR_TOO_LONG)
        (told,) = await alarms.list_new(Role.SUPERVISOR)

        assert await alarms.note(told.alarm_id, name="王", role=Role.SUPERVISOR) == 2
        assert await alarms.list_new(Role.LEAD) == []

    async def test_is_not_taken_by_who_was_not_told(
        self, database: Database, clock: Clock, alarms: TalkAlarms
    ) -> None:
        await waited(database, clock, Wait.TOO_LONG)
        (told,) = await alarms.list_new(Role.LEAD)

        assert await alarms.note(told.alarm_id, name="小李", role=Role.AGENT) == 0
        assert [each.kind for each in await alarms.list_new(Role.LEAD)] == [TalkAlarmKind.WAITED]


def test_a_wait_that_jumps_a_step_is_told_to_both_posts() -> None:
    assert told_of_wait(Wait.SHORT, Wait.FAR_TOO_LONG) == (Role.LEAD, Role.SUPERVISOR)
    assert told_of_wait(Wait.TOO_LONG, Wait.FAR_TOO_LONG) == (Role.SUPERVISOR,)
    assert told_of_wait(Wait.SHORT, Wait.LONG) == ()


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.LEAD, Role.SUPERVISOR, Role.ADMIN}))
def test_nobody_hears_of_them_who_does_not_lead(role: Role) -> None:
    assert heard_by(role) == frozenset()
