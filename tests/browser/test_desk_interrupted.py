"""What an agent's page keeps and shows when the line drops, an answer is lost, or others come."""

import base64
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, Route, expect

from conversations.handover import HowEnded, Reason, Summary
from conversations.handover_store import HandoverStore
from desk.clock import now
from desk.database import Database, migrate
from desk.routes import API
from desk.settings import Settings
from tests.apart import apart, hire
from tests.browser.alone import serve_here
from tests.browser.conftest import ANSWERED_WITHIN_MS
from tests.browser.test_desk_page import Agent, sign_in

pytestmark = pytest.mark.needs_browser

# its persons answer at every hour, so that the test may run at any
CENTRE = "gas"
LINES, EVENTS, CHECK = "**/lines", "**/desk/events*", f"**{API}/etiquette"
KNOWN = "**/desk/known"

PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)

Opening = Callable[..., Page]


def calls(method: str, url: str, **more: Any) -> httpx.Response:
    """An answer of the desk; it must succeed."""
    answer = httpx.request(method, url, trust_env=False, timeout=ANSWERED_WITHIN_MS / 1000, **more)
    return answer.raise_for_status()


@dataclass
class Caller:
    """A customer whom an agent talks with, on a page of theirs."""

    url: str
    conversation_id: str
    token: str

    @property
    def path(self) -> str:
        return f"{self.url}{API}/conversations/{self.conversation_id}/messages"

    def says(self, text: str) -> None:
        line = {"message_id": text, "text": text}
        self._calls("POST", self.path, json=line)

    def sends_a_picture(self) -> None:
        attachments = self.path.replace("/messages", "/attachments")
        chosen = self._calls("POST", attachments, params={"name": "表.png"}, content=PICTURE)
        file_id = chosen.json()["id"]
        line = {"message_id": "picture", "text": "看这里", "attachments": [{"id": file_id}]}
        self._calls("POST", self.path, json=line)

    def has_heard(self, text: str) -> bool:
        told = self._calls("GET", self.path).json()["messages"]
        return any(text in line["text"] for line in told)

    def _calls(self, method: str, path: str, **more: Any) -> httpx.Response:
        return calls(method, path, headers={"Authorization": f"Bearer {self.token}"}, **more)


@dataclass
class PersonsDesk:
    """A desk without a bot: persons need none."""

    url: str
    settings: Settings

    def hire(self, name: str, *, role: str) -> str:
        return hire(self.settings.database, name, role, "a long password")

    def has_waiting(self) -> Caller:
        """Somebody who has asked for a person."""
        opened = calls("POST", f"{self.url}{API}/conversations", json={"profile": CENTRE}).json()
        caller = Caller(self.url, opened["conversation_id"], opened["token"])

        async def ask(database: Database) -> None:
            summary = Summary(matter="燃气表黑屏了")
            async with database.write() as connection:
                await HandoverStore(connection).add(
                    caller.conversation_id, CENTRE, Reason.ASKED, summary, at=now()
                )

        apart(ask, self.settings.database)
        return caller

    def closes_all(self) -> None:
        async def end(database: Database) -> None:
            async with database.write() as connection:
                store = HandoverStore(connection)
                for each in await store.list_open():
                    await store.end(each.handover_id, HowEnded.GIVEN_BACK, at=now())

        apart(end, self.settings.database)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PersonsDesk]:
    data: Path = tmp_path_factory.mktemp("desk")
    settings = Settings(
        _env_file=None, data_dir=data, action_token="x", profile=CENTRE, bot_patience_s=0
    )
    migrate(settings.database)
    with serve_here(settings) as url:
        yield PersonsDesk(url, settings)


@pytest.fixture
def desk(running: PersonsDesk) -> Iterator[PersonsDesk]:
    """The same desk; nobody is left waiting in it."""
    yield running
    running.closes_all()


def takes_one(agent: Agent, desk: PersonsDesk) -> Caller:
    caller = desk.has_waiting()
    agent.page.reload()
    agent.claims()
    return caller


@pytest.fixture
def agent(desk: PersonsDesk, open_page: Opening) -> Agent:
    return Agent(desk, open_page)


@pytest.fixture
def caller(desk: PersonsDesk, agent: Agent) -> Caller:
    """Somebody whom the agent has just taken."""
    return takes_one(agent, desk)


def types(agent: Agent, text: str) -> None:
    agent.page.locator("#draft").fill(text)


