"""The trainers' pages with everything on them that they can hold, wide and on a phone."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from desk.settings import Settings
from tests.apart import hire
from tests.browser.alone import serve_here
from tests.browser.filled_centre import make_small

pytestmark = pytest.mark.needs_browser

PASSWORD = "a long password"
PHONE = 390
PAGES = {
    "缺口": ".gap",
    "词条": "table tbody tr",
    "试一试": ".tried",
    "测试与发布": ".figures",
    "机器人": ".figures",
    "案例与练习": ".case",
    "数据": ".entry-chart",
}


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A desk without a bot and without an encoder."""
    data: Path = tmp_path_factory.mktemp("filled")
    settings = Settings(_env_file=None, data_dir=data, action_token="x", profile="power")
    make_small(settings)
    hire(settings.database, "陈晓", "trainer", PASSWORD)
    with serve_here(settings) as address:
        yield address


Enter = Callable[..., Page]


@pytest.fixture
def enter(url: str, open_page: Callable[..., Page]) -> Enter:
    def entering(title: str, **size: int) -> Page:
        page = open_page(f"{url}/trainer", **size)
        page.get_by_label("姓名").fill("陈晓")
        page.get_by_label("密码", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="登录").click()
        page.locator("#menu").get_by_text(title, exact=True).click()
        expect(page.locator(f".place {PAGES[title]}").first).to_be_visible()
        return page

    return entering


@pytest.mark.parametrize("title", PAGES)
def test_is_no_wider_than_a_phone_when_it_is_full(
    enter: Enter, errors: list[str], title: str
) -> None:
    page = enter(title, width=PHONE, height=844)
    page.evaluate("place.querySelectorAll('details').forEach((each) => { each.open = true; })")
    page.wait_for_load_state("networkidle")

    wide = page.evaluate("[document.documentElement.scrollWidth, place.scrollWidth]")

    assert max(wide) <= PHONE
    assert errors == []


def test_an_examination_can_still_go_live_after_a_later_one_failed(
    enter: Enter, errors: list[str]
) -> None:
    page = enter("测试与发布")

    expect(page.locator(".part-run")).to_contain_text("没有做成，线上没有变化。原因：磁盘满了")
    expect(page.locator(".part-run")).to_contain_text("下面是之前那次测试的结果（陈晓")
    page.get_by_role("button", name="发布", exact=True).click()
    expect(page.locator(".part-found")).to_contain_text("已发布为第 5 次")
    assert errors == []


def test_a_trained_bot_can_still_serve_after_a_later_training_was_cancelled(enter: Enter) -> None:
    page = enter("机器人")
    page.get_by_role("button", name="重新训练").click()
    page.get_by_role("button", name="取消训练").click()

    expect(page.locator("#place")).to_contain_text("已取消，线上机器人没有变化")
    expect(page.locator("#place")).to_contain_text("下面是之前那次训练的结果（陈晓")
    expect(page.get_by_role("button", name="写明理由，换上")).to_be_visible()


def test_draws_what_customers_heard_of_each_entry(enter: Enter, errors: list[str]) -> None:
    page = enter("数据")

    row = page.locator(".entry-chart li", has_text="电费在哪里交")
    expect(row).to_have_attribute("title", re.compile(r"直接答复 \d+，列给客户选 9"))
    assert errors == []
