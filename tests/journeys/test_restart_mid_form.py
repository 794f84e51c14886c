"""A request that is half filled in outlives the death of either process, in every business."""

from collections.abc import Callable, Iterator

import pytest

from tests.conftest import RunningDesk, start_desk
from tests.journeys.people import Customer, Staff
from tests.journeys.processes import eventually, is_ready, kill

pytestmark = [pytest.mark.needs_rasa, pytest.mark.needs_encoder]


ALL_AT_ONCE = "我家停电了，幸福里6栋2单元301，从昨晚八点开始整栋楼都没电，电话13800138000"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDesk]:
    """A desk whose processes may be killed: nobody else works on it."""
    with start_desk(tmp_path_factory.mktemp("restart-mid-form")) as desk:
        yield desk


def bot_dies(desk: RunningDesk) -> None:
    dead = desk.pid_of("rasa run")
    kill(dead)
    eventually(lambda: is_running(desk, "rasa run", other_than=dead) and is_ready(desk))


def desk_dies(desk: RunningDesk) -> None:
    dead = desk.pid_of("desk serve")
    kill(dead)
    eventually(lambda: is_running(desk, "desk serve", other_than=dead) and is_ready(desk))


def both_die(desk: RunningDesk) -> None:
    bot, own = desk.pid_of("rasa run"), desk.pid_of("desk serve")
    kill(bot)
    kill(own)
    eventually(
        lambda: (
            is_running(desk, "rasa run", other_than=bot)
            and is_running(desk, "desk serve", other_than=own)
            and is_ready(desk)
        )
    )


def is_running(desk: RunningDesk, words: str, *, other_than: int) -> bool:
    """Whether the process is there again."""
    pids = desk.pids_of(words)
    return bool(pids) and other_than not in pids


@pytest.mark.parametrize("dies", [bot_dies, desk_dies, both_die])
class TestRestart:
    def test_leaves_every_request_where_it_was(
        self, dies: Callable[[RunningDesk], None], desk: RunningDesk
    ) -> None:
        """One death for all of them, because each costs half a minute."""
        reporting, applying = Customer(desk.api), Customer(desk.api)
        complaining, confirming = Customer(desk.api), Customer(desk.api)
        coming_again = Customer(desk.api)
        reporting.says("我家停电了，幸福里6栋2单元301")
        applying.says("我要办过户")
        applying.presses("是")
        complaining.says("我要报修")
        complaining.presses("停电")
        complaining.says("你们态度太差了，我要投诉")
        complaining.says("昨天打95598，客服直接挂了我的电话")
        confirming.says(ALL_AT_ONCE)
        coming_again.says(ALL_AT_ONCE)
        coming_again.presses("确认提交")

        dies(desk)

        admin = Staff.sign_in(desk.api, "admin", desk.password)
        # the button that was shown before the death
        reporting.presses("整栋楼或单元")
        reporting.says("从昨晚八点开始")
        assert list(reporting.says("13912345678").read_back.values()) == [
            "停电",
            "幸福里6栋2单元301",
            "整栋楼或单元",
            "从昨晚八点开始",
            "13912345678",
        ]
        assert reporting.presses("确认提交").ticket_no

        # the first readiness question stays answered
        assert "请准备" in applying.presses("是").text

        # the report below the complaint waits on
        complaining.presses("按规定处理")
        complaining.presses("不清楚")
        complaining.presses("不留姓名")
        complaining.presses("不留电话")
        filed = complaining.presses("确认提交")
        assert admin.ticket(filed.ticket_no)["fields"]["words"] == "你们态度太差了，我要投诉"
        assert "刚才的报修还没有登记完" in filed.text

        confirming.presses("确认提交", message_id="yes")
        (ticket,) = admin.tickets_of(confirming)
        assert ticket["fields"]["address"] == "幸福里6栋2单元301"

        # what was known of a customer stays known
        again = coming_again.says("我家又跳闸了，就我家，刚刚")
        assert again.read_back["联系电话"] == "13800138000"
        assert [line["sender"] for line in coming_again.history()][:2] == ["customer", "bot"]
