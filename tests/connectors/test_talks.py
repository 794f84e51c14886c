"""Whose talk it is: who may read a conversation while an agent talks there, by every call."""

from collections.abc import Awaitable, Callable

import pytest

from conversations.handover import Reason, Summary
from conversations.handover_store import HandoverStore
from conversations.message import Reply, Sender
from conversations.people import Role
from conversations.store import LINES_AT_ONCE, ConversationStore
from desk.database import Database
from tests.conftest import Clock
from tests.connectors.conftest import Colleague, Customer, Doors, Hiring, problem_of

PHONE, HIDDEN = "13800138000", "138****8000"
Claiming = Callable[[str], Awaitable[None]]


@pytest.fixture
def claimed_by(database: Database, customer: Customer, clock: Clock) -> Claiming:
    """The customer told their phone, asked for a person, and somebody took the conversation."""

    async def claim(name: str) -> None:
        await customer.say(f"我的电话是{PHONE}")
        async with database.write() as connection:
            store = HandoverStore(connection)
            handover = await store.add(
                customer.conversation_id, "power", Reason.ASKED, Summary(matter=PHONE), at=clock()
            )
            await store.claim(handover.handover_id, agent=name, at=clock())

    return claim


class TestClaiming:
    async def test_is_written_down_only_where_it_was_done(
        self,
        agent: Colleague,
        supervisor: Colleague,
        hire: Hiring,
        customer: Customer,
        claimed_by: Claiming,
    ) -> None:
        await claimed_by(agent.name)
        other = await hire("小王", Role.AGENT)

        refused = await other.post(f"/desk{customer.path}/claim", {})
        kept = await agent.post(f"/desk{customer.path}/claim", {})

        assert problem_of(refused)["type"] == "/problems/AlreadyClaimed"
        assert kept.status_code == 200
        lines = (await supervisor.get("/audit")).json()["lines"]
        assert [line["actor"] for line in lines if line["act"] == "took_talk"] == [agent.name]


class TestSigningOut:
    async def test_of_the_sidebar_leaves_the_talks_of_the_desk_page(
        self, agent: Colleague, doors: Doors, customer: Customer, claimed_by: Claiming
    ) -> None:
        await claimed_by(agent.name)

        left = await agent.post("/sign-out?keeps_talks=true", {})

        assert left.json() == {"returned": 0}
        [talking] = await doors.desktop.handovers.list_open()
        assert talking.agent == agent.name


class TestReading:
    async def test_of_a_long_talk_begins_at_its_end_and_goes_back_page_by_page(
        self,
        agent: Colleague,
        customer: Customer,
        claimed_by: Claiming,
        database: Database,
        clock: Clock,
    ) -> None:
        await claimed_by(agent.name)
        async with database.write() as connection:
            store = ConversationStore(connection)
            for number in range(LINES_AT_ONCE + 3):
                line = Reply(text=f"第{number}句")
                await store.add_said(
                    customer.conversation_id, Sender.AGENT, line, key=None, at=clock()
                )

        newest = (await agent.get(f"/desk{customer.path}")).json()
        first = newest["messages"][0]
        path = f"/staff{customer.path}/messages"
        earlier = (await agent.get(path, before=first["seq"])).json()

        assert (len(newest["messages"]), newest["has_earlier"]) == (LINES_AT_ONCE, True)
        assert first["text"] == "第3句"
        assert earlier["messages"][-1]["text"] == "第2句"
        assert not earlier["has_earlier"]

    async def test_shows_their_own_talk_whole(
        self, agent: Colleague, customer: Customer, claimed_by: Claiming
    ) -> None:
        await claimed_by(agent.name)

        assert PHONE in (await agent.get(f"/staff{customer.path}/messages")).text

    async def test_keeps_another_agent_out(
        self, agent: Colleague, hire: Hiring, customer: Customer, claimed_by: Claiming
    ) -> None:
        await claimed_by(agent.name)
        other = await hire("小王", Role.AGENT)

        for path in ("messages", "attachments/1"):
            refused = await other.get(f"/staff{customer.path}/{path}")
            assert problem_of(refused)["type"] == "/problems/NotYours"

    async def test_keeps_another_agents_drafts_away_from_it(
        self, agent: Colleague, hire: Hiring, customer: Customer, claimed_by: Claiming
    ) -> None:
        await claimed_by(agent.name)
        other = await hire("小王", Role.AGENT)
        draft = {"text": f"电话是{PHONE}吗？", "conversation_id": customer.conversation_id}

        refused = await other.post("/etiquette", draft)

        assert problem_of(refused)["type"] == "/problems/NotYours"

    async def test_shows_it_to_quality_with_the_numbers_hidden(
        self, agent: Colleague, hire: Hiring, customer: Customer, claimed_by: Claiming
    ) -> None:
        await claimed_by(agent.name)
        quality = await hire("老赵", Role.QUALITY)

        read = (await quality.get(f"/staff{customer.path}/messages")).text

        assert HIDDEN in read
        assert PHONE not in read

    async def test_shows_it_to_a_lead(
        self, agent: Colleague, hire: Hiring, customer: Customer, claimed_by: Claiming
    ) -> None:
        await claimed_by(agent.name)
        lead = await hire("张班长", Role.LEAD)

        assert PHONE in (await lead.get(f"/staff{customer.path}/messages")).text
