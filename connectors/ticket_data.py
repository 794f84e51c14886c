"""Tickets as staff see them, and which of the staff may."""

from datetime import datetime
from typing import Any

from conversations.people import NotAllowed, Staff
from conversations.rights import Right, may
from tickets.clock_store import RaisedAlarm
from tickets.clocks import Clock, Postponement
from tickets.link_store import Link
from tickets.owed import Owed, Sheet
from tickets.ticket import ENDED, HistoryLine, Kind, State, Ticket


def may_see(member: Staff, ticket: Ticket) -> bool:
    """Whether this member of staff may know of the ticket: informants stay confidential."""
    return ticket.kind is not Kind.REPORT or may(member.role, Right.READ_REPORTS)


def hidden_from(member: Staff) -> Kind | None:
    """The kind of tickets that is not there for this member of staff."""
    return None if may(member.role, Right.READ_REPORTS) else Kind.REPORT


def check_reopening(member: Staff, ticket: Ticket, to: State | None) -> None:
    """What is over is taken up again only by those who lead; raises `NotAllowed`."""
    is_over = ticket.state in ENDED
    if to is State.REOPENED and is_over and not may(member.role, Right.REOPEN):
        raise NotAllowed(f"role {member.role} may not reopen ticket {ticket.no}")


def ticket_data(ticket: Ticket) -> dict[str, Any]:
    """A ticket by itself."""
    return {
        "no": ticket.no,
        "profile": ticket.profile,
        "kind": ticket.kind,
        "class": ticket.class_id,
        "area": ticket.area,
        "state": ticket.state,
        "urgent": ticket.urgent,
        "priority": ticket.priority.name.lower(),
        "urges": ticket.urges,
        "owner": ticket.owner,
        "department": ticket.department,
        "handler": ticket.handler,
        "merged_into": ticket.merged_into,
        "outcome": ticket.outcome,
        "version": ticket.version,
        "conversation_id": ticket.conversation_id,
        "fields": ticket.fields,
        "registered_at": ticket.registered_at.isoformat(),
        "due_at": _iso(ticket.due_at),
        "history": [_line_data(line) for line in ticket.history],
    }


def sheet_data(sheet: Sheet, *, now: datetime) -> dict[str, Any]:
    """What lies beside a ticket: clocks by what is owed, who was told, links, a postponement."""
    return {
        "due": _due_data(sheet.clocks, now),
        "alarms": [alarm_data(each) for each in sheet.alarms],
        "links": [_link_data(link, sheet.ticket.no) for link in sheet.links],
        "postponed": None if sheet.postponed is None else _postponed_data(sheet.postponed),
        "event": sheet.event,
    }


def owed_data(owed: Owed, *, now: datetime) -> dict[str, Any]:
    """An open ticket in a list, with its clocks and the highest role that was told."""
    data = ticket_data(owed.ticket)
    del data["history"]
    return {**data, "due": _due_data(owed.clocks, now), "told": owed.told}


def alarm_data(alarm: RaisedAlarm) -> dict[str, Any]:
    """Something that was told."""
    return {
        "id": alarm.id,
        "kind": alarm.alarm.kind,
        "what": alarm.what,
        "due_at": alarm.due_at.isoformat(),
        "level": alarm.alarm.level,
        "role": alarm.alarm.role,
        "raised_at": alarm.raised_at.isoformat(),
        "noted_by": alarm.noted_by,
        "noted_at": _iso(alarm.noted_at),
    }


def _due_data(clocks: tuple[Clock, ...], now: datetime) -> dict[str, Any]:
    return {
        clock.what: {
            "verdict": clock.verdict(now),
            "due_at": _iso(clock.due_at),
            "warn_at": _iso(clock.warn_at),
            "closed_at": _iso(clock.closed_at),
            "provisional": bool(clock.doubts),
            "doubts": sorted(clock.doubts),
        }
        for clock in clocks
    }


def _line_data(line: HistoryLine) -> dict[str, Any]:
    return {
        "at": line.at.isoformat(),
        "actor": line.actor,
        "state": line.state,
        "note": line.note,
        "event": line.event,
        "marks": list(line.marks),
        "changes": {name: list(pair) for name, pair in line.changes.items()},
    }


def _link_data(link: Link, no: str) -> dict[str, Any]:
    return {
        "no": link.end(no),
        "relation": link.relation,
        "actor": link.actor,
        "at": link.at.isoformat(),
    }


def _postponed_data(postponed: Postponement) -> dict[str, Any]:
    return {
        "what": postponed.what,
        "was_due_at": postponed.was_due_at.isoformat(),
        "until": postponed.until.isoformat(),
        "reason": postponed.reason,
        "consent": postponed.consent,
        "with_others": postponed.with_others,
        "actor": postponed.actor,
        "at": postponed.at.isoformat(),
    }


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