class TestInterrupted:
    def test_reads_what_was_said_while_the_live_events_were_away(
        self, agent: Agent, caller: Caller
    ) -> None:
        agent.page.route(EVENTS, lambda route: route.abort())
        agent.page.locator("#taking").uncheck()
        expect(agent.page.locator("#link")).to_be_visible()
        caller.says("师傅几点能到？")

        agent.page.unroute(EVENTS)

        expect(agent.line("师傅几点能到")).to_be_visible()

    def test_keeps_what_is_typed_while_a_line_is_sent(self, agent: Agent, caller: Caller) -> None:
        held: list[Route] = []
        agent.page.route(LINES, lambda route: held.append(route))
        types(agent, "您好，请稍候。")
        with agent.page.expect_request(LINES):
            agent.page.keyboard.press("Control+Enter")
        types(agent, "您好，请稍候。师傅已经出发")

        held[0].continue_()

        expect(agent.page.locator("#draft")).to_have_value("师傅已经出发")
        assert caller.has_heard("请稍候")

    def test_says_an_edited_line_though_the_first_was_stored(
        self, agent: Agent, caller: Caller
    ) -> None:
        def lose(route: Route) -> None:
            route.fetch()
            route.abort()

        agent.page.route(LINES, lose)
        types(agent, "您好，师傅下午到。")
        agent.page.keyboard.press("Control+Enter")
        expect(agent.page.locator("#told")).to_contain_text("连不上")
        agent.page.unroute(LINES)

        agent.says("您好，更正一下，师傅明天上午到。")

        assert caller.has_heard("师傅下午到")
        assert caller.has_heard("师傅明天上午到")

    def test_asks_before_a_line_goes_out_unchecked(self, agent: Agent, caller: Caller) -> None:
        agent.page.route(CHECK, lambda route: route.abort())
        types(agent, "您好，请稍候。")

        agent.page.keyboard.press("Control+Enter")

        expect(agent.page.locator("#confirm")).to_contain_text("没能检查")
        assert not caller.has_heard("请稍候")
        agent.page.get_by_role("button", name="仍然发送").click()
        expect(agent.line("请稍候")).to_be_visible()

    def test_keeps_the_drafts_of_two_talks_typed_in_quick_succession(
        self, desk: PersonsDesk, agent: Agent, caller: Caller
    ) -> None:
        kept: list[str] = []
        other = takes_one(agent, desk)
        agent.page.on(
            "request", lambda asked: kept.append(asked.url) if "/draft" in asked.url else None
        )

        types(agent, "第二位，您好")
        agent.page.locator(f"#mine [data-id='{caller.conversation_id}']").click()
        expect(agent.page.locator("#draft")).to_have_value("")
        with agent.page.expect_response(f"**/{caller.conversation_id}/draft"):
            types(agent, "第一位，您好")
        agent.page.locator(f"#mine [data-id='{other.conversation_id}']").click()

        expect(agent.page.locator("#draft")).to_have_value("第二位，您好")
        assert any(other.conversation_id in url for url in kept)


class TestLookedAt:
    def test_shows_what_is_said_meanwhile_in_a_talk_that_is_not_taken(
        self, desk: PersonsDesk, agent: Agent
    ) -> None:
        caller = desk.has_waiting()
        agent.page.reload()
        agent.page.locator("#waiting .row").click()
        expect(agent.page.locator("#claim")).to_be_visible()

        caller.says("还没有人吗")

        expect(agent.line("还没有人吗")).to_be_visible()


class TestBusyQueue:
    def test_loses_no_click_that_began_before_it_changed(
        self, desk: PersonsDesk, agent: Agent
    ) -> None:
        caller = desk.has_waiting()
        agent.page.reload()
        row = agent.page.locator("#waiting .row")
        row.hover()
        agent.page.mouse.down()

        caller.says("还没有人吗")
        expect(row).to_contain_text("还没有人吗")
        agent.page.mouse.up()

        expect(agent.page.locator("#claim")).to_be_visible()


class TestKeys:
    def test_go_to_the_next_talk_and_to_the_search(
        self, desk: PersonsDesk, agent: Agent, caller: Caller
    ) -> None:
        other = takes_one(agent, desk)
        shown = agent.page.locator("#mine [aria-current=true]")
        expect(shown).to_have_attribute("data-id", other.conversation_id)

        agent.page.keyboard.press("Alt+ArrowDown")
        expect(shown).to_have_attribute("data-id", caller.conversation_id)
        agent.page.keyboard.press("Alt+ArrowUp")
        expect(shown).to_have_attribute("data-id", other.conversation_id)
        agent.page.locator("#log").focus()
        agent.page.keyboard.press("/")

        expect(agent.page.locator("#search")).to_be_focused()


