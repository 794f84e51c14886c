"""Pictures of every state of the agents' pages, to be looked at: the desk at both widths.

    python -m tests.browser.desk_screenshots FOLDER [--url http://127.0.0.1:8000]

Each state of the desk is taken at 1366×768 and at 360 px, whole; the sidebar at 360 px.

Without an address a desk of its own is started, as for the browser tests. With one, that desk gets
a new agent for each run by the command line, so its data folder must be the one in the settings.
"""

import argparse
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from desk.settings import Settings
from tests.apart import hire
from tests.browser.studio import NARROW, RUDE, WIDE, Caller, Hiring, Studio, fill_in, opened
from tests.conftest import start_desk


def locked_out(studio: Studio, page: Page, prefix: str) -> None:
    """Signing in, wrong, and too often wrong."""
    studio.take(page, f"{prefix}-01-sign-in")
    name = f"没有这人{next(studio.names)}"
    for _ in range(6):
        expect(page.locator("#enter")).to_be_enabled()
        fill_in(page, name, "猜的")
        expect(page.locator("#sign-in-words")).not_to_be_empty()
        page.wait_for_timeout(300)
    studio.take(page, f"{prefix}-02-locked-out")


def suggestions(page: Page) -> Locator:
    """The wordings, once those for the newest words are there."""
    page.wait_for_timeout(700)
    expect(page.locator("#suggestions.loading")).to_have_count(0)
    return page.locator("#suggestions .suggest")


def nothing_good(page: Page) -> Locator:
    return page.locator("#suggestions").get_by_text("没有合适的答复")


def desk_story(studio: Studio, database: Path) -> None:
    page = studio.desk()
    locked_out(studio, page, "desk")
    page = studio.desk()
    studio.sign_in(page)
    studio.take(page, "desk-03-empty-queue")
    callers = [Caller(studio) for _ in range(2)]
    callers[0].gets_angry()
    studio.take(callers[0].page, "chat-01-angry-and-waiting")
    callers[1].asks_for_a_person()
    expect(page.locator("#waiting .row")).to_have_count(2)
    studio.take(page, "desk-04-waiting")
    long_waits(studio, database)
    page.locator("#waiting .row").first.click()
    expect(page.locator("#claim")).to_be_visible()
    studio.take(page, "desk-05-looked-at-before-claiming")
    page.keyboard.press("Alt+g")
    expect(page.locator("#give-back")).to_be_visible()
    studio.take(page, "desk-06-claimed")
    callers[0].says("燃气费怎么交？网上可以交吗")
    expect(page.locator("#log .said").last).to_contain_text("网上可以交吗")
    expect(suggestions(page).first).to_be_visible()
    page.wait_for_timeout(1500)
    studio.take(page, "desk-07-suggestions")
    page.keyboard.press("Alt+1")
    page.wait_for_timeout(800)
    studio.take(page, "desk-08-suggestion-taken")
    page.locator("#draft").fill(RUDE)
    expect(page.locator("#findings .finding").first).to_be_visible()
    studio.take(page, "desk-09-etiquette-findings")
    page.keyboard.press("Control+Enter")
    page.wait_for_timeout(1500)
    if page.locator("#confirm").is_visible():
        studio.take(page, "desk-10-confirm-a-breach")
        page.locator("#confirm-no").click()
    page.locator("#draft").fill("王女士，您好，我已看到您家燃气表黑屏、打不着火，马上为您登记。")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#log .said[data-sender=agent]")).to_have_count(1)
    callers[0].says("你们老板喜欢什么颜色的鱼")
    expect(page.locator("#log .said").last).to_contain_text("颜色的鱼")
    expect(nothing_good(page)).to_be_visible()
    studio.take(page, "desk-11-nothing-good")
    page.locator("#search").fill("安检")
    expect(page.locator("#found .found").first).to_be_visible()
    studio.take(page, "desk-12-search")
    page.locator("#search").fill("")
    page.keyboard.press("Escape")
    ticket(studio, page)
    page.context.set_offline(True)
    page.wait_for_timeout(500)
    page.locator("#draft").fill("断线时写的话")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#told")).to_be_visible()
    studio.take(page, "desk-16-connection-lost")
    page.context.set_offline(False)
    if page.locator("#confirm").is_visible():
        # it could not be checked
        page.locator("#confirm-no").click()
    page.get_by_role("button", name="改密码").first.click()
    studio.take(page, "desk-17-change-password")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="结束并请评价").click()
    expect(page.locator("#nothing")).to_be_visible()
    studio.take(page, "desk-18-given-back")
    callers[0].rates("不满意")
    studio.take(callers[0].page, "chat-02-rated")
    told_to_the_lead(studio)
    two_agents(studio, page)
    for caller in callers:
        caller.closes()
    page.get_by_role("button", name="退出").click()
    page.context.close()


