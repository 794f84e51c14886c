"""Days as people write them: a rule begins with its first day and ends with its last."""

import re
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

# 9999-12-31 is how people write "for ever"; there is no day after it
LAST_DAY = date(9998, 12, 31)


def beginning_of(moment: date | datetime, zone: ZoneInfo) -> datetime:
    """The first moment of a day on the centre's clock; a moment is itself."""
    if isinstance(moment, datetime):
        # the YAML reader's own kind of datetime loses its zone when it is copied
        plain = datetime.combine(moment.date(), moment.timetz())
        return plain if plain.tzinfo else plain.replace(tzinfo=zone)
    return datetime.combine(moment, time.min, tzinfo=zone)


def end_of(moment: date | datetime, zone: ZoneInfo) -> datetime:
    """The first moment after a day on the centre's clock; a moment is itself."""
    if isinstance(moment, datetime):
        return beginning_of(moment, zone)
    return beginning_of(min(moment, LAST_DAY) + timedelta(days=1), zone)


def parse_day(text: str, written: re.Pattern[str]) -> date | datetime:
    """A day or moment in ISO form, or as `written` has it with year, month and day.

    Raises `ValueError` for anything else.
    """
    bare = " ".join(text.split())
    found = written.fullmatch(bare)
    if found and found["day"]:
        return date(int(found["year"]), int(found["month"]), int(found["day"]))
    moment = datetime.fromisoformat(bare)
    return moment.date() if len(bare) <= len("2026-12-31") else moment


def parse_date(text: str, written: re.Pattern[str]) -> date:
    """A day without a time; raises `ValueError` for anything else."""
    day = parse_day(text, written)
    if isinstance(day, datetime):
        raise ValueError(f"{text} is a moment, not a day")
    return day


def day_or_moment(moment: datetime, zone: ZoneInfo) -> date | datetime:
    """How a beginning is written: the day, if it begins with one on the centre's clock."""
    local = moment.astimezone(zone)
    return local.date() if local.time() == time.min else local


def last_day_or_moment(moment: datetime, zone: ZoneInfo) -> date | datetime:
    """How an end is written: the last day it includes, if it ends with one."""
    local = moment.astimezone(zone)
    return local.date() - timedelta(days=1) if local.time() == time.min else local
