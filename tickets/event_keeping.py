"""Keeping a change of an event: the event, its history and its tickets', in one transaction."""

from dataclasses import replace

from tickets.event import Deed, Event, EventChanged, EventLine, EventOver, Member
from tickets.event_place import key_of
from tickets.keeping import Keeper
from tickets.ticket import DESK, Ticket

# what is written into the history of a ticket
IN_EVENT, OUT_OF_EVENT = "in_event", "out_of_event"
_TOLD = ("area", "state", "cause", "restore_at", "merged_into")


async def begin(keeper: Keeper, event: Event, *, actor: str) -> Event:
    """Begin an event; one that runs for the same must have been looked for before."""
    await keeper.events.add(event, running_key=_running_key(event))
    line = EventLine(at=keeper.now, actor=actor, what=Deed.OPENED, note=event.area)
    await keeper.events.add_history(event.no, line)
    return replace(event, history=(line,))


async def get_running(keeper: Keeper, no: str, *, version: int | None) -> Event:
    """The event, held for the change.

    Raises `EventNotFound`, `EventOver`, or `EventChanged` when it is not the version that was seen.
    """
    event = await keeper.events.get_for_change(no)
    if version is not None and version != event.version:
        last = event.history[-1] if event.history else None
        by, at = (last.actor, last.at.isoformat()) if last else (DESK, "")
        raise EventChanged(
            f"{by} changed event {no} at {at}: it is version {event.version}, not {version}",
            version=event.version,
            by=by,
            at=at,
        )
    if not event.is_running:
        raise EventOver(f"event {no} is {event.state}")
    return event


async def keep_event(
    keeper: Keeper, was: Event, now: Event, *, actor: str, what: Deed, note: str = ""
) -> Event:
    """Write a change down, one version on; returns the event as it is kept."""
    pairs = {name: (getattr(was, name), getattr(now, name)) for name in _TOLD}
    changes = {
        name: (_said(before), _said(after))
        for name, (before, after) in pairs.items()
        if before != after
    }
    line = EventLine(at=keeper.now, actor=actor, what=what, note=note, changes=changes)
    kept = replace(now, version=was.version + 1, history=(*was.history, line))
    await keeper.events.save(kept, running_key=_running_key(kept) if kept.is_running else None)
    await keeper.events.add_history(kept.no, line)
    return kept


async def put(keeper: Keeper, ticket: Ticket, event: Event, *, actor: str) -> Ticket:
    """Put a ticket into an event; the ticket's own history tells of it.

    It makes no new version of the event: reports come by the second while somebody writes down
    what is known.
    """
    member = Member(
        ticket_no=ticket.no,
        event_no=event.no,
        conversation_id=ticket.conversation_id,
        added_at=keeper.now,
        added_by=actor,
    )
    await keeper.events.put(member)
    return await note_on_ticket(keeper, ticket, actor=actor, what=IN_EVENT, event_no=event.no)


async def note_on_ticket(
    keeper: Keeper, ticket: Ticket, *, actor: str, what: str, event_no: str
) -> Ticket:
    """Write into a ticket's history that it came into an event or out of one."""
    after = replace(ticket, version=ticket.version + 1)
    return await keeper.keep(ticket, after, actor=actor, event=what, note=event_no)


def _running_key(event: Event) -> str:
    """What only one running event has."""
    return f"{event.profile}/{event.matter}/{key_of(event.area)}"


def _said(value: object) -> str:
    return "" if value is None else str(value)
