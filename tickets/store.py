"""All SQL about tickets."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, insert, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from tickets.list_store import Wanted, list_wanted
from tickets.moment_column import Moment
from tickets.tables import ticket_history, tickets
from tickets.ticket import (
    OPEN,
    HistoryLine,
    Kind,
    Mark,
    Priority,
    State,
    Ticket,
    TicketNotFound,
    new_number,
)
from tickets.ticket_rows import line_of, phone_of, ticket_of, with_history

# one statement, so that two writers can never draw the same number
NEXT_OF_DAY = text(
    "INSERT INTO ticket_days (day, last) VALUES (:day, 1) "
    "ON CONFLICT (day) DO UPDATE SET last = ticket_days.last + 1 RETURNING last"
)


_SAVE_DUE = (
    update(tickets)
    .where(tickets.c.no == bindparam("of_no"))
    .values(
        due_at=bindparam("first_due", type_=Moment()),
        follow_up_at=bindparam("next_step", type_=Moment()),
        parked_until=bindparam("parked", type_=Moment()),
        reckoned_by=bindparam("by"),
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTicket:
    """What is known when a ticket is registered; `request_key` names the request itself."""

    request_key: str
    profile: str
    kind: Kind
    conversation_id: str | None
    fields: dict[str, str]
    urgent: bool = False


class Ahead(NamedTuple):
    """When the desk next has to do with a ticket, besides its limits; moments are in UTC."""

    follow_up_at: datetime | None = None
    parked_until: datetime | None = None


class TicketStore:
    """Tickets in the database, inside the caller's transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(
        self,
        new: NewTicket,
        *,
        day: str,
        actor: str,
        at: datetime,
        owner: str = "",
        department: str | None = None,
        marks: tuple[Mark, ...] = (Mark.REGISTERED,),
    ) -> str:
        """Register a ticket with the day's next number; returns the number."""
        sequence = await self._connection.scalar(NEXT_OF_DAY, {"day": day})
        no = new_number(day, int(sequence or 1))
        await self._connection.execute(
            insert(tickets).values(
                no=no,
                request_key=new.request_key,
                profile=new.profile,
                kind=new.kind,
                state=State.REGISTERED,
                urgent=new.urgent,
                conversation_id=new.conversation_id,
                fields=new.fields,
                registered_at=at.isoformat(),
                owner=owner,
                department=department,
                priority=Priority.URGENT if new.urgent else Priority.NORMAL,
                phone=phone_of(new.kind, new.fields),
            )
        )
        line = HistoryLine(at=at, actor=actor, state=State.REGISTERED, marks=marks)
        await self.add_history(no, line)
        return no

    async def find_by_request(self, request_key: str) -> Ticket | None:
        """The ticket already made for this request, if any."""
        query = select(tickets).where(tickets.c.request_key == request_key)
        return await self._one(query)

    async def find(self, no: str) -> Ticket | None:
        """The ticket with this number, if any."""
        return await self._one(select(tickets).where(tickets.c.no == no))

    async def get(self, no: str) -> Ticket:
        """The ticket with this number; raises `TicketNotFound`."""
        ticket = await self.find(no)
        if ticket is None:
            raise TicketNotFound(f"there is no ticket {no}")
        return ticket

    async def list_tickets(
        self,
        *,
        conversation_id: str | None = None,
        kind: Kind | None = None,
        state: State | None = None,
        without: Kind | None = None,
        limit: int = 100,
    ) -> list[Ticket]:
        """Tickets that fit every given filter, newest first, without their history."""
        wanted = Wanted(
            conversation_id=conversation_id, kind=kind, state=state, without=without, limit=limit
        )
        return await list_wanted(self._connection, wanted)

    async def get_for_change(self, no: str) -> Ticket:
        """The ticket, held until the transaction ends; raises `TicketNotFound`."""
        ticket = await self._one(select(tickets).where(tickets.c.no == no).with_for_update())
        if ticket is None:
            raise TicketNotFound(f"there is no ticket {no}")
        return ticket

    async def save(
        self,
        ticket: Ticket,
        *,
        reckoned_by: str | None = None,
        ahead: Ahead = Ahead(),
    ) -> None:
        """Keep everything about a ticket that can change, but for its history."""
        values: dict[str, object] = {
            name: getattr(ticket, name)
            for name in (
                *("state", "fields", "version", "owner", "department", "handler", "class_id"),
                *("area", "priority", "urges", "merged_into", "outcome", "due_at"),
            )
        }
        values["phone"] = phone_of(ticket.kind, ticket.fields)
        values |= ahead._asdict()
        if reckoned_by is not None:
            values["reckoned_by"] = reckoned_by
        changed = update(tickets).where(tickets.c.no == ticket.no).values(values)
        await self._connection.execute(changed)

    async def save_due(
        self, dues: Mapping[str, tuple[datetime | None, Ahead]], *, reckoned_by: str
    ) -> None:
        """When the first limit of each ticket is over, and what lies ahead of it."""
        rows = [
            {
                "of_no": no,
                "first_due": due,
                "next_step": ahead.follow_up_at,
                "parked": ahead.parked_until,
                "by": reckoned_by,
            }
            for no, (due, ahead) in dues.items()
        ]
        if rows:
            await self._connection.execute(_SAVE_DUE, rows)

    async def add_history(
        self, no: str, line: HistoryLine, *, request_key: str | None = None
    ) -> None:
        """Write down what happened."""
        await self._connection.execute(
            insert(ticket_history).values(
                no=no,
                at=line.at.isoformat(),
                actor=line.actor,
                state=line.state,
                note=line.note,
                event=line.event,
                marks=" ".join(line.marks),
                changes=line.changes or None,
                request_key=request_key,
            )
        )

    async def list_of_customer(
        self, *, profile: str, kind: Kind, conversation_id: str | None, phone: str | None
    ) -> list[Ticket]:
        """What a customer has asked for before, newest first, without its history."""
        theirs = []
        if conversation_id is not None:
            theirs.append(tickets.c.conversation_id == conversation_id)
        if phone is not None:
            theirs.append(tickets.c.phone == phone)
        if not theirs:
            return []
        query = (
            select(tickets)
            .where(tickets.c.profile == profile, tickets.c.kind == kind, or_(*theirs))
            .order_by(tickets.c.registered_at.desc(), tickets.c.no.desc())
            .limit(20)
        )
        rows = await self._connection.execute(query)
        return [ticket_of(row) for row in rows.mappings()]

    async def list_by_phones(
        self, phones: Collection[str], *, not_in: str, limit: int
    ) -> list[Ticket]:
        """What was asked for under these phones but in one conversation, the newest first.

        Whoever informed is never among them: of a report no phone is kept here.
        """
        elsewhere = or_(tickets.c.conversation_id.is_(None), tickets.c.conversation_id != not_in)
        query = (
            select(tickets)
            .where(tickets.c.phone.in_(phones), elsewhere)
            .order_by(tickets.c.registered_at.desc(), tickets.c.no.desc())
            .limit(limit)
        )
        rows = await self._connection.execute(query)
        return [ticket_of(row) for row in rows.mappings()]

    async def list_reckoned_otherwise(self, profile: str, digest: str) -> list[str]:
        """The numbers of open tickets whose clocks rest on other terms."""
        query = select(tickets.c.no).where(
            tickets.c.profile == profile,
            tickets.c.state.in_(OPEN),
            tickets.c.reckoned_by != digest,
        )
        return list((await self._connection.execute(query)).scalars())

    async def list_for_change(self, nos: Sequence[str]) -> list[Ticket]:
        """These tickets with their history, held until the transaction ends."""
        return await self.list_whole(nos, for_change=True)

    async def list_whole(self, nos: Sequence[str], *, for_change: bool = False) -> list[Ticket]:
        """These tickets with their history."""
        query = select(tickets).where(tickets.c.no.in_(nos)).order_by(tickets.c.no)
        query = query.with_for_update() if for_change else query
        rows = (await self._connection.execute(query)).mappings().all()
        lines = await self._connection.execute(
            select(ticket_history).where(ticket_history.c.no.in_(nos)).order_by(ticket_history.c.id)
        )
        return with_history(rows, lines.mappings())

    async def list_to_follow_up(
        self, profiles: Sequence[str], *, now: datetime, limit: int
    ) -> list[str]:
        """The numbers of tickets that the desk is to follow up by now, the longest first."""
        query = (
            select(tickets.c.no)
            .where(tickets.c.follow_up_at <= now, tickets.c.profile.in_(profiles))
            .order_by(tickets.c.follow_up_at)
            .limit(limit)
        )
        return list((await self._connection.execute(query)).scalars())

    async def put_off_follow_up(self, no: str, *, until: datetime) -> None:
        """The desk follows this ticket up no sooner, unless it changes meanwhile."""
        is_due = tickets.c.no == no, tickets.c.follow_up_at < until
        await self._connection.execute(update(tickets).where(*is_due).values(follow_up_at=until))

    async def find_event(self, request_key: str) -> str | None:
        """What this request did to a ticket, if it is written down already."""
        query = select(ticket_history.c.event).where(ticket_history.c.request_key == request_key)
        event: str | None = await self._connection.scalar(query)
        return event

    async def _one(self, query: object) -> Ticket | None:
        rows = await self._connection.execute(query)  # type: ignore[call-overload]
        row = rows.mappings().first()
        if row is None:
            return None
        lines = await self._connection.execute(
            select(ticket_history)
            .where(ticket_history.c.no == row["no"])
            .order_by(ticket_history.c.id)
        )
        return ticket_of(row, tuple(line_of(line) for line in lines.mappings()))
