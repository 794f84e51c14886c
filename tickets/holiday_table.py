"""profiles/holidays.yml: years as the State Council published them, loaded over the library.

A year replaces all that is known of it otherwise, so it must be whole: each holiday by law has to
be named, as a day off or as a day that works.
"""

from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from profiles.document import Document, DocumentError
from tickets.calendar import Calendar, HolidayYear, lawful_holidays, notice_year

_LONGEST_HOLIDAY = 31
_SATURDAY = 5


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Holiday(_Part):
    name: str
    first: Annotated[date, Field(alias="from")]
    last: Annotated[date, Field(alias="to")]


class _Year(_Part):
    year: Annotated[int, Field(ge=2004, le=2099)]
    source: Annotated[str, Field(min_length=1)]
    off: Annotated[list[_Holiday], Field(min_length=1)]
    working: list[date] = []


class _Table(_Part):
    years: list[_Year] = []


def load_calendar(root: Path) -> Calendar:
    """The calendar with the years of `root/holidays.yml`, or without any if there is no such file.

    A fault raises `DocumentError` with file, line and reason.
    """
    path = root / "holidays.yml"
    if not path.exists():
        return Calendar()
    file = Document(path)
    years = file.read_as(_Table).years
    seen: set[int] = set()
    for at, each in enumerate(years):
        if each.year in seen:
            raise _fault(file, ("years", at, "year"), f"{each.year} is there twice")
        seen.add(each.year)
    return Calendar(_read_year(file, at, each) for at, each in enumerate(years))


def _read_year(file: Document, at: int, given: _Year) -> HolidayYear:
    off = _read_days_off(file, at, given)
    _check_working(file, at, given, off)
    for day, name in sorted(lawful_holidays(given.year).items()):
        if day not in off and day not in given.working:
            reason = f"{day} ({name}) is missing; a year must be whole"
            raise _fault(file, ("years", at), reason)
    return HolidayYear(
        year=given.year, off=off, working=frozenset(given.working), source=given.source
    )


def _read_days_off(file: Document, at: int, given: _Year) -> frozenset[date]:
    off: set[date] = set()
    for number, holiday in enumerate(given.off):
        place = ("years", at, "off", number)
        length = (holiday.last - holiday.first).days + 1
        if not 1 <= length <= _LONGEST_HOLIDAY:
            raise _fault(file, (*place, "to"), f"{holiday.name} cannot last {length} days")
        for day in (holiday.first + timedelta(days=n) for n in range(length)):
            _check_year(file, (*place, "from"), day, given.year)
            if day in off:
                raise _fault(file, place, f"{day} is off twice")
            off.add(day)
    return frozenset(off)


def _check_working(file: Document, at: int, given: _Year, off: frozenset[date]) -> None:
    for number, day in enumerate(given.working):
        place = ("years", at, "working", number)
        _check_year(file, place, day, given.year)
        if day in off:
            raise _fault(file, place, f"{day} is both off and working")
        if day in given.working[:number]:
            raise _fault(file, place, f"{day} is there twice")
        if day.weekday() < _SATURDAY and day not in lawful_holidays(given.year):
            raise _fault(file, place, f"{day} is no weekend and works anyway")


def _check_year(file: Document, place: tuple[str | int, ...], day: date, year: int) -> None:
    if notice_year(day) != year:
        # the notice of a year settles its days and the last week of the December before
        raise _fault(file, place, f"{day} does not belong to the notice of {year}")


def _fault(file: Document, place: tuple[str | int, ...], reason: str) -> DocumentError:
    where = ".".join(str(step) for step in place)
    return DocumentError(file.path, file.line_of(place), f"{where}: {reason}")
