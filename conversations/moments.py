"""What a conversation and its tickets tell of the moment in which an agent answers. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from conversations.message import Message, Sender
from knowledge.phrasing import Moment, Phrases, TicketNow
from knowledge.picks import alike, pieces_of
from tickets.clocks import Clock
from tickets.details import find_account, find_name, find_phone
from tickets.place_labels import PlaceLabeller
from tickets.place_words import has_place_sign
from tickets.places import Span, choose_place, is_findable, read_line
from tickets.profile import Profile
from tickets.ticket import OPEN, Ticket

# lines of a burst that are one thought
LINES_TOGETHER, LETTERS_TOGETHER = 3, 200
# customers' lines in which details are looked for: reading one takes a millisecond or two
LINES_READ = 8
# two lines that are as alike as this ask the same (cosine of their characters)
SAME_LINE = 0.6
_TOLD_BY_TICKET = ("address", "phone", "name", "account_no")


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """A conversation as far as it has come: its last lines, oldest first, and its tickets."""

    lines: Sequence[Message] = ()
    tickets: Sequence[Ticket] = ()
    clocks: Sequence[Clock] = ()
    # the limit of the ticket in hand was put off already
    postponed: bool = False


def last_words(lines: Sequence[Message]) -> str:
    """What the customer said since anybody answered, or last; empty when they said nothing."""
    said: list[str] = []
    for line in reversed(lines):
        if line.sender is Sender.CUSTOMER:
            said.append(line.reply.text)
        elif said:
            break
    return "，".join(reversed(said[:LINES_TOGETHER]))[-LETTERS_TOGETHER:]


def ticket_in_hand(tickets: Sequence[Ticket]) -> Ticket | None:
    """The newest ticket that is open, or else the newest; `tickets` come newest first."""
    at_work = (each for each in tickets if each.state in OPEN)
    return next(at_work, tickets[0] if tickets else None)


def moment_of(
    text: str,
    talk: Talk,
    profile: Profile,
    phrases: Phrases,
    now: datetime,
    *,
    labeller: PlaceLabeller | None = None,
) -> Moment:
    """The moment after the customer has said `text`."""
    ticket = ticket_in_hand(talk.tickets)
    said = [line for line in talk.lines if line.sender is Sender.CUSTOMER]
    told = _told(ticket, [text, *(line.reply.text for line in said[-LINES_READ:])], labeller)
    surname, honorific = split_name(told.get("name", ""), phrases)
    return Moment(
        text=text,
        is_angry=profile.is_angry(text),
        is_opening=bool(talk.lines) and not _has_spoken(talk.lines, Sender.AGENT),
        after_bot=_has_spoken(talk.lines, Sender.BOT),
        surname=surname,
        honorific=honorific,
        ticket=None if ticket is None else _now_of(ticket, talk, profile, phrases, now),
        given=frozenset(told),
        missing=_missing(talk.lines, told, profile),
        asked_before=_times_said(text, said) + (ticket.urges if ticket is not None else 0),
        said=frozenset(
            source["entry_id"]
            for line in talk.lines
            for source in line.reply.sources
            if "entry_id" in source
        ),
    )


def split_name(name: str, phrases: Phrases) -> tuple[str, str]:
    """Surname and honorific of what somebody wants to be called; both empty when one is missing."""
    for honorific in phrases.honorifics:
        surname = name.removesuffix(honorific)
        if surname != name and 1 <= len(surname) <= 2:
            return surname, honorific
    return "", ""


def without_private(text: str, labeller: PlaceLabeller | None = None) -> str:
    """The line without what tells who and where: addresses and names become what they are.

    What was only learnt to look like an address, and has no sign of a place, stays: "世界杯下".
    """
    learnt, by_rules = _places_in(text, labeller)
    likely = [span for span in learnt or () if has_place_sign(text[slice(*span)])]
    for start, end in sorted({*likely, *by_rules}, reverse=True):
        text = f"{text[:start]}〔地址〕{text[end:]}"
    for found, instead in ((find_name(text), "〔称呼〕"), (find_account(text), "〔户号〕")):
        text = text.replace(found, instead) if found else text
    return text


def _told(
    ticket: Ticket | None, lines: Sequence[str], labeller: PlaceLabeller | None
) -> Mapping[str, str]:
    """The details the customer has told already, on the ticket or in these lines."""
    told = {} if ticket is None else {name: ticket.fields.get(name, "") for name in _TOLD_BY_TICKET}
    for line in lines:
        told |= _details(line, labeller)
    return {name: value for name, value in told.items() if value}


@lru_cache(maxsize=4096)
def _details(line: str, labeller: PlaceLabeller | None) -> Mapping[str, str]:
    # the same lines are read anew for each line that follows
    learnt, by_rules = _places_in(line, labeller)
    address = choose_place(line, by_rules if learnt is None else learnt)
    found = {
        "address": address if address and is_findable(address) else None,
        "phone": find_phone(line),
        "name": find_name(line),
        "account_no": find_account(line),
    }
    return {name: value for name, value in found.items() if value}


@lru_cache(maxsize=4096)
def _places_in(
    line: str, labeller: PlaceLabeller | None
) -> tuple[tuple[Span, ...] | None, tuple[Span, ...]]:
    """Where a line tells places, as was learnt and by the rules: a third of what a line costs."""
    reading = read_line(line)
    learnt = labeller.find(reading) if labeller is not None else None
    return None if learnt is None else tuple(learnt), tuple(reading.spans())


def _times_said(text: str, said: Sequence[Message]) -> int:
    """How often the customer has said the like before this."""
    before = said[:-1] if said and said[-1].reply.text in text else said
    pieces = pieces_of(text)
    return sum(alike(pieces, pieces_of(line.reply.text)) >= SAME_LINE for line in before)


def _missing(lines: Sequence[Message], told: Mapping[str, str], profile: Profile) -> str:
    """The field that was asked for last, when it was not told."""
    asked = next((line for line in reversed(lines) if line.sender is not Sender.CUSTOMER), None)
    if asked is None:
        return ""
    for name, field in profile.fields.items():
        if name not in told and asked.reply.text in {field.ask, field.hint, field.ask_rest}:
            return name
    return ""


def _has_spoken(lines: Sequence[Message], sender: Sender) -> bool:
    return any(line.sender is sender for line in lines)


def _now_of(
    ticket: Ticket, talk: Talk, profile: Profile, phrases: Phrases, now: datetime
) -> TicketNow:
    is_open = ticket.state in OPEN
    due = due_to_tell(talk.clocks, phrases, now) if is_open else None
    return TicketNow(
        no=ticket.no,
        is_open=is_open,
        due="" if due is None else _spoken(due, profile, phrases),
        may_postpone=is_open and not talk.postponed,
    )


def due_to_tell(clocks: Sequence[Clock], phrases: Phrases, now: datetime) -> datetime | None:
    """Until when the customer may be promised something: an open limit that is not over yet.

    A limit the centre has not set, or one that is late, is no promise.
    """
    running = {
        str(clock.what): clock.due_at
        for clock in clocks
        if clock.is_open and clock.due_at is not None and clock.due_at > now
    }
    return next((running[what] for what in phrases.promised if what in running), None)


def _spoken(due: datetime, profile: Profile, phrases: Phrases) -> str:
    local = due.astimezone(ZoneInfo(profile.timezone))
    return phrases.due_at.format(
        month=local.month, day=local.day, hour=local.hour, minute=local.minute
    )
