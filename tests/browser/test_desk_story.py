"""A customer who gets angry, the agent who takes them, and the lead who hears how it ended.

Two browsers of the staff and one of the customer's, from the first question to the mark.
"""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_desk_page import Agent, Caller, on_duty, sign_in
from tests.browser.test_owed_page import Member
from tests.conftest import RunningDesk

pytestmark = pytest.mark.needs_browser

MATTER = "幸福里6栋301燃气表黑屏了，打不着火，电话13800138000"
# several entries are near to it: there is a second to choose
ASKED = "燃气表的问题"


class Lead(Member):
    """A shift lead who looks in: by default they take no talks."""

    def __init__(self, desk: RunningDesk, open_page: Callable[..., Page]) -> None:
        super().__init__(desk, open_page, "lead")
        expect(self.page.locator("#taking")).not_to_be_checked()

    def looks_in_on(self, name: str) -> None:
        self.page.locator("#others .row").filter(has_text=name).first.click()
        expect(self.page.locator("#turn")).to_contain_text("接待中")

    @property
    def alarms(self) -> list[str]:
        return self.page.locator("#alarms .alarm").all_inner_texts()


def finds_nobody_waiting(agent: Agent) -> None:
    """The desk is shared: other tests' customers are served first."""
    while agent.page.locator("#waiting .row").count():
        agent.claims()
        agent.gives_back()


def gets_angry(caller: Caller, agent: Agent) -> None:
    """Twice, which is what sends them to a person; the first time the bot soothes."""
    caller.says(MATTER)
    expect(caller.page.locator("#log > .bot").last).not_to_contain_text("请直接说")
    caller.says("你们太过分了，到底管不管")
    expect(caller.page.locator("#log > .customer")).to_have_count(2)
    expect(agent.page.locator("#waiting .row")).to_have_count(0)
    expect(caller.page.locator("#log")).to_contain_text("抱歉")
    caller.says("气死我了，什么垃圾服务")
    caller.hears("我请人工客服直接为您处理，下一位就是您")
    caller.hears("服务时间")


def answers_with_the_second(agent: Agent, caller: Caller) -> str:
    """By keys: the second suggested wording into the draft, and out; returns it."""
    with agent.page.expect_response("**/suggestions") as suggested:
        caller.says(ASKED)
        expect(agent.line(ASKED)).to_be_visible()
    suggested.value.finished()
    second = agent.page.locator("#suggestions .suggest").nth(1)
    expect(second).to_be_attached()
    expect(second).to_contain_text("依据")
    wording = second.locator(".suggest-text").text_content() or ""
    agent.page.keyboard.press("Alt+2")
    expect(agent.page.locator("#draft")).to_have_value(wording)
    agent.page.keyboard.press("Control+Enter")
    expect(agent.page.locator("#log .said[data-sender=agent]")).to_have_count(1)
    return wording


def files_the_ticket(agent: Agent) -> str:
    """The form comes filled from the talk; returns the ticket's number."""
    agent.page.keyboard.press("Alt+n")
    fields = agent.page.locator("#ticket-fields")
    agent.page.locator("#ticket-kind").select_option("fault")
    expect(fields.locator("[name=phone]")).to_have_value("13800138000")
    expect(fields.locator("[name=address]")).to_have_value("幸福里6栋301")
    expect(fields).to_contain_text("来自")
    agent.page.locator("#ticket-yes").click()
    row = agent.page.locator("#tickets .ticket-row")
    expect(row).to_have_count(1)
    return row.locator(".link").inner_text()


class TestStory:
    def test_of_an_angry_customer_ends_with_a_mark_that_the_lead_takes_note_of(
        self, running_desk: RunningDesk, open_page: Callable[..., Page], errors: list[str]
    ) -> None:
        lead = Lead(running_desk, open_page)
        with on_duty(Agent(running_desk, open_page)) as agent:
            finds_nobody_waiting(agent)
            caller = Caller(running_desk, open_page)
            gets_angry(caller, agent)
            waiting = agent.page.locator("#waiting .row")
            expect(waiting).to_have_count(1)
            expect(waiting).to_contain_text("情绪激动")
            expect(waiting.locator(".waited")).to_have_text(re.compile(r"^\d\d:\d\d"))
            expect(lead.page.locator("#waiting .row")).to_have_count(1)

            with agent.page.expect_response("**/suggestions"):
                agent.claims()
            caller.hears(f"人工客服 {agent.name} 为您服务")
            expect(lead.page.locator("#waiting .row")).to_have_count(0)
            expect(agent.page.locator("#summary")).to_contain_text("情绪激动")
            expect(agent.page.locator("#summary")).to_contain_text("13800138000")
            lead.looks_in_on(caller_name(agent))
            expect(lead.page.locator("#draft")).to_be_disabled()

            wording = answers_with_the_second(agent, caller)
            caller.hears(wording.splitlines()[0])
            expect(lead.page.locator("#log .said[data-sender=agent]")).to_have_count(1)
            no = files_the_ticket(agent)
            caller.says("到底什么时候来修<script>alert(1)</script>")
            expect(agent.line("alert(1)")).to_be_visible()

            agent.page.get_by_role("button", name="结束并请评价").click()
            caller.hears("请您为刚才的服务评价")
            caller.page.get_by_role("button", name="不满意", exact=True).click()
            caller.hears("您的评价已转给值班长")
            caller.says("你好")
            expect(caller.page.locator("#log > .bot").last).to_be_visible()

        told = lead.page.locator("#alarms .alarm").filter(has_text=agent.name)
        expect(told).to_contain_text("评价不满意")
        lead.page.reload()  # nothing is lost with a page that was closed
        expect(told).to_have_count(1)
        told.locator(".row").click()
        expect(lead.page.locator("#tickets")).to_contain_text(no)
        told.get_by_role("button", name="知道了").click()
        expect(told).to_have_count(0)
        assert errors == []


def caller_name(agent: Agent) -> str:
    """How the desk calls the customer who is open."""
    return agent.page.locator("#customer").inner_text()


class TestLine:
    def test_tells_in_the_sidebar_that_something_waits_on_the_desk(
        self, running_desk: RunningDesk, open_page: Callable[..., Page]
    ) -> None:
        agent = Member(running_desk, open_page, "agent")
        no = agent.files(address="幸福里6栋301", phone="13800138000")
        agent.calls(f"/tickets/{no}/urge", {"request_key": no, "words": "客户催"})
        page = open_page(f"{running_desk.url}/desk/sidebar", width=360)

        sign_in(page, agent.name, agent.password)

        expect(page.locator("#alarms-line")).to_contain_text("条提醒要您知道")
        expect(page.locator("#alarms-line a")).to_have_attribute("href", "/desk")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
