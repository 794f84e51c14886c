"""After the answer the customer is asked in the chat whether it helped; what they say counts."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from desk.settings import ROOT
from tests.conftest import RunningDesk, start_desk
from tests.journeys.people import Customer, Staff, by_people

pytestmark = [pytest.mark.needs_rasa, pytest.mark.needs_encoder]

TOLD = "我家停电了，幸福里6栋2单元301，从昨晚八点开始整栋楼都没电，电话13800138000"
# a centre that asks at once and around the clock: nobody waits for half an hour in a test
AT_ONCE = """follow_up:
  hours: repair
  answer_within: 24 小时
  lapses: 3 天
  times: 2
  source: test
"""


@pytest.fixture(scope="module")
def prompt_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDesk]:
    profiles = tmp_path_factory.mktemp("prompt") / "profiles"
    shutil.copytree(ROOT / "profiles", profiles)
    limits: Path = profiles / "power" / "limits.yml"
    changed = re.sub(r"follow_up:\n(?:  .*\n)+", AT_ONCE, limits.read_text())
    assert changed.endswith(AT_ONCE)
    limits.write_text(changed)
    with start_desk(tmp_path_factory.mktemp("prompt-desk"), profiles=profiles) as desk:
        yield desk


@pytest.fixture(scope="module")
def lead(prompt_desk: RunningDesk) -> Staff:
    return Staff.sign_in(prompt_desk.api, "admin", prompt_desk.password)


@pytest.fixture
def wang(prompt_desk: RunningDesk) -> Customer:
    """Somebody who has just reported a fault."""
    wang = Customer(prompt_desk.api)
    wang.says(TOLD)
    wang.presses("确认提交")
    return wang


def answer(lead: Staff, no: str) -> None:
    lead.moves(no, "in_progress")
    lead.moves(no, "answered")


def seen(customer: Customer) -> int:
    return int(customer.history()[-1]["seq"])


class TestAskedBack:
    def test_goes_back_to_work_until_the_customer_is_content(
        self, wang: Customer, lead: Staff
    ) -> None:
        no = wang.last.ticket_no
        after = seen(wang)
        answer(lead, no)

        asked = wang.is_asked(after=after)
        assert asked.buttons == ["满意", "一般", "不满意"]
        assert "退回" in wang.presses("不满意").text
        again = lead.ticket(no)
        assert (again["state"], by_people(again)[-1]["note"]) == ("reopened", "不满意")

        after = seen(wang)
        answer(lead, no)
        wang.is_asked(after=after)
        assert "谢谢您的评价" in wang.presses("满意").text

        filed = lead.ticket(no)
        assert (filed["state"], filed["outcome"]) == ("filed", "satisfied")
        assert filed["fields"]["satisfaction"] == "满意"

    def test_hears_the_answer_in_the_customers_own_words(self, wang: Customer, lead: Staff) -> None:
        no, after = wang.last.ticket_no, seen(wang)
        answer(lead, no)
        wang.is_asked(after=after)

        wang.says("没修好，客厅的灯还是不亮")

        ticket = lead.ticket(no)
        assert ticket["state"] == "reopened"
        assert by_people(ticket)[-1]["note"] == "没修好，客厅的灯还是不亮"

    def test_takes_a_press_in_the_middle_of_another_matter(
        self, wang: Customer, lead: Staff
    ) -> None:
        no = wang.last.ticket_no
        wang.says("我要投诉")
        after = seen(wang)
        answer(lead, no)
        wang.is_asked(after=after)

        said = wang.presses("满意")

        assert "谢谢您的评价" in said.text
        assert "投诉还没有登记完" in said.text
        assert lead.ticket(no)["state"] == "filed"

    def test_never_asks_about_a_report(self, prompt_desk: RunningDesk, lead: Staff) -> None:
        li = Customer(prompt_desk.api)
        li.says("我要举报，幸福路12号有人私拉电线偷电，晚上经常看到")
        while "确认提交" not in li.last.buttons:
            li.presses(li.last.buttons[-1])
        li.presses("确认提交")
        (report,) = lead.tickets_of(li)
        li.says(TOLD)
        li.presses("确认提交")
        fault, after = li.last.ticket_no, seen(li)

        for no in (report["no"], fault):
            answer(lead, no)

        # the fault is asked about, and so the report had its turn
        assert "故障报修" in li.is_asked(after=after).text
        assert all(
            "举报" not in line["text"] for line in li.history() if line["sender"] == "system"
        )
        assert lead.ticket(report["no"])["state"] == "answered"
        to_phone = [each["no"] for each in lead.asks("/tickets/to-phone")["tickets"]]
        assert report["no"] in to_phone
