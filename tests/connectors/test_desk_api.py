"""What the desk page is told: a customer's last contacts, past talks, and what a role may do."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from connectors.desk_view import DeskView
from conversations.door import Chat
from conversations.door_store import DoorStore
from conversations.handover import HowEnded, Reason, Summary
from conversations.handover_store import HandoverStore
from conversations.people import Role
from desk.database import Database
from tests.conftest import Clock
from tests.connectors.conftest import Colleague, Customer, Doors, Hiring, Opening, problem_of

PHONE = "13800138000"
# somebody asks for a person, and 小李 takes the talk; an ended one is given back
Talking = Callable[..., Awaitable[None]]


@pytest.fixture
def talk(database: Database, clock: Clock) -> Talking:
    async def talking(customer: Customer, *, is_over: bool = False, rating: str = "") -> None:
        summary = Summary(matter="停电", details={"phone": PHONE})
        async with database.write() as connection:
            store = HandoverStore(connection)
            handover = await store.add(
                customer.conversation_id, "power", Reason.ASKED, summary, at=clock()
            )
            await store.claim(handover.handover_id, agent="小李", at=clock())
            if is_over:
                await store.end(handover.handover_id, HowEnded.GIVEN_BACK, at=clock())
            if rating:
                await store.rate(handover.handover_id, customer.conversation_id, rating)

    return talking


async def files(colleague: Colleague, kind: str, **fields: str) -> str:
    body = {"request_key": f"{kind} {fields}", "kind": kind, "fields": fields}
    return str((await colleague.post("/tickets", body)).json()["no"])


async def contacts(colleague: Colleague, customer: Customer) -> list[dict[str, Any]]:
    answer = await colleague.get(f"/desk{customer.path}")
    assert answer.status_code == 200, answer.text
    return list(answer.json()["contacts"])


class TestLastContacts:
    async def test_are_tickets_under_the_same_phone(
        self, agent: Colleague, customer: Customer, talk: Talking
    ) -> None:
        no = await files(agent, "fault", phone=PHONE, address="幸福路5号")
        await files(agent, "fault", phone="13900139000")
        await talk(customer)

        found = await contacts(agent, customer)

        assert [(each["no"], each["kind"], each["state"]) for each in found] == [
            (no, "fault", "registered")
        ]

    async def test_are_earlier_talks_of_the_conversation_with_their_rating(
        self, agent: Colleague, customer: Customer, talk: Talking
    ) -> None:
        await talk(customer, is_over=True, rating="good")
        await talk(customer)

        (earlier,) = await contacts(agent, customer)

        assert (earlier["agent"], earlier["reason"]) == ("小李", "asked")
        assert earlier["rating"]

    async def test_of_somebody_new_are_none(
        self, agent: Colleague, customer: Customer, talk: Talking
    ) -> None:
        await talk(customer)

        assert await contacts(agent, customer) == []

    async def test_tell_nothing_where_somebody_informed(
        self, supervisor: Colleague, customer: Customer, talk: Talking
    ) -> None:
        await files(supervisor, "fault", phone=PHONE)
        body = {
            "request_key": "举报",
            "kind": "report",
            "conversation_id": customer.conversation_id,
            "fields": {"words": "有人偷电"},
        }
        assert (await supervisor.post("/tickets", body)).status_code == 201
        await talk(customer)

        assert await contacts(supervisor, customer) == []


class TestStream:
    async def test_tells_the_line_that_comes_right_after_the_claim(
        self, doors: Doors, database: Database, clock: Clock, hire: Hiring, customer: Customer
    ) -> None:
        li = await hire("小李", Role.AGENT)
        member = await doors.staff.get(li.token, is_use=True)
        async with database.write() as connection:
            await HandoverStore(connection).add(
                customer.conversation_id, "power", Reason.ASKED, Summary(matter="停电"), at=clock()
            )
        stream = DeskView(doors.desktop).stream(member, token=li.token, is_taking=True)
        await anext(stream)

        await li.post(f"/desk{customer.path}/claim", {})
        await customer.say("师傅几点到？")

        told = []
        async for event in stream:
            if event.event == "queue":
                break
            told.append(json.loads(event.data or "")["text"])
        assert "师傅几点到？" in told
        await stream.aclose()

    async def test_ends_for_who_may_no_longer_serve(
        self, doors: Doors, hire: Hiring, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("connectors.desk_view.BEAT_S", 0.05)
        li = await hire("小李", Role.AGENT)
        member = await doors.staff.get(li.token, is_use=True)
        stream = DeskView(doors.desktop).stream(member, token=li.token, is_taking=True)
        await anext(stream)

        await doors.staff.set_role("小李", Role.CLERK)

        async with asyncio.timeout(10):
            assert [event async for event in stream if event.event != "queue"] == []

    async def test_brings_no_agent_the_lines_of_a_colleagues_talk(
        self,
        doors: Doors,
        hire: Hiring,
        customer: Customer,
        talk: Talking,
    ) -> None:
        await hire("小李", Role.AGENT)
        wang = await hire("小王", Role.AGENT)
        await talk(customer)
        member = await doors.staff.get(wang.token, is_use=True)
        stream = DeskView(doors.desktop).stream(member, token=wang.token, is_taking=False)
        first = await anext(stream)

        await customer.say("我的密码是七零二")
        second = await anext(stream)

        assert [first.event, second.event] == ["queue", "queue"]
        assert "七零二" not in (second.data or "")
        await stream.aclose()


class TestReach:
    async def test_tells_the_agent_that_the_customer_blocked_the_door(
        self, agent: Colleague, customer: Customer, talk: Talking, database: Database, clock: Clock
    ) -> None:
        async with database.write() as connection:
            store = DoorStore(connection)
            await store.add_chat(
                Chat(channel="telegram", address="77", conversation_id=customer.conversation_id)
            )
            await store.set_gone("telegram", "77", clock())
        await talk(customer)

        shown = (await agent.get(f"/desk{customer.path}")).json()

        assert shown["reach"]["gone_at"] == clock().isoformat()


class TestQueue:
    async def test_calls_the_lead_to_who_waits_too_long(
        self,
        agent: Colleague,
        hire: Hiring,
        doors: Doors,
        customer: Customer,
        clock: Clock,
        database: Database,
    ) -> None:
        lead = await hire("张班长", Role.LEAD)
        async with database.write() as connection:
            await HandoverStore(connection).add(
                customer.conversation_id, "power", Reason.ASKED, Summary(matter="停电"), at=clock()
            )
        clock.move(timedelta(minutes=2))
        await doors.desktop.duty.be_on_duty(agent.name, is_taking=True)
        await doors.queueing.look_after()

        seen_by_agent = (await agent.get("/desk/queue")).json()["waiting"][0]
        seen_by_lead = (await lead.get("/desk/queue")).json()["waiting"][0]
        assert (seen_by_agent["calls_me"], seen_by_lead["calls_me"]) == (True, False)

        clock.move(timedelta(minutes=2))
        await doors.desktop.duty.be_on_duty(agent.name, is_taking=True)
        await doors.queueing.look_after()

        assert (await lead.get("/desk/queue")).json()["waiting"][0]["calls_me"]


class TestRatedBad:
    async def test_is_told_at_once_to_who_leads_and_to_no_agent(
        self, doors: Doors, hire: Hiring, customer: Customer, talk: Talking
    ) -> None:
        told: dict[str, list[str]] = {}
        await talk(customer, is_over=True)
        pressed = '/rate_service{"handover": 1, "rate": "bad"}'
        conversation = await doors.transcript.get_for_staff(customer.conversation_id)
        lead, other = await hire("张班长", Role.LEAD), await hire("小王", Role.AGENT)
        streams = {}
        for each in (lead, other):
            member = await doors.staff.get(each.token, is_use=True)
            stream = DeskView(doors.desktop).stream(member, token=each.token, is_taking=False)
            await anext(stream)
            streams[each.name] = stream

        await doors.queueing.press(conversation, pressed)

        for name, stream in streams.items():
            told[name] = [(await anext(stream)).event or ""]
            await stream.aclose()
        assert told == {"张班长": ["rated_bad"], "小王": ["queue"]}
        listed = (await lead.get("/desk/talks")).json()["talks"]
        assert [each["is_bad"] for each in listed] == [True]


class TestKnown:
    async def test_reads_a_callers_words_and_finds_their_open_ticket(
        self, agent: Colleague
    ) -> None:
        no = await files(agent, "fault", phone=PHONE)
        said = {"text": f"幸福里6栋停电了，电话{PHONE}"}

        known = (await agent.post("/desk/known", said)).json()

        assert known["details"]["phone"] == PHONE
        assert known["details"]["fault_kind"] == "停电"
        assert [each["no"] for each in known["open"]] == [no]

    async def test_looks_again_under_the_phone_that_is_written_in_the_form(
        self, agent: Colleague
    ) -> None:
        no = await files(agent, "fault", phone="13900139000")
        said = {"text": f"电话{PHONE}", "fields": {"phone": "13900139000"}}

        assert await open_nos(agent, said) == [no]

    async def test_names_no_report(self, agent: Colleague, supervisor: Colleague) -> None:
        told = {"phone": PHONE, "address": "幸福里6栋301"}
        await files(agent, "report", **told)

        assert await open_nos(agent, {"fields": told}) == []
        assert await open_nos(supervisor, {"fields": told}) == []

    async def test_finds_those_of_the_home_and_of_the_building_though_under_another_phone(
        self, agent: Colleague
    ) -> None:
        neighbour = await files(agent, "fault", address="幸福里6栋502", phone="13700137000")
        family = await files(agent, "complaint", address="幸福里小区六号楼301室")
        await files(agent, "fault", address="幸福里7栋301")
        mine = await files(agent, "inquiry", phone=PHONE)
        said = {"fields": {"address": "幸福里6栋301", "phone": PHONE}}

        found = (await agent.post("/desk/known", said)).json()["open"]

        assert [(each["no"], each["same"]) for each in found] == [
            (mine, "phone"),
            (family, "address"),
            (neighbour, "building"),
        ]

    async def test_leaves_out_what_is_over(self, agent: Colleague, supervisor: Colleague) -> None:
        no = await files(agent, "fault", address="幸福里6栋301")
        over = {"state": "withdrawn", "note": "客户说好了"}
        assert (await supervisor.amend(f"/tickets/{no}", over)).status_code == 200

        assert await open_nos(agent, {"fields": {"address": "幸福里6栋301"}}) == []

    async def test_is_named_for_a_talk_by_what_was_told_in_it(
        self, agent: Colleague, customer: Customer, talk: Talking
    ) -> None:
        of_phone = await files(agent, "inquiry", phone=PHONE)
        neighbour = await files(agent, "fault", address="幸福里6栋502")
        await customer.say(f"幸福里6栋301停电了，电话{PHONE}")
        await talk(customer)
        own = {"request_key": "own", "kind": "fault", "conversation_id": customer.conversation_id}
        own_no = (await agent.post("/tickets", {**own, "fields": {"words": "停电"}})).json()["no"]

        found = (await agent.get(f"/desk{customer.path}/details")).json()["open"]

        assert [(each["no"], each["same"]) for each in found] == [
            (own_no, "talk"),
            (of_phone, "phone"),
            (neighbour, "building"),
        ]


async def open_nos(member: Colleague, body: dict[str, Any]) -> list[str]:
    answer = await member.post("/desk/known", body)
    assert answer.status_code == 200, answer.text
    return [each["no"] for each in answer.json()["open"]]


class TestPastTalks:
    async def test_are_those_that_are_over(
        self, hire: Hiring, customer: Customer, open_conversation: Opening, talk: Talking
    ) -> None:
        quality = await hire("老赵", Role.QUALITY)
        await talk(customer, is_over=True)
        await talk(await open_conversation())

        (listed,) = (await quality.get("/desk/talks")).json()["talks"]

        assert (listed["conversation_id"], listed["agent"]) == (customer.conversation_id, "小李")

    async def test_leave_out_those_in_which_somebody_informed(
        self, supervisor: Colleague, hire: Hiring, customer: Customer, talk: Talking
    ) -> None:
        quality = await hire("老赵", Role.QUALITY)
        await talk(customer, is_over=True)
        body = {
            "request_key": "举报",
            "kind": "report",
            "conversation_id": customer.conversation_id,
            "fields": {"words": "有人偷电"},
        }
        await supervisor.post("/tickets", body)

        assert (await quality.get("/desk/talks")).json() == {"talks": []}

    async def test_are_not_for_agents(self, agent: Colleague) -> None:
        refused = problem_of(await agent.get("/desk/talks"))

        assert refused["type"] == "/problems/NotAllowed"


class TestLabels:
    @pytest.mark.parametrize("role", [Role.AGENT, Role.CLERK, Role.QUALITY])
    async def test_tell_a_role_what_it_may_do(self, hire: Hiring, role: Role) -> None:
        member = await hire("小吴", role)

        told = (await member.get("/desk/labels")).json()

        assert told["role"] == role
        assert ("serve" in told["rights"]) is (role is Role.AGENT)
        assert ("work_tickets" in told["rights"]) is (role is not Role.QUALITY)
        assert told["departments"]["power"]["repair"]


class TestAddress:
    async def test_is_read_without_its_door_by_who_does_not_serve_the_customer(
        self, agent: Colleague, hire: Hiring, customer: Customer, talk: Talking
    ) -> None:
        await customer.say("幸福里6栋2单元301停电了")
        await talk(customer)
        quality = await hire("老赵", Role.QUALITY)

        own = (await agent.get(f"/desk{customer.path}")).json()["messages"]
        others = (await quality.get(f"/desk{customer.path}")).json()["messages"]

        assert own[0]["text"] == "幸福里6栋2单元301停电了"
        assert others[0]["text"] == "幸福里**栋**单元**停电了"
