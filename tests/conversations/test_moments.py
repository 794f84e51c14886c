"""What a conversation and its tickets tell of the moment in which an agent answers."""

from dataclasses import replace
from datetime import timedelta

import pytest

from conversations.message import Message, Reply, Sender
from conversations.moments import (
    Talk,
    due_to_tell,
    last_words,
    moment_of,
    split_name,
    ticket_in_hand,
    without_private,
)
from desk.settings import ROOT
from knowledge.phrasing import Moment, Phrases, load_phrases
from tests.conftest import SATURDAY_MORNING
from tickets.clocks import Clock
from tickets.limits import What
from tickets.place_labels import PlaceLabeller
from tickets.places import read_line
from tickets.profile import Profile
from tickets.ticket import Kind, State, Ticket

NOW = SATURDAY_MORNING
TICKET = Ticket(
    no="2026112100012",
    profile="power",
    kind=Kind.FAULT,
    state=State.DISPATCHED,
    conversation_id="lihua",
    fields={"address": "幸福里6栋301", "name": "王女士"},
    registered_at=NOW,
)
CUSTOMER, BOT, AGENT = Sender.CUSTOMER, Sender.BOT, Sender.AGENT


@pytest.fixture(scope="module")
def phrases() -> Phrases:
    return load_phrases(ROOT / "profiles" / "phrasing.yml")


def talk(*lines: tuple[Sender, str], **more: object) -> Talk:
    said = [
        Message(
            seq=seq,
            conversation_id="lihua",
            sender=sender,
            message_id=None,
            reply=Reply(text=text),
            at=NOW,
        )
        for seq, (sender, text) in enumerate(lines, start=1)
    ]
    return replace(Talk(lines=said), **more)  # type: ignore[arg-type]


def clock(what: What, *, hours: float | None, is_open: bool = True) -> Clock:
    return Clock(
        what=what,
        started_at=NOW,
        due_at=None if hours is None else NOW + timedelta(hours=hours),
        closed_at=None if is_open else NOW,
    )


class TestLastWords:
    def test_are_the_lines_since_anybody_answered(self) -> None:
        said = talk((CUSTOMER, "在吗"), (BOT, "您好"), (CUSTOMER, "停电了"), (CUSTOMER, "快点"))

        assert last_words(said.lines) == "停电了，快点"

    def test_are_the_last_that_were_said_when_they_were_answered(self) -> None:
        assert last_words(talk((CUSTOMER, "停电了"), (BOT, "请说地址")).lines) == "停电了"

    def test_are_none_before_anything_is_said(self) -> None:
        assert last_words(talk((BOT, "您好")).lines) == ""

    def test_are_never_long_however_much_was_sent(self) -> None:
        assert len(last_words(talk(*[(CUSTOMER, "啊" * 2000)] * 9).lines)) <= 200


