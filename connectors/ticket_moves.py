"""What a member of staff may do with a ticket as it stands: the page offers this and no more.

The rules themselves are asked, move by move, so that no page knows them a second time.
"""

from datetime import datetime
from typing import Any

from connectors.ticket_data import check_reopening
from conversations.people import NotAllowed, Staff
from conversations.rights import Right, may
from tickets.asking_after import OPEN_TO_ASKING, tries_so_far
from tickets.clocks import LONGEST_DELAY
from tickets.informants import Seal
from tickets.life import STEPS, check_move, is_over
from tickets.limits import Limits
from tickets.owed import Sheet
from tickets.sla import MET_BY
from tickets.ticket import ALLOWED_MOVES, Mark, MoveNotAllowed, ReasonMissing, State, Ticket

# its words are what the customer was answered: they stand on the forms and are read out
_SAYS_SOMETHING = frozenset({State.ANSWERED})


def can_data(
    member: Staff, sheet: Sheet, limits: Limits | None, *, seal: Seal, now: datetime
) -> dict[str, Any]:
    """What this member may do with the ticket now; moments are ISO 8601, in UTC."""
    ticket = sheet.ticket
    sees_informant = seal.covers(ticket) and seal.may_open(member.role)
    if not may(member.role, Right.WORK_TICKETS):
        return {"work": False, "see_informant": sees_informant}
    is_open = not is_over(ticket)
    return {
        "work": True,
        "moves": _moves(member, ticket),
        "steps": _steps(sheet) if is_open else [],
        "classes": _classes(member, ticket, limits) if is_open and limits else [],
        "areas": list(limits.areas) if is_open and limits else [],
        "departments": list(limits.departments) if is_open and limits else [],
        "postpone": _postponable(sheet, now) if is_open else [],
        "urge": is_open,
        "merge": State.MERGED in ALLOWED_MOVES[ticket.state],
        "follow_up": ticket.state in OPEN_TO_ASKING,
        "tries": tries_so_far(ticket),
        "see_informant": sees_informant,
    }


def _moves(member: Staff, ticket: Ticket) -> list[dict[str, Any]]:
    """The states it can go to, in the order of a ticket's life, and whether words are needed."""
    found = []
    for state in State:
        # it is merged by saying into which
        if state is State.MERGED:
            continue
        needs_words = state in _SAYS_SOMETHING
        try:
            check_reopening(member, ticket, state)
            check_move(ticket, state, actor=member.name, reason="")
        except ReasonMissing:
            needs_words = True
        except (MoveNotAllowed, NotAllowed):
            continue
        found.append({"to": state, "needs_words": needs_words})
    return found


def _steps(sheet: Sheet) -> list[Mark]:
    """What can be told that meets a limit which is still open."""
    owed = {clock.what for clock in sheet.clocks if clock.is_open}
    meets = frozenset[Mark]().union(*(MET_BY[what] for what in owed)) & STEPS
    return [mark for mark in Mark if mark in meets]


def _classes(member: Staff, ticket: Ticket, limits: Limits) -> list[dict[str, str]]:
    posts = limits.posts_of(member.role)
    return [
        {"id": each.id, "title": each.title, "meaning": each.meaning}
        for each in limits.classes.get(ticket.kind, [])
        if any(limits.may_judge(post, ticket.kind, each.id) for post in posts)
    ]


def _postponable(sheet: Sheet, now: datetime) -> list[dict[str, str]]:
    """The limits that are not over yet; none once one of this ticket was put off."""
    if sheet.postponed is not None:
        return []
    return [
        {
            "what": clock.what,
            "due_at": clock.due_at.isoformat(),
            "latest": (clock.due_at + LONGEST_DELAY).isoformat(),
        }
        for clock in sheet.clocks
        if clock.is_open and clock.due_at is not None and now <= clock.due_at
    ]
