"""A number read out over a bad line, who may hear of a ticket, and where it can go."""

from datetime import UTC, datetime

import pytest

from tickets.ticket import (
    ALLOWED_MOVES,
    ENDED,
    Kind,
    State,
    Ticket,
    new_number,
    read_number,
    spoken_number,
)

NUMBER = "2026112100012"


def ticket_of(conversation_id: str | None, **fields: str) -> Ticket:
    return Ticket(
        no=NUMBER,
        profile="power",
        kind=Kind.FAULT,
        state=State.REGISTERED,
        conversation_id=conversation_id,
        fields=fields,
        registered_at=datetime(2026, 11, 21, 1, 30, tzinfo=UTC),
    )


class TestNewNumber:
    def test_is_the_day_a_running_number_and_a_check_digit(self) -> None:
        assert new_number("20261121", 1) == NUMBER

    def test_goes_on_after_9999_requests_in_a_day(self) -> None:
        stormy = new_number("20261121", 10_000)

        assert stormy.startswith("2026112110000")
        assert read_number(stormy) == stormy

    def test_differs_for_every_request_of_a_day(self) -> None:
        numbers = {new_number("20261121", sequence) for sequence in range(1, 2_001)}

        assert len(numbers) == 2_000


class TestReadNumber:
    @pytest.mark.parametrize(
        "said",
        [
            "2026112100012",
            "2026 1121 0001 2",
            "20261121-0001-2",
            "工单号是2026 1121 0001 2，麻烦查一下",
            " 2 0 2 6 1 1 2 1 0 0 0 1 2 ",
        ],
    )
    def test_finds_the_number_however_it_is_spaced(self, said: str) -> None:
        assert read_number(said) == NUMBER

    def test_reads_back_what_it_read_out(self) -> None:
        for sequence in range(1, 10_000, 37):
            number = new_number("20261231", sequence)

            assert read_number(spoken_number(number)) == number

    @pytest.mark.parametrize("place", range(len(NUMBER)))
    def test_catches_any_one_wrong_digit(self, place: int) -> None:
        wrong = [
            NUMBER[:place] + digit + NUMBER[place + 1 :]
            for digit in "0123456789"
            if digit != NUMBER[place]
        ]

        assert [number for number in wrong if read_number(number)] == []

    @pytest.mark.parametrize("place", range(len(NUMBER) - 1))
    def test_catches_two_neighbours_swapped(self, place: int) -> None:
        first, second = NUMBER[place], NUMBER[place + 1]
        swapped = NUMBER[:place] + second + first + NUMBER[place + 2 :]

        read = read_number(swapped)

        # two equal digits swapped are the same number
        assert read == (NUMBER if first == second else None)

    @pytest.mark.parametrize(
        "said",
        ["", "没有单号", "202611210001", "13800138000", "二零二六一一二一零零零一二"],
        ids=["nothing", "words", "its end is missing", "a phone", "no digits"],
    )
    def test_finds_none_where_there_is_none(self, said: str) -> None:
        assert read_number(said) is None


class TestSpokenNumber:
    def test_is_read_out_in_groups_of_four(self) -> None:
        assert spoken_number(NUMBER) == "2026 1121 0001 2"


class TestBelongsTo:
    def test_the_conversation_that_filed_it(self) -> None:
        ticket = ticket_of("lihua", phone="13800138000")

        assert ticket.belongs_to(conversation_id="lihua", phone=None)

    def test_whoever_gives_the_phone_it_was_filed_with(self) -> None:
        ticket = ticket_of("lihua", phone="13800138000")

        assert ticket.belongs_to(conversation_id="another day", phone="13800138000")

    def test_nobody_with_another_phone(self) -> None:
        ticket = ticket_of("lihua", phone="13800138000")

        assert not ticket.belongs_to(conversation_id="wangwei", phone="13911112222")

    def test_nobody_who_gives_no_phone(self) -> None:
        ticket = ticket_of("lihua", phone="13800138000")

        assert not ticket.belongs_to(conversation_id="wangwei", phone=None)

    @pytest.mark.parametrize("phone", [None, ""])
    def test_nobody_else_when_it_was_filed_without_a_phone(self, phone: str | None) -> None:
        ticket = ticket_of("lihua")

        assert not ticket.belongs_to(conversation_id="wangwei", phone=phone)

    def test_not_everybody_without_a_conversation_when_it_has_none_either(self) -> None:
        by_phone_call = ticket_of(None, phone="13800138000")

        assert not by_phone_call.belongs_to(conversation_id=None, phone=None)


class TestAllowedMoves:
    def test_every_state_says_where_it_leads(self) -> None:
        assert set(ALLOWED_MOVES) == set(State)

    @pytest.mark.parametrize("state", State)
    def test_no_ticket_moves_to_where_it_is(self, state: State) -> None:
        assert state not in ALLOWED_MOVES[state]

    @pytest.mark.parametrize("state", State)
    def test_what_has_ended_can_at_most_be_reopened(self, state: State) -> None:
        assert (ALLOWED_MOVES[state] <= {State.REOPENED}) == (state in ENDED)

    def test_what_leads_elsewhere_stays_there(self) -> None:
        assert not ALLOWED_MOVES[State.MERGED]

    def test_nothing_is_filed_before_it_is_answered(self) -> None:
        before = {state for state, moves in ALLOWED_MOVES.items() if State.FILED in moves}

        assert before == {State.ANSWERED, State.FOLLOW_UP}

    @pytest.mark.parametrize("state", State)
    def test_every_state_is_reached(self, state: State) -> None:
        reached, ahead = {State.REGISTERED}, [State.REGISTERED]
        while ahead:
            new = ALLOWED_MOVES[ahead.pop()] - reached
            reached |= new
            ahead += new

        assert state in reached

    def test_nothing_comes_back_to_registered(self) -> None:
        assert not any(State.REGISTERED in moves for moves in ALLOWED_MOVES.values())

    def test_an_answer_that_did_not_help_is_taken_up_again(self) -> None:
        assert State.REOPENED in ALLOWED_MOVES[State.ANSWERED]