class TestPictures:
    def test_of_a_customer_are_seen_under_their_line(
        self, agent: Agent, caller: Caller, errors: list[str]
    ) -> None:
        caller.sends_a_picture()

        expect(agent.line("看这里").locator(".file img")).to_be_visible()
        assert errors == []


class TestSidebar:
    @pytest.fixture
    def sidebar(self, desk: PersonsDesk, open_page: Opening) -> Page:
        """The sidebar of an agent who has a caller on the phone."""
        name = f"小陈{uuid.uuid4().hex[:6]}"
        password = desk.hire(name, role="agent")
        page = open_page(f"{desk.url}/desk/sidebar?profile={CENTRE}", width=360)
        sign_in(page, name, password)
        expect(page.locator("#said")).to_be_focused()
        return page

    def test_fills_the_form_from_the_callers_words(self, sidebar: Page, errors: list[str]) -> None:
        with sidebar.expect_response(KNOWN):
            sidebar.locator("#said").fill("燃气表黑屏了，电话13800138000")

        sidebar.keyboard.press("Alt+n")

        expect(sidebar.locator("#call-fields [name=phone]")).to_have_value("13800138000")
        assert sidebar.evaluate("document.documentElement.scrollWidth") <= 360
        assert errors == []

    def test_fills_a_form_that_was_opened_before_the_words_were_read(self, sidebar: Page) -> None:
        held: list[Route] = []
        sidebar.route(KNOWN, lambda route: held.append(route))
        with sidebar.expect_request(KNOWN):
            sidebar.locator("#said").fill("燃气表黑屏了，电话13800138000")
        sidebar.keyboard.press("Alt+n")
        expect(sidebar.locator("#call-fields [name=words]")).to_have_value(
            "燃气表黑屏了，电话13800138000"
        )

        held[0].continue_()

        expect(sidebar.locator("#call-fields [name=phone]")).to_have_value("13800138000")

    def test_keeps_what_the_agent_wrote_when_the_kind_changes(self, sidebar: Page) -> None:
        sidebar.locator("#said").fill("燃气表黑屏了")
        sidebar.keyboard.press("Alt+n")
        sidebar.locator("#call-fields [name=words]").fill("燃气表黑屏，家里有老人")

        sidebar.locator("#call-kind").select_option("complaint")

        expect(sidebar.locator("#call-fields [name=words]")).to_have_value("燃气表黑屏，家里有老人")


class TestNoLongerOurs:
    def test_closes_a_talk_that_a_colleague_has_taken(
        self, desk: PersonsDesk, agent: Agent, caller: Caller, open_page: Opening
    ) -> None:
        colleague = Agent(desk, open_page)
        elsewhere = open_page(f"{desk.url}/desk")
        sign_in(elsewhere, agent.name, agent.password)
        elsewhere.get_by_role("button", name="退出").click()

        colleague.claims()

        expect(agent.page.locator("#open")).to_be_hidden()

    def test_shows_nothing_of_it_to_the_next_who_signs_in_here(
        self, desk: PersonsDesk, agent: Agent, caller: Caller
    ) -> None:
        agent.page.route(CHECK, lambda route: route.fulfill(status=401, json={"title": "ended"}))
        types(agent, "您好")
        expect(agent.page.locator("#sign-in")).to_be_visible()
        password = desk.hire("小换", role="agent")

        sign_in(agent.page, "小换", password)

        expect(agent.page.locator("#who")).to_have_text("小换")
        expect(agent.page.locator("#open")).to_be_hidden()
        expect(agent.page.locator("#draft")).to_have_value("")
        assert agent.page.locator("#log .said").count() == 0

    def test_is_no_ticket_taken_down_from_before_it_is_taken(
        self, desk: PersonsDesk, agent: Agent
    ) -> None:
        desk.has_waiting()
        agent.page.reload()

        agent.page.locator("#waiting .row").click()

        expect(agent.page.locator("#claim")).to_be_visible()
        expect(agent.page.locator("#new-ticket")).to_be_disabled()
        agent.claims()
        expect(agent.page.locator("#new-ticket")).to_be_enabled()
