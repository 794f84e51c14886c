"""Phones by role: whole for who needs them, hidden wherever data leaves for all others."""

import io

import pytest
from openpyxl import load_workbook

from conversations.people import Role
from tests.connectors.conftest import Colleague, Customer, Hiring
from tests.connectors.test_staff_api import registered

PHONE, HIDDEN = "13800138000", "138****8000"
FAULT = {
    "request_key": "来电-1",
    "kind": "complaint",
    "fields": {"phone": PHONE, "address": "幸福路5号", "words": f"急，请打{PHONE}"},
}


@pytest.fixture
async def no(agent: Colleague) -> str:
    """小李 took it down on the phone."""
    return str((await registered(agent, FAULT))["no"])


class TestTicket:
    async def test_shows_them_to_the_agent_who_took_it_down(
        self, agent: Colleague, no: str
    ) -> None:
        assert (await agent.get(f"/tickets/{no}")).json()["fields"]["phone"] == PHONE

    @pytest.mark.parametrize("role", [Role.LEAD, Role.CLERK, Role.SUPERVISOR, Role.ADMIN])
    async def test_shows_them_to_who_answers_for_all_tickets(
        self, hire: Hiring, no: str, role: Role
    ) -> None:
        colleague = await hire("老赵", role)

        assert (await colleague.get(f"/tickets/{no}")).json()["fields"]["phone"] == PHONE

    @pytest.mark.parametrize("role", [Role.AGENT, Role.QUALITY])
    async def test_hides_them_from_others_wherever_they_leave(
        self, hire: Hiring, no: str, role: Role
    ) -> None:
        colleague = await hire("小王", role)

        for path, query in (
            (f"/tickets/{no}", {}),
            ("/tickets", {}),
            ("/tickets/open", {"owner": "小李"}),
            (f"/tickets/{no}/forms/complaint", {}),
        ):
            shown = (await colleague.get(path, **query)).text
            assert no in shown, path
            assert PHONE not in shown, path
            assert HIDDEN in shown, path

    async def test_hides_them_in_a_workbook_too(self, hire: Hiring, no: str) -> None:
        quality = await hire("老赵", Role.QUALITY)

        taken = await quality.get("/forms/summary", month="2026-11", paper="xlsx")

        cells = [
            str(cell.value)
            for row in load_workbook(io.BytesIO(taken.content)).active.iter_rows()
            for cell in row
        ]
        assert any(no in cell for cell in cells)
        assert not [cell for cell in cells if PHONE in cell]

    async def test_shows_them_to_whoever_is_to_call_back(
        self, agent: Colleague, hire: Hiring
    ) -> None:
        wanted = {**FAULT, "request_key": "回电-1", "kind": "callback"}
        no = (await registered(agent, wanted))["no"]
        colleague = await hire("小王", Role.AGENT)

        assert (await colleague.get(f"/tickets/{no}")).json()["fields"]["phone"] == PHONE

    async def test_keeps_a_number_when_a_masked_form_is_sent_back(
        self, hire: Hiring, agent: Colleague, no: str
    ) -> None:
        colleague = await hire("小王", Role.AGENT)
        masked = (await colleague.get(f"/tickets/{no}")).json()["fields"]

        await colleague.amend(f"/tickets/{no}", {"fields": {**masked, "address": "幸福路6号"}})

        kept = (await agent.get(f"/tickets/{no}")).json()["fields"]
        assert (kept["phone"], kept["address"]) == (PHONE, "幸福路6号")
        assert kept["words"] == FAULT["fields"]["words"]


class TestTalk:
    async def test_hides_them_from_an_agent_who_is_not_talking_there(
        self, agent: Colleague, customer: Customer
    ) -> None:
        await customer.say(f"我的电话是{PHONE}")

        read = (await agent.get(f"/staff{customer.path}/messages")).text

        assert PHONE not in read
        assert HIDDEN in read

    async def test_shows_them_to_a_lead(self, hire: Hiring, customer: Customer) -> None:
        lead = await hire("张班长", Role.LEAD)
        await customer.say(f"我的电话是{PHONE}")

        assert PHONE in (await lead.get(f"/staff{customer.path}/messages")).text
