"""What happens in a conversation arrives live, in order, and nothing twice."""

from collections.abc import Callable
from itertools import islice

import pytest

from tests.journeys.people import Customer

pytestmark = [pytest.mark.needs_rasa, pytest.mark.needs_encoder]


class TestWatch:
    def test_begins_with_who_answers(self, customer: Callable[[], Customer]) -> None:
        wang = customer()

        with wang.watching() as events:
            first = next(events)

        assert (first.name, first.data) == ("mode", {"mode": "bot"})

    def test_shows_the_line_the_typing_and_the_answer(
        self, customer: Callable[[], Customer]
    ) -> None:
        wang = customer()

        with wang.watching() as events:
            next(events)
            wang.says("你好", message_id="hello")
            line, typing, answer, done = islice(events, 4)

        assert (line.name, line.data["sender"], line.data["text"]) == (
            "message",
            "customer",
            "你好",
        )
        assert line.data["message_id"] == "hello"
        assert (typing.name, typing.data) == ("typing", {"on": True})
        assert (answer.name, answer.data) == ("message", wang.last.replies[0])
        assert (done.name, done.data) == ("typing", {"on": False})

    def test_numbers_messages_as_the_history_does(self, customer: Callable[[], Customer]) -> None:
        wang = customer()
        wang.says("你好")

        with wang.watching() as events:
            shown = list(islice(events, 3))[1:]

        assert [event.data for event in shown] == wang.history()
        assert [event.id for event in shown] == [str(line["seq"]) for line in wang.history()]

    def test_shows_what_another_device_of_the_customer_says(
        self, customer: Callable[[], Customer]
    ) -> None:
        phone = customer()
        laptop = Customer(phone.api, conversation_id=phone.conversation_id, token=phone.token)

        with laptop.watching() as events:
            next(events)
            phone.says("你好")
            shown = next(events)

        assert shown.data["text"] == "你好"

    def test_shows_nothing_of_somebody_else(self, customer: Callable[[], Customer]) -> None:
        wang, li = customer(), customer()

        with wang.watching() as events:
            next(events)
            li.says("查进度")
            wang.says("谢谢")
            shown = next(events)

        assert shown.data["text"] == "谢谢"


class TestComeBack:
    @pytest.mark.parametrize("way", ["after", "Last-Event-ID"])
    def test_shows_what_was_missed_and_nothing_twice(
        self, way: str, customer: Callable[[], Customer]
    ) -> None:
        wang = customer()
        seen = wang.says("你好").replies[-1]["seq"]
        wang.says("谢谢")
        header = {"Last-Event-ID": str(seen)} if way == "Last-Event-ID" else {}

        with wang.watching(after=0 if header else seen, **header) as events:
            next(events)
            missed = list(islice(events, 2))
            wang.says("再见")
            live = next(events)

        assert [event.data["text"] for event in missed] == [
            "谢谢",
            "不客气。还有别的事请直接告诉我。",
        ]
        assert live.data["text"] == "再见"
