"""A customer asks, and gets an approved answer with its source, choices, or an honest no."""

from collections.abc import Callable

import pytest

from tests.journeys.people import Customer, Staff

pytestmark = [pytest.mark.needs_rasa, pytest.mark.needs_encoder]


class TestAsk:
    def test_greets_back_and_offers_what_to_do(self, customer: Callable[[], Customer]) -> None:
        wang = customer()

        answer = wang.says("你好")

        assert answer.text == "您好，请问有什么可以帮您？"
        assert answer.buttons == ["故障报修", "查工单进度", "投诉", "转人工"]

    def test_gives_the_entry_with_its_version_and_source(
        self, customer: Callable[[], Customer], admin: Staff
    ) -> None:
        wang = customer()

        answer = wang.says("过户需要什么材料")

        (source,) = answer.sources
        entries = admin.asks("/knowledge/search", q="过户需要什么材料")["entries"]
        assert answer.text == entries[0]["answer"]
        assert source == {
            "entry_id": entries[0]["entry_id"],
            "version": entries[0]["version"],
            "title": entries[0]["title"],
            "source": entries[0]["source"],
        }

    def test_says_so_when_it_does_not_know_and_offers_a_person(
        self, customer: Callable[[], Customer]
    ) -> None:
        wang = customer()

        answer = wang.says("世界杯下一届在哪个国家办")

        assert "我没有可靠的答复" in answer.text
        assert "转人工" in answer.buttons
        assert answer.sources == []

    def test_offers_up_to_three_choices_and_says_the_chosen_one(
        self, customer: Callable[[], Customer], admin: Staff
    ) -> None:
        wang = customer()
        question = unsure_question(admin)

        choices = wang.says(question)
        chosen = wang.presses(choices.buttons[-1])

        assert 1 <= len(choices.buttons) <= 3
        assert choices.sources == []
        (source,) = chosen.sources
        assert source["title"] == choices.buttons[-1]

    def test_understands_full_width_letters_and_digits(
        self, customer: Callable[[], Customer]
    ) -> None:
        wang, li = customer(), customer()

        narrow, wide = wang.says("95598几点上班"), li.says("９５５９８几点上班")

        assert wide.text == narrow.text

    def test_keeps_the_conversation(self, customer: Callable[[], Customer]) -> None:
        wang = customer()

        wang.says("你好")
        wang.says("谢谢")

        said = [(line["sender"], line["text"]) for line in wang.history()]
        assert said == [
            ("customer", "你好"),
            ("bot", "您好，请问有什么可以帮您？"),
            ("customer", "谢谢"),
            ("bot", "不客气。还有别的事请直接告诉我。"),
        ]


def unsure_question(admin: Staff) -> str:
    """A question the present publication can only narrow down."""
    asked = ["电费不对怎么办", "欠费怎么处理", "电价怎么回事", "电费问题", "停电赔偿", "办电多少钱"]
    unsure = (q for q in asked if admin.asks("/knowledge/search", q=q)["decision"] == "clarify")
    found = next(unsure, None)
    assert found is not None, "every question here is now answered or unknown: add another"
    return found
