"""What those who lead are told of talks is there when they come, until somebody takes note."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from conversations.handover import HowEnded, Reason, Summary
from conversations.handover_store import HandoverStore
from conversations.people import Role
from desk.database import Database
from tests.conftest import Clock
from tests.connectors.conftest import Colleague, Customer, Doors, Hiring, Opening

AGENT = "小李"
# a customer asks for a person and waits so many minutes; one look of the desk's job a minute
Waiting = Callable[[Customer, int], Awaitable[None]]
Taking = Callable[[Customer], Awaitable[None]]


@pytest.fixture
async def lead(hire: Hiring) -> Colleague:
    return await hire("张班长", Role.LEAD)


@pytest.fixture
def waits(doors: Doors, database: Database, clock: Clock) -> Waiting:
    async def waiting(customer: Customer, minutes: int) -> None:
        async with database.write() as connection:
            await HandoverStore(connection).add(
                customer.conversation_id, "power", Reason.ASKED, Summary(matter="停电"), at=clock()
            )
        for _ in range(minutes):
            clock.move(timedelta(minutes=1))
            await doors.desktop.duty.be_on_duty(AGENT, is_taking=True)
            await doors.queueing.look_after()

    return waiting


@pytest.fixture
def taken(doors: Doors) -> Taking:
    async def taking(customer: Customer) -> None:
        await doors.desktop.handovers.claim(customer.conversation_id, agent=AGENT)

    return taking


@pytest.fixture
def rated(doors: Doors, database: Database, clock: Clock) -> Callable[..., Awaitable[None]]:
    async def rating(customer: Customer, rate: str) -> None:
        async with database.write() as connection:
            store = HandoverStore(connection)
            talk = await store.add(
                customer.conversation_id, "power", Reason.ASKED, Summary(matter="停电"), at=clock()
            )
            await store.claim(talk.handover_id, agent=AGENT, at=clock())
            await store.end(talk.handover_id, HowEnded.GIVEN_BACK, at=clock())
        conversation = await doors.transcript.get_for_staff(customer.conversation_id)
        pressed = f'/rate_service{{"handover": {talk.handover_id}, "rate": "{rate}"}}'
        await doors.queueing.press(conversation, pressed)

    return rating


async def alarms(member: Colleague) -> list[dict[str, Any]]:
    answer = await member.get("/desk/alarms")
    assert answer.status_code == 200, answer.text
    return list(answer.json()["alarms"])


async def note(member: Colleague, alarm: dict[str, Any]) -> int:
    answer = await member.post(f"/desk/alarms/{alarm['id']}/note", {})
    return int(answer.json()["noted"])


class TestWait:
    async def test_that_was_too_long_is_told_after_it_is_over(
        self, lead: Colleague, customer: Customer, waits: Waiting, taken: Taking
    ) -> None:
        await waits(customer, 4)
        assert await alarms(lead) == []  # in the queue, where it is called out
        await taken(customer)

        (told,) = await alarms(lead)
        assert (told["kind"], told["over_s"], told["agent"]) == ("waited", 180, AGENT)
        assert told["conversation_id"] == customer.conversation_id

    async def test_that_was_short_is_told_to_nobody(
        self, lead: Colleague, customer: Customer, waits: Waiting, taken: Taking
    ) -> None:
        await waits(customer, 2)
        await taken(customer)

        assert await alarms(lead) == []

    async def test_goes_up_to_the_supervisor_when_it_was_far_too_long(
        self,
        lead: Colleague,
        supervisor: Colleague,
        customer: Customer,
        waits: Waiting,
        taken: Taking,
    ) -> None:
        await waits(customer, 11)
        await taken(customer)

        (of_lead,), (of_supervisor,) = await alarms(lead), await alarms(supervisor)
        assert (of_lead["over_s"], of_supervisor["over_s"]) == (180, 600)
        await note(lead, of_lead)
        assert await alarms(supervisor) == [of_supervisor]
        await note(supervisor, of_supervisor)
        assert await alarms(supervisor) == []

    async def test_is_kept_though_the_agent_was_gone_and_the_wait_began_anew(
        self,
        doors: Doors,
        lead: Colleague,
        customer: Customer,
        waits: Waiting,
        taken: Taking,
    ) -> None:
        await waits(customer, 4)
        await taken(customer)
        await doors.desktop.handovers.release(AGENT)
        await taken(customer)

        assert [each["kind"] for each in await alarms(lead)] == ["waited"]


class TestBadMark:
    async def test_is_there_for_a_lead_who_comes_later(
        self, hire: Hiring, customer: Customer, rated: Callable[..., Awaitable[None]]
    ) -> None:
        await rated(customer, "bad")

        late = await hire("后来的班长", Role.LEAD)

        assert [each["kind"] for each in await alarms(late)] == ["rated_bad"]

    async def test_is_gone_for_all_once_one_has_taken_note(
        self,
        hire: Hiring,
        lead: Colleague,
        customer: Customer,
        rated: Callable[..., Awaitable[None]],
    ) -> None:
        other = await hire("李班长", Role.LEAD)
        await rated(customer, "bad")
        (told,) = await alarms(lead)

        assert await note(lead, told) == 1

        assert await alarms(other) == []
        assert await note(other, told) == 0

    async def test_is_told_also_of_a_talk_whose_wait_was_taken_note_of(
        self,
        lead: Colleague,
        customer: Customer,
        waits: Waiting,
        taken: Taking,
        doors: Doors,
    ) -> None:
        await waits(customer, 4)
        await taken(customer)
        await note(lead, (await alarms(lead))[0])
        await doors.desktop.handovers.give_back(
            customer.conversation_id, agent=AGENT, asks_rating=True
        )
        conversation = await doors.transcript.get_for_staff(customer.conversation_id)

        await doors.queueing.press(conversation, '/rate_service{"handover": 1, "rate": "bad"}')

        assert [each["kind"] for each in await alarms(lead)] == ["rated_bad"]

    async def test_is_not_told_of_who_was_content(
        self, lead: Colleague, customer: Customer, rated: Callable[..., Awaitable[None]]
    ) -> None:
        await rated(customer, "good")

        assert await alarms(lead) == []

    async def test_of_many_are_all_there(
        self,
        lead: Colleague,
        open_conversation: Opening,
        rated: Callable[..., Awaitable[None]],
    ) -> None:
        for _ in range(3):
            await rated(await open_conversation(), "bad")

        ids = [each["id"] for each in await alarms(lead)]

        assert len(ids) == 3
        assert ids == sorted(ids, reverse=True)


class TestNote:
    @pytest.mark.parametrize("alarm_id", ["0", "-1", "99999999999999", "abc"])
    async def test_of_no_number_is_refused_in_words(self, lead: Colleague, alarm_id: str) -> None:
        answer = await lead.post(f"/desk/alarms/{alarm_id}/note", {})

        assert answer.status_code == 422
        assert answer.json()["detail"]

    async def test_of_what_is_not_there_changes_nothing(self, lead: Colleague) -> None:
        assert await note(lead, {"id": 77}) == 0
