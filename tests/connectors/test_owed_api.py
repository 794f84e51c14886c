"""What staff ask of what is owed: late list, daily review, alarms; urge, postpone, link, merge."""

from datetime import timedelta
from typing import Any

import pytest

from conversations.people import Role
from desk.database import Database
from tests.centres import read_terms
from tests.conftest import Clock
from tests.connectors.conftest import Colleague, Hiring, problem_of
from tickets.timed_work import TimedWork

FAULT = {"request_key": "来电-1", "kind": "fault", "fields": {"address": "幸福路5号"}}
REPORT = {"request_key": "来电-2", "kind": "report", "fields": {"words": "有人偷电"}}


async def register(colleague: Colleague, body: dict[str, Any], **more: Any) -> str:
    answer = await colleague.post("/tickets", {**body, **more})
    assert answer.status_code == 201, answer.text
    no: str = answer.json()["no"]
    return no


@pytest.fixture
def work(database: Database, clock: Clock) -> TimedWork:
    return TimedWork(write=database.write, clock=clock, terms=read_terms("power"))


class TestATicket:
    async def test_shows_what_is_owed_and_by_when(self, agent: Colleague, clock: Clock) -> None:
        no = await register(agent, FAULT)

        ticket = (await agent.get(f"/tickets/{no}")).json()

        due = (clock() + timedelta(minutes=45)).isoformat()
        assert ticket["due_at"] == ticket["due"]["on_site"]["due_at"] == due
        assert ticket["due"]["on_site"]["verdict"] == "running"
        assert ticket["due"]["on_site"]["provisional"] is True
        assert ticket["due"]["on_site"]["doubts"] == ["area"]

    async def test_refuses_a_change_of_what_somebody_else_changed(
        self, agent: Colleague, supervisor: Colleague
    ) -> None:
        path = f"/tickets/{await register(agent, FAULT)}"
        await supervisor.patch(path, {"version": 1, "department": "repair"})

        problem = problem_of(await agent.patch(path, {"version": 1, "area": "rural"}))

        assert (problem["status"], problem["type"]) == (409, "/problems/TicketChanged")
        assert (problem["changed_by"], problem["version"]) == ("老王", 2)
        assert "老王" in problem["detail"]

    async def test_tells_in_its_history_what_was_changed(
        self, agent: Colleague, supervisor: Colleague
    ) -> None:
        path = f"/tickets/{await register(agent, FAULT)}"

        changed = await supervisor.amend(path, {"area": "rural", "fields": {"phone": "139"}})

        assert changed.json()["history"][-1]["changes"] == {
            "area": ["", "rural"],
            # until it is dispatched it goes where its area says
            "department": ["repair", "station"],
            "fields.phone": ["", "139"],
        }

    @pytest.mark.parametrize(
        ("body", "kind", "status"),
        [
            ({"department": "steam"}, "NotInProfile", 422),
            ({"area": "moon"}, "NotInProfile", 422),
            ({"class": "residential"}, "NotInProfile", 422),
            ({"step": "filed"}, "MoveNotAllowed", 409),
            ({"state": "merged"}, "MoveNotAllowed", 409),
            ({"state": "on_hold"}, "ReasonMissing", 422),
        ],
    )
    async def test_refuses_what_makes_no_sense(
        self, agent: Colleague, body: dict[str, str], kind: str, status: int
    ) -> None:
        path = f"/tickets/{await register(agent, FAULT)}"

        problem = problem_of(await agent.amend(path, body))

        assert (problem["type"], problem["status"]) == (f"/problems/{kind}", status)
        assert (await agent.get(path)).json()["version"] == 1

    async def test_is_judged_by_those_who_may(self, hire: Hiring, agent: Colleague) -> None:
        lead = await hire("张班长", Role.LEAD)
        path = f"/tickets/{await register(agent, FAULT, kind='application')}"

        refused = problem_of(await agent.amend(path, {"class": "high_single"}))
        judged = await lead.amend(path, {"class": "high_single"})

        assert (refused["type"], refused["status"]) == ("/problems/MayNotJudge", 403)
        assert judged.json()["class"] == "high_single"

    async def test_that_is_over_is_reopened_by_those_who_lead(
        self, hire: Hiring, agent: Colleague
    ) -> None:
        lead = await hire("张班长", Role.LEAD)
        path = f"/tickets/{await register(agent, FAULT)}"
        await agent.amend(path, {"state": "withdrawn", "note": "来电了"})
        again = {"state": "reopened", "note": "又停了"}

        assert problem_of(await agent.amend(path, again))["type"] == "/problems/NotAllowed"
        assert (await lead.amend(path, again)).json()["state"] == "reopened"


