"""When what the bot took a line for is doubtful, and what of a line it may be taught."""

from datetime import timedelta

import pytest

from conversations.utterance import (
    LONGEST_EXAMPLE,
    UNSURE,
    Doubt,
    NothingToTeach,
    Read,
    example_of,
    find_doubt,
    words_of,
)
from tests.conftest import SATURDAY_MORNING

SURE = Read(intent="report_fault", first="report_fault", confidence=0.97)


def doubt(read: Read, *, was_missed: bool = False, minutes: float | None = None) -> Doubt | None:
    """Why the reading of a line is doubtful; a hand-over came so many minutes later."""
    at = None if minutes is None else SATURDAY_MORNING + timedelta(minutes=minutes)
    return find_doubt(read, SATURDAY_MORNING, was_missed=was_missed, handed_over_at=at)


class TestDoubt:
    def test_is_none_about_a_line_that_was_read_surely_and_answered(self) -> None:
        assert doubt(SURE) is None

    def test_is_there_when_the_bot_fell_back(self) -> None:
        fell_back = Read(intent="nlu_fallback", first="apply", confidence=0.9)

        assert doubt(fell_back) is Doubt.UNSURE

    def test_is_there_just_below_the_limit_and_not_at_it(self) -> None:
        below = Read(intent="apply", first="apply", confidence=UNSURE - 0.001)
        at_it = Read(intent="apply", first="apply", confidence=UNSURE)

        assert (doubt(below), doubt(at_it)) == (Doubt.UNSURE, None)

    def test_is_there_when_the_bot_said_that_it_does_not_know(self) -> None:
        assert doubt(SURE, was_missed=True) is Doubt.NOT_KNOWN

    @pytest.mark.parametrize(("minutes", "found"), [(1, Doubt.HANDED_OVER), (2.1, None)])
    def test_is_there_when_a_person_was_called_right_after(
        self, minutes: float, found: Doubt | None
    ) -> None:
        assert doubt(SURE, minutes=minutes) is found

    def test_is_none_about_a_line_that_asks_for_a_person(self) -> None:
        asked = Read(intent="request_person", first="request_person", confidence=0.99)

        assert doubt(asked, minutes=0) is None


class TestExample:
    @pytest.mark.parametrize(
        ("text", "example"),
        [
            ("停电了\n快来修", "停电了 快来修"),
            ("〔地址〕停电了，电话138****8000", "停电了，电话"),
            ("/restart 一下", "restart 一下"),
            ('[停电](fault){"a": 1}', '［停电］(fault)｛"a": 1｝'),
            ("- 不是列表", "不是列表"),
            ("# 也不是注释: |", "也不是注释: |"),
            ("看\u202e不见\x00的字\ufeff", "看 不见 的字"),
            ("停电😀了", "停电😀了"),
        ],
    )
    def test_is_one_line_of_text_that_rasa_obeys_in_nothing(self, text: str, example: str) -> None:
        assert example_of(text) == example

    def test_of_a_long_story_is_its_beginning(self) -> None:
        assert len(example_of("停" * 2000)) == LONGEST_EXAMPLE

    @pytest.mark.parametrize("text", ["〔地址〕", "138****8000", "……", " "])
    def test_of_nothing_but_personal_data_there_is_none(self, text: str) -> None:
        with pytest.raises(NothingToTeach):
            example_of(text)

    def test_has_the_words_of_the_same_line_with_other_signs(self) -> None:
        assert words_of("停电了！ 快来") == words_of("停电了快来")