def long_waits(studio: Studio, database: Path) -> None:
    """The queue as it turns amber and red: all who wait have waited longer, by the database."""
    page = studio.desk()
    studio.sign_in(page, "lead")
    for name, wait, waited_s in (
        ("a-long", "long", 70),
        ("b-too-long", "too_long", 200),
        ("c-far-too-long", "far_too_long", 660),
    ):
        since = datetime.now(UTC) - timedelta(seconds=waited_s)
        with closing(sqlite3.connect(database)) as connection, connection:
            connection.execute(
                "UPDATE handovers SET waits_since = ? WHERE agent IS NULL AND ended_at IS NULL",
                [since.isoformat()],
            )
        expect(page.locator(f"#waiting .row[data-wait={wait}]")).to_have_count(2)
        studio.take(page, f"desk-04{name}-wait")
    page.get_by_role("button", name="退出").click()
    page.context.close()


def told_to_the_lead(studio: Studio) -> None:
    """A bad mark on the lead's desk, and that the sidebar and the console speak of it."""
    lead = studio.desk()
    studio.sign_in(lead, "lead")
    expect(lead.locator("#alarms .alarm").first).to_be_visible()
    studio.take(lead, "desk-18a-alarms-of-the-lead")
    lead.locator("#alarms .row").first.click()
    expect(lead.locator("#log .said").first).to_be_visible()
    studio.take(lead, "desk-18b-talk-that-was-rated")
    token = lead.evaluate("sessionStorage.getItem('seatmate.staff')")
    for place, path in (("sidebar", "/desk/sidebar"), ("trainer", "/trainer")):
        page = studio.page(path, **(NARROW if place == "sidebar" else WIDE))
        page.evaluate("token => sessionStorage.setItem('seatmate.staff', token)", token)
        page.reload()
        expect(page.locator("#alarms-line")).to_be_visible()
        studio.take(page, f"{place}-11-alarms")
        page.context.close()
    lead.get_by_role("button", name="退出").click()
    lead.context.close()


def ticket(studio: Studio, page: Page) -> None:
    """The form with the lines it was filled from, what is there already, and the filed ticket."""
    page.keyboard.press("Alt+n")
    expect(page.locator("#ticket-fields")).to_contain_text("来自")
    studio.take(page, "desk-13-ticket-from-the-talk")
    page.locator("#ticket-yes").click()
    expect(page.locator("#tickets .ticket-row").first).to_be_visible()
    studio.take(page, "desk-14-ticket-filed")
    page.keyboard.press("Alt+n")
    expect(page.locator("#ticket-fields")).to_contain_text("来自")
    studio.take(page, "desk-15-duplicates-found")
    page.locator("#ticket-no").click()
    page.locator("#tickets .ticket-row .link").first.click()
    expect(page.locator("#sheet-title")).to_contain_text("工单")
    studio.take(page, "desk-15a-ticket-opened")
    page.locator("#sheet [data-closes]").click()


