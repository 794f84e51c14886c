"""The desk asks by itself whether the answer helped: when, how often, and whom it never asks."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.tickets.timed import TERMS
from tickets.asking_after import (
    ASKED,
    UNASKABLE,
    UNREACHED,
    Action,
    Outcome,
    after_asking,
    next_step,
    takes_answer,
    tries_so_far,
)
from tickets.ticket import CUSTOMER, DESK, HistoryLine, Kind, Mark, State, Ticket

HOUR = timedelta(hours=1)
# the power centre's people are there from 8 to 20 o'clock: 10:00 and 21:00 in Shanghai
MORNING = datetime(2026, 11, 21, 2, tzinfo=UTC)
LATE = datetime(2026, 11, 21, 13, tzinfo=UTC)
POWER = TERMS["power"]


def line(
    at: datetime, state: State, *marks: Mark, event: str = "", actor: str = DESK
) -> HistoryLine:
    return HistoryLine(at=at, actor=actor, state=state, marks=marks, event=event)


def answered(at: datetime = MORNING, *more: HistoryLine, **other: object) -> Ticket:
    """A ticket by chat that was answered then, and what has happened since."""
    history = (
        line(at - HOUR, State.REGISTERED, Mark.REGISTERED, actor="bot"),
        line(at, State.ANSWERED, Mark.ANSWERED, Mark.RESOLVED, actor="小李"),
        *more,
    )
    ticket = Ticket(
        no="2026112100012",
        profile="power",
        kind=Kind.FAULT,
        state=history[-1].state,
        conversation_id="lihua",
        fields={"phone": "13800138000"},
        registered_at=at - HOUR,
        history=history,
    )
    return replace(ticket, **other)  # type: ignore[arg-type]


def asked(at: datetime) -> HistoryLine:
    return line(at, State.FOLLOW_UP, event=ASKED)


def unreached(at: datetime, actor: str = DESK) -> HistoryLine:
    return line(at, State.FOLLOW_UP, event=UNREACHED, actor=actor)


class TestNextStep:
    def test_asks_half_an_hour_after_the_answer(self) -> None:
        step = next_step(answered(), POWER)

        assert step is not None
        assert (step.action, step.is_first) == (Action.ASK, True)
        assert step.at == MORNING + HOUR / 2

    def test_waits_for_the_morning_when_it_was_answered_at_night(self) -> None:
        step = next_step(answered(LATE), POWER)

        assert step is not None
        assert step.at == datetime(2026, 11, 22, 0, tzinfo=UTC)

    def test_counts_no_answer_within_a_day_as_one_try(self) -> None:
        step = next_step(answered(MORNING, asked(MORNING + HOUR)), POWER)

        assert step is not None
        assert (step.action, step.at) == (Action.GIVE_UP, MORNING + 25 * HOUR)

    def test_asks_a_second_time_under_another_key(self) -> None:
        first = next_step(answered(), POWER)
        second = next_step(
            answered(MORNING, asked(MORNING + HOUR), unreached(MORNING + 25 * HOUR)), POWER
        )

        assert first is not None
        assert second is not None
        assert (second.action, second.is_first) == (Action.ASK, False)
        assert first.key != second.key

    def test_leaves_the_third_try_to_somebody_with_a_phone(self) -> None:
        twice = [asked(MORNING), unreached(MORNING + 24 * HOUR)] * 2

        assert next_step(answered(MORNING, *twice), POWER) is None

    @pytest.mark.parametrize("phone", ["", "不留电话"])
    def test_asks_a_third_time_who_left_no_phone(self, phone: str) -> None:
        twice = [asked(MORNING), unreached(MORNING + 24 * HOUR)] * 2

        step = next_step(answered(MORNING, *twice, fields={"phone": phone}), POWER)

        assert step is not None
        assert step.action is Action.ASK

    def test_begins_anew_after_the_next_answer(self) -> None:
        again = [
            asked(MORNING),
            line(MORNING + HOUR, State.REOPENED, Mark.FOLLOWED_UP, Mark.REOPENED, actor=CUSTOMER),
            line(MORNING + 2 * HOUR, State.ANSWERED, Mark.ANSWERED, actor="小李"),
        ]

        first, second = next_step(answered(), POWER), next_step(answered(MORNING, *again), POWER)

        assert first is not None
        assert second is not None
        assert (second.action, second.at) == (Action.ASK, MORNING + 2.5 * HOUR)
        assert first.key != second.key

    def test_never_asks_about_a_report(self) -> None:
        assert next_step(answered(kind=Kind.REPORT), POWER) is None

    @pytest.mark.parametrize(
        "other",
        [
            {"conversation_id": None},
            {"state": State.FILED},
            {"state": State.IN_PROGRESS},
            {"state": State.MERGED},
        ],
    )
    def test_leaves_alone_what_has_no_chat_or_is_not_answered(
        self, other: dict[str, object]
    ) -> None:
        assert next_step(answered(**other), POWER) is None  # type: ignore[arg-type]

    def test_leaves_alone_what_a_person_follows_up(self) -> None:
        by_hand = line(MORNING + HOUR, State.FOLLOW_UP, actor="小李")

        assert next_step(answered(MORNING, by_hand), POWER) is None
        assert next_step(answered(MORNING, unreached(MORNING + HOUR, actor="小李")), POWER) is None

    def test_goes_on_when_somebody_only_amends_it(self) -> None:
        amended = line(MORNING + 2 * HOUR, State.FOLLOW_UP, actor="小李")

        step = next_step(answered(MORNING, asked(MORNING + HOUR), amended), POWER)

        assert step is not None
        assert step.action is Action.GIVE_UP

    def test_leaves_to_people_what_could_not_be_asked(self) -> None:
        nowhere = line(MORNING + HOUR, State.ANSWERED, event=UNASKABLE)

        assert next_step(answered(MORNING, nowhere), POWER) is None

    def test_asks_nobody_at_a_centre_that_does_not_want_it(self) -> None:
        silent = replace(POWER, limits=POWER.limits.model_copy(update={"follow_up": None}))

        assert next_step(answered(), silent) is None


class TestAfterAsking:
    @pytest.mark.parametrize("outcome", [Outcome.SATISFIED, Outcome.FAIR])
    def test_files_it_under_what_was_said(self, outcome: Outcome) -> None:
        after, marks = after_asking(answered(), outcome)

        assert (after.state, after.outcome) == (State.FILED, outcome.value)
        assert marks == (Mark.FOLLOWED_UP, Mark.FILED)

    def test_reopens_what_did_not_help(self) -> None:
        after, marks = after_asking(answered(), Outcome.UNSATISFIED)

        assert (after.state, marks) == (State.REOPENED, (Mark.FOLLOWED_UP, Mark.REOPENED))

    def test_files_as_unreached_at_the_third_try_and_never_as_satisfied(self) -> None:
        twice = answered(MORNING, unreached(MORNING), unreached(MORNING))

        after, marks = after_asking(twice, Outcome.UNREACHED)

        assert tries_so_far(twice) == 2
        assert (after.state, after.outcome, marks) == (State.FILED, "unreached", (Mark.FILED,))


class TestTakesAnswer:
    def test_still_does_after_we_gave_the_customer_up(self) -> None:
        given_up = answered(state=State.FILED, outcome=Outcome.UNREACHED.value)

        assert takes_answer(given_up)
        assert not takes_answer(replace(given_up, outcome=Outcome.SATISFIED.value))