class TestLists:
    async def test_show_what_is_late_and_who_was_told(
        self, agent: Colleague, hire: Hiring, clock: Clock, work: TimedWork
    ) -> None:
        lead = await hire("张班长", Role.LEAD)
        no = await register(agent, FAULT)
        clock.move(timedelta(hours=1))
        await work.raise_alarms()

        (late,) = (await agent.get("/tickets/late")).json()["tickets"]
        (alarm,) = (await lead.get("/tickets/alarms")).json()["alarms"]

        assert (late["no"], late["told"]) == (no, "shift_lead")
        assert late["due"]["on_site"]["verdict"] == "breached"
        assert (alarm["kind"], alarm["ticket"]["no"]) == ("climb", no)
        later = await lead.get("/tickets/alarms", after=alarm["id"])
        assert later.json() == {"alarms": []}

    async def test_review_the_day_by_owner_for_those_who_lead(
        self, agent: Colleague, hire: Hiring
    ) -> None:
        lead = await hire("张班长", Role.LEAD)
        await register(agent, FAULT)

        days = (await lead.get("/tickets/review")).json()["owners"]

        assert days == [{"owner": "小李", "open": 1, "late": 0, "due_today": 1, "carried_over": 0}]
        assert (await agent.get("/tickets/review")).status_code == 403
        (own,) = (await agent.get("/tickets/open")).json()["tickets"]
        assert own["owner"] == "小李"

    async def test_keep_informants_from_everybody_else(
        self, agent: Colleague, supervisor: Colleague, hire: Hiring, clock: Clock, work: TimedWork
    ) -> None:
        lead = await hire("张班长", Role.LEAD)
        no = await register(supervisor, REPORT)
        clock.move(timedelta(days=30))
        await work.raise_alarms()

        (late,) = (await supervisor.get("/tickets/late")).json()["tickets"]
        assert late["no"] == no
        assert (await lead.get("/tickets/late")).json() == {"tickets": []}
        assert (await lead.get("/tickets/review")).json() == {"owners": []}
        assert (await lead.get("/tickets/alarms")).json() == {"alarms": []}
        assert (await lead.get("/tickets/open", owner="老王")).json() == {"tickets": []}


