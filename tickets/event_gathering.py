"""A new ticket finds its event, or makes one, in the transaction that files it.

So it is done exactly once: writers come one after the other, and a process that dies in between
leaves neither the ticket nor the event.
"""

from collections.abc import Sequence
from dataclasses import replace

from tickets.event import Deed, Event, EventState
from tickets.event_keeping import begin, keep_event, put
from tickets.event_place import lies_within
from tickets.event_rules import Found, Watch, find_covering, find_gathering, matter_of
from tickets.keeping import Keeper
from tickets.ticket import DESK, Ticket

_MANY = 500


async def gather(keeper: Keeper, ticket: Ticket, watch: Watch, *, day: str) -> Ticket:
    """Put a new ticket into the event it is about; make or widen one when it is one too many.

    `day` is today on the centre's clock, as YYYYMMDD.
    """
    matter, address = matter_of(ticket, watch), ticket.fields.get("address")
    if matter is None or not address:
        return ticket
    running = await list_running(keeper, ticket.profile, matter)
    recent = await keeper.events.list_recent(ticket.profile, since=keeper.now - watch.window)
    found = find_gathering(ticket, recent, watch, now=keeper.now)
    if found is not None and not any(lies_within(found.area, each.area) for each in running):
        event = await _event_of(keeper, ticket.profile, matter, found, running, day=day)
        for each in found.tickets:
            if each.no != ticket.no and await keeper.events.find_member(each.no) is None:
                await put(keeper, await keeper.get(each.no), event, actor=DESK)
        return await put(keeper, ticket, event, actor=DESK)
    covering = find_covering(running, matter=matter, address=address)
    return ticket if covering is None else await put(keeper, ticket, covering, actor=DESK)


async def list_running(keeper: Keeper, profile: str, matter: str) -> list[Event]:
    """The running events of a matter."""
    running = await keeper.events.list_events(profile, state=EventState.RUNNING, limit=_MANY)
    return [each for each in running if each.matter == matter]


async def _event_of(
    keeper: Keeper,
    profile: str,
    matter: str,
    found: Found,
    running: Sequence[Event],
    *,
    day: str,
) -> Event:
    """A new event for the area; or the oldest one inside it, widened, and the others put into it.

    Two events for one failure would send two crews.
    """
    inner = [each for each in running if lies_within(each.area, found.area)]
    if not inner:
        event = Event(
            no=await keeper.events.new_number(day),
            profile=profile,
            matter=matter,
            area=found.area,
            state=EventState.RUNNING,
            began_at=min(each.registered_at for each in found.tickets),
        )
        return await begin(keeper, event, actor=DESK)
    oldest, *others = sorted(inner, key=lambda each: (each.began_at, each.no))
    for other in others:
        await _merge(keeper, other, into=oldest)
    was = await keeper.events.get_for_change(oldest.no)
    return await keep_event(
        keeper,
        was,
        replace(was, area=found.area),
        actor=DESK,
        what=Deed.WIDENED,
        note=found.area,
    )


async def _merge(keeper: Keeper, event: Event, *, into: Event) -> None:
    was = await keeper.events.get_for_change(event.no)
    await keeper.events.move_members(was.no, into=into.no)
    merged = replace(was, state=EventState.MERGED, ended_at=keeper.now, merged_into=into.no)
    await keep_event(keeper, was, merged, actor=DESK, what=Deed.MERGED, note=into.no)
