"""Since when: the interval that the words for a moment gone by mean. Pure.

Customers say "last night past eight", "for two hours now", "just now". The words are kept as they
were said; the interval is what a shift leader can count from. Libraries for Chinese times were
tried and measured: docs/decisions/0014-reading-details.md.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from tickets.numerals import SIGNS, read_number
from tickets.time_words import (
    ABOUT,
    COUNT,
    DATE,
    HOUR,
    SEVERAL,
    SHORT_NUMBER,
    SINCE,
    UNIT,
    find_times,
    hide,
)

_PART_HOURS = {
    "凌晨": (0, 6),
    "早": (6, 9),
    "清": (6, 9),
    "今晨": (6, 9),
    "今朝": (6, 9),
    "上午": (8, 12),
    "中午": (11, 13),
    "晌午": (11, 13),
    "下午": (12, 18),
    "傍晚": (17, 19),
    "半夜": (0, 5),
    "晚": (18, 24),
    "夜": (18, 24),
    "白天": (8, 18),
}
_NIGHT = ("晚", "夜")
_LATE = ("下午", "傍晚", *_NIGHT)
_DAYS_AGO = (("大前[天日]", 3), ("前[天日儿晚夜]", 2), ("昨|琴|寻|夜儿", 1))
_WEEKDAYS = "一二三四五六日"
_HALF_HOUR, _HOUR_LONG = timedelta(minutes=30), timedelta(hours=1)
_HOURS, _MINUTES_UNIT = ("小时", "钟头", "钟"), ("分钟", "分")
_FEWEST, _MOST = 3, 9
# of whatever unit: nothing began longer ago
_LONGEST = 1000
# before this hour it is still the night of the day before
_MORNING = 5
_ABOUT_AFTER = "左右|前后|上下|来钟|样子"

Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Since:
    """When something began: the words, and from when to when they may mean, both aware."""

    words: str
    start: datetime
    end: datetime

    def iso(self) -> str:
        """The interval in ISO 8601, to the minute."""
        return "/".join(each.isoformat(timespec="minutes") for each in (self.start, self.end))


def find_since(line: str, now: datetime) -> Since | None:
    """The longest wording in the line that says since when; what is said of the future is not.

    `now` is aware, on the centre's clock; the interval never reaches beyond it.
    """
    read = (_read(found, now) for found in find_times(line))
    return max((each for each in read if each), key=lambda each: len(each.words), default=None)


def without_times(line: str) -> str:
    """The line, as long as it was, with its times hidden: no number of theirs is a place's."""
    return SINCE.sub(hide, line)


def _read(found: re.Match[str], now: datetime) -> Since | None:
    words = found.group().strip(" ,，").removesuffix("的")
    if found["just"]:
        span: Span | None = now - _HALF_HOUR, now
    elif found["span"]:
        span = _read_span(words, now)
    else:
        span = _read_moment(words, now) if found["moment"] else _read_vague(words, now)
    if span is None or span[0] > now:
        return None
    start, end = span
    return Since("刚刚" if words == "刚" else words, start, max(start, min(end, now)))


_AGO = re.compile(
    rf"(?P<about>{ABOUT})?(?P<count>{COUNT}|{SEVERAL}|半|俩|仨)(?P<tens>[多来几])?个?(?P<half>半)?"
    rf"(?P<more>[多来])?(?P<unit>{UNIT})(?P<after>半|多|来|左右|以上)?"
)


def _read_span(words: str, now: datetime) -> Span | None:
    found = _AGO.search(words)
    if found is None:
        return None
    unit, said = found["unit"], found["count"]
    if re.fullmatch(SEVERAL, said):
        return _before(now, _MOST, unit)[0], _before(now, _FEWEST, unit)[1]
    count = 0.5 if said == "半" else read_number(said)
    if count is None or count > _LONGEST:
        return None
    if found["half"] or found["after"] == "半":
        count += 0.5
    start, end = _before(now, count, unit)
    if found["after"] == "以上" or re.search("超过|不止", words):
        return start - timedelta(days=1), end
    if found["tens"] or found["more"] or found["after"] in {"多", "来"}:
        # "十多个" is less than twenty, "十个多" less than eleven, "半个多" less than one
        most = count + (10 if found["tens"] else 1 if count >= 1 else 0.5)
        return _before(now, most, unit)[0], end
    if (found["about"] or "左右" in words) and unit in _HOURS:
        return start - _HALF_HOUR, end + _HALF_HOUR
    return start, end


def _before(now: datetime, count: float, unit: str) -> Span:
    if unit in _HOURS:
        moment = now - timedelta(hours=count)
    elif unit in _MINUTES_UNIT:
        moment = now - timedelta(minutes=count)
    else:
        days = count * (30 if unit == "月" else 1 if unit == "天" else 7)
        if days < 1:
            return now - timedelta(days=days), now
        return _hours_of(now.date() - timedelta(days=int(days)), now)
    return moment, moment


