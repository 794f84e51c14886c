"""Which lines of a conversation nobody answered well."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from conversations.handover import HAND_OVER, MISSED, Reason
from conversations.message import FILE_MARK, Message, Reply, Sender
from conversations.missed import REST, Missed, Seen, TakenOver, ToldOf, find_missed
from knowledge.gaps import Why
from knowledge.picks import Outcome
from tests.conftest import SATURDAY_MORNING

ASKED = "光伏并网要找谁办"
UNKNOWN = Reply(text="抱歉，这个我还不知道。", card={"type": MISSED})
CHOICES = Reply(
    text="您想问哪一个？",
    buttons=(
        {"title": "光伏申请", "payload": '/consult{"entry_id": "solar"}'},
        {"title": "电费发票", "payload": '/consult{"entry_id": "invoice"}'},
    ),
)
ANSWER = Reply(text="光伏并网请到营业厅办理。", sources=({"title": "光伏", "entry_id": "solar"},))
MINUTE = timedelta(minutes=1)


def talk(*said: tuple[Sender, str | Reply]) -> list[Message]:
    """Lines a minute apart."""
    return [
        Message(
            seq=seq,
            conversation_id="lihua",
            sender=sender,
            message_id=None,
            reply=reply if isinstance(reply, Reply) else Reply(text=reply),
            at=SATURDAY_MORNING + seq * MINUTE,
        )
        for seq, (sender, reply) in enumerate(said, start=1)
    ]


def missed(
    lines: Sequence[Message], *, waited: timedelta = MINUTE, **more: Any
) -> list[tuple[str, Why]]:
    now = (lines[-1].at if lines else SATURDAY_MORNING) + waited
    return [(each.text, each.why) for each in find_missed(Seen(lines=lines, **more), now)]


def answers(lines: Sequence[Message], **more: Any) -> list[Missed]:
    return find_missed(Seen(lines=lines, **more), lines[-1].at)


CUSTOMER, BOT, AGENT = Sender.CUSTOMER, Sender.BOT, Sender.AGENT


class TestNotKnown:
    def test_is_the_question_before_the_honest_answer(self) -> None:
        assert missed(talk((CUSTOMER, ASKED), (BOT, UNKNOWN))) == [(ASKED, Why.NOT_KNOWN)]

    def test_takes_lines_that_were_read_together(self) -> None:
        lines = talk((CUSTOMER, "我想装光伏"), (CUSTOMER, "要找谁"), (BOT, UNKNOWN))

        assert missed(lines) == [("我想装光伏，要找谁", Why.NOT_KNOWN)]

    def test_counts_a_question_once_however_often_it_is_repeated(self) -> None:
        lines = talk((CUSTOMER, ASKED), (BOT, UNKNOWN), (CUSTOMER, f"{ASKED}？"), (BOT, UNKNOWN))

        assert missed(lines) == [(ASKED, Why.NOT_KNOWN)]

    def test_is_nothing_while_the_bot_answers(self) -> None:
        assert missed(talk((CUSTOMER, ASKED), (BOT, ANSWER))) == []

    def test_leaves_out_what_is_too_short_to_be_a_question(self) -> None:
        assert missed(talk((CUSTOMER, "在吗？"), (BOT, UNKNOWN))) == []

    def test_leaves_out_pictures(self) -> None:
        assert missed(talk((CUSTOMER, f"{FILE_MARK}这是我家的表"), (BOT, UNKNOWN))) == []


class TestNotPicked:
    def test_is_known_once_the_customer_says_something_else(self) -> None:
        lines = talk((CUSTOMER, ASKED), (BOT, CHOICES), (CUSTOMER, "都不是，算了"))

        assert missed(lines) == [(ASKED, Why.NOT_PICKED)]

    def test_is_not_known_while_the_customer_may_still_pick(self) -> None:
        assert missed(talk((CUSTOMER, ASKED), (BOT, CHOICES))) == []

    def test_is_known_once_the_customer_has_gone(self) -> None:
        lines = talk((CUSTOMER, ASKED), (BOT, CHOICES))

        assert missed(lines, waited=REST) == [(ASKED, Why.NOT_PICKED)]

    def test_is_nothing_when_one_was_picked(self) -> None:
        lines = talk((CUSTOMER, ASKED), (BOT, CHOICES), (CUSTOMER, "光伏申请"), (BOT, ANSWER))

        assert missed(lines, waited=REST) == []

    def test_takes_no_other_buttons_for_choices(self) -> None:
        other = Reply(text="影响几户？", buttons=({"title": "只有我家", "payload": "/inform{}"},))

        assert missed(talk((CUSTOMER, "我家停电了"), (BOT, other)), waited=REST) == []


class TestThumbDown:
    def test_is_the_question_the_answer_was_for(self) -> None:
        assert missed(talk((CUSTOMER, ASKED), (BOT, ANSWER)), thumbs={2: False}) == [
            (ASKED, Why.THUMB_DOWN)
        ]

    def test_is_the_question_before_the_button(self) -> None:
        lines = talk((CUSTOMER, ASKED), (BOT, CHOICES), (CUSTOMER, "光伏申请"), (BOT, ANSWER))

        assert missed(lines, thumbs={4: False}) == [(ASKED, Why.THUMB_DOWN)]

    def test_is_nothing_when_it_is_up(self) -> None:
        assert missed(talk((CUSTOMER, ASKED), (BOT, ANSWER)), thumbs={2: True}) == []


class TestHandedOver:
    def taken(self, *, reason: Reason = Reason.ASKED, has_tickets: bool = False) -> dict[str, Any]:
        over = TakenOver(
            asked_at=SATURDAY_MORNING, reason=reason, matter=ASKED, has_tickets=has_tickets
        )
        return {"taken_over": [over]}

    def lines(self) -> list[Message]:
        asked_for = Reply(text="正在为您转接。", card={"type": HAND_OVER})
        return talk(
            (CUSTOMER, ASKED),
            (BOT, ANSWER),
            (CUSTOMER, "我要和真人说"),
            (BOT, asked_for),
            (AGENT, "您好，我是坐席小李"),
            (AGENT, "光伏并网可以在网上国网提交申请，七个工作日内答复您。"),
        )

    def test_is_the_matter_and_not_the_wish_for_a_person(self) -> None:
        assert missed(self.lines(), **self.taken()) == [(ASKED, Why.HANDED_OVER)]

    def test_takes_the_agents_words_for_an_answer_and_not_the_greeting(self) -> None:
        found = answers(self.lines(), **self.taken())

        assert found[0].answer == "光伏并网可以在网上国网提交申请，七个工作日内答复您。"

    def test_is_nothing_where_the_request_has_a_ticket(self) -> None:
        assert missed(self.lines(), **self.taken(has_tickets=True)) == []

    def test_is_nothing_where_the_customer_was_angry(self) -> None:
        assert missed(self.lines(), **self.taken(reason=Reason.ANGRY)) == []

    def test_puts_nothing_that_was_said_to_the_person_to_the_bot(self) -> None:
        lines = [*self.lines(), *talk((CUSTOMER, "那谢谢您了啊"), (BOT, UNKNOWN))]
        said = [line for line in lines if line.sender is not BOT]

        assert missed([*said, lines[-1]], **self.taken()) == [
            ("那谢谢您了啊", Why.NOT_KNOWN),
        ]


class TestOwnWords:
    def told(self, *outcomes: Outcome) -> dict[str, Any]:
        at = SATURDAY_MORNING + 2 * MINUTE
        return {"outcomes": [ToldOf(line=ASKED, outcome=each, at=at) for each in outcomes]}

    def test_are_those_said_instead_of_every_wording(self) -> None:
        lines = talk((CUSTOMER, ASKED), (AGENT, "光伏并网请先在网上国网提交申请。"))

        found = answers(lines, **self.told(Outcome.IGNORED, Outcome.WRONG))

        assert [(each.text, each.why, each.answer) for each in found] == [
            (ASKED, Why.OWN_WORDS, "光伏并网请先在网上国网提交申请。")
        ]

    def test_are_none_when_one_wording_served(self) -> None:
        lines = talk((CUSTOMER, ASKED), (AGENT, "光伏并网请先在网上国网提交申请。"))

        assert answers(lines, **self.told(Outcome.IGNORED, Outcome.EDITED)) == []
