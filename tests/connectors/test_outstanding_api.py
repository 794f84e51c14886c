"""What staff have to see now: open, late and nearly late tickets, and what they were told."""

from datetime import timedelta
from typing import Any

import pytest

from conversations.people import Role
from desk.database import Database
from desk.settings import ROOT
from tests.conftest import Clock
from tests.connectors.conftest import Colleague, Hiring, problem_of
from tickets.terms import load_terms
from tickets.timed_work import TimedWork

# without an area it is owed as in a town: on site within 45 minutes, warned of after 36
FAULT = {"kind": "fault", "fields": {"address": "幸福路5号"}}
REPORT = {"kind": "report", "fields": {"words": "有人偷电"}}
NEARLY, LATE, VERY_LATE = timedelta(minutes=40), timedelta(minutes=50), timedelta(hours=4)


class Day:
    """A day at the desk: tickets come in, time passes, and the limits are looked at."""

    def __init__(self, work: TimedWork, clock: Clock) -> None:
        self._work, self._clock = work, clock
        self._calls = 0

    async def takes(self, colleague: Colleague, body: dict[str, Any] = FAULT) -> str:
        self._calls += 1
        answer = await colleague.post("/tickets", {**body, "request_key": f"来电-{self._calls}"})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["no"])

    async def goes_on(self, by: timedelta) -> None:
        self._clock.move(by)
        await self._work.raise_alarms()


@pytest.fixture
def day(database: Database, clock: Clock) -> Day:
    terms = load_terms(ROOT / "profiles", {"power": "Asia/Shanghai"})
    return Day(TimedWork(write=database.write, clock=clock, terms=terms), clock)


async def outstanding(colleague: Colleague) -> dict[str, Any]:
    answer = await colleague.get("/tickets/outstanding")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def told(colleague: Colleague) -> list[tuple[str, str]]:
    """What somebody was told that nobody took note of: the kind, and the ticket's number."""
    alarms = (await outstanding(colleague))["alarms"]
    return [(alarm["kind"], alarm["ticket"]["no"]) for alarm in alarms]


class TestCounts:
    async def test_tell_what_is_open_late_and_nearly_late(self, agent: Colleague, day: Day) -> None:
        late = await day.takes(agent)
        await day.goes_on(timedelta(minutes=10))
        soon = await day.takes(agent)
        await day.goes_on(NEARLY)
        await day.takes(agent)

        seen = await outstanding(agent)

        assert seen["counts"] == {"open": 3, "late": 1, "due_soon": 1}
        assert [ticket["no"] for ticket in seen["late"]] == [late]
        assert [ticket["no"] for ticket in seen["due_soon"]] == [soon]
        assert seen["late"][0]["due"]["on_site"]["verdict"] == "breached"

    async def test_are_an_agents_own_and_a_leads_of_all(
        self, agent: Colleague, hire: Hiring, day: Day
    ) -> None:
        other, lead = await hire("小周", Role.AGENT), await hire("张班长", Role.LEAD)
        await day.takes(agent)

        assert (await outstanding(agent))["counts"]["open"] == 1
        assert (await outstanding(other))["counts"]["open"] == 0
        seen = await outstanding(lead)
        assert (seen["counts"]["open"], seen["sees_all"]) == (1, True)

    async def test_leave_out_informants_for_all_but_those_who_may_know(
        self, supervisor: Colleague, hire: Hiring, day: Day
    ) -> None:
        lead = await hire("张班长", Role.LEAD)
        await day.takes(supervisor, REPORT)
        await day.goes_on(timedelta(days=30))

        assert (await outstanding(supervisor))["counts"]["late"] == 1
        assert (await outstanding(lead))["counts"] == {"open": 0, "late": 0, "due_soon": 0}
        assert await told(lead) == []

    async def test_leave_out_what_is_over(self, agent: Colleague, day: Day) -> None:
        no = await day.takes(agent)
        await day.goes_on(LATE)
        await agent.amend(f"/tickets/{no}", {"state": "withdrawn", "note": "来电了"})

        seen = await outstanding(agent)

        assert seen["counts"] == {"open": 0, "late": 0, "due_soon": 0}
        assert seen["alarms"] == []


class TestAlarms:
    async def test_go_to_those_they_were_told_to(
        self, agent: Colleague, supervisor: Colleague, hire: Hiring, day: Day
    ) -> None:
        lead = await hire("张班长", Role.LEAD)
        no = await day.takes(agent)
        await day.goes_on(NEARLY)
        assert (await told(agent), await told(lead)) == ([("warning", no)], [])

        await day.goes_on(timedelta(minutes=10))
        assert (await told(lead), await told(supervisor)) == ([("climb", no)], [])

        await day.goes_on(VERY_LATE)
        assert await told(supervisor) == [("climb", no)]

    async def test_of_an_agent_are_of_their_own_tickets(
        self, agent: Colleague, hire: Hiring, day: Day
    ) -> None:
        other = await hire("小周", Role.AGENT)
        await day.takes(agent)

        await day.goes_on(NEARLY)

        assert await told(other) == []

    async def test_of_a_ticket_are_one_the_last(self, agent: Colleague, day: Day) -> None:
        no = await day.takes(agent)
        await day.goes_on(NEARLY)
        await day.goes_on(timedelta(minutes=10))

        assert await told(agent) == [("breach", no)]

    async def test_are_gone_once_somebody_took_note(self, agent: Colleague, day: Day) -> None:
        no = await day.takes(agent)
        await day.goes_on(NEARLY)
        await day.goes_on(timedelta(minutes=10))
        (alarm,) = (await outstanding(agent))["alarms"]

        noted = await agent.post(f"/tickets/{no}/note", {"up_to": alarm["id"]})
        again = await agent.post(f"/tickets/{no}/note", {"up_to": alarm["id"]})

        assert (noted.json(), again.json()) == ({"noted": 2}, {"noted": 0})
        assert await told(agent) == []
        kept = (await agent.get(f"/tickets/{no}")).json()["alarms"]
        assert {each["noted_by"] for each in kept if each["role"] == "agent"} == {"小李"}

    async def test_of_later_are_there_again(self, agent: Colleague, day: Day) -> None:
        no = await day.takes(agent)
        await day.goes_on(NEARLY)
        (alarm,) = (await outstanding(agent))["alarms"]
        await agent.post(f"/tickets/{no}/note", {"up_to": alarm["id"]})

        await day.goes_on(timedelta(minutes=10))

        assert await told(agent) == [("breach", no)]

    async def test_of_others_are_not_taken_note_of(
        self, agent: Colleague, hire: Hiring, day: Day
    ) -> None:
        lead = await hire("张班长", Role.LEAD)
        no = await day.takes(agent)
        await day.goes_on(LATE)
        (alarm,) = (await outstanding(lead))["alarms"]

        noted = await agent.post(f"/tickets/{no}/note", {"up_to": alarm["id"]})

        assert noted.json() == {"noted": 1}
        assert await told(lead) == [("climb", no)]

    async def test_of_a_report_are_nobodys_to_note_who_may_not_know_of_it(
        self, agent: Colleague, supervisor: Colleague, day: Day
    ) -> None:
        no = await day.takes(supervisor, REPORT)

        refused = problem_of(await agent.post(f"/tickets/{no}/note", {"up_to": 1}))

        assert refused["type"] == "/problems/TicketNotFound"
