"""Chinese working days of the published years, of a loaded year, and of years nobody knows yet."""

from datetime import date, timedelta

import holidays
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tickets.calendar import Calendar, DayKind, HolidayYear, lawful_holidays

CALENDAR = Calendar()
# a second, independent book of the same years, with its own list of weekends that work
SECOND = holidays.country_holidays("CN", years=range(2023, 2028))
DAYS = st.dates(date(2024, 1, 1), date(2026, 12, 20))

YEAR_2027 = HolidayYear(
    year=2027,
    off=frozenset(lawful_holidays(2027)) | {date(2026, 12, 31)},
    working=frozenset({date(2026, 12, 27), date(2027, 1, 9)}),
)


def second_opinion(day: date) -> bool:
    return SECOND.is_working_day(day)


class TestKindOf:
    def test_agrees_with_a_second_book_on_every_day_of_2024_to_2026(self) -> None:
        day, end = date(2024, 1, 1), date(2027, 1, 1)
        while day < end:
            assert CALENDAR.works(day) == second_opinion(day), day
            day += timedelta(days=1)

    @pytest.mark.parametrize(
        "day", ["2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"]
    )
    def test_knows_the_weekends_that_work_in_2026(self, day: str) -> None:
        assert CALENDAR.kind_of(date.fromisoformat(day)) is DayKind.MAKE_UP

    @pytest.mark.parametrize(
        ("day", "kind"),
        [
            (date(2026, 10, 3), DayKind.HOLIDAY),  # a Saturday, and a holiday all the same
            (date(2026, 10, 17), DayKind.WEEKEND),
            (date(2026, 10, 12), DayKind.WORKING),
            (date(2024, 2, 29), DayKind.WORKING),
            (date(2024, 2, 9), DayKind.WORKING),  # New Year's Eve became a holiday only in 2025
            (date(2025, 1, 28), DayKind.HOLIDAY),
        ],
    )
    def test_tells_holidays_from_weekends(self, day: date, kind: DayKind) -> None:
        assert CALENDAR.kind_of(day) is kind

    def test_guesses_a_year_that_is_not_published_by_the_holidays_by_law(self) -> None:
        assert CALENDAR.kind_of(date(2027, 10, 1)) is DayKind.HOLIDAY
        assert CALENDAR.kind_of(date(2027, 2, 6)) is DayKind.HOLIDAY
        assert CALENDAR.kind_of(date(2027, 3, 6)) is DayKind.WEEKEND
        assert CALENDAR.kind_of(date(2027, 3, 8)) is DayKind.WORKING

    def test_takes_a_loaded_year_instead_of_a_guess(self) -> None:
        calendar = Calendar([YEAR_2027])

        assert calendar.kind_of(date(2027, 1, 9)) is DayKind.MAKE_UP
        assert not calendar.is_provisional(date(2027, 1, 9))

    def test_lets_the_notice_of_a_year_settle_the_december_before(self) -> None:
        calendar = Calendar([YEAR_2027])

        assert calendar.kind_of(date(2026, 12, 31)) is DayKind.HOLIDAY
        assert calendar.kind_of(date(2026, 12, 27)) is DayKind.MAKE_UP
        assert calendar.kind_of(date(2026, 10, 10)) is DayKind.MAKE_UP

    def test_lets_a_loaded_year_win_over_the_library(self) -> None:
        changed = HolidayYear(year=2026, off=frozenset(lawful_holidays(2026)), working=frozenset())
        calendar = Calendar([changed])

        assert calendar.kind_of(date(2026, 10, 10)) is DayKind.WEEKEND
        assert calendar.kind_of(date(2026, 10, 7)) is DayKind.WORKING

    @pytest.mark.parametrize("year", [1950, 2003, 2099, 2150])
    def test_marks_years_out_of_reach_instead_of_failing(self, year: int) -> None:
        assert CALENDAR.works(date(year, 3, 1)) == (date(year, 3, 1).weekday() < 5)
        assert CALENDAR.is_provisional(date(year, 3, 1))


class TestIsProvisional:
    def test_is_sure_of_what_is_published(self) -> None:
        assert not CALENDAR.any_provisional(date(2004, 1, 1), date(2026, 12, 24))

    @pytest.mark.parametrize("day", [date(2026, 12, 25), date(2026, 12, 31), date(2027, 7, 1)])
    def test_doubts_the_last_days_of_december_that_new_years_notice_may_move(
        self, day: date
    ) -> None:
        assert CALENDAR.is_provisional(day)
        assert CALENDAR.any_provisional(date(2026, 12, 1), day)


class TestNthWorkingDay:
    @pytest.mark.parametrize(
        ("day", "n", "expected"),
        [
            ("2026-09-30", 3, "2026-10-10"),  # over 国庆 to the Saturday that works
            ("2026-09-30", 4, "2026-10-12"),
            ("2026-10-01", 1, "2026-10-08"),
            ("2026-02-13", 2, "2026-02-24"),  # Saturday the 14th works, then 春节
            ("2024-02-28", 1, "2024-02-29"),
            ("2024-02-29", 1, "2024-03-01"),
            ("2026-10-10", -3, "2026-09-30"),
        ],
    )
    def test_counts_over_holidays_and_moved_weekends(self, day: str, n: int, expected: str) -> None:
        found = CALENDAR.nth_working_day(date.fromisoformat(day), n)

        assert found == date.fromisoformat(expected)

    @settings(max_examples=300)
    @given(day=DAYS, n=st.integers(1, 40))
    def test_agrees_with_counting_the_second_book(self, day: date, n: int) -> None:
        counted, last = 0, day
        while counted < n:
            last += timedelta(days=1)
            counted += second_opinion(last) if last.year < 2027 else CALENDAR.works(last)

        assert CALENDAR.nth_working_day(day, n) == last

    @settings(max_examples=200)
    @given(day=DAYS, n=st.integers(1, 40))
    def test_there_and_back_is_the_same_working_day(self, day: date, n: int) -> None:
        start = CALENDAR.nth_working_day(day, 1)

        assert CALENDAR.nth_working_day(CALENDAR.nth_working_day(start, n), -n) == start

    def test_refuses_the_0th(self) -> None:
        with pytest.raises(ValueError, match="0th"):
            CALENDAR.nth_working_day(date(2026, 10, 1), 0)
