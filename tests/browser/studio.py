"""A browser, a desk and a folder for pictures of the agents' pages; a customer beside them."""

import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from tests.browser.conftest import ARGUMENTS, HOW_TO_GET, NAMES

CENTRE = "gas"
MATTER = "幸福里6栋301燃气表黑屏了，打不着火，电话13800138000，我叫王芳"
RUDE = "这个不归我管，我不知道，你自己打电话问，肯定今天给你修好。"
PATIENCE_MS = 40_000
WIDE: ViewportSize = {"width": 1366, "height": 768}
NARROW: ViewportSize = {"width": 360, "height": 760}
ANGRY = ("你们太过分了，到底管不管", "气死我了，什么垃圾服务")


# hires somebody by name and role; returns the password
Hiring = Callable[[str, str], str]


class Studio:
    """A browser, a desk, and the folder the pictures go to."""

    def __init__(self, browser: Browser, url: str, folder: Path, hire: Hiring) -> None:
        self._browser, self.url, self._folder, self.hire = browser, url, folder, hire
        self.names = (f"小李{int(time.time()) % 100_000}-{number}" for number in range(1, 99))

    def page(self, path: str, *, width: int, height: int, dark: bool = False) -> Page:
        context = self._browser.new_context(
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
        )
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        page.goto(f"{self.url}{path}")
        return page

    def desk(self, *, dark: bool = False) -> Page:
        return self.page("/desk", **WIDE, dark=dark)

    def sidebar(self, *, dark: bool = False) -> Page:
        return self.page(f"/desk/sidebar?profile={CENTRE}", width=360, height=760, dark=dark)

    def take(self, page: Page, name: str) -> None:
        """A picture once the page has come to rest."""
        page.wait_for_timeout(500)
        page.screenshot(path=self._folder / f"{name}.png")
        sys.stdout.write(f"{name}\n")
        if page.viewport_size == WIDE:
            page.set_viewport_size(NARROW)
            page.wait_for_timeout(200)
            page.screenshot(path=self._folder / f"{name}-360.png", full_page=True)
            page.set_viewport_size(WIDE)

    def sign_in(self, page: Page, role: str = "agent") -> str:
        name = next(self.names)
        fill_in(page, name, self.hire(name, role))
        expect(page.locator("#page")).to_be_visible()
        return name


@contextmanager
def opened(folder: Path, serving: AbstractContextManager[tuple[str, Hiring]]) -> Iterator[Studio]:
    """A studio whose pictures go to a folder, of the desk that `serving` starts."""
    folder.mkdir(parents=True, exist_ok=True)
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        sys.exit(HOW_TO_GET)
    expect.set_options(timeout=PATIENCE_MS)
    with serving as (url, hiring), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield Studio(browser, url, folder, hiring)
        browser.close()


def fill_in(page: Page, name: str, password: str) -> None:
    page.get_by_label("姓名").fill(name)
    page.get_by_label("密码", exact=True).fill(password)
    page.locator("#enter").click()


class Caller:
    """A customer on the chat page."""

    def __init__(self, studio: Studio) -> None:
        self.page = studio.page(f"/?profile={CENTRE}", width=420, height=740)
        expect(self.page.locator("#state")).to_have_attribute("data-state", "online")

    def says(self, text: str) -> None:
        before = self.page.locator("#log > div").count()
        self.page.get_by_label("请输入您的问题").fill(text)
        self.page.get_by_role("button", name="发送").click()
        expect(self.page.locator("#log > div").nth(before)).to_be_visible()

    def asks_for_a_person(self) -> None:
        self.says(MATTER)
        expect(self.page.locator("#log > .bot").last).to_be_visible()
        self.page.wait_for_timeout(1500)
        self.says("转人工")
        expect(self.page.locator("#log")).to_contain_text("转接人工客服")

    def gets_angry(self) -> None:
        """Twice, which sends them to a person."""
        self.says(MATTER)
        for text in ANGRY:
            expect(self.page.locator("#log > .bot").last).to_be_visible()
            self.page.wait_for_timeout(1500)
            self.says(text)
        expect(self.page.locator("#log")).to_contain_text("我请人工客服直接为您处理")

    def rates(self, mark: str) -> None:
        self.page.get_by_role("button", name=mark, exact=True).last.click()
        self.page.wait_for_timeout(1000)

    def closes(self) -> None:
        self.page.context.close()
