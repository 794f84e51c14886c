"""What the desk says by itself appears on the open page, once, and is there after a reload."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Chat
from tests.conftest import RunningDesk
from tests.journeys.people import Staff

pytestmark = [pytest.mark.needs_browser, pytest.mark.needs_rasa, pytest.mark.needs_encoder]

OUTAGE = "停电了，银杏花园2栋1单元101，整栋楼都没电，刚刚开始的，电话13900139011"


@pytest.fixture
def admin(running_desk: RunningDesk) -> Staff:
    return Staff.sign_in(running_desk.api, "admin", running_desk.password)


def test_of_an_outage_that_is_over(chat: Chat, admin: Staff) -> None:
    body = {"matter": "停电", "area": "银杏花园2栋"}
    no = admin.calls("POST", "/events", json=body).json()["no"]
    chat.says(OUTAGE, until="没有问题请确认提交")
    expect(chat.page.locator("#log")).to_contain_text("已接到多户报修（停电）")
    chat.presses("确认提交", until="和银杏花园2栋的其他报修一起处理")

    closing = admin.calls("POST", f"/events/{no}/end", json={"version": 1}).json()["closing"]

    notice = chat.page.locator("#log > .system .bubble")
    expect(notice).to_have_text([closing])
    chat.page.reload()
    expect(notice).to_have_text([closing])
    assert chat.errors == []
