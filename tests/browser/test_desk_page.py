"""The agent desk and the sidebar in real browsers: signing in, drafts, leaving, a call."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Locator, Page, expect

from conversations.lock_out import OF_A_NAME
from tests.conftest import RunningDesk

pytestmark = pytest.mark.needs_browser

# its persons answer at every hour, so that the test may run at any
CENTRE = "gas"
MATTER = "幸福里6栋301燃气表黑屏了，打不着火，电话13800138000"


class Agent:
    """Somebody with the desk open."""

    hired = 0

    def __init__(self, desk: RunningDesk, open_page: Callable[..., Page]) -> None:
        type(self).hired += 1
        self.name, self._desk = f"小李{self.hired}", desk
        self.password = desk.hire(self.name, role="agent")
        self.page = open_page(f"{desk.url}/desk")
        self.signs_in()

    def signs_in(self) -> None:
        self.page.get_by_label("姓名").fill(self.name)
        self.page.get_by_label("密码").fill(self.password)
        self.page.get_by_role("button", name="登录").click()
        expect(self.page.locator("#who")).to_have_text(self.name)

    def claims(self) -> None:
        self.page.locator("#waiting .row").first.wait_for()
        self.page.keyboard.press("Alt+g")
        expect(self.page.locator("#give-back")).to_be_visible()
        # the queue hears of it a moment later
        expect(self.page.locator("#mine [aria-current=true]")).to_be_visible()

    def says(self, text: str) -> None:
        self.page.locator("#draft").fill(text)
        self.page.keyboard.press("Control+Enter")
        expect(self.line(text)).to_be_visible()

    def line(self, text: str) -> Locator:
        return self.page.locator("#log .said").filter(has_text=text).last

    def gives_back(self) -> None:
        """Let go of the open talk, if any; nobody is asked for a mark."""
        if self.page.locator("#give-quietly").is_visible():
            self.page.locator("#give-quietly").click()
            expect(self.page.locator("#nothing")).to_be_visible()

    def leaves(self) -> None:
        self.page.get_by_role("button", name="退出").click()
        expect(self.page.locator("#sign-in")).to_be_visible()


def sign_in(page: Page, name: str, password: str) -> None:
    page.get_by_label("姓名").fill(name)
    page.get_by_label("密码", exact=True).fill(password)
    page.locator("#enter").click()


class Caller:
    """A customer with the chat page open on a phone."""

    def __init__(self, desk: RunningDesk, open_page: Callable[..., Page]) -> None:
        self.page = open_page(f"{desk.url}/?profile={CENTRE}", width=420)
        expect(self.page.locator("#state")).to_have_attribute("data-state", "online")

    def says(self, text: str) -> None:
        self.page.get_by_label("请输入您的问题").fill(text)
        self.page.get_by_role("button", name="发送").click()

    def hears(self, text: str) -> None:
        expect(self.page.locator("#log")).to_contain_text(text)

    def asks_for_a_person(self) -> None:
        self.says(MATTER)
        expect(self.page.locator("#log > .bot").last).not_to_contain_text("请直接说")
        self.says("转人工")
        self.hears("正在为您转接人工客服")


@contextmanager
def on_duty(agent: Agent) -> Iterator[Agent]:
    """The agent goes home at the end: nobody else's customer should wait for them."""
    try:
        yield agent
    finally:
        agent.gives_back()
        agent.leaves()


