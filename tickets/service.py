"""The verbs of a ticket: register, look up, move on, amend, urge."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from tickets.escalation import Alarm, AlarmKind
from tickets.event_gathering import gather
from tickets.event_rules import Watch
from tickets.keeping import Keeper, Transaction
from tickets.life import (
    STEPS,
    Change,
    changed,
    check_move,
    check_names,
    first_receiver,
    is_over,
    marks_of,
    received,
    routed,
)
from tickets.limits import Limits
from tickets.link_store import Link, Relation
from tickets.list_store import Wanted, list_wanted
from tickets.same_matter import find_earlier
from tickets.sent_file_store import SentFileStore
from tickets.store import NewTicket, TicketStore
from tickets.terms import Terms
from tickets.ticket import (
    Kind,
    MoveNotAllowed,
    NotInProfile,
    Priority,
    State,
    Ticket,
)
from tickets.waited_for import is_to_be_told, note_written

URGED, LINKED = "urged", "linked"


class TicketService:
    """Tickets of all profiles; each verb is one transaction.

    `terms` is what each profile is held to; a ticket of any other profile has no clocks. `watches`
    say when many faults of a profile are one event; a profile without has no events.
    """

    def __init__(
        self,
        *,
        write: Transaction,
        read: Transaction,
        clock: Callable[[], datetime],
        terms: Mapping[str, Terms] | None = None,
        watches: Mapping[str, Watch] | None = None,
    ) -> None:
        self._write, self._read, self._clock = write, read, clock
        self._terms, self._watches = terms or {}, watches or {}

    async def register(
        self, new: NewTicket, *, actor: str, timezone: str = "Asia/Shanghai"
    ) -> Ticket:
        """Make a ticket, or return the one this request has already made.

        The day in the number is the day on the centre's own clock (`timezone`).
        """
        try:
            async with self._write() as connection:
                return await self.register_in(connection, new, actor=actor, timezone=timezone)
        except IntegrityError:
            # the same request won the race in another transaction: its ticket is ours
            async with self._read() as connection:
                earlier = await TicketStore(connection).find_by_request(new.request_key)
            if earlier is None:
                raise
            return earlier

    async def register_in(
        self, connection: AsyncConnection, new: NewTicket, *, actor: str, timezone: str
    ) -> Ticket:
        """The same inside the caller's transaction, with whatever must not happen without it."""
        now = self._clock()
        day = now.astimezone(ZoneInfo(timezone)).strftime("%Y%m%d")
        keeper = Keeper(connection, self._terms, now)
        earlier = await keeper.tickets.find_by_request(new.request_key)
        if earlier is not None:
            return earlier
        department, marks = received(new.kind, new.fields, self._terms.get(new.profile))
        no = await keeper.tickets.add(
            new,
            day=day,
            actor=actor,
            at=now,
            owner=first_receiver(actor),
            department=department,
            marks=marks,
        )
        if new.conversation_id is not None:
            # in this transaction, so that no photo is lost or left behind
            await SentFileStore(connection).give_to(
                no, new.kind, new.conversation_id, now=now, filed=True
            )
        ticket = await keeper.reckon(await keeper.tickets.get(no))
        watch = self._watches.get(ticket.profile)
        if watch is not None:
            ticket = await gather(keeper, ticket, watch, day=day)
        return await self._link_to_earlier(keeper, ticket, actor=actor)

    async def get(self, no: str) -> Ticket:
        """The ticket with its history; raises `TicketNotFound`."""
        async with self._read() as connection:
            return await TicketStore(connection).get(no)

    async def find(self, no: str) -> Ticket | None:
        """The ticket with its history, if there is one."""
        async with self._read() as connection:
            return await TicketStore(connection).find(no)

    async def get_leading(self, no: str) -> Ticket:
        """The ticket on which the work is done: itself, or the one it was merged into."""
        async with self._read() as connection:
            store = TicketStore(connection)
            ticket = await store.get(no)
            return ticket if ticket.merged_into is None else await store.get(ticket.merged_into)

    async def list_tickets(
        self,
        *,
        conversation_id: str | None = None,
        kind: Kind | None = None,
        state: State | None = None,
        without: Kind | None = None,
    ) -> list[Ticket]:
        """Tickets that fit every given filter, newest first; none of the kind `without`."""
        async with self._read() as connection:
            return await TicketStore(connection).list_tickets(
                conversation_id=conversation_id, kind=kind, state=state, without=without
            )

    async def list_wanted(self, wanted: Wanted) -> list[Ticket]:
        """One page of the tickets that are wanted, without their history."""
        async with self._read() as connection:
            return await list_wanted(connection, wanted)

    async def list_by_phones(
        self, phones: Collection[str], *, not_in: str, limit: int = 10
    ) -> list[Ticket]:
        """What was asked for under these phones but in one conversation, the newest first."""
        if not phones:
            return []
        async with self._read() as connection:
            return await TicketStore(connection).list_by_phones(phones, not_in=not_in, limit=limit)

    async def change(
        self,
        no: str,
        *,
        actor: str,
        state: State | None = None,
        fields: dict[str, str] | None = None,
        note: str = "",
    ) -> Ticket:
        """Move a ticket on, amend its fields, or both: the short way of `apply`."""
        return await self.apply(no, Change(state=state, fields=fields, note=note), actor=actor)

    async def apply(
        self,
        no: str,
        change: Change,
        *,
        actor: str,
        access_role: str = "",
        version: int | None = None,
    ) -> Ticket:
        """Do everything a change asks for, or nothing; `access_role` is the actor's own.

        Raises `TicketChanged` when `version` is not the present one, `MoveNotAllowed`,
        `ReasonMissing`, `NotInProfile` or `MayNotJudge`.
        """
        async with self._write() as connection:
            keeper = Keeper(connection, self._terms, self._clock())
            ticket = await keeper.get(no, version=version)
            terms = keeper.terms_of(ticket)
            limits = None if terms is None else terms.limits
            if change.state is not None:
                check_move(ticket, change.state, actor=actor, reason=change.note)
            _check_work(ticket, change)
            if limits is not None:
                check_names(ticket, change, limits, access_role=access_role)
            elif change.class_id or change.area or change.department:
                raise NotInProfile(f"{ticket.profile} has no limits.yml here, so no such names")
            after = changed(ticket, change, actor=actor)
            after = after if terms is None else routed(ticket, after, terms)
            marks = marks_of(ticket, after, change.step, limits)
            if limits is not None and after.class_id != ticket.class_id:
                await _tell_of_class(keeper, after, limits)
            return await keeper.keep(ticket, after, actor=actor, note=change.note, marks=marks)

    async def urge(
        self, no: str, *, actor: str, words: str, request_key: str
    ) -> tuple[Ticket, int]:
        """Note that the customer pushes (催办, requirements 1.1 row 6), and tell those at work.

        Returns the ticket and how often it has been pushed; the same request counts once. The
        ticket that leads a merged one is pushed with it.
        """
        async with self._write() as connection:
            keeper = Keeper(connection, self._terms, self._clock())
            ticket = await keeper.get(no)
            if await keeper.tickets.find_event(request_key) is not None:
                return ticket, ticket.urges
            leader = None if ticket.merged_into is None else await keeper.get(ticket.merged_into)
            if is_over(leader or ticket):
                raise MoveNotAllowed(f"ticket {no} is done with and cannot be urged")
            if leader is not None:
                await _push(keeper, leader, actor=actor, words=words)
            pushed = await _push(keeper, ticket, actor=actor, words=words, request_key=request_key)
            return pushed, pushed.urges

    async def note_written(self, conversation_id: str, *, words: str) -> None:
        """The customer has written: tickets that wait for them tell of it, once for each wait."""
        waiting = await self.list_tickets(conversation_id=conversation_id, state=State.WAITING)
        for each in waiting:
            async with self._write() as connection:
                keeper = Keeper(connection, self._terms, self._clock())
                ticket = await keeper.get(each.no)
                if is_to_be_told(ticket):
                    await note_written(keeper, ticket, words=words)

    async def _link_to_earlier(self, keeper: Keeper, ticket: Ticket, *, actor: str) -> Ticket:
        """A second complaint about the same matter is linked to the first."""
        if ticket.kind is not Kind.COMPLAINT:
            return ticket
        phone = ticket.fields.get("phone", "")
        before = await keeper.tickets.list_of_customer(
            profile=ticket.profile,
            kind=ticket.kind,
            conversation_id=ticket.conversation_id,
            phone=phone if any(sign.isdigit() for sign in phone) else None,
        )
        earlier = find_earlier(ticket, before, now=keeper.now)
        if earlier is None:
            return ticket
        link = Link(
            no=ticket.no,
            other=earlier.no,
            relation=Relation.SAME_MATTER,
            actor=actor,
            at=keeper.now,
        )
        await keeper.links.add(link)
        linked = replace(ticket, version=ticket.version + 1)
        return await keeper.keep(ticket, linked, actor=actor, event=LINKED, note=earlier.no)


