"""What staff see of events and do to them."""

from typing import Any

import httpx
import pytest

from conversations.people import Role
from tests.connectors.conftest import Colleague, Hiring, problem_of

OPENED = {"matter": "停电", "area": "幸福里6栋"}


async def report(colleague: Colleague, home: int, **more: Any) -> str:
    """A customer of building 6 reports an outage by phone; returns the ticket's number."""
    fields = {"fault_kind": "停电", "address": f"幸福里6栋{home}01", "phone": f"1380013800{home}"}
    body = {"request_key": f"来电-{home}", "kind": "fault", "fields": fields, **more}
    answer = await colleague.post("/tickets", body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["no"])


async def opened(colleague: Colleague, **more: Any) -> str:
    """An event opened by hand; returns its number."""
    answer = await colleague.post("/events", {**OPENED, **more})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["no"])


class TestListAndGet:
    async def test_show_what_the_reports_made(self, agent: Colleague) -> None:
        nos = [await report(agent, home) for home in (1, 2, 3)]

        (event,) = (await agent.get("/events")).json()["events"]
        whole = (await agent.get(f"/events/{event['no']}")).json()

        assert (event["matter"], event["area"], event["reports"]) == ("停电", "幸福里6栋", 3)
        assert [each["no"] for each in whole["tickets"]] == nos
        assert whole["tickets"][0]["address"] == "幸福里6栋101"
        assert (await agent.get(f"/tickets/{nos[0]}")).json()["event"] == event["no"]

    async def test_show_the_doors_of_reporters_to_those_alone_who_need_them(
        self, agent: Colleague, hire: Hiring
    ) -> None:
        no = await report(agent, 1)
        event = await opened(agent, tickets=[no])
        quality, another = await hire("小周", Role.QUALITY), await hire("小陈", Role.AGENT)

        for colleague in (quality, another):
            (seen,) = (await colleague.get(f"/events/{event}")).json()["tickets"]
            assert (seen["no"], "101" in seen["address"]) == (no, False)
            assert "幸福里" in seen["address"]
        lead = await hire("赵值长", Role.LEAD)
        (whole,) = (await lead.get(f"/events/{event}")).json()["tickets"]
        assert whole["address"] == "幸福里6栋101"

    async def test_list_those_in_another_state_on_request(self, agent: Colleague) -> None:
        no = await opened(agent)
        await agent.post(f"/events/{no}/end", {"version": 1})

        assert (await agent.get("/events")).json() == {"events": []}
        (ended,) = (await agent.get("/events", state="ended")).json()["events"]
        assert ended["no"] == no

    async def test_say_so_when_it_is_not_there(self, agent: Colleague) -> None:
        problem = problem_of(await agent.get("/events/E2026112100012"))

        assert (problem["status"], problem["type"]) == (404, "/problems/EventNotFound")

    async def test_are_for_those_who_handle_tickets(
        self, hire: Hiring, http: httpx.AsyncClient
    ) -> None:
        trainer = await hire("小陈", Role.TRAINER)

        assert (await trainer.get("/events")).status_code == 403
        assert (await trainer.post("/events", OPENED)).status_code == 403
        assert (await http.get("/events")).status_code == 401


