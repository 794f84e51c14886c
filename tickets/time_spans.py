"""Counting back from now: "for two hours", "three days ago", "at the start of last month". Pure."""

import re
from datetime import date, datetime, time, timedelta

from tickets.numerals import SIGNS, read_number, read_range
from tickets.time_lexicon import time_words
from tickets.time_words import ABOUT, COUNT, NEARLY, SEVERAL, SHORT_NUMBER, UNIT

Span = tuple[datetime, datetime]

HALF_HOUR = timedelta(minutes=30)
_HOURS, _MINUTES, _QUARTERS = ("小时", "钟头", "钟", "h", "H"), ("分钟", "分"), ("刻钟",)
_NAMED = {"半": 0.5, "个半": 1.5, "个把": 1.0}
_NIGHTS = ("晚", "晚上", "夜", "宿")
_EVENING = 18
_FEWEST, _MOST = 3, 9
# of whatever unit: nothing began longer ago
_LONGEST, _MOST_YEARS = 1000, 50

_ROUGHLY = re.compile(rf"^{ABOUT}|左右|估摸|大概|大约|差不多")

_AGO = re.compile(
    rf"(?P<about>{ABOUT})?(?P<count>{COUNT}|{SEVERAL}|个把|个半|半|俩|仨)(?P<tens>[多来几])?个?(?P<half>半)?"
    rf"(?P<more>[多来])?整?(?P<unit>{UNIT})"
    rf"(?:[零又]?(?P<minutes>{SHORT_NUMBER})(?:分钟?|(?P<nights>夜|宿))?)?"
    rf"(?P<after>半|多|来|左右|以上)?"
)


def hours_of(day: date, now: datetime, first: float = 0, last: float = 24) -> Span:
    """From the one hour to the other of a day, on the clock of `now`."""
    midnight = datetime.combine(day, time(), tzinfo=now.tzinfo)
    return midnight + timedelta(hours=first), midnight + timedelta(hours=last)


def read_span(words: str, now: datetime) -> Span | None:
    """When it began by a length of time that has passed since."""
    found = _AGO.search(words)
    if found is None:
        return None
    unit, said = found["unit"], found["count"]
    if re.fullmatch(SEVERAL, said):
        return _before(now, _MOST, unit)[0], _before(now, _FEWEST, unit)[1]
    counts = read_range(said)
    if counts and not found["half"]:
        return _before(now, counts[1], unit)[0], _before(now, counts[0], unit)[1]
    count = _NAMED.get(said) or read_number(said)
    if count is None or count > (_MOST_YEARS if unit == "年" else _LONGEST):
        return None
    if found["half"] or found["after"] == "半":
        count += 0.5
    if found["minutes"] and not found["nights"] and unit in _HOURS:
        count += (read_number(found["minutes"]) or 0) / 60
    return _widened(found, words, count, now)


def _widened(found: re.Match[str], words: str, count: float, now: datetime) -> Span:
    unit = found["unit"]
    start, end = _before(now, count, unit)
    if found["after"] == "以上" or re.search("超过|不止", words):
        return start - timedelta(days=1), end
    if found["tens"] or found["more"] or found["after"] in {"多", "来"}:
        # "十多个" is less than twenty, "十个多" less than eleven, "半个多" less than one
        is_tens = found["tens"] and count >= 10 and count % 10 == 0
        most = count + (10 if is_tens else 1 if count >= 1 else 0.5)
        return _before(now, most, unit)[0], end
    if unit not in _HOURS:
        return start, end
    if found["about"] and re.fullmatch(NEARLY, found["about"]):
        return start, end + HALF_HOUR
    if found["about"] or found["count"] == "个把" or _ROUGHLY.search(words):
        return start - HALF_HOUR, end + HALF_HOUR
    return start, end


def _before(now: datetime, count: float, unit: str) -> Span:
    for units, minutes in ((_HOURS, 60), (_MINUTES, 1), (_QUARTERS, 15)):
        if unit in units:
            moment = now - timedelta(minutes=round(count * minutes))
            return moment, moment
    if unit in _NIGHTS:
        return hours_of(now.date() - timedelta(days=int(count)), now, _EVENING)
    if unit in {"月", "年"} and count >= 1:
        back = int(count * (12 if unit == "年" else 1))
        return hours_of(_months_before(now.date(), back), now)
    days = count * (30 if unit == "月" else 365 if unit == "年" else 1 if unit == "天" else 7)
    if days < 1:
        return now - timedelta(days=days), now
    return hours_of(now.date() - timedelta(days=int(days)), now)


def _months_before(day: date, months: int) -> date:
    """The same day of an earlier month, or its last."""
    year, index = divmod(day.year * 12 + day.month - 1 - months, 12)
    if year < 1:
        return date.min
    last = (date(year + index // 11, (index + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, index + 1, min(day.day, last))


# the days that a third of a month begins and ends with
_THIRDS = (("初|上旬", 1, 11), ("中", 11, 21), ("底|末|下旬", 21, 32))


def read_period(words: str, now: datetime) -> Span | None:
    """A week, a month or a part of one, a year, a feast: the latest that has begun."""
    today = now.date()
    if re.search("周|星期|礼拜", words):
        return _read_week(words, now)
    for feast, (month, day, days) in time_words().holidays.items():
        if feast in words and f"{feast}月" not in words:
            first = date(today.year, month, day)
            if first > today or "去年" in words:
                first = first.replace(year=today.year - 1)
            return hours_of(first, now, 0, days * 24)
    if "月" not in words:
        year = today.year - (1 if "去年" in words else 0)
        written = re.search(r"\d{4}", words)
        first = date(int(written[0]) if written and written[0] > "0000" else year, 1, 1)
        return hours_of(first, now)[0], hours_of(_months_before(first, -12), now)[0]
    return _read_month(words, now)


def _read_week(words: str, now: datetime) -> Span:
    weeks = len(re.findall("上", words))
    monday = now.date() - timedelta(days=now.weekday() + 7 * weeks)
    if "周末" not in words:
        return hours_of(monday, now, 0, 7 * 24)
    saturday = monday + timedelta(days=5)
    if saturday > now.date():
        saturday -= timedelta(days=7)
    return hours_of(saturday, now, 0, 48)


def _read_month(words: str, now: datetime) -> Span | None:
    this = now.date().replace(day=1)
    numbered = re.search(rf"(\d{{1,2}}|[{SIGNS}]+)月", words)
    if numbered:
        month = int(read_number(numbered[1]) or 0)
        if not 1 <= month <= 12:
            return None
        first = date(this.year, month, 1)
        if first > this or "去年" in words:
            first = first.replace(year=this.year - 1)
    else:
        first = _months_before(this, words.split("月")[0].count("上"))
    after = words[words.index("月") :]
    from_day, to_day = next(((a, b) for third, a, b in _THIRDS if re.search(third, after)), (1, 32))
    if not numbered and first.replace(day=from_day) > now.date():
        first = _months_before(first, 1)
    start = hours_of(first.replace(day=from_day), now)[0]
    until = first.replace(day=to_day) if to_day < 32 else _months_before(first, -1)
    return start, hours_of(until, now)[0]


def read_vague(words: str, now: datetime) -> Span:
    """Days, or a while, that nobody counted."""
    days = _FEWEST if "两天" in words else 30 if re.search("阵子|段|好久", words) else _MOST
    return hours_of(now.date() - timedelta(days=days), now)[0], now
