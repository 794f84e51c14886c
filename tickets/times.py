"""Since when: the interval that the words for a moment gone by mean. Pure.

Customers say "last night past eight", "for two hours now", "just now". The words are kept as they
were said; the interval is what a shift leader can count from. Libraries for Chinese times were
tried and measured: docs/decisions/0014-reading-details.md.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tickets.numerals import SIGNS, read_number, read_range
from tickets.time_lexicon import Part, one_of, time_words
from tickets.time_spans import HALF_HOUR, Span, hours_of, read_period, read_span, read_vague
from tickets.time_words import (
    ABOUT,
    DATE,
    DAY_WORD,
    HOUR,
    LACK,
    NEARLY,
    PART,
    SHORT_NUMBER,
    SHORT_PART,
    SINCE,
    STEM,
    find_times,
    hide,
    is_of_something_else,
)

_WORDS = time_words()
_LATE = ("late", "night")
_WEEKDAYS = "一二三四五六日"
_HOUR_LONG, _TEN_MINUTES = timedelta(hours=1), timedelta(minutes=10)
# before this hour it is still the night of the day before
_MORNING = 5
_ABOUT_AFTER = one_of(_WORDS.about_after)


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

    What tells when somebody paid or called counts only where nothing else does. `now` is aware,
    on the centre's clock; the interval never reaches beyond it.
    """
    read = ((_read(found, now), not is_of_something_else(found)) for found in find_times(line))
    told = [(is_of_it, since) for since, is_of_it in read if since]
    return max(told, key=lambda each: (each[0], len(each[1].words)), default=(True, None))[1]


def without_times(line: str) -> str:
    """The line, as long as it was, with its times hidden: no number of theirs is a place's."""
    return SINCE.sub(hide, line)


def _read(found: re.Match[str], now: datetime) -> Since | None:
    words = found.group().strip(" ,，").removesuffix("的")
    if found["just"]:
        span: Span | None = now - HALF_HOUR, now
    elif found["span"]:
        span = read_span(words, now)
    elif found["period"]:
        span = read_period(words, now)
    else:
        span = _read_moment(words, now) if found["moment"] else read_vague(words, now)
    if span is None or span[0] > now:
        return None
    start, end = span
    return Since("刚刚" if words in {"刚", "才"} else words, start, max(start, min(end, now)))


_TIME = re.compile(
    rf"(?P<lack>{LACK})?(?P<hour>{HOUR})(?:点钟?|时|[:：](?P<exact>\d{{2}}))"
    rf"(?:(?P<past>[过差])?(?P<minute>一刻|三刻|半|零?{SHORT_NUMBER})分?)?"
)


def _read_moment(words: str, now: datetime) -> Span | None:
    day, part = _day_of(words, now), _part_of(words)
    clock = _TIME.search(DATE.sub("", words))
    if part and part.clock == "midnight" and day and day < now.date():
        # the midnight after that day
        day += timedelta(days=1)
    if clock is not None:
        return _at_clock(words, clock, day, part, now)
    if day is None and part is None:
        return None
    first, last = (part.first, part.last) if part else (0, 24)
    start, end = hours_of(day or now.date(), now, first, last)
    if start > now and (day is None or _is_last_night(words, now)):
        return start - timedelta(days=1), end - timedelta(days=1)
    return start, end


def _is_last_night(words: str, now: datetime) -> bool:
    """Whether "tonight" is the night that has passed midnight."""
    return "今晚" in words and now.hour < _MORNING


def _at_clock(
    words: str, clock: re.Match[str], day: date | None, part: Part | None, now: datetime
) -> Span | None:
    hours, minute = _hours_said(clock["hour"]), _minute_of(clock)
    if hours is None or hours[0] > 24 or minute > 59:
        return None
    days = [day or now.date()]
    if day is None or _is_last_night(words, now):
        days.append(now.date() - timedelta(days=1))
    moments = [
        hours_of(each, now, meant)[0] + timedelta(minutes=minute)
        for each in days
        for meant in _hours_meant(hours[0], part)
    ]
    gone = [moment for moment in moments if moment <= now]
    if not gone:
        return None
    # of a day that is named, an hour without its part is the morning's first
    moment = min(gone) if day and part is None else max(gone)
    if hours[1] > hours[0]:
        return moment, moment + timedelta(hours=hours[1] - hours[0])
    before, _, tail = DATE.sub("", words).partition(clock.group())
    return _widened(moment, before, tail, clock)


