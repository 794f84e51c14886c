"""What a page is told may be done with a ticket: the table's moves, by state and by role."""

from datetime import timedelta
from typing import Any

import pytest

from conversations.people import Role
from tests.conftest import Clock
from tests.connectors.conftest import Colleague, Hiring
from tests.connectors.test_staff_api import registered
from tickets.ticket import ALLOWED_MOVES, State

FAULT = {"request_key": "来电-1", "kind": "fault", "fields": {"address": "幸福路5号"}}
REPORT = {"request_key": "来电-2", "kind": "report", "fields": {"words": "有人偷电", "name": "王"}}


async def sheet(colleague: Colleague, no: str) -> dict[str, Any]:
    answer = await colleague.get(f"/tickets/{no}")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def can(colleague: Colleague, no: str) -> dict[str, Any]:
    found: dict[str, Any] = (await sheet(colleague, no))["can"]
    return found


async def moved(colleague: Colleague, no: str, **change: Any) -> None:
    version = (await sheet(colleague, no))["version"]
    answer = await colleague.patch(f"/tickets/{no}", {"version": version, **change})
    assert answer.status_code == 200, answer.text


@pytest.fixture
async def no(agent: Colleague) -> str:
    return str((await registered(agent, FAULT))["no"])


class TestMoves:
    async def test_are_those_of_the_table_but_merging(self, agent: Colleague, no: str) -> None:
        told = {each["to"] for each in (await can(agent, no))["moves"]}

        assert told == ALLOWED_MOVES[State.REGISTERED] - {State.MERGED}

    async def test_say_which_of_them_need_words(self, agent: Colleague, no: str) -> None:
        await moved(agent, no, state="in_progress")

        needs = {each["to"] for each in (await can(agent, no))["moves"] if each["needs_words"]}

        assert needs == {"on_hold", "answered", "withdrawn"}

    async def test_that_take_up_what_is_over_are_for_those_who_lead(
        self, agent: Colleague, hire: Hiring, no: str
    ) -> None:
        lead = await hire("值长老张", Role.LEAD)
        await moved(agent, no, state="withdrawn", note="客户取消")

        assert (await can(agent, no))["moves"] == []
        assert (await can(lead, no))["moves"] == [{"to": "reopened", "needs_words": True}]

    async def test_every_one_that_is_told_is_taken(self, agent: Colleague, no: str) -> None:
        for move in (await can(agent, no))["moves"]:
            fault = {**FAULT, "request_key": f"来电-{move['to']}"}
            another = str((await registered(agent, fault))["no"])

            await moved(agent, another, state=move["to"], note="原因")

            assert (await sheet(agent, another))["state"] == move["to"]

    async def test_of_who_only_reads_are_none(self, hire: Hiring, no: str) -> None:
        quality = await hire("质检小孙", Role.QUALITY)

        assert await can(quality, no) == {"work": False, "see_informant": False}


class TestSteps:
    async def test_are_those_that_meet_a_limit_still_open(self, agent: Colleague, no: str) -> None:
        assert "arrived" in (await can(agent, no))["steps"]

        await moved(agent, no, state="dispatched", department="repair")
        await moved(agent, no, step="arrived")

        assert "arrived" not in (await can(agent, no))["steps"]


class TestPostponing:
    async def test_is_offered_until_the_limit_is_over(
        self, agent: Colleague, clock: Clock, no: str
    ) -> None:
        (on_site,) = [
            each for each in (await can(agent, no))["postpone"] if each["what"] == "on_site"
        ]
        assert on_site["due_at"] < on_site["latest"]

        clock.move(timedelta(hours=9))

        assert "on_site" not in {each["what"] for each in (await can(agent, no))["postpone"]}


class TestInformant:
    async def test_is_offered_to_the_named_role_alone(
        self, supervisor: Colleague, hire: Hiring
    ) -> None:
        admin = await hire("系统管理员", Role.ADMIN)
        no = str((await registered(supervisor, REPORT))["no"])

        assert (await can(supervisor, no))["see_informant"] is True
        assert (await can(admin, no))["see_informant"] is False
