"""Chinese working days: on which days the country works, and how sure that is.

The State Council publishes each year which days are off and which weekends work instead (调休);
no rule can tell it beforehand. So three sources are asked in turn: the table a centre has loaded,
the kept library of published years, and the holidays by law, which is a guess and says so.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache, lru_cache

import chinese_calendar
import holidays

_SATURDAY = 5
# New Year's notice reaches back to 29 December at the earliest (2007, 2018); a weekend more is safe
_NEXT_NOTICE = (12, 25)


class DayKind(StrEnum):
    """What kind of day it is."""

    WORKING = "working"
    MAKE_UP = "make_up"  # a Saturday or Sunday that works for a day off elsewhere
    WEEKEND = "weekend"
    HOLIDAY = "holiday"


@dataclass(frozen=True, slots=True, kw_only=True)
class HolidayYear:
    """A year as it was published: all its days off, and the weekends that work instead."""

    year: int
    off: frozenset[date]
    working: frozenset[date]
    source: str = ""


class Calendar:
    """Working days of every year; a published year wins over all that is known otherwise."""

    def __init__(self, published: Iterable[HolidayYear] = ()) -> None:
        self._published = {each.year: _table_of(each) for each in published}

    def kind_of(self, day: date) -> DayKind:
        """What kind of day it is; for a day that is not settled yet, by the holidays by law."""
        year = notice_year(day)
        known = self._published.get(year)
        if known is None:
            known = _library_year(year)
        if known is None:
            known = _guessed_year(year)
        return known.get(day) or _plain_kind(day)

    def works(self, day: date) -> bool:
        """Whether it is a working day."""
        return self.kind_of(day) in (DayKind.WORKING, DayKind.MAKE_UP)

    def is_provisional(self, day: date) -> bool:
        """Whether what is said of the day is a guess, because its year is not published yet."""
        year = notice_year(day)
        return year not in self._published and _library_year(year) is None

    def any_provisional(self, first: date, last: date) -> bool:
        """Whether any day from `first` to `last`, both included, is a guess."""
        years = range(notice_year(first), notice_year(last) + 1)
        return any(self.is_provisional(date(year, 1, 1)) for year in years)

    def nth_working_day(self, day: date, n: int) -> date:
        """The n-th working day after a day, which itself does not count; before it if n < 0."""
        if n == 0:
            raise ValueError("there is no 0th working day; ask whether the day itself works")
        step = timedelta(days=1 if n > 0 else -1)
        for _ in range(abs(n)):
            day += step
            while not self.works(day):
                day += step
        return day


def notice_year(day: date) -> int:
    """The year whose notice settles a day: the last days of December are New Year's."""
    return day.year + ((day.month, day.day) >= _NEXT_NOTICE)


def lawful_holidays(year: int) -> dict[date, str]:
    """The holidays by law of a year with their names, without any day moved for them."""
    lawful = holidays.country_holidays("CN", years=year, observed=False, language="en_US")
    return {day: name for day, name in lawful.items() if "substituted" not in name}


def _plain_kind(day: date) -> DayKind:
    return DayKind.WEEKEND if day.weekday() >= _SATURDAY else DayKind.WORKING


def _table_of(published: HolidayYear) -> dict[date, DayKind]:
    table = dict.fromkeys(published.off, DayKind.HOLIDAY)
    for day in published.working:
        weekend = _plain_kind(day) is DayKind.WEEKEND
        table[day] = DayKind.MAKE_UP if weekend else DayKind.WORKING
    return table


def _special_days(year: int, kind_of: Callable[[date], DayKind | None]) -> dict[date, DayKind]:
    """The days under a year's notice that are not what their weekday says."""
    day, end = date(year - 1, *_NEXT_NOTICE), date(year, *_NEXT_NOTICE)
    special = {}
    while day < end:
        kind = kind_of(day)
        if kind is not None:
            special[day] = kind
        day += timedelta(days=1)
    return special


@cache
def _library_year(year: int) -> dict[date, DayKind] | None:
    def kind_of(day: date) -> DayKind | None:
        try:
            off, name = chinese_calendar.get_holiday_detail(day)
        except NotImplementedError:  # the December before its first year
            return None
        if not name:
            return None
        return DayKind.HOLIDAY if off else DayKind.MAKE_UP

    try:
        chinese_calendar.get_holiday_detail(date(year, 1, 1))
    except NotImplementedError:
        return None
    return _special_days(year, kind_of)


@lru_cache(maxsize=64)
def _guessed_year(year: int) -> dict[date, DayKind]:
    guessed = holidays.country_holidays("CN", years=(year - 1, year))
    return _special_days(year, lambda day: DayKind.HOLIDAY if day in guessed else None)
