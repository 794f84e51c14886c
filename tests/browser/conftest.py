"""An installed Chromium, and the chat page as a customer has it before them."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Error,
    Locator,
    Page,
    Request,
    expect,
    sync_playwright,
)

from tests.conftest import RunningDesk

NAMES = ("chromium", "chromium-browser", "google-chrome")
HOW_TO_GET = "no Chromium on PATH (Debian: apt install chromium fonts-noto-cjk)"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
ANSWERED_WITHIN_MS = 30_000


@dataclass
class Chat:
    """The chat page; what it should never do is noted as it happens."""

    page: Page
    url: str
    strangers: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("request", self._note_request)
        self.page.on("console", self._note_console)
        self.page.on("pageerror", self._note_error)
        self.open()

    def open(self) -> None:
        self.page.goto(self.url)
        expect(self.page.locator("#state")).to_have_attribute("data-state", "online")

    @property
    def lines(self) -> Locator:
        """Everything in the log, oldest first."""
        return self.page.locator("#log > div")

    @property
    def own_lines(self) -> Locator:
        return self.page.locator("#log > .customer")

    @property
    def answer(self) -> Locator:
        """The newest line of the bot."""
        return self.page.locator("#log > .bot").last

    @property
    def input(self) -> Locator:
        return self.page.get_by_label("请输入您的问题")

    def key(self, title: str) -> Locator:
        """A button in the log that can be pressed now."""
        return self.page.locator("#log button:enabled").get_by_text(title, exact=True)

    def says(self, text: str, *, until: str) -> None:
        """Type a line, send it, and wait until the newest answer holds these words."""
        self.input.fill(text)
        self.page.get_by_role("button", name="发送").click()
        expect(self.answer).to_contain_text(until)

    def presses(self, title: str, *, until: str) -> None:
        """Press a button in the log and wait until the newest answer holds these words."""
        self.key(title).click()
        expect(self.answer).to_contain_text(until)

    def _note_request(self, request: Request) -> None:
        if urlsplit(request.url).netloc != urlsplit(self.url).netloc:
            self.strangers.append(request.url)

    def _note_console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.errors.append(message.text)

    def _note_error(self, error: Error) -> None:
        self.errors.append(str(error))


# not for the whole session: while Playwright runs, no asyncio test can
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    found = next(filter(None, (shutil.which(name) for name in NAMES)), None)
    if found is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(HOW_TO_GET)
    expect.set_options(timeout=ANSWERED_WITHIN_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def errors() -> list[str]:
    """What the pages complained of."""
    return []


@pytest.fixture
def open_page(browser: Browser, errors: list[str]) -> Iterator[Callable[..., Page]]:
    """A page in a browser of its own."""
    contexts = []

    def opened(url: str, *, width: int = 1366, height: int = 768) -> Page:
        context = browser.new_context(locale="zh-CN", viewport={"width": width, "height": height})
        context.set_default_timeout(ANSWERED_WITHIN_MS)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(url)
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def chat(browser: Browser, running_desk: RunningDesk) -> Iterator[Chat]:
    """The page in a browser that has never been here."""
    yield from opened(browser, running_desk, width=1100)


@pytest.fixture
def narrow_chat(browser: Browser, running_desk: RunningDesk) -> Iterator[Chat]:
    """The same on a small phone."""
    yield from opened(browser, running_desk, width=360)


def opened(browser: Browser, desk: RunningDesk, *, width: int) -> Iterator[Chat]:
    context = browser.new_context(locale="zh-CN", viewport={"width": width, "height": 740})
    context.set_default_timeout(ANSWERED_WITHIN_MS)
    yield Chat(context.new_page(), f"{desk.url}/")
    context.close()