class TestSignIn:
    def test_counts_down_after_too_many_failures(
        self, running_desk: RunningDesk, open_page: Callable[..., Page]
    ) -> None:
        page = open_page(f"{running_desk.url}/desk")
        for _ in range(OF_A_NAME.tries + 1):
            expect(page.locator("#enter")).to_be_enabled()
            sign_in(page, "没有这个人", "猜的")
            expect(page.locator("#sign-in-words")).not_to_be_empty()

        expect(page.locator("#sign-in-words")).to_contain_text("请 1 分钟后再试")
        expect(page.locator("#enter")).to_contain_text("后可再试")
        expect(page.locator("#enter")).to_be_disabled()

    def test_tells_a_role_that_has_no_business_here(
        self, running_desk: RunningDesk, open_page: Callable[..., Page]
    ) -> None:
        password = running_desk.hire("陈老师", role="trainer")
        page = open_page(f"{running_desk.url}/desk")

        sign_in(page, "陈老师", password)

        expect(page.locator("#sign-in-words")).to_contain_text("您的角色用不了这个页面")
        expect(page.locator("#page")).to_be_hidden()

    def test_lets_somebody_choose_a_password_and_go_on(
        self, running_desk: RunningDesk, open_page: Callable[..., Page]
    ) -> None:
        password = running_desk.hire("小周", role="agent")
        page = open_page(f"{running_desk.url}/desk/sidebar", width=360)
        sign_in(page, "小周", password)
        page.get_by_role("button", name="改密码").click()
        page.get_by_label("现在的密码").fill(password)
        page.get_by_label("新密码（至少 10 个字）").fill("自己选的新密码-七零二")
        page.get_by_label("再输一次新密码").fill("自己选的新密码-七零二")
        page.get_by_role("dialog").get_by_role("button", name="改密码").click()
        expect(page.locator("#told")).to_contain_text("密码已改")

        page.reload()

        expect(page.locator("#who")).to_have_text("小周")


class TestDraft:
    def test_is_there_again_after_the_browser_died(
        self, running_desk: RunningDesk, open_page: Callable[..., Page]
    ) -> None:
        with on_duty(Agent(running_desk, open_page)) as agent:
            caller = Caller(running_desk, open_page)
            caller.asks_for_a_person()
            agent.claims()
            saved = re.compile(r"/draft$")
            with agent.page.expect_response(saved):
                agent.page.locator("#draft").fill("您好，我正在")

            agent.page.context.clear_cookies()
            agent.page.evaluate("sessionStorage.clear()")
            agent.page.reload()
            agent.signs_in()
            agent.page.locator("#mine .row").click()

            expect(agent.page.locator("#draft")).to_have_value("您好，我正在")


class TestLeaving:
    def test_puts_the_conversation_back_into_the_queue(
        self, running_desk: RunningDesk, open_page: Callable[..., Page]
    ) -> None:
        with on_duty(Agent(running_desk, open_page)) as colleague:
            agent = Agent(running_desk, open_page)
            caller = Caller(running_desk, open_page)
            caller.asks_for_a_person()
            agent.claims()

            agent.leaves()

            caller.hears("您已排到最前面")
            expect(colleague.page.locator("#waiting .row")).to_have_count(1)
            colleague.claims()


class TestSidebar:
    def test_logs_a_call_by_keyboard_alone(
        self, running_desk: RunningDesk, open_page: Callable[..., Page]
    ) -> None:
        password = running_desk.hire("小陈", role="agent")
        page = open_page(f"{running_desk.url}/desk/sidebar?profile={CENTRE}", width=360)
        page.keyboard.type("小陈")
        page.keyboard.press("Tab")
        page.keyboard.type(password)
        page.keyboard.press("Enter")
        expect(page.locator("#said")).to_be_focused()

        page.keyboard.type("燃气费怎么交")
        expect(page.locator("#suggestions .suggest").first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        page.keyboard.press("Alt+n")
        expect(page.locator("#call-kind")).to_be_focused()
        expect(page.locator("#call-fields [name=words]")).to_have_value("燃气费怎么交")
        page.locator("#call-yes").press("Enter")

        expect(page.locator("#told")).to_contain_text("已登记，工单号")

    def test_fits_a_narrow_frame(
        self, running_desk: RunningDesk, open_page: Callable[..., Page]
    ) -> None:
        page = open_page(f"{running_desk.url}/desk/sidebar", width=360)

        assert page.evaluate("document.documentElement.scrollWidth") <= 360
