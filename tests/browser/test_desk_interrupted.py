"""What an agent's page keeps and shows when the line drops, an answer is lost, or others come."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.test_desk_page import Agent, Caller, on_duty, sign_in
from tests.conftest import RunningDesk

pytestmark = pytest.mark.needs_browser

Opening = Callable[..., Page]
LINES, EVENTS, CHECK = "**/lines", "**/desk/events*", "**/api/v1/etiquette"


@contextmanager
def talking(desk: RunningDesk, open_page: Opening) -> Iterator[tuple[Agent, Caller]]:
    """An agent and the customer they have just taken; nobody is left waiting afterwards."""
    with on_duty(Agent(desk, open_page)) as agent:
        yield agent, takes_one(agent, desk, open_page)
        while agent.page.locator("#mine .row").count():
            agent.page.locator("#mine .row").first.click()
            agent.page.get_by_role("button", name="交还智能客服").click()
            expect(agent.page.locator("#open")).to_be_hidden()


def takes_one(agent: Agent, desk: RunningDesk, open_page: Opening) -> Caller:
    caller = Caller(desk, open_page)
    caller.asks_for_a_person()
    agent.claims()
    return caller


def types(agent: Agent, text: str) -> None:
    agent.page.locator("#draft").fill(text)


class TestInterrupted:
    def test_reads_what_was_said_while_the_live_events_were_away(
        self, running_desk: RunningDesk, open_page: Opening
    ) -> None:
        with talking(running_desk, open_page) as (agent, caller):
            agent.page.route(EVENTS, lambda route: route.abort())
            agent.page.locator("#taking").uncheck()
            expect(agent.page.locator("#link")).to_be_visible()
            caller.says("师傅几点能到？")
            expect(caller.page.locator("#log > .customer").last).to_contain_text("几点能到")

            agent.page.unroute(EVENTS)

            expect(agent.line("师傅几点能到")).to_be_visible()

    def test_keeps_what_is_typed_while_a_line_is_sent(
        self, running_desk: RunningDesk, open_page: Opening
    ) -> None:
        held: list[Route] = []
        with talking(running_desk, open_page) as (agent, _):
            agent.page.route(LINES, lambda route: held.append(route))
            types(agent, "您好，请稍候。")
            with agent.page.expect_request(LINES):
                agent.page.keyboard.press("Control+Enter")
            types(agent, "您好，请稍候。师傅已经出发")

            held[0].continue_()

            expect(agent.page.locator("#draft")).to_have_value("师傅已经出发")

    def test_says_an_edited_line_though_the_first_was_stored(
        self, running_desk: RunningDesk, open_page: Opening
    ) -> None:
        def lose(route: Route) -> None:
            route.fetch()
            route.abort()

        with talking(running_desk, open_page) as (agent, caller):
            agent.page.route(LINES, lose)
            types(agent, "您好，师傅下午到。")
            agent.page.keyboard.press("Control+Enter")
            caller.hears("师傅下午到")
            expect(agent.page.locator("#told")).to_contain_text("连不上")
            agent.page.unroute(LINES)

            agent.says("您好，更正一下，师傅明天上午到。")

            caller.hears("师傅明天上午到")

    def test_asks_before_a_line_goes_out_unchecked(
        self, running_desk: RunningDesk, open_page: Opening
    ) -> None:
        with talking(running_desk, open_page) as (agent, _):
            agent.page.route(CHECK, lambda route: route.abort())
            types(agent, "您好，请稍候。")

            agent.page.keyboard.press("Control+Enter")

            expect(agent.page.locator("#confirm")).to_contain_text("没能检查")
            agent.page.get_by_role("button", name="仍然发送").click()
            expect(agent.line("请稍候")).to_be_visible()

    def test_keeps_the_drafts_of_two_talks_typed_in_quick_succession(
        self, running_desk: RunningDesk, open_page: Opening
    ) -> None:
        kept: list[str] = []
        with talking(running_desk, open_page) as (agent, _):
            takes_one(agent, running_desk, open_page)
            agent.page.on(
                "request", lambda asked: kept.append(asked.url) if "/draft" in asked.url else None
            )
            first = agent.page.locator("#mine .row[aria-current=false]")
            path = f"/{first.get_attribute('data-id')}/draft"

            types(agent, "第二位，您好")
            first.click()
            expect(agent.page.locator("#draft")).to_have_value("")
            with agent.page.expect_response(lambda answer: path in answer.url):
                types(agent, "第一位，您好")

            assert len(set(kept)) == 2


class TestNoLongerOurs:
    def test_closes_a_talk_that_a_colleague_has_taken(
        self, running_desk: RunningDesk, open_page: Opening
    ) -> None:
        agent = Agent(running_desk, open_page)
        with on_duty(Agent(running_desk, open_page)) as colleague:
            takes_one(agent, running_desk, open_page)
            elsewhere = open_page(f"{running_desk.url}/desk")
            sign_in(elsewhere, agent.name, agent.password)
            elsewhere.get_by_role("button", name="退出").click()

            colleague.claims()

            expect(agent.page.locator("#open")).to_be_hidden()
            agent.leaves()
            colleague.page.get_by_role("button", name="交还智能客服").click()

    def test_shows_nothing_of_it_to_the_next_who_signs_in_here(
        self, running_desk: RunningDesk, open_page: Opening
    ) -> None:
        with talking(running_desk, open_page) as (agent, _):
            agent.page.route(
                CHECK, lambda route: route.fulfill(status=401, json={"title": "ended"})
            )
            types(agent, "您好")
            expect(agent.page.locator("#sign-in")).to_be_visible()
            agent.page.unroute(CHECK)
            password = running_desk.hire("小换", role="agent")

            sign_in(agent.page, "小换", password)

            expect(agent.page.locator("#who")).to_have_text("小换")
            expect(agent.page.locator("#open")).to_be_hidden()
            expect(agent.page.locator("#draft")).to_have_value("")
            assert agent.page.locator("#log .said").count() == 0
            # the first comes back and ends what is theirs
            agent.page.evaluate("sessionStorage.clear()")
            agent.page.reload()
            agent.signs_in()