def _widened(moment: datetime, before: str, tail: str, clock: re.Match[str]) -> Span:
    """From when to when the hour may mean, by what is said before and after it."""
    if tail.startswith("不到"):
        return moment - HALF_HOUR, moment
    until = re.match("[-~到至]", tail) and _TIME.match(tail, 1)
    if until:
        return moment, moment + _until(clock, until)
    about = re.search(rf"({ABOUT})\s?$", before) or re.search(rf"^[从自打]*({ABOUT})", before)
    if about and re.fullmatch(NEARLY, about[1]):
        return moment - HALF_HOUR, moment
    if about or re.match(rf"[\s的这]*{_ABOUT_AFTER}", tail):
        return moment - HALF_HOUR, moment + HALF_HOUR
    if re.match("刚过|过一点|多一点", tail) or (clock["minute"] == "半" and tail[:1] == "多"):
        return moment, moment + HALF_HOUR
    if re.match("[多过几]", tail):
        return moment, moment + (_TEN_MINUTES if clock["minute"] else _HOUR_LONG)
    return moment, moment


def _until(first: re.Match[str], last: re.Match[str]) -> timedelta:
    """How much later the second clock is than the first."""
    hours = [int(read_number(each["hour"]) or 0) for each in (first, last)]
    minutes = (hours[1] - hours[0]) * 60 + _minute_of(last) - _minute_of(first)
    return timedelta(minutes=minutes % (12 * 60))


def _hours_said(said: str) -> tuple[int, int] | None:
    """The hour, or the two between which it was: `七八`, `7-8`."""
    pair = re.fullmatch(r"(.+)[、~到\-](.+)", said)
    if pair:
        first, last = read_number(pair[1]), read_number(pair[2])
    else:
        first, last = read_range(said) or (read_number(said),) * 2
    return None if first is None or last is None else (int(first), int(last))


def _hours_meant(hour: int, part: Part | None) -> list[int]:
    """The hours of the day, counted on after midnight, that a clock may mean."""
    if part is None:
        return [hour % 12, hour % 12 + 12] if hour <= 12 else [hour]
    if part.clock == "night" and (hour == 12 or hour < 5):
        return [hour % 12 + 24]
    if part.clock in {"small", "midnight"}:
        return [hour % 12]
    is_past_noon = part.clock in _LATE or (part.clock == "noon" and hour < 10)
    return [hour + 12] if is_past_noon and hour < 12 else [hour]


_QUARTERS = {"一刻": 15, "半": 30, "三刻": 45}


def _minute_of(clock: re.Match[str]) -> int:
    lack = re.search(rf"一刻|{SHORT_NUMBER}", clock["lack"] or "")
    if lack:
        return -_minutes(lack.group())
    said = clock["exact"] or clock["minute"]
    return 0 if said is None else _minutes(said) * (-1 if clock["past"] == "差" else 1)


def _minutes(said: str) -> int:
    return _QUARTERS.get(said) or int(read_number(said.lstrip("零") or "零") or 0)


_STEM_AND_PART = re.compile(rf"(?P<stem>{STEM})(?={PART}|{SHORT_PART})")
_NAMED_DAY = re.compile(DAY_WORD)
_SHORT = re.compile(
    rf"(?:(?:{DATE.pattern}|[一二三四五六日天])的?|^[从自打]*)(?P<part>{SHORT_PART})"
)


def _part_of(words: str) -> Part | None:
    stem = _STEM_AND_PART.search(words)
    day = None if stem else _NAMED_DAY.search(words)
    rest = words[stem.end() :] if stem else words[day.end() :] if day else words
    full = re.search(PART, rest)
    if full:
        return (_WORDS.parts | _WORDS.events)[full.group()]
    short = re.match(rf"的?({SHORT_PART})", rest) if stem or day else None
    said = short[1] if short else None
    if said is None and not (stem or day):
        after = _SHORT.search(words)
        said = after["part"] if after else None
    return _WORDS.short_parts[said] if said else None


def _day_of(words: str, now: datetime) -> date | None:
    today = now.date()
    named, stem = _NAMED_DAY.search(words), _STEM_AND_PART.search(words)
    if named:
        return today - timedelta(days=_WORDS.days[named.group()])
    if stem:
        return today - timedelta(days=_WORDS.day_stems[stem["stem"]])
    week = re.search(r"(上*)个?(?:周|星期|礼拜)([一二三四五六日天])", words)
    if week:
        weekday = _WEEKDAYS.index(week[2].replace("天", "日"))
        if week[1]:
            return today - timedelta(days=today.weekday() + 7 * len(week[1]) - weekday)
        return today - timedelta(days=(today.weekday() - weekday) % 7)
    dated = DATE.search(words)
    if dated:
        return _last_date(dated.group(), today)
    return None


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
