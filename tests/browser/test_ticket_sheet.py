"""The sheet of one ticket, as those who work on it use it all day, in a real browser."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.test_desk_page import CENTRE
from tests.browser.test_owed_page import Member
from tests.conftest import RunningDesk

pytestmark = pytest.mark.needs_browser

Opens = Callable[..., Page]


class Worker(Member):
    """Somebody with a ticket before them."""

    @property
    def sheet(self) -> Locator:
        return self.page.locator("#sheet")

    @property
    def state(self) -> Locator:
        return self.page.locator("#sheet-tags")

    def opens(self, no: str) -> None:
        """By its number, as with a caller on the line who reads it out."""
        if not self.page.locator("#owed-list").is_visible():
            self.page.keyboard.press("Alt+o")
        self.page.get_by_label("工单号", exact=True).fill(no)
        self.page.keyboard.press("Enter")
        expect(self.page.locator("#sheet-title")).to_have_text(f"工单 {no}")

    def folds_out(self, title: str) -> Locator:
        """One of the folded lists behind what is owed."""
        if not self.page.locator("#owed-list").is_visible():
            self.page.keyboard.press("Alt+o")
        part = self.page.locator("#owed-more > details").filter(has_text=title)
        part.locator("summary").first.click()
        return part

    def chooses(self, words: str) -> None:
        key = self.page.locator("#sheet-acts").get_by_role("button", name=words, exact=True)
        if not key.is_visible():
            self.page.locator("#sheet-acts summary").click()
        key.click()

    def fills(self, **values: str) -> None:
        for name, value in values.items():
            field = self.page.locator(f"#sheet-form [name='{name}']")
            if field.evaluate("each => each.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)

    def sends(self) -> None:
        self.page.locator("#sheet-form button.act").click()

    def reads(self, no: str) -> dict[str, Any]:
        return self.calls(f"/tickets/{no}", method="GET")


class TestLife:
    def test_is_dispatched_answered_and_reopened_when_the_customer_is_not_satisfied(
        self, running_desk: RunningDesk, open_page: Opens, errors: list[str]
    ) -> None:
        agent = Worker(running_desk, open_page, "agent")
        no = agent.files(address="翠湖花园5栋", phone="13900139000")
        clerk = Worker(running_desk, open_page, "clerk")
        clerk.opens(no)
        clerk.fills(department="repair", note="请今天上门")
        clerk.sends()
        expect(clerk.state).to_contain_text("已派工")

        agent.folds_out("我的未清").locator(f"[data-no='{no}']").click()
        expect(agent.page.locator("#sheet-history")).to_contain_text(f"{clerk.name}")
        expect(agent.page.locator("#sheet-history")).to_contain_text("请今天上门")
        agent.chooses("答复")
        agent.sends()
        expect(agent.page.locator("#sheet-words")).to_have_text("请填写：答复客户的内容")
        agent.fills(note="已上门换好燃气表，客户试用正常")
        agent.sends()
        expect(agent.state).to_contain_text("已答复")

        # by the digit that stands on the key
        agent.page.keyboard.press("1")
        expect(agent.page.locator("#sheet-form")).to_contain_text("客户电话 13900139000")
        agent.fills(outcome="unsatisfied")
        agent.sends()
        expect(agent.page.locator("#sheet-words")).to_contain_text("请写明客户哪里不满意")
        agent.fills(note="表还是不走字")
        agent.sends()

        expect(agent.state).to_contain_text("已退回，重新处理")
        expect(agent.page.locator("#sheet-history")).to_contain_text("表还是不走字")
        assert errors == []

    def test_who_came_too_late_is_told_who_was_faster_and_loses_no_word(
        self, running_desk: RunningDesk, open_page: Opens, errors: list[str]
    ) -> None:
        agent = Worker(running_desk, open_page, "agent")
        no = agent.files(address="翠湖花园6栋")
        agent.opens(no)
        agent.chooses("等客户补充")
        agent.fills(note="请客户发一张表的照片")
        clerk = Worker(running_desk, open_page, "clerk")
        version = clerk.reads(no)["version"]
        sent = {"version": version, "state": "dispatched", "department": "repair"}
        clerk.calls(f"/tickets/{no}", sent, method="PATCH")

        agent.sends()

        expect(agent.page.locator("#sheet-words")).to_contain_text(f"{clerk.name} 改过这张工单")
        expect(agent.state).to_contain_text("已派工")
        note = agent.page.locator("#sheet-form [name=note]")
        expect(note).to_have_value("请客户发一张表的照片")
        agent.sends()
        expect(agent.state).to_contain_text("等您补充情况")
        assert agent.reads(no)["history"][-1]["note"] == "请客户发一张表的照片"
        assert errors == []

    def test_what_was_typed_is_there_again_after_the_sheet_was_closed_by_keys(
        self, running_desk: RunningDesk, open_page: Opens
    ) -> None:
        agent = Worker(running_desk, open_page, "agent")
        no = agent.files(address="翠湖花园7栋")
        agent.opens(no)
        agent.chooses("撤单")
        agent.fills(note="客户说已经好了")
        agent.page.keyboard.press("Escape")
        expect(agent.sheet).to_be_visible()
        agent.page.keyboard.press("Escape")
        expect(agent.sheet).to_be_hidden()

        agent.opens(no)
        agent.chooses("撤单")

        note = agent.page.locator("#sheet-form [name=note]")
        expect(note).to_have_value("客户说已经好了")
        expect(note).to_be_focused()


class TestPostponing:
    def test_takes_a_day_within_a_week_with_the_customers_consent_and_only_once(
        self, running_desk: RunningDesk, open_page: Opens, errors: list[str]
    ) -> None:
        agent = Worker(running_desk, open_page, "agent")
        no = agent.files("complaint", name="王女士", matter="抄错表了")
        agent.opens(no)
        agent.chooses("延期")
        until = agent.page.locator("#sheet-form [name=until]")
        due = datetime.fromisoformat(str(until.get_attribute("min")))
        agent.fills(reason="厂家缺配件", consent="11月26日电话里同意")

        until.fill((due + timedelta(days=30)).isoformat(timespec="minutes"))
        agent.sends()
        expect(agent.page.locator("#sheet-words")).to_contain_text("只能延到")
        until.fill((due + timedelta(days=2)).isoformat(timespec="minutes"))
        agent.sends()

        expect(agent.page.locator("#sheet-facts")).to_contain_text("客户同意：11月26日电话里同意")
        keys = agent.page.locator("#sheet-acts [data-verb=postpone]")
        expect(keys).to_have_count(0)
        assert errors == []

    def test_urging_twice_in_one_breath_counts_once(
        self, running_desk: RunningDesk, open_page: Opens
    ) -> None:
        agent = Worker(running_desk, open_page, "agent")
        no = agent.files(address="翠湖花园8栋")
        agent.opens(no)
        agent.chooses("催办")

        agent.page.locator("#sheet-form button.act").dblclick()

        expect(agent.state).to_contain_text("催办 1 次")
        assert agent.reads(no)["urges"] == 1


class TestPaper:
    def test_opens_in_a_tab_of_its_own_as_it_is_printed(
        self, running_desk: RunningDesk, open_page: Opens, errors: list[str]
    ) -> None:
        agent = Worker(running_desk, open_page, "agent")
        agent.opens(agent.files("complaint", name="王女士", matter="<b>抄错表了</b>"))

        with agent.page.context.expect_page() as opened:
            agent.page.get_by_role("button", name="打印客户投诉处理单").click()

        paper = opened.value
        expect(paper.locator("h1")).to_have_text("客户投诉处理单")
        expect(paper.locator("td").filter(has_text="<b>抄错表了</b>").first).to_be_visible()
        # the policy of the desk's page holds there, and lets the form's own style through
        assert (
            paper.locator("table").evaluate("t => getComputedStyle(t).borderCollapse") == "collapse"
        )
        assert errors == []

    def test_is_saved_where_no_tab_may_be_opened(
        self, running_desk: RunningDesk, open_page: Opens
    ) -> None:
        agent = Worker(running_desk, open_page, "agent")
        agent.opens(no := agent.files("complaint", name="王女士", matter="抄错表了"))
        agent.page.evaluate("window.open = () => null")

        with agent.page.expect_download() as saved:
            agent.page.get_by_role("button", name="打印客户投诉处理单").click()
        with agent.page.expect_download() as table:
            agent.page.get_by_role("button", name="存为表格：客户投诉处理单").click()

        assert saved.value.suggested_filename == f"客户投诉处理单-{no}.html"
        assert table.value.suggested_filename == f"客户投诉处理单-{no}.xlsx"


class TestLists:
    def test_an_event_is_ended_with_one_message_to_all(
        self, running_desk: RunningDesk, open_page: Opens, errors: list[str]
    ) -> None:
        lead = Worker(running_desk, open_page, "lead")
        nos = [lead.files(address=f"银杏苑{each}栋", fault_kind="停气") for each in (1, 2)]
        body = {"profile": CENTRE, "matter": "停气", "area": "银杏苑", "cause": "管道抢修"}
        event = lead.calls("/events", {**body, "tickets": nos})["no"]
        lead.folds_out("正在进行的事件")
        row = lead.page.locator(f"[data-event='{event}']")
        expect(row).to_contain_text("2 张工单")

        row.get_by_role("button", name="结束并通知", exact=True).click()
        expect(row).to_contain_text("每人收到一条恢复通知")
        row.get_by_role("button", name="确认结束并通知").click()

        expect(row).to_have_count(0)
        assert lead.calls(f"/events/{event}", method="GET")["state"] == "ended"
        assert errors == []

    def test_who_informed_is_shown_to_the_named_role_after_a_reason_was_given(
        self, running_desk: RunningDesk, open_page: Opens, errors: list[str]
    ) -> None:
        boss = Worker(running_desk, open_page, "supervisor")
        no = boss.files("report", name="赵知情", words="有人偷气")
        boss.folds_out("举报").locator(f"[data-no='{no}']").click()
        expect(boss.page.locator("#sheet-fields")).to_contain_text("已密封")
        expect(boss.sheet).not_to_contain_text("赵知情")

        boss.chooses("查看举报人（会记录）")
        boss.fills(note="核查需要联系举报人")
        boss.sends()

        informant = boss.page.locator("#sheet-informant")
        expect(informant).to_contain_text("赵知情")
        expect(informant).to_contain_text(f"{boss.name}：核查需要联系举报人")
        assert errors == []

    def test_a_lead_sees_the_day_of_each_owner(
        self, running_desk: RunningDesk, open_page: Opens
    ) -> None:
        agent = Worker(running_desk, open_page, "agent")
        no = agent.files(address="翠湖花园9栋")
        lead = Worker(running_desk, open_page, "lead")

        days = lead.folds_out("今日未清（按人）")
        day = days.locator("details").filter(has_text=agent.name)
        expect(day).to_contain_text("未清 1")
        day.locator("summary").click()

        expect(day.locator(f"[data-no='{no}']")).to_be_visible()


class TestNarrow:
    def test_the_sheet_with_a_form_open_fits_a_phone(
        self, running_desk: RunningDesk, open_page: Opens
    ) -> None:
        agent = Worker(running_desk, open_page, "agent", width=360, height=760)
        agent.opens(agent.files(address="翠湖花园" + "很长的地址" * 20, phone="13900139000"))
        agent.chooses("关联工单")

        page = agent.page
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        assert page.evaluate("document.querySelector('#sheet').scrollWidth") <= 360
