"""Which tickets are about one event. Pure: the recent tickets and the time are arguments."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tickets.event import Event, Level, RestoreTooFar
from tickets.event_place import covers, read_spot
from tickets.event_settings import EventSettings, Gathering
from tickets.profile import Profile
from tickets.ticket import UNANSWERED, Kind, Ticket

# what nobody works on any more is no sign of something that goes on
REPORTING = UNANSWERED
# no document gives a figure; it keeps a mistyped year from being said to customers
LONGEST_OUTAGE = timedelta(days=30)
# what was expected yesterday may still be written down today; longer ago is a slip as well
LONGEST_AGO = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """A centre's settings, with the values as they stand in tickets."""

    field: str
    # those that make an event by themselves; people open events for others too
    matters: frozenset[str]
    alone: Mapping[str, frozenset[str]]
    levels: Mapping[Level, Gathering]
    # how long nothing may happen to a running event before somebody is asked whether it is over
    remind: timedelta | None = None

    @property
    def window(self) -> timedelta:
        """How far back a report may count at all."""
        return max(each.window for each in self.levels.values())

    def matter_of(self, fields: Mapping[str, str]) -> str | None:
        """What these fields report, unless the customer says that it is their home alone."""
        is_alone = any(fields.get(name) in titles for name, titles in self.alone.items())
        return None if is_alone else fields.get(self.field) or None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """An area that so many customers reported of that it is an event."""

    area: str
    tickets: tuple[Ticket, ...]


def watch_of(profile: Profile) -> Watch | None:
    """What a centre watches for; None when it has no such settings."""
    settings: EventSettings | None = profile.events
    if settings is None:
        return None

    def titles(field: str, ids: Sequence[str]) -> frozenset[str]:
        return frozenset(each.title for each in profile.fields[field].choices if each.id in ids)

    return Watch(
        field=settings.field,
        matters=titles(settings.field, settings.matters),
        alone={field: titles(field, ids) for field, ids in settings.alone.items()},
        levels=settings.levels,
        remind=None if settings.remind is None else settings.remind.as_time,
    )


def check_restore(restore_at: datetime | None, *, now: datetime) -> None:
    """Raises `RestoreTooFar` when it is later than anybody would wait for, or long over.

    A moment that no database or calendar can count with never gets further than here.
    """
    if restore_at is None:
        return
    said = restore_at.isoformat()
    if restore_at > now + LONGEST_OUTAGE:
        raise RestoreTooFar(f"{said} is over {LONGEST_OUTAGE.days} days ahead")
    if restore_at < now - LONGEST_AGO:
        raise RestoreTooFar(f"{said} is over {LONGEST_AGO.days} day ago")


def is_news(was: Event, after: Event, *, now: datetime) -> bool:
    """Whether those who reported an event before it changed should hear of the change."""
    can_be_said = bool(after.cause) or (after.restore_at is not None and after.restore_at > now)
    return can_be_said and (was.cause, was.restore_at) != (after.cause, after.restore_at)


def ask_whether_over(event: Event, remind: timedelta) -> datetime:
    """From when on somebody is to be asked whether a running event is over.

    That is when it should be over, or else `remind` after the last thing that was done to it.
    """
    touched = event.history[-1].at if event.history else event.began_at
    restore = event.restore_at
    return restore if restore is not None and restore > touched else touched + remind


def matter_of(ticket: Ticket, watch: Watch) -> str | None:
    """The matter by which a ticket may be in an event; a danger never waits for others."""
    is_report = ticket.kind is Kind.FAULT and not ticket.urgent and ticket.state in REPORTING
    return watch.matter_of(ticket.fields) if is_report else None


def find_covering(
    running: Iterable[Event], *, matter: str | None, address: str | None
) -> Event | None:
    """The running event that a report of this matter at this address is about, if any.

    Of several the one with the narrowest area.
    """
    if not matter or not address:
        return None
    fits = [each for each in running if each.matter == matter and covers(each.area, address)]
    return min(fits, key=lambda each: (_width(each.area), each.no), default=None)


def find_gathering(
    new: Ticket, recent: Sequence[Ticket], watch: Watch, *, now: datetime
) -> Found | None:
    """The widest area around a new ticket that enough customers reported of lately, if any.

    `recent` may hold any tickets of the centre, the new one among them or not. A customer counts
    once, however often they report.
    """
    matter, spot = matter_of(new, watch), read_spot(new.fields.get("address", ""))
    if matter not in watch.matters or spot is None:
        return None
    alike = [each for each in recent if each.no != new.no and matter_of(each, watch) == matter]
    for level in reversed(Level):
        needed, area = watch.levels.get(level), spot.area_at(level)
        if needed is None or not area:
            continue
        within = [
            each
            for each in (*alike, new)
            if now - each.registered_at <= needed.window
            and covers(area, each.fields.get("address", ""))
        ]
        if _is_enough(within, needed, level):
            return Found(area=area, tickets=tuple(sorted(within, key=lambda each: each.no)))
    return None


def _is_enough(tickets: Sequence[Ticket], needed: Gathering, level: Level) -> bool:
    customers = {_customer(each) for each in tickets}
    spots = [read_spot(each.fields.get("address", "")) for each in tickets]
    places = {spot.place_within(level) for spot in spots if spot is not None}
    return len(customers) >= needed.reports and len(places) >= needed.places


def _customer(ticket: Ticket) -> str:
    """Who reports: the same phone is the same customer, also in another conversation."""
    phone = ticket.fields.get("phone", "")
    if any(sign.isdigit() for sign in phone):
        return phone
    return ticket.conversation_id or ticket.no


def _width(area: str) -> int:
    """How wide an area is: a building before an estate, an estate before a road."""
    spot = read_spot(area)
    if spot is None:
        return len(Level)
    if spot.unit:
        return 0
    return 1 if spot.name else 2