def _hours_of(day: date, now: datetime, first: int = 0, last: int = 24) -> Span:
    midnight = datetime.combine(day, time(), tzinfo=now.tzinfo)
    return midnight + timedelta(hours=first), midnight + timedelta(hours=last)


_TIME = re.compile(
    rf"(?P<hour>{HOUR})(?:点钟?|时|[:：](?P<exact>\d{{2}}))"
    rf"(?:(?P<past>[过差])?(?P<minute>一刻|三刻|半|零?{SHORT_NUMBER})分?)?"
)


def _read_moment(words: str, now: datetime) -> Span | None:
    day, part = _day_of(words, now), _part_of(words)
    clock = _TIME.search(DATE.sub("", words))
    if clock is not None:
        return _at_clock(words, clock, day, part, now)
    if day is None and part is None:
        return None
    first, last = _PART_HOURS[part] if part else (0, 24)
    start, end = _hours_of(day or now.date(), now, first, last)
    if start > now and (day is None or _is_last_night(words, now)):
        return start - timedelta(days=1), end - timedelta(days=1)
    return start, end


def _is_last_night(words: str, now: datetime) -> bool:
    """Whether "tonight" is the night that has passed midnight."""
    return "今晚" in words and now.hour < _MORNING


def _at_clock(
    words: str, clock: re.Match[str], day: date | None, part: str | None, now: datetime
) -> Span | None:
    hour, minute = read_number(clock["hour"]), _minute_of(clock)
    if hour is None or hour > 24 or minute > 59:
        return None
    days = [day or now.date()]
    if day is None or _is_last_night(words, now):
        days.append(now.date() - timedelta(days=1))
    moments = [
        _hours_of(each, now, hours)[0] + timedelta(minutes=minute)
        for each in days
        for hours in _hours_meant(int(hour), part)
    ]
    gone = [moment for moment in moments if moment <= now]
    if not gone:
        return None
    # of a day that is named, an hour without its part is the morning's first
    moment = min(gone) if day and part is None else max(gone)
    tail = words[words.index(clock.group()) + len(clock.group()) :]
    if re.search(_ABOUT_AFTER, tail) or re.search(ABOUT, words):
        return moment - _HALF_HOUR, moment + _HALF_HOUR
    return moment, moment + _HOUR_LONG if re.match("[多过几]", tail) else moment


def _hours_meant(hour: int, part: str | None) -> list[int]:
    """The hours of the day, counted on after midnight, that a clock may mean."""
    if part is None:
        return [hour % 12, hour % 12 + 12] if hour <= 12 else [hour]
    if part in _NIGHT and (hour == 12 or hour < 5):
        return [hour % 12 + 24]
    if part in {"凌晨", "半夜"}:
        return [hour % 12]
    is_past_noon = part in _LATE or (part in {"中午", "晌午"} and hour < 10)
    return [hour + 12] if is_past_noon and hour < 12 else [hour]


def _minute_of(clock: re.Match[str]) -> int:
    said = clock["exact"] or clock["minute"]
    if said is None:
        return 0
    named = {"一刻": 15, "半": 30, "三刻": 45}
    minutes = named.get(said) or int(read_number(said.lstrip("零") or "零") or 0)
    return -minutes if clock["past"] == "差" else minutes


def _part_of(words: str) -> str | None:
    return next((part for part in _PART_HOURS if part in words), None)


def _day_of(words: str, now: datetime) -> date | None:
    today = now.date()
    for name, ago in _DAYS_AGO:
        if re.search(name, words):
            return today - timedelta(days=ago)
    week = re.search(r"(上个?)?(?:周|星期|礼拜)([一二三四五六日天])", words)
    if week:
        weekday = _WEEKDAYS.index(week[2].replace("天", "日"))
        if week[1]:
            return today - timedelta(days=today.weekday() + 7 - weekday)
        return today - timedelta(days=(today.weekday() - weekday) % 7)
    dated = DATE.search(words)
    if dated:
        return _last_date(dated.group(), today)
    return today if "今" in words else None


def _last_date(words: str, today: date) -> date | None:
    """The latest day of this date that is not ahead of today."""
    numbers = [read_number(each) for each in re.findall(rf"\d+|[{SIGNS}]+", words)]
    whole = [int(each) for each in numbers if each is not None]
    day, month = whole[-1], whole[-2] if len(whole) > 1 else None
    first = 1 if re.search("上个?月", words) else 12 if "去年" in words else 0
    for back in range(first, first + 13):
        year, index = divmod(today.year * 12 + today.month - 1 - back, 12)
        if month is not None and index + 1 != month:
            continue
        try:
            found = date(year, index + 1, day)
        except ValueError:
            continue
        if found <= today:
            return found
    return None


def _read_vague(words: str, now: datetime) -> Span:
    if words.startswith("上") and not words.endswith("月"):
        monday = now.date() - timedelta(days=now.weekday() + 7)
        return _hours_of(monday, now, 0, 7 * 24)
    days = 3 if "两天" in words else 30 if re.search("阵子|段|好久|月", words) else _MOST
    return _hours_of(now.date() - timedelta(days=days), now)[0], now
