"""Neighbours report one outage: one event, everybody is told what is known, and when it is over."""

from collections.abc import Callable

import pytest

from tests.conftest import RunningDesk
from tests.journeys.people import Customer, Staff
from tests.journeys.processes import eventually

pytestmark = [pytest.mark.needs_rasa, pytest.mark.needs_encoder]

CAUSE = "小区配电房电缆故障"


def reports(customer: Customer, home: int) -> str:
    """Report that a home of building 9 has no electricity; returns the ticket's number."""
    customer.says(
        f"停电了，梧桐花园9栋1单元{home}01，整栋楼都没电，刚刚开始的，电话1390013900{home}"
    )
    return customer.presses("确认提交").ticket_no


def notices(customer: Customer) -> list[str]:
    """What the desk has said to them by itself."""
    return [line["text"] for line in customer.history() if line["sender"] == "system"]


@pytest.fixture(scope="module")
def neighbours(running_desk: RunningDesk) -> list[Customer]:
    return [Customer(running_desk.api) for _ in range(4)]


@pytest.fixture(scope="module")
def tickets(neighbours: list[Customer], admin: Staff) -> list[str]:
    """Three of them have reported, an agent knows why, and then the fourth reports."""
    nos = [reports(neighbour, home) for home, neighbour in enumerate(neighbours[:3], start=1)]
    no = admin.ticket(nos[-1])["event"]
    assert no is not None
    seen = admin.asks(f"/events/{no}")["version"]
    told = admin.calls("PATCH", f"/events/{no}", json={"version": seen, "cause": CAUSE})
    assert told.status_code == 200, told.text
    return [*nos, reports(neighbours[3], 4)]


class TestReporting:
    def test_makes_one_event_of_all(self, tickets: list[str], admin: Staff) -> None:
        (no,) = {admin.ticket(ticket)["event"] for ticket in tickets}

        event = admin.asks(f"/events/{no}")

        assert (event["matter"], event["area"], event["state"]) == (
            "停电",
            "梧桐花园9栋",
            "running",
        )
        assert [each["no"] for each in event["tickets"]] == sorted(tickets)

    def test_tells_the_third_that_others_reported_it_too(
        self, tickets: list[str], neighbours: list[Customer]
    ) -> None:
        said = neighbours[2].last.text

        assert "已接到多户报修（停电），正在处理" in said

    def test_tells_the_fourth_why_before_they_confirm(
        self, tickets: list[str], neighbours: list[Customer]
    ) -> None:
        before = [line["text"] for line in neighbours[3].history() if line["sender"] == "bot"]
        filed = neighbours[3].last.text

        assert any(CAUSE in line for line in before[:-1])
        assert "和梧桐花园9栋的其他报修一起处理" in filed

    def test_tells_the_first_three_why_as_soon_as_it_is_known(
        self, tickets: list[str], neighbours: list[Customer]
    ) -> None:
        eventually(lambda: all(notices(each) for each in neighbours[:3]))

        for neighbour in neighbours[:3]:
            (news,) = notices(neighbour)
            assert CAUSE in news
        assert notices(neighbours[3]) == []


class TestEnding:
    @pytest.fixture(scope="class")
    def closing(self, tickets: list[str], admin: Staff) -> str:
        no = admin.ticket(tickets[0])["event"]
        body = {"version": admin.asks(f"/events/{no}")["version"], "note": "已送电"}
        ended = admin.calls("POST", f"/events/{no}/end", json=body)
        assert ended.status_code == 200, ended.text
        return str(ended.json()["closing"])

    def test_tells_everybody_once(
        self, closing: str, neighbours: list[Customer], admin: Staff, tickets: list[str]
    ) -> None:
        eventually(lambda: admin.ticket(tickets[-1])["state"] == "answered")

        assert [notices(neighbour).count(closing) for neighbour in neighbours] == [1] * 4

    def test_answers_their_tickets(self, closing: str, tickets: list[str], admin: Staff) -> None:
        eventually(lambda: admin.ticket(tickets[-1])["state"] == "answered")

        assert {admin.ticket(no)["state"] for no in tickets} == {"answered"}

    def test_leaves_who_asks_next_to_a_report_of_their_own(
        self, closing: str, customer: Callable[[], Customer], admin: Staff
    ) -> None:
        late = customer()

        no = reports(late, 5)

        assert "多户报修" not in late.last.text
        assert admin.ticket(no)["event"] is None
