"""What customers are told of an event; the words are the profile's. Pure."""

from datetime import datetime
from zoneinfo import ZoneInfo

from tickets.event import Event
from tickets.profile import Profile


def known_words(event: Event, profile: Profile, *, now: datetime) -> str:
    """That it is reported and worked on, why, and until when, as far as that is known.

    A time of restoring that has gone by is not said again.
    """
    return _with_what_is_known(profile.wordings.event_running, event, profile, now=now)


def news_words(event: Event, profile: Profile, *, now: datetime) -> str:
    """To those who have reported it already: why, and until when, now that it has changed."""
    return _with_what_is_known(profile.wordings.event_news, event, profile, now=now)


def joined_words(event: Event, profile: Profile) -> str:
    """That a ticket is in it, and what comes next."""
    return profile.wordings.event_joined.format(area=event.area)


def closing_words(event: Event, profile: Profile, *, now: datetime) -> str:
    """That it is over; `now` is when. It is read on another day too, so it names the day."""
    return profile.wordings.event_over.format(
        matter=event.matter, area=event.area, at=_with_day(now, profile)
    )


def _with_what_is_known(wording: str, event: Event, profile: Profile, *, now: datetime) -> str:
    words, restore = profile.wordings, ""
    if event.restore_at is not None and event.restore_at > now:
        restore = words.event_restore.format(at=_said(event.restore_at, profile, now=now))
    cause = event.cause.strip().rstrip("。")
    return wording.format(
        area=event.area,
        matter=event.matter,
        cause=words.event_cause.format(cause=cause) if cause else "",
        restore=restore,
    )


def _said(moment: datetime, profile: Profile, *, now: datetime) -> str:
    zone = ZoneInfo(profile.timezone)
    here = moment.astimezone(zone)
    if here.date() != now.astimezone(zone).date():
        return _with_day(moment, profile)
    return profile.wordings.event_today.format(time=f"{here:%H:%M}")


def _with_day(moment: datetime, profile: Profile) -> str:
    here = moment.astimezone(ZoneInfo(profile.timezone))
    words = profile.wordings.event_day
    return words.format(month=here.month, day=here.day, time=f"{here:%H:%M}")
