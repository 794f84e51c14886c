"""Staff print a ticket's forms; whoever informed stays sealed on paper."""

from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook

from conversations.people import Role
from tests.connectors.conftest import Colleague, Hiring, problem_of
from tests.connectors.test_informants_api import THEFT, WHO
from tests.connectors.test_staff_api import registered

COMPLAINT: dict[str, Any] = {
    "request_key": "来电-8",
    "kind": "complaint",
    "fields": {"name": "王先生", "matter": "<script>alert(1)</script>抄错表了"},
}


@pytest.fixture
async def no(agent: Colleague) -> str:
    return str((await registered(agent, COMPLAINT))["no"])


class TestForm:
    async def test_is_a_page_to_print_that_runs_nothing(self, agent: Colleague, no: str) -> None:
        page = await agent.get(f"/tickets/{no}/forms/complaint")

        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert "客户投诉处理单" in page.text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;抄错表了" in page.text
        assert "<script" not in page.text

    async def test_is_a_workbook_to_save(self, agent: Colleague, no: str) -> None:
        file = await agent.get(f"/tickets/{no}/forms/complaint", paper="xlsx")

        assert file.headers["content-disposition"].startswith("attachment; filename*=UTF-8''")
        sheet: Any = load_workbook(BytesIO(file.content)).active
        cells = {cell.value for row in sheet.iter_rows() for cell in row}
        assert {"客户投诉处理单", "王先生", no} <= cells

    async def test_of_a_report_keeps_who_informed_sealed(
        self, agent: Colleague, supervisor: Colleague
    ) -> None:
        report = (await registered(agent, THEFT))["no"]

        page = await supervisor.get(f"/tickets/{report}/forms/call")
        hidden = await agent.get(f"/tickets/{report}/forms/call")

        assert "6栋有人偷电" in page.text
        assert not any(value in page.text for value in WHO.values())
        assert problem_of(hidden)["type"] == "/problems/TicketNotFound"

    @pytest.mark.parametrize(
        ("name", "problem"), [("handover", "UnknownForm"), ("..%2f..%2fetc", "not_found")]
    )
    async def test_is_not_there_under_another_name(
        self, agent: Colleague, no: str, name: str, problem: str
    ) -> None:
        missing = await agent.get(f"/tickets/{no}/forms/{name}")

        assert problem_of(missing)["type"] == f"/problems/{problem}"

    async def test_for_complaints_fits_no_fault(self, agent: Colleague) -> None:
        fault = (await registered(agent, {**COMPLAINT, "kind": "fault"}))["no"]

        refused = await agent.get(f"/tickets/{fault}/forms/complaint")

        assert problem_of(refused)["type"] == "/problems/FormNotForKind"


class TestSummary:
    async def test_lists_the_months_complaints(self, supervisor: Colleague, no: str) -> None:
        page = await supervisor.get("/forms/summary", month="2026-11")

        assert no in page.text
        assert no not in (await supervisor.get("/forms/summary", month="2026-10")).text

    async def test_is_not_for_agents(self, agent: Colleague) -> None:
        refused = await agent.get("/forms/summary", month="2026-11")

        assert problem_of(refused)["type"] == "/problems/NotAllowed"

    async def test_refuses_a_month_that_is_none(self, supervisor: Colleague) -> None:
        refused = await supervisor.get("/forms/summary", month="2026-13")

        assert problem_of(refused)["type"] == "/problems/NoSuchMonth"


class TestDoor:
    async def test_is_closed_to_trainers(self, hire: Hiring, no: str) -> None:
        trainer = await hire("小陈", Role.TRAINER)

        for path in ("/forms", f"/tickets/{no}/forms/call", "/forms/summary?month=2026-11"):
            assert (await trainer.get(path)).status_code == 403
