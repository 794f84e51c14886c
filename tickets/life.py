"""The life of a ticket: what a change may do, and what it means to the clocks."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from tickets.limits import Limits, What
from tickets.routing import Matter, limits_of, own_department, route
from tickets.sla import Case, Step
from tickets.terms import Terms
from tickets.ticket import (
    ALLOWED_MOVES,
    CUSTOMER,
    ENDED,
    NO_STAFF,
    NOT_ASKED,
    UNANSWERED,
    Kind,
    Mark,
    MayNotJudge,
    MoveNotAllowed,
    NotInProfile,
    ReasonMissing,
    State,
    Ticket,
)

# filed by a move and not by asking: nobody has heard whether it helped
NEED_REASON = frozenset({State.ON_HOLD, State.WITHDRAWN, State.REOPENED, State.FILED})
# what staff can tell that moves no ticket, but stops or starts a clock
STEPS = frozenset({Mark.REFERRED, Mark.FORM_SENT, Mark.CONTACTED, Mark.ARRIVED, Mark.RESOLVED})

_TOLD = ("class_id", "area", "department", "handler", "owner", "priority", "outcome", "merged_into")
_MARKS: dict[State, tuple[Mark, ...]] = {
    State.DISPATCHED: (Mark.DISPATCHED,),
    State.WAITING: (Mark.WAITING,),
    State.ANSWERED: (Mark.ANSWERED,),
    State.REOPENED: (Mark.REOPENED,),
    State.FILED: (Mark.FILED,),
    State.WITHDRAWN: (Mark.WITHDRAWN,),
    # the clocks of the one that leads go on
    State.MERGED: (Mark.WITHDRAWN,),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is to become of a ticket; what is None stays as it is."""

    state: State | None = None
    step: Mark | None = None
    fields: Mapping[str, str] | None = None
    note: str = ""
    class_id: str | None = None
    area: str | None = None
    department: str | None = None
    handler: str | None = None


def check_move(ticket: Ticket, to: State, *, actor: str, reason: str) -> None:
    """Raises `MoveNotAllowed` or `ReasonMissing`."""
    if to not in ALLOWED_MOVES[ticket.state]:
        allowed = sorted(ALLOWED_MOVES[ticket.state])
        where = ", ".join(allowed) or "nowhere"
        raise MoveNotAllowed(
            f"ticket {ticket.no} is {ticket.state} and can go to: {where}; not to {to}",
            allowed=allowed,
        )
    # a customer may take back what is theirs without saying why
    is_free = actor == CUSTOMER and to is State.WITHDRAWN
    if to in NEED_REASON and not is_free and not reason.strip():
        raise ReasonMissing(f"say why ticket {ticket.no} goes to {to}")


def check_names(ticket: Ticket, change: Change, limits: Limits, *, access_role: str) -> None:
    """Whether the centre has what the change names; raises `NotInProfile` or `MayNotJudge`.

    `access_role` is the one the judge signed in with.
    """
    if change.department is not None and change.department not in limits.departments:
        raise _unknown("department", change.department, limits.departments)
    if change.area is not None and change.area not in limits.areas:
        raise _unknown("area", change.area, limits.areas)
    if change.class_id is None:
        return
    if limits.class_of(ticket.kind, change.class_id) is None:
        known = [each.id for each in limits.classes.get(ticket.kind, ())]
        raise _unknown("class", change.class_id, known)
    posts = limits.posts_of(access_role)
    if not any(limits.may_judge(post, ticket.kind, change.class_id) for post in posts):
        raise MayNotJudge(f"{access_role} may not judge ticket {ticket.no} as {change.class_id}")


def changed(ticket: Ticket, change: Change, *, actor: str) -> Ticket:
    """The ticket as the change leaves it, one version on; its history and clocks not yet."""
    state, handler = change.state or ticket.state, change.handler or ticket.handler
    if state is State.IN_PROGRESS and handler is None:
        handler = first_receiver(actor) or None
    return replace(
        ticket,
        state=state,
        fields={**ticket.fields, **(change.fields or {})},
        class_id=change.class_id or ticket.class_id,
        area=change.area or ticket.area,
        department=change.department or ticket.department,
        handler=handler,
        outcome=_outcome(ticket, change),
        owner=ticket.owner or first_receiver(actor),
        version=ticket.version + 1,
    )


def routed(was: Ticket, now: Ticket, terms: Terms) -> Ticket:
    """The ticket in the department it goes to, unless somebody has chosen another.

    Until it leaves the list of new ones it follows what becomes known of it. Whoever dispatches or
    reopens a ticket that lies nowhere, or where there is no department any more, sends it there as
    well.
    """
    if now.department != was.department:
        return now
    lies_nowhere = was.department not in terms.limits.departments
    if was.state is State.REGISTERED:
        follows = lies_nowhere or was.department == goes_to(was, terms)
    else:
        sends = now.state is not was.state and now.state in (State.DISPATCHED, State.REOPENED)
        follows = lies_nowhere and sends
    return replace(now, department=goes_to(now, terms)) if follows else now


