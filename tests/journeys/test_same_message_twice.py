"""A line that arrives more than once is answered once, and files one ticket."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.journeys.people import Customer, Staff

pytestmark = [pytest.mark.needs_rasa, pytest.mark.needs_encoder]

ALL_AT_ONCE = "我家停电了，幸福里6栋2单元301，从昨晚八点开始整栋楼都没电，电话13800138000"


class TestSendAgain:
    def test_gets_the_same_replies_and_one_ticket_when_sent_five_times_at_once(
        self, customer: Callable[[], Customer], admin: Staff
    ) -> None:
        wang = customer()
        yes = {"payload": wang.says(ALL_AT_ONCE).offers()["确认提交"], "title": "确认提交"}

        answers = at_once([lambda: wang.posts(yes, message_id="yes-1").json()] * 5)

        assert answers == [answers[0]] * 5
        (ticket,) = admin.tickets_of(wang)
        assert answers[0]["replies"][0]["card"]["no"] == ticket["no"]

    def test_is_in_the_history_once(self, customer: Callable[[], Customer]) -> None:
        wang = customer()

        at_once([lambda: wang.posts({"text": "你好"}, message_id="hello").json()] * 5)

        assert [line["text"] for line in wang.history()] == ["你好", "您好，请问有什么可以帮您？"]

    def test_gives_the_first_answer_also_after_other_lines(
        self, customer: Callable[[], Customer]
    ) -> None:
        wang = customer()
        first = wang.says("我要报修", message_id="m-1")
        wang.says("停电", message_id="m-2")

        again = wang.says("我要报修", message_id="m-1")

        assert again == first
        assert len(wang.history()) == 4

    def test_means_another_line_in_another_conversation(
        self, customer: Callable[[], Customer]
    ) -> None:
        wang, li = customer(), customer()
        wang.says("你好", message_id="1")

        answer = li.says("谢谢", message_id="1")

        assert answer.text == "不客气。还有别的事请直接告诉我。"


class TestPressAgain:
    def test_files_one_ticket_when_yes_is_pressed_twice(
        self, customer: Callable[[], Customer], admin: Staff
    ) -> None:
        wang = customer()
        yes = {"payload": wang.says(ALL_AT_ONCE).offers()["确认提交"], "title": "确认提交"}

        answers = at_once(
            [
                lambda: wang.posts(yes, message_id="yes-1").json(),
                lambda: wang.posts(yes, message_id="yes-2").json(),
            ]
        )

        assert len(admin.tickets_of(wang)) == 1
        assert all(answer["replies"] for answer in answers)


class TestSendAtOnce:
    def test_leaves_no_line_of_a_hasty_customer_without_an_answer(
        self, customer: Callable[[], Customer]
    ) -> None:
        wang = customer()
        lines = {"first": "你好", "second": "谢谢", "third": "再见"}

        answers = dict(
            at_once(
                [
                    lambda name=name, text=text: (
                        name,
                        wang.posts({"text": text}, message_id=name).json(),
                    )
                    for name, text in lines.items()
                ]
            )
        )

        # a line that waited together with another may be answered with it
        for answer in answers.values():
            assert answer["replies"] or answers[answer["merged_into"]]["replies"]
        said = [line["text"] for line in wang.history() if line["sender"] == "customer"]
        assert sorted(said) == sorted(lines.values())

    def test_gives_every_customer_a_number_of_their_own(
        self, customer: Callable[[], Customer]
    ) -> None:
        def report() -> str:
            someone = customer()
            someone.says(ALL_AT_ONCE)
            return someone.presses("确认提交").ticket_no

        numbers = at_once([report] * 8)

        assert len(set(numbers)) == 8


def at_once(calls: Sequence[Callable[[], Any]]) -> list[Any]:
    """The results of calls made at the same time."""
    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(lambda call: call(), calls))
