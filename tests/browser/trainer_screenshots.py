"""Pictures of every page of the trainers' console with content, at 1366×768 and on a phone.

    python -m tests.browser.trainer_screenshots FOLDER [--small] [--only 1366|390|dark]

A desk without a bot is started on a copy of the centre that the tests set up; what trainers look
at has happened there (`filled_centre`). `--small` has six entries and no encoder instead, and
needs no set-up.
"""

import argparse
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, expect

from desk.settings import Settings
from tests.apart import hire
from tests.browser.alone import serve_alone
from tests.browser.filled_centre import CENTRE, fill, make_small
from tests.browser.studio import Hiring, Studio, fill_in, opened
from tests.conftest import set_up_once

WIDE, PHONE = (1366, 768), (390, 844)
# screens of a long page that are taken
SCREENS = 4
ROWS = (
    "问题\t答案\n充电桩能不能装在地下车库\t请带车位证明和物业同意书。\n电费在哪里交\t网上国网 App。"
)


class Walk:
    """A trainer goes through the pages, at one size of the screen."""

    def __init__(self, studio: Studio, size: tuple[int, int], *, dark: bool = False) -> None:
        self._studio, self._prefix = studio, f"trainer-{'dark-' if dark else ''}{size[0]}"
        self.page = studio.page("/trainer", width=size[0], height=size[1], dark=dark)
        self._height = size[1]

    def take(self, name: str, *, screens: int = 1) -> None:
        """Pictures from the top down, as many as the page fills."""
        for screen in range(screens):
            if screen and not self._scroll(screen):
                break
            self._studio.take(self.page, f"{self._prefix}-{name}-{screen + 1}")

    def _scroll(self, screen: int) -> bool:
        """Go down to a screen; false when there is none so far down."""
        reach = screen * (self._height - 90)
        return bool(
            self.page.evaluate(
                """(reach) => {
                    const scrolled = [place, document.scrollingElement]
                        .find((each) => each.scrollHeight > each.clientHeight + 20);
                    if (!scrolled || scrolled.scrollTop + scrolled.clientHeight
                        >= scrolled.scrollHeight - 2) return false;
                    scrolled.scrollTo(0, reach);
                    return true;
                }""",
                reach,
            )
        )

    def opens(self, title: str, until: str) -> None:
        self.page.locator("#menu").get_by_text(title, exact=True).click()
        expect(self.page.locator(f".place {until}").first).to_be_visible()
        self.page.wait_for_load_state("networkidle")

    def key(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).first.click()

    def unfolds(self, summary: str) -> None:
        self.page.locator(f"{summary} > summary").first.click()


def story(walk: Walk, *, enter: Callable[[Page], None], practises: Callable[[Walk], None]) -> None:
    """Every page, and what opens on it."""
    walk.take("00-sign-in")
    enter(walk.page)
    gaps(walk)
    entries(walk)
    walk.opens("试一试", ".tried")
    walk.page.get_by_label("要试的问题").fill("充电桩装在地下车库要什么材料")
    walk.key("试一试")
    expect(walk.page.locator(".verdict").first).to_be_visible()
    walk.take("30-trying", screens=2)
    walk.opens("测试与发布", ".part-found .figures")
    walk.take("40-publishing", screens=SCREENS)
    walk.page.locator(".part-history button.link").first.click()
    walk.page.locator(".part-history").scroll_into_view_if_needed()
    walk.take("41-history")
    walk.unfolds("#tests")
    expect(walk.page.locator(".testset tbody tr").first).to_be_visible()
    walk.page.locator("#tests").scroll_into_view_if_needed()
    walk.take("42-test-questions")
    walk.opens("机器人", ".figures")
    walk.take("50-bot", screens=SCREENS)
    walk.opens("案例与练习", ".case")
    walk.unfolds(".case")
    walk.take("60-practice", screens=2)
    practises(walk)
    walk.opens("数据", ".entry-chart")
    walk.take("70-numbers", screens=SCREENS)
    walk.page.locator(".sums button").nth(1).click()
    expect(walk.page.locator(".turn").first).to_be_visible()
    walk.take("71-behind-a-number")
    walk.page.locator("#centre").select_option("gas")
    for place, (title, until) in enumerate(
        (("缺口", ".empty"), ("案例与练习", ".empty"), ("数据", ".empty"))
    ):
        walk.opens(title, until)
        walk.take(f"8{place}-empty")