def _outcome(ticket: Ticket, change: Change) -> str:
    """How the follow-up ended: what staff file by themselves was never asked about."""
    if change.state is State.FILED:
        return NOT_ASKED
    # what came of asking is no more true of a ticket that is taken up again
    return "" if change.state is State.REOPENED else ticket.outcome


def received(
    kind: Kind, fields: Mapping[str, str], terms: Terms | None
) -> tuple[str | None, tuple[Mark, ...]]:
    """Where a new ticket goes, and what its registration means to the clocks."""
    if terms is None:
        return None, (Mark.REGISTERED,)
    limits = terms.limits
    department = route(Matter(kind=kind, fields=fields), terms.routing, limits)
    referral = _referral(department, own_department(limits, kind, None))
    return department, (Mark.REGISTERED, *referral)


def rehoused(ticket: Ticket, terms: Terms) -> Ticket:
    """The ticket itself, or out of a department that is there no more."""
    if ticket.department is None or ticket.department in terms.limits.departments:
        return ticket
    return replace(ticket, department=goes_to(ticket, terms), version=ticket.version + 1)


def goes_to(ticket: Ticket, terms: Terms) -> str | None:
    """The department that the centre's rules name for a ticket."""
    matter = Matter(
        kind=ticket.kind, fields=ticket.fields, class_id=ticket.class_id, area=ticket.area
    )
    return route(matter, terms.routing, terms.limits)


def differences(was: Ticket, now: Ticket) -> dict[str, tuple[str, str]]:
    """What a change changed besides the state, before and after.

    What an informant told is named only: who they are must not lie in a second place.
    """
    pairs = {name: (getattr(was, name), getattr(now, name)) for name in _TOLD}
    for name in {*was.fields, *now.fields}:
        pairs[f"fields.{name}"] = was.fields.get(name), now.fields.get(name)
    is_sealed = now.kind is Kind.REPORT
    return {
        name: ("", "")
        if is_sealed and name.startswith("fields.")
        else (_said(before), _said(after))
        for name, (before, after) in sorted(pairs.items())
        if before != after
    }


def marks_of(
    was: Ticket, now: Ticket, step: Mark | None, limits: Limits | None
) -> tuple[Mark, ...]:
    """What a change means to the clocks, in order."""
    marks: list[Mark] = []
    if step is not None:
        marks.append(step)
    if was.state is State.WAITING and now.state is not State.WAITING:
        marks.append(Mark.RESUMED)
    if now.state is not was.state:
        marks += _MARKS.get(now.state, ())
    if Mark.ANSWERED in marks and Mark.RESOLVED not in marks and not _owes_answer(limits, now):
        # nothing but the matter itself was owed, and the customer has been told that it is done
        marks.append(Mark.RESOLVED)
    if Mark.REFERRED not in marks:
        marks += referred(was, now, limits)
    return tuple(marks)


def referred(was: Ticket, now: Ticket, limits: Limits | None) -> tuple[Mark, ...]:
    """What it means to the clocks that the ticket was moved to another department, if it was."""
    if limits is None or now.department == was.department:
        return ()
    return _referral(now.department, own_department(limits, now.kind, now.class_id))


def first_receiver(actor: str) -> str:
    """Who owns a ticket from now on (首问责任制), if the actor is one of the staff."""
    return "" if actor in NO_STAFF else actor


def case_of(ticket: Ticket) -> Case:
    """The ticket as its clocks see it.

    What was written down later happened later, also when the clock of the machine was put back.
    """
    moments = itertools.accumulate((line.at for line in ticket.history), max)
    steps = tuple(
        Step(at=at, mark=mark)
        for at, line in zip(moments, ticket.history, strict=True)
        for mark in line.marks
    )
    return Case(kind=ticket.kind, class_id=ticket.class_id, area=ticket.area, steps=steps)


def is_over(ticket: Ticket) -> bool:
    """Whether nothing more is to be done on it."""
    return ticket.state in ENDED


def is_at_work(ticket: Ticket) -> bool:
    """Whether somebody still has to do with it, before it is answered."""
    return ticket.state in UNANSWERED


def _referral(department: str | None, own: str | None) -> tuple[Mark, ...]:
    """Another department is needed than the one that is held to the limit."""
    is_elsewhere = department is not None and own not in (None, department)
    return (Mark.REFERRED,) if is_elsewhere else ()


def _said(value: object) -> str:
    return "" if value is None else str(value)


def _owes_answer(limits: Limits | None, ticket: Ticket) -> bool:
    if limits is None:
        return True
    fits = limits_of(limits, ticket.kind, ticket.class_id)
    return any(each.what is What.ANSWER for each in fits)


def _unknown(what: str, given: str, known: Sequence[str] | Mapping[str, str]) -> NotInProfile:
    return NotInProfile(f"there is no {what} {given!r}; there are: {', '.join(known) or 'none'}")
