"""Who looked at whose ticket or talk, and who took something away: on record before it is shown."""

from datetime import timedelta
from typing import Any

from conversations.auditing import SAME_LOOK
from conversations.people import Role
from tests.conftest import Clock
from tests.connectors.conftest import Colleague, Customer, Hiring, problem_of
from tests.connectors.test_staff_api import FAULT, registered


async def lines(supervisor: Colleague, **query: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await supervisor.get("/audit", **query)).json()["lines"]
    return found


class TestAudit:
    async def test_tells_who_read_a_ticket_when_and_from_where(
        self, agent: Colleague, supervisor: Colleague, clock: Clock
    ) -> None:
        no = (await registered(agent, FAULT))["no"]
        clock.move(timedelta(minutes=3))
        await agent.get(f"/tickets/{no}")

        (line,) = await lines(supervisor, subject=no)

        assert (line["actor"], line["role"], line["act"]) == ("小李", "agent", "read_ticket")
        assert (line["at"], line["address"]) == (clock().isoformat(), "127.0.0.1")

    async def test_tells_who_read_a_talk(
        self, agent: Colleague, supervisor: Colleague, customer: Customer
    ) -> None:
        await agent.get(f"/staff{customer.path}/messages")

        (line,) = await lines(supervisor, act="read_talk")

        assert line["subject"].startswith(customer.conversation_id)

    async def test_tells_who_took_a_month_away_and_which(
        self, hire: Hiring, supervisor: Colleague
    ) -> None:
        clerk = await hire("小周", Role.CLERK)
        await clerk.get("/forms/summary", month="2026-11", paper="xlsx")

        (line,) = await lines(supervisor, act="exported")

        assert (line["actor"], "month=2026-11" in line["detail"]) == ("小周", True)

    async def test_counts_looks_that_follow_closely_once(
        self, agent: Colleague, supervisor: Colleague, clock: Clock
    ) -> None:
        no = (await registered(agent, FAULT))["no"]
        for _ in range(3):
            await agent.get(f"/tickets/{no}")
        clock.move(SAME_LOOK)
        await agent.get(f"/tickets/{no}")

        assert len(await lines(supervisor, subject=no)) == 2

    async def test_writes_every_change_down(self, agent: Colleague, supervisor: Colleague) -> None:
        no = (await registered(agent, FAULT))["no"]
        for version in (1, 2):
            await agent.patch(f"/tickets/{no}", {"version": version, "note": "已联系"})

        assert len(await lines(supervisor, subject=no, act="changed_ticket")) == 2

    async def test_holds_what_a_role_was_refused(self, hire: Hiring, supervisor: Colleague) -> None:
        trainer = await hire("小陈", Role.TRAINER)
        await trainer.get("/tickets/2026112100012")

        (line,) = await lines(supervisor, actor="小陈")

        assert (line["act"], line["subject"].endswith("/tickets/2026112100012")) == (
            "refused",
            True,
        )

    async def test_holds_that_it_was_read(self, supervisor: Colleague) -> None:
        await supervisor.get("/audit")

        assert "read_audit" in {line["act"] for line in await lines(supervisor)}

    async def test_goes_on_before_a_line_that_was_seen(
        self, agent: Colleague, supervisor: Colleague
    ) -> None:
        no = (await registered(agent, FAULT))["no"]
        for number in range(3):
            body = {"version": number + 1, "note": f"第{number}次"}
            await agent.patch(f"/tickets/{no}", body)

        newest, older = await lines(supervisor, subject=no, limit=2)
        (oldest,) = await lines(supervisor, subject=no, before=older["id"])

        assert newest["id"] > older["id"] > oldest["id"]

    async def test_is_not_for_agents(self, agent: Colleague) -> None:
        assert problem_of(await agent.get("/audit"))["type"] == "/problems/NotAllowed"
