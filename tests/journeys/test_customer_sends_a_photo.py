"""A photo that a customer sends in the chat ends up on the ticket it belongs to."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.people import Customer, Staff

pytestmark = [pytest.mark.needs_rasa, pytest.mark.needs_encoder]

PHOTO = (Path(__file__).parent.parent / "tickets" / "files" / "meter.jpg").read_bytes()
PLACED = "我家停电了，幸福里6栋2单元301，整栋楼都没电，电话13800138000"


def files_of(admin: Staff, no: str) -> list[dict[str, Any]]:
    return list(admin.asks(f"/tickets/{no}/attachments")["attachments"])


class TestAPhoto:
    def test_sent_while_a_fault_is_told_lies_on_its_ticket(
        self, customer: Callable[[], Customer], admin: Staff
    ) -> None:
        wang = customer()
        wang.says(PLACED)

        said = wang.sends_photo(PHOTO)
        assert "登记时会附在工单上" in said.text
        assert "什么时候开始" in said.replies[-1]["text"]
        wang.says("昨晚八点")
        no = wang.presses("确认提交").ticket_no

        (file,) = files_of(admin, no)
        assert file["added_by"] == "customer"
        assert admin.calls("GET", f"/tickets/{no}/attachments/{file['id']}").content == PHOTO

    def test_sent_afterwards_lies_on_the_open_ticket(
        self, customer: Callable[[], Customer], admin: Staff
    ) -> None:
        wang = customer()
        wang.says(f"{PLACED}，从昨晚八点开始")
        no = wang.presses("确认提交").ticket_no

        said = wang.sends_photo(PHOTO)

        assert "已经附在工单" in said.text
        assert len(files_of(admin, no)) == 1

    def test_sent_while_informing_lies_on_no_other_ticket(
        self, customer: Callable[[], Customer], admin: Staff
    ) -> None:
        wang = customer()
        wang.says(f"{PLACED}，从昨晚八点开始")
        fault = wang.presses("确认提交").ticket_no
        wang.says("我要举报，幸福路12号有人私拉电线偷电，晚上经常看到")

        wang.sends_photo(PHOTO)
        while "确认提交" not in wang.last.buttons:
            wang.presses(wang.last.buttons[-1])
        wang.presses("确认提交")

        (report,) = [each for each in admin.tickets_of(wang) if each["kind"] == "report"]
        assert files_of(admin, fault) == []
        assert len(files_of(admin, report["no"])) == 1