async def _push(
    keeper: Keeper, ticket: Ticket, *, actor: str, words: str, request_key: str | None = None
) -> Ticket:
    raised = Priority(min(ticket.priority + 1, max(Priority.HIGH, ticket.priority)))
    after = replace(ticket, urges=ticket.urges + 1, priority=raised, version=ticket.version + 1)
    pushed = await keeper.keep(
        ticket, after, actor=actor, event=URGED, note=words, request_key=request_key
    )
    terms = keeper.terms_of(ticket)
    if terms is not None and not is_over(ticket):
        await _tell_of_urge(keeper, pushed, terms.limits)
    return pushed


async def _tell_of_urge(keeper: Keeper, ticket: Ticket, limits: Limits) -> None:
    """Tell the lowest rung of the chain whose people may know of the ticket.

    催促、落实相关部门 (000) is their work: departments are names that tickets are sent to, no post
    belongs to one and nobody signs in for one, so the desk itself can reach no department. The
    alarm names the department with the ticket.
    """
    lowest = limits.chain.rungs[limits.lowest_rung(ticket.kind)].role
    alarm = Alarm(kind=AlarmKind.URGED, level=ticket.urges, role=lowest, at=keeper.now)
    await keeper.clocks.raise_now(ticket, alarm)


async def _tell_of_class(keeper: Keeper, ticket: Ticket, limits: Limits) -> None:
    judged = limits.class_of(ticket.kind, ticket.class_id)
    for level, role in enumerate(judged.tell if judged is not None else ()):
        alarm = Alarm(kind=AlarmKind.JUDGED, level=level, role=role, at=keeper.now)
        await keeper.clocks.raise_now(ticket, alarm)


def _check_work(ticket: Ticket, change: Change) -> None:
    if change.state is State.MERGED:
        raise MoveNotAllowed(f"ticket {ticket.no} is merged by saying into which")
    if change.step is not None and change.step not in STEPS:
        raise MoveNotAllowed(
            f"nobody tells {change.step}; what is told: {', '.join(sorted(STEPS))}"
        )
    worked = (change.step, change.class_id, change.area, change.department, change.handler)
    if is_over(ticket) and change.state is None and any(worked):
        raise MoveNotAllowed(f"ticket {ticket.no} is {ticket.state}; reopen it first")
