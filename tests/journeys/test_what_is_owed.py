"""A fault is dispatched, late, told up the chain, answered, reopened, filed: on both databases."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connectors.sign_in import StaffService
from conversations.people import Role
from desk.database import Database
from tests.journeys.clocked_desk import ClockedDesk
from tests.journeys.people import Staff
from tests.journeys.processes import eventually

pytestmark = pytest.mark.each_database

PASSWORD = "电表-三零五"
ROLES = {"小李": Role.AGENT, "张班长": Role.LEAD, "王主管": Role.SUPERVISOR}
FAULT = {
    "request_key": "来电-1",
    "kind": "fault",
    "fields": {"fault_kind": "停电", "address": "幸福里6栋2单元301", "phone": "13800138000"},
}
CHAIN = ["agent", "shift_lead", "team_lead", "supervisor"]


@pytest.fixture
def desk(tmp_path: Path, database_url: str) -> Iterator[ClockedDesk]:
    running = ClockedDesk(tmp_path, database_url)
    asyncio.run(hire(running))
    running.start()
    yield running
    running.kill()


async def hire(desk: ClockedDesk) -> None:
    database = Database(desk.database_url)
    staff = StaffService(write=database.write, read=database.read, clock=desk.now)
    for name, role in ROLES.items():
        await staff.add(name, role, PASSWORD)
    await database.close()


class Shift:
    """Those on duty, and the one ticket of this story."""

    def __init__(self, desk: ClockedDesk) -> None:
        self.desk, self.no = desk, ""
        self.signs_in()

    def signs_in(self) -> None:
        """A session ends when nobody uses it for an hour."""
        self.agent, self.lead, self.supervisor = (
            Staff.sign_in(self.desk.api, name, PASSWORD) for name in ROLES
        )

    def register(self) -> dict[str, Any]:
        answer = self.agent.calls("POST", "/tickets", json=FAULT)
        assert answer.status_code == 201, answer.text
        self.no = answer.json()["no"]
        return self.ticket()

    def ticket(self) -> dict[str, Any]:
        return self.agent.ticket(self.no)

    def told(self) -> list[tuple[str, str]]:
        """What was told of the ticket, and to whom, in order."""
        return [(alarm["kind"], alarm["role"]) for alarm in self.ticket()["alarms"]]

    def is_told(self, *, times: int) -> None:
        """The desk looks at the limits by itself; wait until it has told so much and no more."""
        eventually(lambda: len(self.told()) >= times)
        assert len(self.told()) == times

    def late(self) -> list[tuple[str, str]]:
        """The late list: numbers, with the highest role that was told."""
        listed = self.lead.asks("/tickets/late")["tickets"]
        return [(each["no"], each["told"]) for each in listed]

    def heard_by(self, member: Staff) -> list[tuple[str, str]]:
        alarms = member.asks("/tickets/alarms")["alarms"]
        return [(alarm["kind"], alarm["role"]) for alarm in alarms]

    def changes(self, **change: Any) -> dict[str, Any]:
        seen = self.ticket()["version"]
        path, body = f"/tickets/{self.no}", {"version": seen, **change}
        answer = self.agent.calls("PATCH", path, json=body)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def asks_the_customer(self, outcome: str, *, note: str = "") -> dict[str, Any]:
        body = {"version": self.ticket()["version"], "outcome": outcome, "note": note}
        answer = self.agent.calls("POST", f"/tickets/{self.no}/follow-up", json=body)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())


def test_a_fault_goes_all_its_way(desk: ClockedDesk) -> None:
    shift = Shift(desk)

    # registered, routed, dispatched
    filed = shift.register()
    assert (filed["state"], filed["department"], filed["owner"]) == ("registered", "repair", "小李")
    shift.changes(area="urban")
    assert shift.changes(state="dispatched")["department"] == "repair"
    assert shift.late() == shift.told() == []

    # nearly late, late, and up the chain
    desk.move_clock(minutes=40)
    shift.is_told(times=1)
    assert (shift.told(), shift.late()) == ([("warning", "agent")], [])
    desk.move_clock(minutes=6)
    shift.is_told(times=3)
    assert shift.late() == [(shift.no, "shift_lead")]
    desk.move_clock(minutes=30)
    shift.is_told(times=4)
    assert shift.late() == [(shift.no, "team_lead")]
    desk.kill()
    desk.move_clock(hours=2)
    desk.start()
    shift.signs_in()
    shift.is_told(times=5)
    assert shift.told() == [
        ("warning", "agent"),
        ("breach", "agent"),
        *(("climb", role) for role in CHAIN[1:]),
    ]
    assert shift.late() == [(shift.no, "supervisor")]
    assert shift.heard_by(shift.agent) == [("warning", "agent"), ("breach", "agent")]
    assert shift.heard_by(shift.lead) == [("climb", "shift_lead"), ("climb", "team_lead")]
    assert shift.heard_by(shift.supervisor) == [("climb", "supervisor")]
    (day,) = shift.lead.asks("/tickets/review")["owners"]
    assert (day["owner"], day["open"], day["late"]) == ("小李", 1, 1)

    # answered: nothing is owed any more, though it was late
    shift.changes(state="in_progress")
    shift.changes(step="arrived")
    answered = shift.changes(state="answered", note="已恢复供电")
    assert answered["due_at"] is None
    assert shift.ticket()["due"]["on_site"]["verdict"] == "breached"
    assert shift.late() == []

    # not satisfied: reopened, and its clock begins anew
    reopened = shift.asks_the_customer("unsatisfied", note="又停了")
    assert reopened["state"] == "reopened"
    assert shift.ticket()["due"]["on_site"]["verdict"] == "running"
    shift.changes(state="in_progress")
    shift.changes(step="arrived")
    shift.changes(state="answered", note="换了跌落保险")

    # satisfied: filed
    over = shift.asks_the_customer("satisfied")
    assert (over["state"], over["outcome"], over["owner"]) == ("filed", "satisfied", "小李")
    assert shift.lead.asks("/tickets/review")["owners"] == []
    assert len(shift.told()) == 5
    states = [line["state"] for line in over["history"]]
    assert [state for at, state in enumerate(states) if state != states[at - 1]] == [
        "registered",
        "dispatched",
        "in_progress",
        "answered",
        "reopened",
        "in_progress",
        "answered",
        "filed",
    ]
