"""Time as a centre counts it: opening hours, working days, and clocks that stand still.

All sums are made on UTC instants, so a change of the clocks adds and loses nothing; what comes
back is in the centre's own zone. A moment without a zone is refused.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

from tickets.calendar import Calendar
from tickets.opening_hours import OpeningHours

# a clock stands from the first moment to the second; without a second one it stands still now
Pause = tuple[datetime, datetime | None]
_Stretch = tuple[datetime, datetime]

_FOREVER = datetime.max.replace(tzinfo=UTC)
_DAY = timedelta(days=1)


class Until(StrEnum):
    """When the last day of a limit in days is over (Civil Code, article 203)."""

    END_OF_DAY = "end_of_day"
    CLOSING = "closing"  # when the hours named beside it close; 24:00 on a day they do not open
    SAME_TIME = "same_time"  # as late in the day as it began


@dataclass(frozen=True, slots=True, kw_only=True)
class Reckoned:
    """A moment that was worked out, in the centre's zone, and the day that it belongs to.

    24:00 belongs to the day that ends with it. It is provisional when it rests on a guessed day.
    """

    at: datetime
    day: date
    provisional: bool


class CentreTime:
    """The calendar and the clock on a centre's wall."""

    def __init__(self, calendar: Calendar, zone: ZoneInfo) -> None:
        self.calendar, self.zone = calendar, zone
        self._blocks = lru_cache(maxsize=4096)(self._find_blocks)

    def day_of(self, moment: datetime) -> date:
        """The day on the centre's wall."""
        return self._here(to_utc(moment)).date()

    def is_working_day(self, moment: datetime) -> bool:
        """Whether a moment lies on a working day of the centre."""
        return self.calendar.works(self.day_of(moment))

    def is_open(self, moment: datetime, hours: OpeningHours | None) -> bool:
        """Whether a moment lies in these hours; none are always open."""
        start = to_utc(moment)
        opens, _ = next(self._open(start, hours))
        return opens <= start

    def nth_working_day(self, moment: datetime, n: int) -> Reckoned:
        """The n-th working day after a moment's own day, to its end."""
        found = self.add_days(moment, n, working=True)
        assert found is not None  # only a pause can keep it from coming
        return found

    def add_time(
        self,
        start: datetime,
        amount: timedelta,
        *,
        hours: OpeningHours | None = None,
        pauses: Iterable[Pause] = (),
    ) -> Reckoned | None:
        """The first moment by which this much time has counted; None while the clock stands.

        Time counts inside `hours`, or around the clock without, and outside `pauses`.
        """
        if amount < timedelta(0):
            raise ValueError("time can only be added")
        start, left = to_utc(start), amount
        if not left:
            return self._reckon(start, start, hours)
        for opens, closes in self._running(start, hours, pauses):
            if closes - opens >= left:
                return self._reckon(start, opens + left, hours)
            left -= closes - opens
        return None

    def add_days(
        self,
        start: datetime,
        count: int,
        *,
        working: bool,
        until: Until = Until.END_OF_DAY,
        hours: OpeningHours | None = None,
        pauses: Iterable[Pause] = (),
    ) -> Reckoned | None:
        """The end of the last of `count` days after the day of `start`; None while it stands.

        A day counts if the clock runs when that day is over.
        """
        if count < 1:
            raise ValueError("a limit in days has at least one")
        start, stopped = to_utc(start), _merge(pauses)
        first = day = self.day_of(start) + _DAY
        while True:
            if not working or self.calendar.works(day):
                end = self._end_of(day, until, hours, start)
                standing = next((pause for pause in stopped if pause[0] < end <= pause[1]), None)
                if standing is None:
                    count -= 1
                elif standing[1] == _FOREVER:
                    return None
                if not count:
                    break
            day += _DAY
        closing = until is Until.CLOSING and hours is not None and hours.follows_calendar
        provisional = (working and self.calendar.any_provisional(first, day)) or (
            closing and self.calendar.is_provisional(day)
        )
        return Reckoned(at=self._here(end), day=day, provisional=provisional)

    def next_open(self, moment: datetime, hours: OpeningHours) -> datetime:
        """The first moment from this one on at which these hours are open, in UTC."""
        return to_utc(next(self._open(to_utc(moment), hours))[0])

    def counted_between(
        self,
        start: datetime,
        end: datetime,
        *,
        hours: OpeningHours | None = None,
        pauses: Iterable[Pause] = (),
    ) -> timedelta:
        """How much time counts between two moments; none if the second is not the later."""
        start, end = to_utc(start), to_utc(end)
        counted = timedelta(0)
        for opens, closes in self._running(start, hours, pauses):
            if opens >= end:
                break
            counted += min(closes, end) - opens
        return counted

    def _running(
        self, start: datetime, hours: OpeningHours | None, pauses: Iterable[Pause]
    ) -> Iterator[_Stretch]:
        """The stretches that count, in order; without end unless the clock stands still now."""
        stopped = _merge(pauses)
        stands_from = stopped[-1][0] if stopped and stopped[-1][1] == _FOREVER else _FOREVER
        for opens, closes in self._open(start, hours):
            if opens >= stands_from:
                return
            for pause_start, pause_end in stopped:
                if pause_end <= opens or pause_start >= closes:
                    continue
                if opens < pause_start:
                    yield opens, pause_start
                opens = min(pause_end, closes)
            if opens < closes:
                yield opens, closes

    def _open(self, start: datetime, hours: OpeningHours | None) -> Iterator[_Stretch]:
        if hours is None:
            yield start, _FOREVER
            return
        edge, day = start, self.day_of(start)
        while True:
            for opens, closes in self._blocks(day, hours):
                # blocks that meet in an hour that the clock shows twice overlap
                if max(edge, opens) < closes:
                    yield max(edge, opens), closes
                    edge = closes
            day += _DAY

    def _find_blocks(self, day: date, hours: OpeningHours) -> list[_Stretch]:
        return [
            (self._wall(day, block.opens), self._wall(day, block.closes, last=True))
            for block in hours.blocks_on(day, self.calendar.kind_of(day))
        ]

    def _end_of(
        self, day: date, until: Until, hours: OpeningHours | None, start: datetime
    ) -> datetime:
        if until is Until.SAME_TIME:
            return self._instant(datetime.combine(day, self._here(start).time()))
        if until is Until.CLOSING and hours is not None:
            blocks = hours.blocks_on(day, self.calendar.kind_of(day))
            if blocks:
                return self._wall(day, blocks[-1].closes, last=True)
        return self._instant(datetime.combine(day + _DAY, time(0)))

    def _wall(self, day: date, minutes: int, *, last: bool = False) -> datetime:
        """The instant at which the clock first (or last) shows so many minutes of a day."""
        shown = datetime.combine(day, time(0)) + timedelta(minutes=minutes)
        return self._instant(shown, last=last)

    def _instant(self, shown: datetime, *, last: bool = False) -> datetime:
        local = shown.replace(tzinfo=self.zone, fold=int(last))
        instant = local.astimezone(UTC)
        if self._here(instant).replace(tzinfo=None, fold=0) == shown.replace(fold=0):
            return instant
        # the clock is put forward over this time: it is then that it would have come
        low, high = sorted(local.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
        before = self._here(low).utcoffset()
        seconds = range(int((high - low).total_seconds()))
        return low + timedelta(
            seconds=bisect_left(
                seconds,
                True,
                key=lambda after: self._here(low + timedelta(seconds=after)).utcoffset() != before,
            )
        )

    def _reckon(self, start: datetime, at: datetime, hours: OpeningHours | None) -> Reckoned:
        # a block that ends at 24:00 ends on its own day
        last = max(start, at - timedelta(microseconds=1)) if hours is not None else at
        day = self.day_of(last)
        provisional = (
            hours is not None
            and hours.follows_calendar
            and self.calendar.any_provisional(self.day_of(start), day)
        )
        return Reckoned(at=self._here(at), day=day, provisional=provisional)

    def _here(self, instant: datetime) -> datetime:
        return instant.astimezone(self.zone)


def to_utc(moment: datetime) -> datetime:
    """The same instant in UTC; two moments of one zone compare by the wall clock otherwise."""
    if moment.utcoffset() is None:
        raise ValueError(f"{moment} has no time zone")
    return moment.astimezone(UTC)


def _merge(pauses: Iterable[Pause]) -> Sequence[_Stretch]:
    """Pauses in order, those that touch put together."""
    stretches = sorted(
        (to_utc(start), _FOREVER if end is None else to_utc(end)) for start, end in pauses
    )
    merged: list[_Stretch] = []
    for start, end in stretches:
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        elif start < end:
            merged.append((start, end))
    return merged