class TestByHand:
    async def test_opens_one_with_what_is_known(self, agent: Colleague) -> None:
        no = await report(agent, 1)

        body = {**OPENED, "cause": "检修", "restore_at": "2026-11-21T18:30:00+08:00"}
        answer = await agent.post("/events", {**body, "tickets": [no]})

        event = answer.json()
        assert answer.status_code == 201
        assert (event["cause"], event["restore_at"]) == ("检修", "2026-11-21T10:30:00+00:00")
        assert [each["added_by"] for each in event["tickets"]] == ["小李"]
        assert event["history"][0]["actor"] == "小李"

    async def test_writes_down_what_is_known(self, agent: Colleague) -> None:
        no = await opened(agent)

        answer = await agent.patch(f"/events/{no}", {"version": 1, "cause": "电缆故障"})

        event = answer.json()
        assert (event["cause"], event["version"]) == ("电缆故障", 2)
        assert event["history"][-1]["changes"] == {"cause": ["", "电缆故障"]}

    async def test_puts_a_ticket_in_and_takes_it_out(self, agent: Colleague) -> None:
        event, no = await opened(agent), await report(agent, 1, fields={"address": "对面"})

        put = await agent.post(f"/events/{event}/tickets", {"ticket_no": no})
        taken = await agent.delete(f"/events/{event}/tickets/{no}", version=2)

        assert [each["no"] for each in put.json()["tickets"]] == [no]
        assert taken.json()["tickets"] == []
        assert [line["what"] for line in taken.json()["history"]] == ["opened", "added", "removed"]

    async def test_ends_it_with_what_customers_are_to_be_told(self, agent: Colleague) -> None:
        no = await opened(agent)

        event = (await agent.post(f"/events/{no}/end", {"version": 1})).json()

        assert event["state"] == "ended"
        assert "幸福里6栋" in event["closing"]

    async def test_dissolves_it_for_a_reason(self, agent: Colleague) -> None:
        no = await opened(agent)

        refused = await agent.does(f"/events/{no}", "dissolve", {})
        event = (await agent.does(f"/events/{no}", "dissolve", {"reason": "原因不同"})).json()

        assert refused.status_code == 422
        assert event["state"] == "dissolved"

    async def test_tells_who_was_faster(self, agent: Colleague, supervisor: Colleague) -> None:
        path = f"/events/{await opened(agent)}"
        await supervisor.patch(path, {"version": 1, "cause": "检修"})

        problem = problem_of(await agent.patch(path, {"version": 1, "cause": "故障"}))

        assert (problem["status"], problem["type"]) == (409, "/problems/EventChanged")
        assert "老王" in problem["detail"]
        assert (await agent.get(path)).json()["cause"] == "检修"

    @pytest.mark.parametrize(
        ("body", "status", "kind"),
        [
            ({"area": "幸福里小区六号楼"}, 409, "EventThere"),
            ({"matter": "天黑"}, 422, "EventNotSaid"),
            ({"area": " "}, 422, "EventNotSaid"),
            ({"tickets": ["2026112100099"]}, 404, "TicketNotFound"),
            ({"area": "远" * 81}, 422, "invalid_request"),
            ({"restore_at": "2026-11-21T18:30:00"}, 422, "invalid_request"),
            ({"restore_at": "9999-12-31T23:59:59+08:00"}, 422, "RestoreTooFar"),
            ({"restore_at": "2026-11-19T18:30:00+08:00"}, 422, "RestoreTooFar"),
            ({"profile": "water"}, 404, "UnknownProfile"),
        ],
        ids=str,
    )
    async def test_refuses_what_makes_no_sense(
        self, agent: Colleague, body: dict[str, Any], status: int, kind: str
    ) -> None:
        await opened(agent)
        whole = {"matter": "停电", "area": "幸福里7栋", **body}

        problem = problem_of(await agent.post("/events", whole))

        assert (problem["status"], problem["type"]) == (status, f"/problems/{kind}")

    async def test_keeps_a_date_out_with_which_no_fault_could_be_filed(
        self, agent: Colleague
    ) -> None:
        year_one = {"restore_at": "0001-01-01T00:00:00+08:00"}
        no = await opened(agent)

        refused = [
            await agent.post("/events", {**OPENED, "area": "幸福里7栋", **year_one}),
            await agent.patch(f"/events/{no}", {"version": 1, **year_one}),
        ]

        assert [problem_of(each)["type"] for each in refused] == ["/problems/RestoreTooFar"] * 2
        assert await report(agent, 1)
        assert (await agent.get("/events")).is_success

    async def test_does_nothing_to_one_that_is_over(self, agent: Colleague) -> None:
        no = await opened(agent)
        await agent.post(f"/events/{no}/end", {"version": 1})

        problem = problem_of(await agent.patch(f"/events/{no}", {"version": 2, "cause": "检修"}))

        assert (problem["status"], problem["type"]) == (409, "/problems/EventOver")

    async def test_keeps_an_informants_report_out_of_it(self, agent: Colleague) -> None:
        event = await opened(agent)
        no = await report(agent, 1, kind="report")

        problem = problem_of(await agent.post(f"/events/{event}/tickets", {"ticket_no": no}))

        assert problem["status"] in (404, 409)
