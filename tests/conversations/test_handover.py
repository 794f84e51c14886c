"""The rules of a hand-over: why a person takes over, how long is long, whose turn it is."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from conversations.hand_over_terms import HandOverTerms, load_hand_over
from conversations.handover import (
    HAND_OVER,
    MISSED,
    Reason,
    Turn,
    Wait,
    find_reason,
    is_called,
    queue_words,
    summarise,
    turn_after,
    wait_of,
)
from conversations.message import Message, Reply, Sender
from conversations.people import Role
from desk.settings import ROOT
from tickets.profile import Profile

NOON = datetime(2026, 11, 21, 4, tzinfo=UTC)
HOURS = "人工 8:00–20:00"
ANGRY = "你们太垃圾了，气死我了"
DID_NOT_GET_IT = Reply(text="这个我还不知道", card={"type": MISSED})


@pytest.fixture(scope="module")
def terms() -> HandOverTerms:
    return load_hand_over(ROOT / "profiles", ["power"])["power"]


def lines(*said: str | Reply) -> list[Message]:
    """What was said, oldest first: words are the customer's, replies the bot's."""
    return [
        Message(
            seq=seq,
            conversation_id="c",
            sender=Sender.BOT if isinstance(each, Reply) else Sender.CUSTOMER,
            message_id=None,
            reply=each if isinstance(each, Reply) else Reply(text=each),
            at=NOON,
        )
        for seq, each in enumerate(said, start=1)
    ]


class TestFindReason:
    def find(
        self, said: Sequence[str | Reply], answer: Reply, power: Profile, terms: HandOverTerms
    ) -> Reason | None:
        return find_reason(lines(*said), [answer], power, terms.limits)

    def test_asked_for(self, power: Profile, terms: HandOverTerms) -> None:
        answer = Reply(text="转人工", card={"type": HAND_OVER})

        assert self.find(["转人工"], answer, power, terms) is Reason.ASKED

    def test_angry_twice(self, power: Profile, terms: HandOverTerms) -> None:
        said = [ANGRY, Reply(text="抱歉"), ANGRY]

        assert self.find(said, Reply(text="抱歉"), power, terms) is Reason.ANGRY

    def test_not_angry_once(self, power: Profile, terms: HandOverTerms) -> None:
        assert self.find([ANGRY], Reply(text="抱歉"), power, terms) is None

    def test_not_angry_twice_and_calm_now(self, power: Profile, terms: HandOverTerms) -> None:
        said = [ANGRY, Reply(text="抱歉"), ANGRY, Reply(text="抱歉"), "好吧，6栋301"]

        assert self.find(said, Reply(text="记下了"), power, terms) is None

    def test_missed_three_times_in_a_row(self, power: Profile, terms: HandOverTerms) -> None:
        said = ["甲", DID_NOT_GET_IT, "乙", DID_NOT_GET_IT, "丙"]

        assert self.find(said, DID_NOT_GET_IT, power, terms) is Reason.MISSED

    def test_not_missed_with_an_answer_between(self, power: Profile, terms: HandOverTerms) -> None:
        said = ["甲", DID_NOT_GET_IT, "乙", Reply(text="电费这样交"), "丙", DID_NOT_GET_IT, "丁"]

        assert self.find(said, DID_NOT_GET_IT, power, terms) is None

    def test_missed_as_often_as_a_form_counted(self, power: Profile, terms: HandOverTerms) -> None:
        stuck = Reply(text="一直没有听明白", card={"type": MISSED, "times": 3})

        assert self.find(["嗯嗯"], stuck, power, terms) is Reason.MISSED

    def test_a_danger_goes_before_anger(self, power: Profile, terms: HandOverTerms) -> None:
        danger = Reply(text="请远离", card={"type": "emergency"})

        assert self.find([ANGRY, Reply(text="抱歉"), ANGRY], danger, power, terms) is None


class TestWaitOf:
    @pytest.mark.parametrize(
        ("seconds", "wait"),
        [
            (0, Wait.SHORT),
            (59, Wait.SHORT),
            (60, Wait.LONG),
            (179, Wait.LONG),
            (180, Wait.TOO_LONG),
            (600, Wait.FAR_TOO_LONG),
            (86_400, Wait.FAR_TOO_LONG),
        ],
    )
    def test_goes_up_at_each_limit(self, seconds: int, wait: Wait, terms: HandOverTerms) -> None:
        assert wait_of(timedelta(seconds=seconds), terms.limits) is wait


class TestTurnAfter:
    @pytest.mark.parametrize(
        ("customer", "agent", "turn"),
        [(0, 0, Turn.AGENT), (5, 0, Turn.AGENT), (5, 7, Turn.CUSTOMER), (9, 7, Turn.AGENT)],
    )
    def test_is_whoever_did_not_speak_last(self, customer: int, agent: int, turn: Turn) -> None:
        assert turn_after(customer, agent) is turn


class TestSummarise:
    def test_tells_the_matter_by_the_longest_line(self) -> None:
        said = lines(
            "在吗", Reply(text="在的"), "幸福里6栋停电两小时了", Reply(text="已登记"), "转人工"
        )

        summary = summarise(said, {"address": "幸福里6栋"}, ["2026112100012"])

        assert summary.matter == "幸福里6栋停电两小时了"
        assert summary.bot_said == "已登记"
        assert summary.tickets == ("2026112100012",)

    def test_of_an_empty_talk_is_empty(self) -> None:
        assert summarise([], {}, []).matter == ""


class TestIsCalled:
    @pytest.mark.parametrize(
        ("role", "step"),
        [
            (Role.AGENT, Wait.LONG),
            (Role.LEAD, Wait.TOO_LONG),
            (Role.SUPERVISOR, Wait.FAR_TOO_LONG),
        ],
    )
    def test_from_the_step_on_that_is_theirs(self, role: Role, step: Wait) -> None:
        assert [is_called(role, wait) for wait in Wait] == [wait >= step for wait in Wait]

    def test_never_who_serves_nobody(self) -> None:
        assert not is_called(Role.TRAINER, Wait.FAR_TOO_LONG)


class TestQueueWords:
    def test_tell_the_place(self, terms: HandOverTerms) -> None:
        assert "前面还有 2 位" in queue_words(Reason.ASKED, 2, terms, HOURS)

    @pytest.mark.parametrize("reason", list(Reason))
    def test_tell_who_is_next(self, reason: Reason, terms: HandOverTerms) -> None:
        assert "下一位就是您" in queue_words(reason, 0, terms, HOURS)

    @pytest.mark.parametrize("ahead", [0, 2])
    @pytest.mark.parametrize("reason", list(Reason))
    def test_tells_when_persons_are_there(
        self, reason: Reason, ahead: int, terms: HandOverTerms
    ) -> None:
        assert HOURS in queue_words(reason, ahead, terms, HOURS)

    @pytest.mark.parametrize("reason", [Reason.ANGRY, Reason.MISSED])
    def test_say_sorry_when_we_are_at_fault(self, reason: Reason, terms: HandOverTerms) -> None:
        assert "抱歉" in queue_words(reason, 0, terms, HOURS)