def two_agents(studio: Studio, page: Page) -> None:
    """What is left of a customer one looks at when another is first; that one's desk, dark."""
    page.locator("#waiting .row").click()
    expect(page.locator("#claim")).to_be_visible()
    lead = studio.desk(dark=True)
    studio.sign_in(lead)
    expect(lead.locator("#waiting .row")).to_have_count(1)
    lead.keyboard.press("Alt+g")
    expect(lead.locator("#give-back")).to_be_visible()
    lead.locator("#draft").fill(RUDE)
    expect(lead.locator("#findings .finding").first).to_be_visible()
    studio.take(lead, "desk-19-dark")
    studio.take(page, "desk-20-another-was-first")
    lead.get_by_role("button", name="退出").click()
    expect(lead.locator("#sign-in")).to_be_visible()
    expect(page.locator("#waiting .row")).to_have_count(1)
    studio.take(page, "desk-21-back-in-front")
    lead.context.close()


def sidebar_story(studio: Studio) -> None:
    page = studio.sidebar()
    locked_out(studio, page, "sidebar")
    page = studio.sidebar()
    studio.sign_in(page)
    expect(page.locator("#said")).to_be_focused()
    studio.take(page, "sidebar-03-empty")
    page.keyboard.type("燃气费怎么交")
    expect(suggestions(page).first).to_be_visible()
    page.wait_for_timeout(1000)
    studio.take(page, "sidebar-04-suggestions")
    page.locator("#said").fill("你们老板喜欢什么颜色的鱼")
    expect(nothing_good(page)).to_be_visible()
    studio.take(page, "sidebar-05-nothing-good")
    page.locator("#search").fill("安检")
    expect(page.locator("#found .found").first).to_be_visible()
    studio.take(page, "sidebar-06-search")
    page.locator("#search").fill("")
    page.locator("#search").press("Escape")
    page.locator("#said").fill("幸福里6栋301燃气表黑屏了")
    page.locator("#phone").fill("13800138000")
    page.keyboard.press("Alt+n")
    expect(page.locator("#call-kind")).to_be_focused()
    suggestions(page)
    studio.take(page, "sidebar-07-log-the-call")
    page.locator("#call-yes").click()
    expect(page.locator("#told")).to_contain_text("已登记")
    studio.take(page, "sidebar-08-logged")
    page.context.set_offline(True)
    page.locator("#said").fill("断线时的话")
    page.wait_for_timeout(1500)
    studio.take(page, "sidebar-09-connection-lost")
    page.context.set_offline(False)
    page.context.close()
    dark = studio.sidebar(dark=True)
    studio.sign_in(dark)
    dark.keyboard.type("燃气费怎么交")
    expect(suggestions(dark).first).to_be_visible()
    studio.take(dark, "sidebar-10-dark")
    dark.context.close()


def roles_story(studio: Studio) -> None:
    """What is owed, and the desk of those who serve nobody; wide and narrow."""
    for role in ("agent", "lead", "clerk", "quality"):
        page = studio.desk()
        studio.sign_in(page, role)
        expect(page.locator("#owed")).to_contain_text("已超时")
        studio.take(page, f"roles-{role}-01")
        page.locator("#owed").click()
        studio.take(page, f"roles-{role}-02-owed")
        page.keyboard.press("Escape")
        if page.locator("#work .row").count():
            page.locator("#work .row").first.click()
            studio.take(page, f"roles-{role}-03-opened")
            page.keyboard.press("Escape")
        page.set_viewport_size({"width": 360, "height": 760})
        studio.take(page, f"roles-{role}-04-narrow")
        page.locator("#owed").click()
        studio.take(page, f"roles-{role}-05-narrow-owed")
        page.context.close()


@contextmanager
def desk_at(url: str, data_dir: Path) -> Iterator[tuple[str, Hiring]]:
    if url:
        yield url, partial(hire, Settings().database)
        return
    with start_desk(data_dir) as desk:
        yield desk.url, lambda name, role: desk.hire(name, role=role)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--url", default="", help="of a desk that runs")
    parser.add_argument("--only", choices=["desk", "sidebar", "roles"], help="one of the pages")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data_dir = Settings().data_dir if chosen.url else Path(folder)
        stories = {
            "sidebar": sidebar_story,
            "desk": partial(desk_story, database=data_dir / "seatmate.db"),
            "roles": roles_story,
        }
        with opened(chosen.folder, desk_at(chosen.url, data_dir)) as studio:
            for name, story in stories.items():
                if chosen.only in (None, name):
                    story(studio)


if __name__ == "__main__":
    main()
