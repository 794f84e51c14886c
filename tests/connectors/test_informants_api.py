"""An informant's identity: sealed for all, opened by the named role alone, each look on record."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from conversations.people import Role
from tests.conftest import Clock
from tests.connectors.conftest import Colleague, Customer, Hiring, problem_of
from tests.connectors.test_staff_api import FAULT, registered

SEALED = "〔已密封〕"
WHO = {"name": "张三", "phone": "13800138000", "address": "幸福里6栋301"}
THEFT: dict[str, Any] = {
    "request_key": "来电-7",
    "kind": "report",
    "fields": {"matter": "6栋有人偷电", **WHO},
}
WHY = {"reason": "核实现场，需要联系举报人"}


@pytest.fixture
async def no(agent: Colleague) -> str:
    """小李 took the report down on the phone."""
    return str((await registered(agent, THEFT))["no"])


@pytest.fixture
async def admin(hire: Hiring) -> Colleague:
    """Keeps the machines running; no investigator."""
    return await hire("老周", Role.ADMIN)


async def looks_at(colleague: Colleague, no: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await colleague.get(f"/tickets/{no}/informant/looks")).json()[
        "looks"
    ]
    return found


class TestTicket:
    async def test_shows_a_mask_to_everybody(
        self, agent: Colleague, supervisor: Colleague, admin: Colleague
    ) -> None:
        taken = await registered(agent, THEFT)
        seen = [taken]
        for colleague in (supervisor, admin):
            seen.append((await colleague.get(f"/tickets/{taken['no']}")).json())
            seen += (await colleague.get("/tickets")).json()["tickets"]

        for ticket in seen:
            assert {ticket["fields"][name] for name in WHO} == {SEALED}
            assert ticket["fields"]["matter"] == "6栋有人偷电"
        assert await looks_at(supervisor, taken["no"]) == []

    async def test_keeps_who_informed_when_a_masked_form_is_sent_back(
        self, supervisor: Colleague, no: str
    ) -> None:
        masked = (await supervisor.get(f"/tickets/{no}")).json()["fields"]

        await supervisor.amend(f"/tickets/{no}", {"fields": {**masked, "matter": "6栋201偷电"}})

        opened = (await supervisor.post(f"/tickets/{no}/informant", WHY)).json()
        assert opened["fields"] == {"matter": "6栋201偷电", **WHO}


class TestWhatIsOwed:
    async def test_shows_a_mask_in_every_list_and_answer(
        self, supervisor: Colleague, no: str, clock: Clock
    ) -> None:
        changed = {**WHO, "phone": "13900139000"}
        patched = await supervisor.amend(f"/tickets/{no}", {"fields": changed})
        clock.move(timedelta(days=60))

        owner = (await supervisor.get(f"/tickets/{no}")).json()["owner"]
        answers = [
            patched,
            await supervisor.get("/tickets/late"),
            await supervisor.get("/tickets/open", owner=owner),
            await supervisor.get(f"/tickets/{no}"),
            await supervisor.post(f"/tickets/{no}/urge", {"request_key": "催-1"}),
        ]

        for answer in answers:
            assert answer.status_code == 200, answer.text
            assert no in answer.text
            for told in (*WHO.values(), "13900139000"):
                assert told not in answer.text

    async def test_shows_no_number_in_a_postponement(
        self, supervisor: Colleague, admin: Colleague, no: str, clock: Clock
    ) -> None:
        ticket = (await supervisor.get(f"/tickets/{no}")).json()
        due = datetime.fromisoformat(ticket["due_at"])
        body = {
            "version": ticket["version"],
            "until": (due + timedelta(days=1)).isoformat(),
            "reason": "等13800138000回话",
            "consent": "13800138000 电话同意",
        }
        await supervisor.post(f"/tickets/{no}/postpone", body)

        for colleague in (supervisor, admin):
            seen = await colleague.get(f"/tickets/{no}")
            assert seen.json()["postponed"]["consent"] == f"{SEALED} 电话同意"
            assert "13800138000" not in seen.text


class TestLook:
    async def test_shows_who_informed_and_writes_down_who_looked(
        self, supervisor: Colleague, no: str, clock: Clock
    ) -> None:
        clock.move(timedelta(minutes=5))
        opened = await supervisor.post(f"/tickets/{no}/informant", WHY)

        assert opened.json()["fields"] == THEFT["fields"]
        assert await looks_at(supervisor, no) == [
            {
                "actor": "老王",
                "role": "supervisor",
                "reason": WHY["reason"],
                "at": clock().isoformat(),
            }
        ]

    async def test_writes_every_look_down(
        self, supervisor: Colleague, admin: Colleague, no: str
    ) -> None:
        for _ in range(3):
            await supervisor.post(f"/tickets/{no}/informant", WHY)

        # who may not look may still see that others did
        assert len(await looks_at(admin, no)) == 3

    async def test_is_refused_to_a_role_that_is_not_named(
        self, admin: Colleague, supervisor: Colleague, no: str
    ) -> None:
        refused = await admin.post(f"/tickets/{no}/informant", WHY)

        assert (problem_of(refused)["type"], refused.status_code) == (
            "/problems/InformantSealed",
            403,
        )
        assert await looks_at(supervisor, no) == []

    async def test_is_not_there_for_agents(self, agent: Colleague, no: str) -> None:
        for answer in (
            await agent.post(f"/tickets/{no}/informant", WHY),
            await agent.get(f"/tickets/{no}/informant/looks"),
        ):
            assert problem_of(answer)["type"] == "/problems/TicketNotFound"

    @pytest.mark.parametrize("reason", ["", "  ", "看"])
    async def test_needs_a_reason(self, supervisor: Colleague, no: str, reason: str) -> None:
        refused = await supervisor.post(f"/tickets/{no}/informant", {"reason": reason})

        assert refused.status_code == 422
        assert await looks_at(supervisor, no) == []

    async def test_has_nothing_to_open_on_another_ticket(self, supervisor: Colleague) -> None:
        fault = (await registered(supervisor, FAULT))["no"]

        refused = await supervisor.post(f"/tickets/{fault}/informant", WHY)

        assert problem_of(refused)["type"] == "/problems/NoInformant"


class TestConversation:
    @pytest.fixture
    async def no(self, supervisor: Colleague, customer: Customer) -> str:
        """张三 wrote it on the chat page."""
        await customer.say("我要举报6栋偷电，我是张三13800138000")
        taken = await registered(supervisor, {**THEFT, "conversation_id": customer.conversation_id})
        return str(taken["no"])

    async def test_of_an_informant_is_closed_to_others(
        self, agent: Colleague, admin: Colleague, customer: Customer, no: str
    ) -> None:
        for colleague in (agent, admin):
            refused = await colleague.get(f"/staff{customer.path}/messages")

            assert problem_of(refused)["type"] == "/problems/InformantSealed"
            assert "张三" not in refused.text

    async def test_of_an_informant_is_read_on_record(
        self, supervisor: Colleague, customer: Customer, no: str
    ) -> None:
        read = await supervisor.get(f"/staff{customer.path}/messages")

        assert "张三" in read.text
        (look,) = await looks_at(supervisor, no)
        assert (look["actor"], customer.conversation_id in look["reason"]) == ("老王", True)

    async def test_of_anybody_else_stays_open(self, agent: Colleague, customer: Customer) -> None:
        await customer.say("怎么交电费")

        assert (await agent.get(f"/staff{customer.path}/messages")).is_success