class TestMomentOf:
    def test_opens_until_an_agent_has_spoken(self, power: Profile, phrases: Phrases) -> None:
        def moment(*lines: tuple[Sender, str]) -> Moment:
            return moment_of("停电了", talk(*lines), power, phrases, NOW)

        with_bot = moment((CUSTOMER, "在吗"), (BOT, "您好"), (CUSTOMER, "停电了"))
        assert (with_bot.is_opening, with_bot.after_bot) == (True, True)
        assert not moment((AGENT, "您好"), (CUSTOMER, "停电了")).is_opening

    def test_is_no_opening_when_nothing_is_known(self, power: Profile, phrases: Phrases) -> None:
        assert not moment_of("停电了", Talk(), power, phrases, NOW).is_opening

    def test_knows_who_is_angry_and_who_is_not(self, power: Profile, phrases: Phrases) -> None:
        assert moment_of("气死我了", Talk(), power, phrases, NOW).is_angry
        assert not moment_of("请问怎么交", Talk(), power, phrases, NOW).is_angry

    def test_knows_what_was_told_here_and_on_the_ticket(
        self, power: Profile, phrases: Phrases
    ) -> None:
        said = talk((CUSTOMER, "电话13800138000"), tickets=[TICKET])

        moment = moment_of("快点", said, power, phrases, NOW)

        assert moment.given == {"phone", "address", "name"}
        assert (moment.surname, moment.honorific) == ("王", "女士")

    def test_takes_half_an_address_for_none(self, power: Profile, phrases: Phrases) -> None:
        assert not moment_of("我在阳光小区", Talk(), power, phrases, NOW).given

    def test_knows_what_was_asked_for_and_not_told(self, power: Profile, phrases: Phrases) -> None:
        asked = (BOT, power.fields["phone"].ask)

        refused = moment_of("不想留", talk(asked, (CUSTOMER, "不想留")), power, phrases, NOW)
        told = moment_of("13800138000", talk(asked, (CUSTOMER, "13800138000")), power, phrases, NOW)

        assert (refused.missing, told.missing) == ("phone", "")

    def test_counts_how_often_the_same_was_said_and_pushed(
        self, power: Profile, phrases: Phrases
    ) -> None:
        said = talk(
            (CUSTOMER, "怎么还没来人"),
            (BOT, "请稍等"),
            (CUSTOMER, "怎么还没有来人啊"),
            tickets=[replace(TICKET, urges=2)],
        )

        assert moment_of("怎么还没有来人啊", said, power, phrases, NOW).asked_before == 3

    def test_knows_what_the_customer_was_told_already(
        self, power: Profile, phrases: Phrases
    ) -> None:
        told = talk((CUSTOMER, "咋交"), (BOT, "去柜台"))
        told = replace(
            told,
            lines=[
                told.lines[0],
                replace(told.lines[1], reply=Reply(text="去柜台", sources=({"entry_id": "pay"},))),
            ],
        )

        assert moment_of("咋交", told, power, phrases, NOW).said == {"pay"}

    def test_tells_the_limit_on_the_clock_of_the_centre(
        self, power: Profile, phrases: Phrases
    ) -> None:
        said = talk((CUSTOMER, "催"), tickets=[TICKET], clocks=[clock(What.ANSWER, hours=50)])

        ticket = moment_of("催", said, power, phrases, NOW).ticket

        assert ticket is not None
        assert (ticket.no, ticket.due, ticket.may_postpone) == (TICKET.no, "11月23日11:30", True)

    def test_promises_nothing_on_a_ticket_that_is_over(
        self, power: Profile, phrases: Phrases
    ) -> None:
        filed = replace(TICKET, state=State.FILED)
        said = talk((CUSTOMER, "催"), tickets=[filed], clocks=[clock(What.ANSWER, hours=50)])

        ticket = moment_of("催", said, power, phrases, NOW).ticket

        assert ticket is not None
        assert (ticket.is_open, ticket.due, ticket.may_postpone) == (False, "", False)


class TestDueToTell:
    def test_is_the_answer_before_the_visit(self, phrases: Phrases) -> None:
        clocks = [clock(What.ON_SITE, hours=1), clock(What.ANSWER, hours=50)]

        assert due_to_tell(clocks, phrases, NOW) == NOW + timedelta(hours=50)

    def test_is_none_that_is_late_met_unset_or_our_own(self, phrases: Phrases) -> None:
        clocks = [
            clock(What.ANSWER, hours=-1),
            clock(What.RESOLVE, hours=5, is_open=False),
            clock(What.ON_SITE, hours=None),
            clock(What.FORM, hours=1),
        ]

        assert due_to_tell(clocks, phrases, NOW) is None


class TestTicketInHand:
    def test_is_the_newest_that_is_open(self) -> None:
        filed = replace(TICKET, no="3", state=State.FILED)

        assert ticket_in_hand([filed, TICKET]) == TICKET
        assert ticket_in_hand([filed]) == filed
        assert ticket_in_hand([]) is None


class TestSplitName:
    @pytest.mark.parametrize(
        ("name", "parts"),
        [
            ("王女士", ("王", "女士")),
            ("欧阳先生", ("欧阳", "先生")),
            ("王建国", ("", "")),
            ("先生", ("", "")),
            ("", ("", "")),
        ],
    )
    def test_knows_surnames_by_what_follows_them(
        self, phrases: Phrases, name: str, parts: tuple[str, str]
    ) -> None:
        assert split_name(name, phrases) == parts


class TestWithoutPrivate:
    def test_keeps_the_matter_and_not_the_place_or_the_name(self) -> None:
        line = without_private("我姓王，幸福里6栋2单元301停电了")

        assert "停电了" in line
        assert not any(secret in line for secret in ("幸福里", "301", "王"))

    def test_leaves_words_alone_that_only_look_like_a_place(self, labeller: PlaceLabeller) -> None:
        line = "世界杯下一届在哪个国家办"
        assert labeller.find(read_line(line)), "this was taken for a place when it was written down"

        assert without_private(line, labeller) == line

    def test_hides_a_place_that_was_learnt_and_has_a_number(self, labeller: PlaceLabeller) -> None:
        assert "702" not in without_private("凯旋门11-3-702，昨天夜里没电", labeller)

    def test_leaves_a_line_alone_that_tells_nothing(self) -> None:
        assert without_private("电费发票怎么开") == "电费发票怎么开"
