"""The question whether it helped, and what answers it."""

from datetime import UTC, datetime

import pytest

from conversations.message import Reply
from conversations.rating import answers_question, asked_about, question
from tickets.profile import Profile
from tickets.ticket import Kind, State, Ticket, new_number

NO = new_number("20261121", 7)
TICKET = Ticket(
    no=NO,
    profile="power",
    kind=Kind.COMPLAINT,
    state=State.ANSWERED,
    conversation_id="lihua",
    fields={},
    registered_at=datetime(2026, 11, 21, tzinfo=UTC),
)


class TestQuestion:
    def test_can_be_asked_at_every_centre(self, profile: Profile) -> None:
        asked = question(TICKET, profile, is_first=True)

        assert "投诉" in asked.text
        assert [each["title"] for each in asked.buttons] == ["满意", "一般", "不满意"]

    def test_says_so_when_it_is_asked_again(self, power: Profile) -> None:
        first, again = (question(TICKET, power, is_first=each).text for each in (True, False))

        assert first != again

    def test_tells_of_which_ticket_it_speaks(self, power: Profile) -> None:
        assert asked_about(question(TICKET, power, is_first=True)) == NO

    def test_is_no_other_line(self) -> None:
        press = {"title": "评价", "payload": "/rate"}

        assert asked_about(Reply(text="好的", buttons=(press,))) is None
        assert asked_about(None) is None


class TestAnswersQuestion:
    @pytest.mark.parametrize("text", ["满意", "不满意", "还行吧", "没修好，又跳闸了", "五星"])
    def test_hears_every_choice(self, power: Profile, text: str) -> None:
        assert answers_question(text, power)

    @pytest.mark.parametrize("text", ["修好了吗", "谢谢", "我要报修"])
    def test_hears_none_in_a_question_or_another_matter(self, power: Profile, text: str) -> None:
        assert not answers_question(text, power)
