"""What is owed on the desk page, and the desk of a clerk and of quality, in a real browser."""

import uuid
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ANSWERED_WITHIN_MS
from tests.browser.test_desk_page import CENTRE, Agent, Caller, on_duty, sign_in
from tests.conftest import RunningDesk

pytestmark = pytest.mark.needs_browser

RUDE = "这个不归我管，你自己打电话问。"


class Member:
    """Somebody of the staff with the desk open, who also calls the API as the page does."""

    hired = 0

    def __init__(
        self, desk: RunningDesk, open_page: Callable[..., Page], role: str, **size: int
    ) -> None:
        # counted here for whoever is more than a member too: a name is given once
        Member.hired += 1
        self.name, self._desk = f"{role}{Member.hired}", desk
        self.password = desk.hire(self.name, role=role)
        self.page = open_page(f"{desk.url}/desk", **size)
        sign_in(self.page, self.name, self.password)
        expect(self.page.locator("#who")).to_have_text(self.name)
        expect(self.page.locator("#owed")).to_contain_text("已超时")

    def files(self, kind: str = "fault", **fields: str) -> str:
        """Takes a ticket down by the API; returns its number."""
        body = {"kind": kind, "profile": CENTRE, "fields": fields}
        return str(self.calls("/tickets", {"request_key": uuid.uuid4().hex, **body})["no"])

    def notes_what_is_there(self) -> None:
        """The desk is shared: other tests' alarms reach every agent too."""
        for alarm in self.calls("/tickets/outstanding", method="GET")["alarms"]:
            self.calls(f"/tickets/{alarm['ticket']['no']}/note", {"up_to": alarm["id"]})

    def calls(
        self, path: str, body: dict[str, Any] | None = None, method: str = "POST"
    ) -> dict[str, Any]:
        token = self.page.evaluate("sessionStorage.getItem('seatmate.staff')")
        answer = httpx.request(
            method,
            f"{self._desk.api}{path}",
            json=body,
            headers={"Authorization": f"Bearer {token}"},
            trust_env=False,
            timeout=ANSWERED_WITHIN_MS / 1000,
        )
        assert answer.is_success, answer.text
        return dict(answer.json())


class TestOwed:
    def test_an_alarm_is_seen_opened_and_taken_note_of_by_keys(
        self, running_desk: RunningDesk, open_page: Callable[..., Page], errors: list[str]
    ) -> None:
        agent = Member(running_desk, open_page, "agent")
        agent.notes_what_is_there()
        page, no = agent.page, agent.files(address="幸福里6栋301", phone="13800138000")
        # alarms of other tests may come at any moment; the newest stands first
        own = page.locator("#owed-parts .alarm").filter(has_text=no)
        agent.calls(f"/tickets/{no}/urge", {"request_key": "1", "words": "客户催"})
        expect(page.locator("#owed")).to_contain_text("条提醒")

        page.keyboard.press("Alt+o")
        expect(own.locator(".row")).to_be_focused()
        expect(own).to_contain_text("客户催办")
        page.keyboard.press("Enter")
        expect(page.locator("#sheet")).to_contain_text(f"工单 {no}")
        expect(page.locator("#sheet")).to_contain_text("幸福里6栋301")
        page.keyboard.press("Escape")
        expect(page.locator("#sheet")).to_be_hidden()
        own.get_by_role("button", name="知道了").click()

        expect(own).to_have_count(0)
        expect(page.locator("#owed")).to_contain_text("我的未清 1")
        assert errors == []

    def test_a_lead_sees_what_all_have_open(
        self, running_desk: RunningDesk, open_page: Callable[..., Page]
    ) -> None:
        Member(running_desk, open_page, "agent").files(address="文三路88号")

        lead = Member(running_desk, open_page, "lead")

        expect(lead.page.locator("#owed")).to_contain_text("今日未清")
        expect(lead.page.locator("#owed")).not_to_contain_text("今日未清 0")

    @pytest.mark.parametrize("role", ["agent", "lead", "clerk", "quality"])
    def test_fits_a_phone(
        self, running_desk: RunningDesk, open_page: Callable[..., Page], role: str
    ) -> None:
        page = Member(running_desk, open_page, role, width=360, height=760).page
        page.locator("#owed").click()
        expect(page.locator("#owed-list")).to_be_visible()

        assert page.evaluate("document.documentElement.scrollWidth") <= 360


class TestClerk:
    def test_dispatches_what_came_in_and_has_no_queue(
        self, running_desk: RunningDesk, open_page: Callable[..., Page], errors: list[str]
    ) -> None:
        no = Member(running_desk, open_page, "agent").files(address="翠湖花园3栋")
        page = Member(running_desk, open_page, "clerk").page
        new = page.locator(f"#work .row[data-id='{no}']")
        expect(page.get_by_role("button", name="接待下一位")).to_be_hidden()

        new.click()
        page.get_by_role("button", name="派发", exact=True).click()

        expect(page.locator("#sheet-tags")).not_to_contain_text("等待派工")
        expect(new).to_have_count(0)
        assert errors == []


class TestQuality:
    def test_reads_a_talk_with_what_offends_marked_and_can_say_nothing(
        self, running_desk: RunningDesk, open_page: Callable[..., Page], errors: list[str]
    ) -> None:
        with on_duty(Agent(running_desk, open_page)) as agent:
            Caller(running_desk, open_page).asks_for_a_person()
            agent.claims()
            agent.page.locator("#draft").fill(RUDE)
            agent.page.keyboard.press("Control+Enter")
            agent.page.locator("#confirm-yes").click()
            expect(agent.line(RUDE)).to_be_visible()
        page = Member(running_desk, open_page, "quality").page

        page.locator("#work .row").filter(has_text=agent.name).click()

        expect(page.locator("#log .finding").first).to_contain_text("首问")
        expect(page.locator("#log")).not_to_contain_text("13800138000")
        expect(page.locator("#log")).not_to_contain_text("301")
        expect(page.locator("#draft")).to_be_hidden()
        expect(page.get_by_role("button", name="登记工单")).to_be_hidden()
        assert errors == []
