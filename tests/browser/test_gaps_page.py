"""The trainers' console in a real browser: from a question asked in vain to a decision."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.conftest import RunningDesk
from tests.journeys.people import Customer

pytestmark = [pytest.mark.needs_browser, pytest.mark.needs_rasa]

# nobody else at the shared desk asks in these words
ASKED = "下一届世界杯在哪个国家举办"
# a desk gathers every ten seconds
GATHERED_WITHIN_MS = 30_000


class Trainer:
    """Somebody with the console open."""

    hired = 0

    def __init__(self, desk: RunningDesk, open_page: Callable[..., Page], **size: int) -> None:
        type(self).hired += 1
        name = f"陈老师{self.hired}"
        password = desk.hire(name, role="trainer")
        self.page = open_page(f"{desk.url}/trainer", **size)
        self.page.get_by_label("姓名").fill(name)
        self.page.get_by_label("密码").fill(password)
        self.page.get_by_role("button", name="登录").click()
        expect(self.page.locator("#who")).to_have_text(name)

    def gap(self, text: str) -> Locator:
        return self.page.locator(".gap").filter(has_text=text)

    def waits_for(self, text: str) -> None:
        """Refresh until the gap is there; its line is looked at by a run every few seconds."""
        waited = 0
        while not self.gap(text).count():
            assert waited < GATHERED_WITHIN_MS, f"{text} was not gathered"
            self.page.wait_for_timeout(1_000)
            waited += 1_000
            self.page.get_by_role("button", name="刷新").click()
            # what is read later is drawn anew, and what was chosen until then is forgotten
            expect(self.page.locator("[aria-busy]")).to_have_count(0)


def test_a_question_asked_in_vain_is_found_decided_and_gone(
    running_desk: RunningDesk, open_page: Callable[..., Page], errors: list[str]
) -> None:
    Customer(running_desk.api).says(ASKED)
    trainer = Trainer(running_desk, open_page)
    trainer.waits_for(ASKED)
    page = trainer.page
    gap = trainer.gap(ASKED)
    expect(gap).to_contain_text("没答上来")
    gap.click()

    page.keyboard.press("o")

    expect(page.locator(".done-bar")).to_contain_text("不属于本中心")
    expect(gap).to_have_count(0)
    page.get_by_role("button", name="撤销").first.click()
    expect(gap).to_have_count(1)
    gap.click()
    page.keyboard.press("n")
    page.get_by_label("答复", exact=True).fill("这里是供电服务，世界杯的事请看新闻。")
    page.get_by_role("button", name="保存草稿").click()
    expect(page.locator(".done-bar")).to_contain_text("已建新词条草稿")
    assert errors == []


def test_a_test_question_nobody_should_answer_is_taken_while_entries_are_near(
    running_desk: RunningDesk, open_page: Callable[..., Page], errors: list[str]
) -> None:
    asked = "月球上能不能种土豆"
    Customer(running_desk.api).says(asked)
    trainer = Trainer(running_desk, open_page)
    trainer.waits_for(asked)
    gap = trainer.gap(asked)
    gap.click()
    expect(gap.locator("button.entry")).to_have_count(4)

    trainer.page.keyboard.press("0")
    trainer.page.keyboard.press("t")

    expect(trainer.page.locator("#told")).to_have_text("已加为测试题，不该答。")
    trainer.page.keyboard.press("a")
    expect(trainer.page.locator("#told")).to_contain_text("选一个词条")
    assert errors == []


def test_fits_a_phone(running_desk: RunningDesk, open_page: Callable[..., Page]) -> None:
    page = Trainer(running_desk, open_page, width=390, height=844).page
    expect(page.get_by_role("heading", name="缺口")).to_be_visible()

    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_trainer_leaves_and_nothing_is_seen(
    running_desk: RunningDesk, open_page: Callable[..., Page]
) -> None:
    page = Trainer(running_desk, open_page).page

    page.get_by_role("button", name="退出").click()

    expect(page.locator("#sign-in")).to_be_visible()
    expect(page.locator("#page")).to_be_hidden()


def test_an_agent_has_no_gaps_in_the_menu_nor_by_the_address(
    running_desk: RunningDesk, open_page: Callable[..., Page]
) -> None:
    password = running_desk.hire("坐席小周", role="agent")
    page = open_page(f"{running_desk.url}/trainer#gaps")
    page.get_by_label("姓名").fill("坐席小周")
    page.get_by_label("密码").fill(password)
    page.get_by_role("button", name="登录").click()

    expect(page.locator("#menu a")).to_have_text(["案例与练习"])
    expect(page.locator(".place h1")).to_have_text("案例与练习")
    expect(page.locator(".gap")).to_have_count(0)


def test_a_thumb_under_an_answer_stays_down(
    running_desk: RunningDesk, open_page: Callable[..., Page], errors: list[str]
) -> None:
    page = open_page(running_desk.url, width=390)
    page.get_by_label("请输入您的问题").fill("过户需要什么材料")
    page.get_by_role("button", name="发送").click()
    down = page.get_by_role("button", name="没用").first
    with page.expect_response("**/thumbs") as given:
        down.click()
    assert given.value.status == 200
    given.value.finished()

    page.reload()

    expect(page.get_by_role("button", name="没用").first).to_have_attribute("aria-pressed", "true")
    assert errors == []