class TestVerbs:
    async def test_urge_once_for_each_request(self, agent: Colleague) -> None:
        path = f"/tickets/{await register(agent, FAULT)}/urge"

        for key in ("a", "a", "b"):
            urged = await agent.post(path, {"request_key": key, "words": "客户催"})

        assert (urged.json()["urges"], urged.json()["priority"]) == (2, "high")

    async def test_postpone_once(self, agent: Colleague, clock: Clock) -> None:
        no = await register(agent, FAULT)
        body = {
            "until": (clock() + timedelta(days=1)).isoformat(),
            "reason": "等配件",
            "consent": "电话里同意",
        }

        done = await agent.does(f"/tickets/{no}", "postpone", body)
        again = problem_of(await agent.does(f"/tickets/{no}", "postpone", body))

        assert done.json()["due_at"] == body["until"]
        assert (again["type"], again["status"]) == ("/problems/PostponeNotAllowed", 409)
        shown = (await agent.get(f"/tickets/{no}")).json()["postponed"]
        assert (shown["reason"], shown["actor"]) == ("等配件", "小李")

    async def test_show_a_postponement_with_numbers_to_those_alone_who_need_them(
        self, agent: Colleague, hire: Hiring, clock: Clock
    ) -> None:
        no, another = await register(agent, FAULT), await hire("小陈", Role.AGENT)
        until = (clock() + timedelta(days=1)).isoformat()
        body = {"until": until, "reason": "等配件", "consent": "13800138000 电话同意"}
        await agent.does(f"/tickets/{no}", "postpone", body)

        seen = [
            (await colleague.get(f"/tickets/{no}")).json()["postponed"]["consent"]
            for colleague in (agent, another)
        ]

        assert seen == ["13800138000 电话同意", "138****8000 电话同意"]

    @pytest.mark.parametrize(
        "until", ["9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00"], ids=["last", "first"]
    )
    async def test_postpone_to_no_moment_that_no_zone_knows(
        self, agent: Colleague, until: str
    ) -> None:
        path = f"/tickets/{await register(agent, FAULT)}"
        body = {"until": until, "reason": "等配件", "consent": "同意"}

        problem = problem_of(await agent.does(path, "postpone", body))

        assert (problem["type"], problem["status"]) == ("/problems/PostponeNotAllowed", 409)

    async def test_postpone_to_no_moment_without_a_zone(self, agent: Colleague) -> None:
        path = f"/tickets/{await register(agent, FAULT)}"
        body = {"until": "2026-11-22T10:00:00", "reason": "等配件", "consent": "同意"}

        assert (
            problem_of(await agent.does(path, "postpone", body))["type"]
            == "/problems/invalid_request"
        )

    async def test_link_and_merge(self, agent: Colleague) -> None:
        one, two, three = [
            await register(agent, FAULT, request_key=f"来电-{key}") for key in (1, 3, 4)
        ]

        await agent.does(f"/tickets/{two}", "link", {"other": one})
        merged = await agent.does(f"/tickets/{three}", "merge", {"into": one})

        assert (merged.json()["state"], merged.json()["merged_into"]) == ("merged", one)
        links = (await agent.get(f"/tickets/{one}")).json()["links"]
        assert [(link["no"], link["relation"]) for link in links] == [
            (two, "related"),
            (three, "merged"),
        ]

    async def test_touch_no_report_of_an_informant(
        self, agent: Colleague, supervisor: Colleague
    ) -> None:
        own, report = await register(agent, FAULT), await register(supervisor, REPORT)

        for path, body in (
            (f"/tickets/{report}/urge", {"request_key": "a"}),
            (f"/tickets/{own}/link", {"version": 1, "other": report}),
            (f"/tickets/{own}/merge", {"version": 1, "into": report}),
            (f"/tickets/{report}/follow-up", {"version": 1, "outcome": "satisfied"}),
        ):
            assert problem_of(await agent.post(path, body))["type"] == "/problems/TicketNotFound"

    async def test_follow_up_only_what_is_answered(self, agent: Colleague) -> None:
        no = await register(agent, FAULT)
        body = {"outcome": "satisfied"}
        early = problem_of(await agent.does(f"/tickets/{no}", "follow-up", body))
        for state in ("in_progress", "answered"):
            await agent.amend(f"/tickets/{no}", {"state": state})

        filed = await agent.does(f"/tickets/{no}", "follow-up", body)

        assert early["type"] == "/problems/MoveNotAllowed"
        assert (filed.json()["state"], filed.json()["outcome"]) == ("filed", "satisfied")


class TestTwoAgentsAtOnce:
    async def test_who_phoned_the_same_customer_count_as_one_try(
        self, agent: Colleague, supervisor: Colleague
    ) -> None:
        no = await register(agent, FAULT)
        for state in ("in_progress", "answered"):
            await agent.amend(f"/tickets/{no}", {"state": state})
        seen = (await agent.get(f"/tickets/{no}")).json()["version"]
        body = {"version": seen, "outcome": "unreached"}

        await supervisor.post(f"/tickets/{no}/follow-up", body)
        problem = problem_of(await agent.post(f"/tickets/{no}/follow-up", body))

        assert (problem["type"], problem["changed_by"]) == ("/problems/TicketChanged", "老王")
        (listed,) = (await agent.get("/tickets/to-phone")).json()["tickets"]
        assert listed["tries"] == 1

    async def test_have_to_say_what_they_saw(self, agent: Colleague) -> None:
        no = await register(agent, FAULT)

        problem = problem_of(await agent.post(f"/tickets/{no}/link", {"other": no}))

        assert (problem["status"], problem["errors"][0]["place"]) == (422, "body.version")


class TestToPhone:
    async def test_lists_answered_tickets_of_callers_with_the_tries_so_far(
        self, agent: Colleague
    ) -> None:
        no = await register(agent, FAULT)
        for state in ("in_progress", "answered"):
            await agent.amend(f"/tickets/{no}", {"state": state})
        await agent.does(f"/tickets/{no}", "follow-up", {"outcome": "unreached"})

        (listed,) = (await agent.get("/tickets/to-phone")).json()["tickets"]

        assert (listed["no"], listed["state"], listed["tries"]) == (no, "follow_up", 1)

    async def test_shows_a_report_to_those_alone_who_may_see_it(
        self, agent: Colleague, supervisor: Colleague
    ) -> None:
        no = await register(supervisor, REPORT)
        for state in ("in_progress", "answered"):
            await supervisor.amend(f"/tickets/{no}", {"state": state})

        assert (await agent.get("/tickets/to-phone")).json()["tickets"] == []
        (listed,) = (await supervisor.get("/tickets/to-phone")).json()["tickets"]
        assert listed["no"] == no
