"""Opening hours as people write them, and the slips they make."""

from datetime import date

import pytest

from tickets.calendar import DayKind
from tickets.opening_hours import Block, OpeningHours, read_blocks, read_week


class TestReadWeek:
    def test_reads_several_blocks_a_day_and_leaves_the_rest_closed(self) -> None:
        week = read_week({"mon-fri": ["8:30-12:00", "14:00-17:30"], "sat": ["09:00-12:00"]})

        assert week[0] == (Block(510, 720), Block(840, 1050))
        assert week[5] == (Block(540, 720),)
        assert week[6] == ()

    def test_reads_a_whole_day(self) -> None:
        assert read_blocks(["0:00-24:00"]) == (Block(0, 1440),)

    @pytest.mark.parametrize(
        ("week", "reason"),
        [
            ({"mon": ["22:00-6:00"]}, "two blocks"),
            ({"mon": ["8:00-8:00"]}, "before it begins"),
            ({"mon": ["8:00-12:00", "11:59-13:00"]}, "before the block ahead"),
            ({"mon": ["8:60-12:00"]}, "no clock shows"),
            ({"mon": ["8:00-24:01"]}, "no clock shows"),
            ({"mon": ["8-12"]}, "no block of hours"),
            ({"mon": ["８:00-12:00"]}, "no block of hours"),
            ({"monday": ["8:00-12:00"]}, "no weekday"),
            ({"fri-mon": ["8:00-12:00"]}, "before it begins"),
            ({"mon-fri": ["8:00-12:00"], "wed": ["8:00-12:00"]}, "wed is there twice"),
            ({"mon-sun": []}, "never open"),
            ({}, "never open"),
        ],
    )
    def test_says_what_is_wrong(self, week: dict[str, list[str]], reason: str) -> None:
        with pytest.raises(ValueError, match=reason):
            read_week(week)


class TestBlocksOn:
    SATURDAY, THURSDAY = date(2026, 10, 10), date(2026, 10, 1)

    def test_follows_the_calendar_when_told(self) -> None:
        office = OpeningHours(
            week=read_week({"mon-fri": ["8:30-17:30"]}),
            follows_calendar=True,
            on_make_up=read_blocks(["9:00-16:00"]),
        )

        assert office.blocks_on(self.SATURDAY, DayKind.MAKE_UP) == (Block(540, 960),)
        assert office.blocks_on(self.THURSDAY, DayKind.HOLIDAY) == ()

    def test_is_the_same_all_year_otherwise(self) -> None:
        counter = OpeningHours(week=read_week({"mon-sun": ["8:00-17:00"]}))

        assert counter.blocks_on(self.THURSDAY, DayKind.HOLIDAY) == (Block(480, 1020),)
