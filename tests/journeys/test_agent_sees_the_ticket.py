"""Staff sign in, find the customer's ticket, read the conversation, and move the ticket on."""

import uuid
from collections.abc import Callable

import pytest

from tests.conftest import RunningDesk
from tests.journeys.people import Customer, Staff, by_people, client

pytestmark = [pytest.mark.needs_rasa, pytest.mark.needs_encoder]


@pytest.fixture
def wang(customer: Callable[[], Customer]) -> Customer:
    """Somebody who has just reported a fault."""
    wang = customer()
    wang.says("我家停电了，幸福里6栋2单元301，从昨晚八点开始整栋楼都没电，电话13800138000")
    wang.presses("确认提交")
    return wang


class TestSignIn:
    def test_tells_name_and_role(self, running_desk: RunningDesk) -> None:
        body = {"name": "admin", "password": running_desk.password}

        with client() as http:
            answer = http.post(f"{running_desk.api}/sign-in", json=body)

        assert answer.json()["name"] == "admin"
        assert answer.json()["role"] == "admin"

    def test_does_not_tell_whether_the_name_or_the_password_was_wrong(
        self, running_desk: RunningDesk
    ) -> None:
        url = f"{running_desk.api}/sign-in"

        with client() as http:
            known = http.post(url, json={"name": "admin", "password": "x"})
            unknown = http.post(url, json={"name": "nobody", "password": "x"})

        assert known.status_code == unknown.status_code == 401
        assert known.json() == unknown.json()

    @pytest.mark.parametrize(
        "path", ["/tickets", "/tickets/2026112200019", "/knowledge/search?q=电费"]
    )
    def test_is_needed_for_everything_of_staff(
        self, path: str, running_desk: RunningDesk, wang: Customer
    ) -> None:
        for token in ("", wang.token):
            answer = Staff(running_desk.api, token or "none").calls("GET", path)

            assert answer.status_code == 401
            assert answer.headers["www-authenticate"] == "Bearer"


class TestSeeTheTicket:
    def test_finds_it_among_the_open_faults(self, wang: Customer, admin: Staff) -> None:
        listed = admin.asks(
            "/tickets", kind="fault", state="registered", conversation_id=wang.conversation_id
        )["tickets"]

        assert wang.last.ticket_no == listed[0]["no"]

    def test_reads_what_the_customer_gave(self, wang: Customer, admin: Staff) -> None:
        ticket = admin.ticket(wang.last.ticket_no)

        assert ticket["fields"]["address"] == "幸福里6栋2单元301"
        assert ticket["fields"]["phone"] == "13800138000"

    def test_reads_the_conversation_it_came_from(self, wang: Customer, admin: Staff) -> None:
        ticket = admin.ticket(wang.last.ticket_no)

        said = admin.asks(f"/staff/conversations/{ticket['conversation_id']}/messages")

        assert said["messages"] == wang.history()

    def test_is_told_when_there_is_no_such_ticket(self, admin: Staff) -> None:
        answer = admin.calls("GET", "/tickets/2020010100000")

        assert answer.status_code == 404
        assert answer.json()["detail"] == "没有找到这个工单号，请核对后重试。"


class TestMoveTheTicketOn:
    def test_writes_who_did_what_into_the_history(self, wang: Customer, admin: Staff) -> None:
        no = wang.last.ticket_no

        admin.moves(no, "dispatched", note="派城东抢修班")
        admin.moves(no, "in_progress")
        moved = admin.moves(no, "answered", note="已恢复供电")

        assert moved["state"] == "answered"
        told = [(line["actor"], line["state"], line["note"]) for line in by_people(moved)]
        assert told == [
            ("bot", "registered", ""),
            ("admin", "dispatched", "派城东抢修班"),
            ("admin", "in_progress", ""),
            ("admin", "answered", "已恢复供电"),
        ]
        times = [line["at"] for line in moved["history"]]
        assert times == sorted(times)

    def test_refuses_a_step_that_leaves_one_out(self, wang: Customer, admin: Staff) -> None:
        no = wang.last.ticket_no

        answer = admin.amends(no, state="filed")

        assert answer.status_code == 409
        assert admin.ticket(no)["state"] == "registered"

    def test_amends_a_field_and_keeps_the_others(self, wang: Customer, admin: Staff) -> None:
        no = wang.last.ticket_no
        before = admin.ticket(no)["fields"]

        answer = admin.amends(no, fields={"scope": "只有我家"})

        assert answer.json()["fields"] == {**before, "scope": "只有我家"}


class TestRegisterByHand:
    def test_makes_one_ticket_of_one_request(self, admin: Staff) -> None:
        call = {"request_key": uuid.uuid4().hex, "kind": "inquiry", "fields": {"words": "问电价"}}

        first = admin.calls("POST", "/tickets", json=call)
        again = admin.calls("POST", "/tickets", json=call)

        assert first.status_code == 201
        assert again.json()["no"] == first.json()["no"]
        assert first.json()["history"][0]["actor"] == "admin"
