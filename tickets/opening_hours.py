"""Opening hours: several blocks on each weekday, and what they become on holidays."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from tickets.calendar import DayKind

_BLOCK = re.compile(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})", re.ASCII)
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of a day in minutes after midnight; 24:00 is 1440."""

    opens: int
    closes: int


Blocks = tuple[Block, ...]


# told apart as objects, so that a day's hours can be kept by them
@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class OpeningHours:
    """When a part of the centre is open.

    Hours that do not follow the calendar are the same on a holiday as on any such weekday.
    """

    week: tuple[Blocks, ...]
    follows_calendar: bool = False
    on_holiday: Blocks = ()
    on_make_up: Blocks = ()

    def blocks_on(self, day: date, kind: DayKind) -> Blocks:
        """The blocks of a day, in order."""
        if self.follows_calendar and kind is DayKind.HOLIDAY:
            return self.on_holiday
        if self.follows_calendar and kind is DayKind.MAKE_UP:
            return self.on_make_up
        return self.week[day.weekday()]


ALWAYS = OpeningHours(week=((Block(0, DAY_MINUTES),),) * 7)


def read_blocks(texts: Sequence[str]) -> Blocks:
    """Blocks such as `["8:30-12:00", "14:00-24:00"]`; `ValueError` says what is wrong."""
    blocks: list[Block] = []
    for text in texts:
        block = _read_block(text)
        if blocks and block.opens < blocks[-1].closes:
            raise ValueError(f"{text!r} begins before the block ahead of it ends")
        blocks.append(block)
    return tuple(blocks)


def read_week(texts: Mapping[str, Sequence[str]]) -> tuple[Blocks, ...]:
    """A week such as `{mon-fri: […], sat: […]}`; days not named are closed."""
    week: dict[int, Blocks] = {}
    for name, blocks in texts.items():
        for day in _read_days(name):
            if day in week:
                raise ValueError(f"{_DAYS[day]} is there twice")
            week[day] = read_blocks(blocks)
    if not any(week.values()):
        raise ValueError("it is never open")
    return tuple(week.get(day, ()) for day in range(7))


def _read_block(text: str) -> Block:
    found = _BLOCK.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no block of hours; write it as 8:30-12:00")
    hour, minute, end_hour, end_minute = map(int, found.groups())
    opens, closes = hour * 60 + minute, end_hour * 60 + end_minute
    if max(minute, end_minute) > 59 or max(opens, closes) > DAY_MINUTES:
        raise ValueError(f"{text!r} holds a time that no clock shows")
    if opens >= closes:
        raise ValueError(f"{text!r} ends before it begins; a night is two blocks, cut at 24:00")
    return Block(opens, closes)


def _read_days(name: str) -> range:
    first, _, last = name.partition("-")
    try:
        days = range(_DAYS.index(first), _DAYS.index(last or first) + 1)
    except ValueError:
        raise ValueError(f"{name!r} names no weekday; write mon, sat-sun and so on") from None
    if not days:
        raise ValueError(f"{name!r} ends before it begins")
    return days