def gaps(walk: Walk) -> None:
    """The list, all lines of a gap, the new entry, and what was decided."""
    walk.opens("缺口", ".gap")
    walk.take("10-gaps", screens=2)
    walk.unfolds(".all-lines")
    walk.take("11-all-lines")
    walk.page.keyboard.press("Escape")
    walk.page.locator(".gap .acts button", has_text="新词条").first.click()
    expect(walk.page.locator("dialog")).to_be_visible()
    walk.take("12-new-entry")
    walk.key("取消")
    walk.page.locator(".gap .acts button", has_text="加入相似问").first.click()
    expect(walk.page.locator(".done-bar")).to_be_visible()
    walk.unfolds(".past")
    walk.take("13-decided")
    walk.page.get_by_role("button", name="撤销").first.click()
    expect(walk.page.locator(".done-bar")).to_be_hidden()


def entries(walk: Walk) -> None:
    """The list, an entry with its history, a new one beside what is there, an import, clashes."""
    walk.opens("词条", "table tbody tr")
    walk.take("20-entries")
    walk.page.get_by_label("搜索词条").fill("充电桩")
    expect(walk.page.locator("table a", has_text="地下车库能装充电桩吗")).to_be_visible()
    walk.take("21-search")
    walk.page.locator("table a", has_text="地下车库能装充电桩吗").click()
    expect(walk.page.locator(".entry-form")).to_be_visible()
    walk.page.wait_for_timeout(2_500)
    # the history of one that waits for its review is open
    walk.take("22-entry", screens=3)
    walk.opens("词条", "table tbody tr")
    walk.key("新建词条")
    walk.page.locator(".entry-form [name=title]").fill("报修后抢修人员多久到现场")
    walk.page.locator(".entry-form [name=answer]").fill("城区 30 分钟，农村 90 分钟。")
    expect(walk.page.locator(".beside .near").first).to_be_visible()
    walk.take("23-new-entry", screens=2)
    walk.opens("词条", "table tbody tr")
    walk.key("导入文件")
    walk.page.get_by_label("粘贴的文字").fill(ROWS)
    walk.key("看看会导入什么")
    expect(walk.page.locator(".proposal").first).to_be_visible()
    walk.take("24-import", screens=2)
    walk.opens("词条", "table tbody tr")
    walk.key("矛盾和重复")
    walk.page.wait_for_timeout(4_000)
    walk.take("25-clashes")


def practised(walk: Walk) -> None:
    """A reply and what it is worth."""
    walk.page.evaluate("place.scrollTo(0, 0), window.scrollTo(0, 0)")
    walk.key("开始")
    walk.take("61-practising")
    walk.page.get_by_label("您的回复").fill("你带拆迁协议来，我给你销户。")
    walk.key("回复")
    expect(walk.page.locator(".judged")).to_be_visible()
    walk.take("62-judged")


@contextmanager
def filled_desk(*, small: bool) -> Iterator[tuple[str, Hiring]]:
    """The address of a desk where everything has happened, and how to be hired there."""
    with tempfile.TemporaryDirectory() as place:
        data = Path(place) / "var"
        settings = Settings(data_dir=data, profile=CENTRE)
        if small:
            data.mkdir()
            make_small(settings)
        else:
            shutil.copytree(set_up_once(), data, symlinks=True)
            fill(settings)
        environment = {"SEATMATE_DATA_DIR": str(data), "SEATMATE_PROFILE": CENTRE}
        with serve_alone(environment, Path(place) / "serve.log") as url:
            yield url, lambda name, role: hire(settings.database, name, role)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--small", action="store_true", help="six entries, no encoder")
    parser.add_argument("--only", choices=["1366", "390", "dark"], help="one of the sizes")
    chosen = parser.parse_args()
    with opened(chosen.folder, filled_desk(small=chosen.small)) as studio:
        password = studio.hire("陈晓", "trainer")
        for name, size in (("1366", WIDE), ("390", PHONE), ("dark", WIDE)):
            if chosen.only not in (None, name):
                continue
            walk = Walk(studio, size, dark=name == "dark")
            story(walk, enter=lambda page: fill_in(page, "陈晓", password), practises=practised)
            walk.page.context.close()


if __name__ == "__main__":
    main()
