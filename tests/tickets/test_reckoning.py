"""Time as a centre counts it, held against a second way of counting: a minute at a time."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tickets.calendar import Calendar, DayKind
from tickets.opening_hours import ALWAYS, OpeningHours, read_blocks, read_week
from tickets.reckoning import CentreTime, Pause, Reckoned, Until

SHANGHAI, NEW_YORK = ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York")
CALENDAR = Calendar()
CENTRE = CentreTime(CALENDAR, SHANGHAI)
ABROAD = CentreTime(CALENDAR, NEW_YORK)
MINUTE = timedelta(minutes=1)

BLOCKS = ["8:30-12:00", "14:00-17:30"]
OFFICE = OpeningHours(
    week=read_week({"mon-fri": BLOCKS}), follows_calendar=True, on_make_up=read_blocks(BLOCKS)
)
NIGHT = OpeningHours(week=read_week({"mon-sun": ["0:00-6:00", "20:00-24:00"]}))

SECOND = holidays.country_holidays("CN", years=range(2023, 2028))


def at(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def shown(found: Reckoned | None) -> str:
    assert found is not None
    return found.at.strftime("%Y-%m-%d %H:%M")


def second_opinion_on_office(moment: datetime) -> bool:
    """Whether the office is open, by the second book and the hands of the clock."""
    local = moment.astimezone(SHANGHAI)
    hand = local.time()
    is_open = time(8, 30) <= hand < time(12) or time(14) <= hand < time(17, 30)
    return is_open and works_in_second_book(local.date())


@cache
def works_in_second_book(day: date) -> bool:
    return SECOND.is_working_day(day)


def is_paused(moment: datetime, pauses: Sequence[Pause]) -> bool:
    return any(start <= moment and (end is None or moment < end) for start, end in pauses)


def minutes_around_holidays() -> Iterator[datetime]:
    """Every minute of 2024–2026 within a day of a holiday or a weekend that works."""
    day, end = date(2024, 1, 1), date(2026, 12, 25)
    while day < end:
        near = (day + timedelta(days=n) for n in (-1, 0, 1))
        if any(CALENDAR.kind_of(each) in (DayKind.HOLIDAY, DayKind.MAKE_UP) for each in near):
            midnight = datetime.combine(day, time(0), SHANGHAI).astimezone(UTC)
            yield from (midnight + MINUTE * n for n in range(24 * 60))
        day += timedelta(days=1)


MOMENTS = st.sampled_from(
    sorted(
        {
            day + timedelta(days=n)
            for day in SECOND
            if 2024 <= day.year <= 2026 and day < date(2026, 12, 1)
            for n in range(-3, 4)
            if date(2024, 1, 1) <= day + timedelta(days=n)
        }
    )
).flatmap(
    lambda day: st.integers(0, 24 * 60 - 1).map(
        lambda minute: datetime.combine(day, time(0), SHANGHAI) + MINUTE * minute
    )
)
# waits begin up to four days after the start and last up to three
WAITS = st.lists(
    st.tuples(st.integers(0, 4 * 1440), st.one_of(st.none(), st.integers(1, 3 * 1440))), max_size=3
)


def pauses_after(start: datetime, waits: Sequence[tuple[int, int | None]]) -> list[Pause]:
    pauses: list[Pause] = []
    for offset, length in waits:
        begin = start.astimezone(UTC) + MINUTE * offset
        pauses.append((begin, None if length is None else begin + MINUTE * length))
    return pauses


class TestCountedBetween:
    def test_counts_every_minute_around_every_holiday_as_the_second_book_does(self) -> None:
        wrong = [
            minute
            for minute in minutes_around_holidays()
            if (CENTRE.counted_between(minute, minute + MINUTE, hours=OFFICE) == MINUTE)
            != second_opinion_on_office(minute)
        ]

        assert not wrong

    @settings(max_examples=60)
    @given(start=MOMENTS, minutes=st.integers(0, 4 * 1440), waits=WAITS)
    def test_agrees_with_stepping_a_minute_at_a_time(
        self, start: datetime, minutes: int, waits: list[tuple[int, int | None]]
    ) -> None:
        pauses, instant = pauses_after(start, waits), start.astimezone(UTC)
        stepped = sum(
            second_opinion_on_office(instant + MINUTE * n)
            and not is_paused(instant + MINUTE * n, pauses)
            for n in range(minutes)
        )

        counted = CENTRE.counted_between(
            start, instant + MINUTE * minutes, hours=OFFICE, pauses=pauses
        )

        assert counted == MINUTE * stepped

    @settings(max_examples=100)
    @given(start=MOMENTS, first=st.integers(0, 20000), second=st.integers(0, 20000))
    def test_two_parts_make_the_whole(self, start: datetime, first: int, second: int) -> None:
        middle = start.astimezone(UTC) + MINUTE * first
        end = middle + MINUTE * second

        parts = [
            CENTRE.counted_between(*each, hours=OFFICE) for each in ((start, middle), (middle, end))
        ]

        assert sum(parts, timedelta()) == CENTRE.counted_between(start, end, hours=OFFICE)

    def test_counts_nothing_backwards(self) -> None:
        assert CENTRE.counted_between(at("2026-10-12 10:00"), at("2026-10-12 09:00")) == timedelta()

    def test_counts_seconds_too(self) -> None:
        start, end = at("2026-10-12 11:59:30"), at("2026-10-12 14:00:10")

        assert CENTRE.counted_between(start, end, hours=OFFICE) == timedelta(seconds=40)


class TestAddTime:
    @pytest.mark.parametrize(
        ("start", "minutes", "expected"),
        [
            ("2026-09-30 17:29", 1, "2026-09-30 17:30"),  # reaches closing time, not the next day
            ("2026-09-30 17:29", 2, "2026-10-08 08:31"),
            ("2026-09-30 17:30", 1, "2026-10-08 08:31"),
            ("2026-10-01 00:00", 7 * 60, "2026-10-08 17:30"),
            ("2026-10-09 17:00", 60, "2026-10-10 09:00"),  # on into the Saturday that works
            ("2026-10-10 17:00", 60, "2026-10-12 09:00"),
            ("2026-10-12 11:00", 90, "2026-10-12 14:30"),
            ("2024-02-28 17:00", 60, "2024-02-29 09:00"),
        ],
    )
    def test_adds_working_time(self, start: str, minutes: int, expected: str) -> None:
        assert shown(CENTRE.add_time(at(start), MINUTE * minutes, hours=OFFICE)) == expected

    def test_runs_around_the_clock_without_hours(self) -> None:
        start = at("2026-09-30 23:30")

        assert shown(CENTRE.add_time(start, timedelta(hours=24))) == "2026-10-01 23:30"
        assert CENTRE.add_time(start, timedelta(hours=24)) == CENTRE.add_time(
            start, timedelta(hours=24), hours=ALWAYS
        )

    def test_goes_on_over_midnight_without_a_gap(self) -> None:
        found = CENTRE.add_time(at("2026-10-12 23:50"), MINUTE * 20, hours=NIGHT)

        assert shown(found) == "2026-10-13 00:10"

    def test_lets_24_00_belong_to_the_day_that_ends(self) -> None:
        found = CENTRE.add_time(at("2026-10-12 23:50"), MINUTE * 10, hours=NIGHT)

        assert shown(found) == "2026-10-13 00:00"
        assert found is not None
        assert found.day == date(2026, 10, 12)

    def test_adds_nothing_to_a_closed_moment(self) -> None:
        assert shown(CENTRE.add_time(at("2026-10-01 03:00"), timedelta(), hours=OFFICE)) == (
            "2026-10-01 03:00"
        )

    def test_never_comes_while_the_clock_stands(self) -> None:
        pauses: list[Pause] = [(at("2026-10-12 10:00"), None)]
        start = at("2026-10-12 09:00")

        assert CENTRE.add_time(start, MINUTE * 61, hours=OFFICE, pauses=pauses) is None
        assert CENTRE.add_time(start, MINUTE * 61, pauses=pauses) is None
        assert shown(CENTRE.add_time(start, MINUTE * 60, pauses=pauses)) == "2026-10-12 10:00"

    @settings(max_examples=60)
    @given(start=MOMENTS, minutes=st.integers(1, 600), waits=WAITS)
    def test_agrees_with_stepping_a_minute_at_a_time(
        self, start: datetime, minutes: int, waits: list[tuple[int, int | None]]
    ) -> None:
        pauses, instant = pauses_after(start, waits), start.astimezone(UTC)
        left, horizon = minutes, instant + timedelta(days=25)
        while left and instant < horizon:
            left -= second_opinion_on_office(instant) and not is_paused(instant, pauses)
            instant += MINUTE

        found = CENTRE.add_time(start, MINUTE * minutes, hours=OFFICE, pauses=pauses)

        assert (found.at if found else None) == (None if left else instant)

    @settings(max_examples=100)
    @given(start=MOMENTS, minutes=st.integers(1, 5000), waits=WAITS)
    def test_as_much_time_counts_until_then_as_was_added(
        self, start: datetime, minutes: int, waits: list[tuple[int, int | None]]
    ) -> None:
        pauses = pauses_after(start, waits)
        found = CENTRE.add_time(start, MINUTE * minutes, hours=OFFICE, pauses=pauses)

        if found is not None:
            counted = CENTRE.counted_between(start, found.at, hours=OFFICE, pauses=pauses)
            assert counted == MINUTE * minutes

    def test_is_provisional_when_it_runs_into_a_year_not_published(self) -> None:
        settled = CENTRE.add_time(at("2026-12-24 09:00"), timedelta(hours=6), hours=OFFICE)
        guessed = CENTRE.add_time(at("2026-12-24 09:00"), timedelta(hours=7), hours=OFFICE)
        by_clock = CENTRE.add_time(at("2026-12-31 09:00"), timedelta(hours=24))

        assert [each and each.provisional for each in (settled, guessed, by_clock)] == [
            False,
            True,
            False,
        ]

    def test_refuses_a_moment_without_a_zone(self) -> None:
        with pytest.raises(ValueError, match="no time zone"):
            CENTRE.add_time(datetime(2026, 10, 1), MINUTE)  # noqa: DTZ001


class TestAddDays:
    @pytest.mark.parametrize(
        ("start", "count", "expected"),
        [
            ("2026-09-30 16:00", 3, date(2026, 10, 10)),
            ("2026-09-30 00:00", 3, date(2026, 10, 10)),
            ("2026-09-30 23:59", 3, date(2026, 10, 10)),
            ("2026-10-01 00:00", 3, date(2026, 10, 10)),  # midnight belongs to the day it begins
            ("2026-10-08 00:00", 3, date(2026, 10, 12)),
            ("2026-10-10 10:00", 1, date(2026, 10, 12)),
            ("2025-01-27 18:00", 5, date(2025, 2, 10)),  # over 春节 2025, two weekends that work
            ("2024-02-28 12:00", 2, date(2024, 3, 1)),
        ],
    )
    def test_ends_with_the_last_working_day(self, start: str, count: int, expected: date) -> None:
        found = CENTRE.nth_working_day(at(start), count)

        assert found.day == expected
        assert found.at == datetime.combine(expected + timedelta(days=1), time(0), SHANGHAI)

    def test_counts_calendar_days_through_holidays(self) -> None:
        found = CENTRE.add_days(at("2026-09-30 16:00"), 3, working=False)

        assert found is not None
        assert (found.day, found.provisional) == (date(2026, 10, 3), False)

    @pytest.mark.parametrize(
        ("until", "expected"),
        [
            (Until.END_OF_DAY, "2026-10-11 00:00"),
            (Until.CLOSING, "2026-10-10 17:30"),
            (Until.SAME_TIME, "2026-10-10 16:05"),
        ],
    )
    def test_ends_when_the_centre_says(self, until: Until, expected: str) -> None:
        found = CENTRE.add_days(at("2026-09-30 16:05"), 3, working=True, until=until, hours=OFFICE)

        assert shown(found) == expected

    def test_leaves_out_days_at_whose_end_the_clock_stands(self) -> None:
        over_two_nights: list[Pause] = [(at("2026-10-13 10:00"), at("2026-10-15 10:00"))]
        within_a_day: list[Pause] = [(at("2026-10-13 10:00"), at("2026-10-13 18:00"))]
        for_good: list[Pause] = [(at("2026-10-13 10:00"), None)]
        start = at("2026-10-12 09:00")

        def last_day(pauses: list[Pause]) -> date | None:
            found = CENTRE.add_days(start, 3, working=True, pauses=pauses)
            return found.day if found else None

        assert last_day([]) == last_day(within_a_day) == date(2026, 10, 15)
        assert last_day(over_two_nights) == date(2026, 10, 19)
        assert last_day(for_good) is None

    @pytest.mark.parametrize(
        ("begins", "ends", "expected"),
        [
            ("2026-10-13 10:00", "2026-10-14 00:00", date(2026, 10, 16)),  # waits to the day's end
            ("2026-10-14 00:00", "2026-10-14 10:00", date(2026, 10, 15)),  # … from its beginning
        ],
    )
    def test_a_wait_that_touches_midnight_takes_the_day_that_it_ended(
        self, begins: str, ends: str, expected: date
    ) -> None:
        pauses: list[Pause] = [(at(begins), at(ends))]

        found = CENTRE.add_days(at("2026-10-12 09:00"), 3, working=True, pauses=pauses)

        assert found is not None
        assert found.day == expected

    @settings(max_examples=150)
    @given(start=MOMENTS, count=st.integers(1, 12), waits=WAITS)
    def test_agrees_with_the_second_book(
        self, start: datetime, count: int, waits: list[tuple[int, int | None]]
    ) -> None:
        pauses = pauses_after(start, waits)
        day, horizon, left = start.date(), start.date() + timedelta(days=60), count
        while left and day < horizon:
            day += timedelta(days=1)
            last_minute = datetime.combine(day, time(23, 59), SHANGHAI)
            left -= SECOND.is_working_day(day) and not is_paused(last_minute, pauses)

        found = CENTRE.add_days(start, count, working=True, pauses=pauses)

        assert (found.day if found else None) == (None if left else day)

    @pytest.mark.parametrize(
        ("start", "count", "provisional"),
        [
            ("2026-12-22 10:00", 2, False),
            ("2026-12-22 10:00", 3, True),
            ("2026-12-30 10:00", 3, True),
            ("2027-06-01 10:00", 1, True),
        ],
    )
    def test_says_when_it_rests_on_a_guess(self, start: str, count: int, provisional: bool) -> None:
        assert CENTRE.nth_working_day(at(start), count).provisional is provisional

    def test_refuses_no_days(self) -> None:
        with pytest.raises(ValueError, match="at least one"):
            CENTRE.add_days(at("2026-10-12 09:00"), 0, working=True)


class TestAChangeOfTheClocks:
    """New York puts its clock forward on 2026-03-08 at 2:00 and back on 2026-11-01 at 2:00."""

    def test_adds_real_hours(self) -> None:
        spring = ABROAD.add_time(at("2026-03-07 12:00", NEW_YORK), timedelta(hours=24))
        autumn = ABROAD.add_time(at("2026-10-31 12:00", NEW_YORK), timedelta(hours=24))

        assert (shown(spring), shown(autumn)) == ("2026-03-08 13:00", "2026-11-01 11:00")

    def test_a_night_is_an_hour_shorter_or_longer(self) -> None:
        night = OpeningHours(week=read_week({"mon-sun": ["1:00-4:00"]}))

        def length(day: str) -> timedelta:
            start = at(f"{day} 00:00", NEW_YORK)
            return ABROAD.counted_between(start, start + timedelta(hours=12), hours=night)

        assert length("2026-03-08") == timedelta(hours=2)
        assert length("2026-11-01") == timedelta(hours=4)

    def test_closing_in_the_hour_shown_twice_is_the_second_time(self) -> None:
        late = OpeningHours(week=read_week({"mon-sun": ["0:00-1:30"]}))
        start = at("2026-11-01 00:00", NEW_YORK)

        counted = ABROAD.counted_between(start, start + timedelta(hours=12), hours=late)

        assert counted == timedelta(hours=2, minutes=30)

    @pytest.mark.parametrize("hours", [ALWAYS, NIGHT, OFFICE])
    def test_counts_no_more_than_has_passed(self, hours: OpeningHours) -> None:
        for day in ("2026-03-08", "2026-11-01"):
            start = at(f"{day} 00:00", NEW_YORK).astimezone(UTC)
            passed = timedelta(hours=48)
            counted = ABROAD.counted_between(start, start + passed, hours=hours)
            assert counted <= passed
            assert hours is not ALWAYS or counted == passed

    def test_hours_inside_the_hour_that_is_left_out_do_not_come(self) -> None:
        gone = OpeningHours(week=read_week({"mon-sun": ["2:10-2:50"]}))
        start = at("2026-03-08 00:00", NEW_YORK)

        assert ABROAD.counted_between(start, start + timedelta(hours=12), hours=gone) == timedelta()

    def test_blocks_that_meet_in_the_hour_shown_twice_count_it_once_each(self) -> None:
        meeting = OpeningHours(week=read_week({"mon-sun": ["0:00-1:30", "1:30-24:00"]}))
        start = at("2026-11-01 00:00", NEW_YORK)

        counted = ABROAD.counted_between(start, at("2026-11-02 00:00", NEW_YORK), hours=meeting)

        assert counted == timedelta(hours=25)

    def test_the_same_time_that_never_comes_is_the_moment_of_the_change(self) -> None:
        found = ABROAD.add_days(
            at("2026-03-07 02:30", NEW_YORK), 1, working=False, until=Until.SAME_TIME
        )

        assert shown(found) == "2026-03-08 03:00"

    def test_asks_for_the_day_on_the_centres_own_wall(self) -> None:
        moment = datetime(2026, 10, 9, 17, 0, tzinfo=UTC)

        assert CENTRE.day_of(moment) == date(2026, 10, 10)
        assert ABROAD.day_of(moment) == date(2026, 10, 9)
        assert CENTRE.is_working_day(moment)
