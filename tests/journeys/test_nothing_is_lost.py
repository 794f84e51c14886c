"""Whichever process is killed, every line is kept and answered, and a form goes on."""

import signal
import subprocess
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.conftest import RunningDesk, start_desk
from tests.journeys.people import Customer, Staff
from tests.journeys.processes import (
    HAPPENS_WITHIN_S,
    eventually,
    held,
    is_alive,
    is_ready,
    kill,
)
from tickets.profile import Profile

pytestmark = [pytest.mark.needs_rasa, pytest.mark.needs_encoder]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder that every desk of this file runs on, one after the other."""
    return tmp_path_factory.mktemp("nothing-is-lost")


@pytest.fixture(scope="module")
def desk(folder: Path) -> Iterator[RunningDesk]:
    # a bot that is held down for a test is not waited for longer than the customer waits
    with start_desk(folder, bot_patience_s="3") as desk:
        yield desk


class TestKill:
    def test_the_bot_in_the_middle_of_a_form_keeps_the_details(
        self, desk: RunningDesk, power: Profile
    ) -> None:
        wang = Customer(desk.api)
        wang.says("我家停电了，幸福里6栋2单元301，整栋楼都没电")

        with held(desk.process.pid):  # nobody starts it again yet
            kill(desk.pid_of("rasa run"))
            unheard = wang.says("昨晚八点")
            answered = wang.says("过户需要什么材料")
        eventually(lambda: is_ready(desk))
        wang.says("从昨晚八点开始")
        shown = wang.says("13800138000")

        assert unheard.text == power.wordings.bot_away
        assert answered.sources
        assert list(shown.read_back.values()) == [
            "停电",
            "幸福里6栋2单元301",
            "整栋楼或单元",
            "从昨晚八点开始",
            "13800138000",
        ]
        assert wang.presses("确认提交").ticket_no

    def test_the_bot_does_not_silence_the_emergency_words(self, desk: RunningDesk) -> None:
        zhao = Customer(desk.api)

        with held(desk.process.pid):
            kill(desk.pid_of("rasa run"))
            warned = zhao.says("电线断了掉在路上")
        eventually(lambda: is_ready(desk))

        assert warned.cards[0]["title"] == "电线断落"
        assert "已为您登记紧急工单" in warned.text

    def test_the_desk_right_after_a_line_is_posted_answers_it_after_the_restart(
        self, desk: RunningDesk
    ) -> None:
        wang = Customer(desk.api)

        with held(desk.pid_of("rasa run")):  # so that the line cannot be answered yet
            in_vain = posted(wang, {"text": "你好"}, message_id="hello")
            eventually(lambda: is_stored(wang, "hello"))
            kill(desk.pid_of("desk serve"))
            eventually(lambda: is_alive(desk))
        eventually(lambda: len(wang.history()) == 2)
        again = wang.says("你好", message_id="hello")

        assert isinstance(in_vain.exception(), httpx.HTTPError)
        assert again.text == "您好，请问有什么可以帮您？"
        assert [line["text"] for line in wang.history()] == ["你好", again.text]

    def test_the_desk_right_after_a_yes_files_one_ticket(self, desk: RunningDesk) -> None:
        wang = Customer(desk.api)
        yes = offered_yes(wang)

        with held(desk.pid_of("rasa run")):
            posted(wang, yes, message_id="yes")
            eventually(lambda: is_stored(wang, "yes"))
            kill(desk.pid_of("desk serve"))
            eventually(lambda: is_alive(desk))
        eventually(lambda: wang.history()[-1]["sender"] == "bot")
        again = wang.posts(yes, message_id="yes").json()["replies"]

        lee = Staff.sign_in(desk.api, "admin", desk.password)
        (ticket,) = lee.tickets_of(wang)
        assert [reply["card"]["no"] for reply in again] == [ticket["no"]]

    def test_the_desk_while_the_bot_is_filing_files_one_ticket(self, desk: RunningDesk) -> None:
        wang = Customer(desk.api)
        yes = offered_yes(wang)

        # the bot goes on first, so that it takes its turn while the desk is still down
        with held(desk.process.pid), held(desk.pid_of("rasa run")):
            posted(wang, yes, message_id="yes")
            eventually(lambda: is_stored(wang, "yes"))
            kill(desk.pid_of("desk serve"))
        eventually(lambda: is_ready(desk))
        eventually(lambda: wang.history()[-1]["sender"] == "bot")
        again = wang.posts(yes, message_id="yes").json()["replies"]

        lee = Staff.sign_in(desk.api, "admin", desk.password)
        (ticket,) = lee.tickets_of(wang)
        assert [reply["card"]["no"] for reply in again] == [ticket["no"]]


class TestStop:
    # the desk that was killed again and again: it stops as one that was not
    def test_leaves_no_process_and_goes_on_where_it_was(
        self, desk: RunningDesk, folder: Path
    ) -> None:
        wang = Customer(desk.api)
        wang.says("我家停电了，幸福里6栋2单元301，整栋楼都没电")
        parts = [desk.pid_of("rasa run"), desk.pid_of("desk serve")]
        ran = [in_session_of(pid) for pid in parts]

        desk.process.send_signal(signal.SIGINT)
        code = desk.process.wait(timeout=HAPPENS_WITHIN_S)

        left = [in_session_of(pid) for pid in parts]
        with start_desk(folder) as again:
            wang.api = again.api
            went_on = wang.says("从昨晚八点开始")
            said = [line["text"] for line in wang.history() if line["sender"] == "customer"]

        assert code == 0
        assert all(ran)
        assert left == [set(), set()]
        assert "请留一个方便接听的联系电话" in went_on.text
        assert said == ["我家停电了，幸福里6栋2单元301，整栋楼都没电", "从昨晚八点开始"]


def offered_yes(customer: Customer) -> dict[str, str]:
    """What pressing yes sends, after everything of a fault has been said."""
    shown = customer.says(
        "我家停电了，幸福里6栋2单元301，从昨晚八点开始整栋楼都没电，电话13800138000"
    )
    return {"payload": shown.offers()["确认提交"], "title": "确认提交"}


def posted(customer: Customer, body: dict[str, str], *, message_id: str) -> Future[httpx.Response]:
    """A line on its way, whose answer nobody waits for."""
    pool = ThreadPoolExecutor(1)
    sent = pool.submit(customer.posts, body, message_id=message_id)
    pool.shutdown(wait=False)
    return sent


def is_stored(customer: Customer, message_id: str) -> bool:
    return message_id in {line["message_id"] for line in customer.history()}


def in_session_of(pid: int) -> set[int]:
    """A part of the desk and everything it has started."""
    listed = subprocess.run(["pgrep", "-s", str(pid)], capture_output=True, text=True, check=False)
    return {int(line) for line in listed.stdout.split()}
