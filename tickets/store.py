"""All SQL about tickets."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Integer,
    MetaData,
    RowMapping,
    String,
    Table,
    Text,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from tickets.ticket import HistoryLine, Kind, State, Ticket, TicketNotFound, new_number

metadata = MetaData()

tickets = Table(
    "tickets",
    metadata,
    Column("no", String(20), primary_key=True),
    # who asked for it: the same request arriving twice must find the first ticket
    Column("request_key", String(200), nullable=False, unique=True),
    Column("profile", String(40), nullable=False),
    Column("kind", String(20), nullable=False, index=True),
    Column("state", String(20), nullable=False, index=True),
    Column("urgent", Boolean, nullable=False, default=False),
    Column("conversation_id", String(40), index=True),
    Column("fields", JSON, nullable=False),
    Column("registered_at", String(40), nullable=False, index=True),
)

ticket_history = Table(
    "ticket_history",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("no", String(20), nullable=False, index=True),
    Column("at", String(40), nullable=False),
    Column("actor", String(80), nullable=False),
    Column("state", String(20), nullable=False),
    Column("note", Text, nullable=False, default=""),
    # what happened besides a change of state
    Column("event", String(20), nullable=False, server_default=""),
    # the request behind it: the same one arriving twice is written down once
    Column("request_key", String(200), index=True, unique=True),
)

ticket_days = Table(
    "ticket_days",
    metadata,
    Column("day", String(8), primary_key=True),
    Column("last", Integer, nullable=False),
)

# one statement, so that two writers can never draw the same number
_NEXT_OF_DAY = text(
    "INSERT INTO ticket_days (day, last) VALUES (:day, 1) "
    "ON CONFLICT (day) DO UPDATE SET last = ticket_days.last + 1 RETURNING last"
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


class TicketStore:
    """Tickets in the database, inside the caller's transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, new: NewTicket, *, day: str, actor: str, at: datetime) -> str:
        """Register a ticket with the day's next number; returns the number."""
        sequence = await self._connection.scalar(_NEXT_OF_DAY, {"day": day})
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
            )
        )
        await self.add_history(no, actor=actor, state=State.REGISTERED, note="", at=at)
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
        query = select(tickets).order_by(tickets.c.registered_at.desc(), tickets.c.no.desc())
        if conversation_id is not None:
            query = query.where(tickets.c.conversation_id == conversation_id)
        if kind is not None:
            query = query.where(tickets.c.kind == kind)
        if state is not None:
            query = query.where(tickets.c.state == state)
        if without is not None:
            query = query.where(tickets.c.kind != without)
        rows = await self._connection.execute(query.limit(limit))
        return [_ticket(row) for row in rows.mappings()]

    async def change(
        self, no: str, *, state: State | None = None, fields: dict[str, str] | None = None
    ) -> None:
        """Set the state, the fields, or both."""
        values: dict[str, object] = {}
        if state is not None:
            values["state"] = state
        if fields is not None:
            values["fields"] = fields
        if values:
            changed = update(tickets).where(tickets.c.no == no).values(values)
            await self._connection.execute(changed)

    async def add_history(
        self,
        no: str,
        *,
        actor: str,
        state: State,
        note: str,
        at: datetime,
        event: str = "",
        request_key: str | None = None,
    ) -> None:
        """Write down what happened."""
        await self._connection.execute(
            insert(ticket_history).values(
                no=no,
                at=at.isoformat(),
                actor=actor,
                state=state,
                note=note,
                event=event,
                request_key=request_key,
            )
        )

    async def find_event(self, request_key: str) -> str | None:
        """What this request did to a ticket, if it is written down already."""
        query = select(ticket_history.c.event).where(ticket_history.c.request_key == request_key)
        event: str | None = await self._connection.scalar(query)
        return event

    async def count_history(self, no: str, *, event: str) -> int:
        """How often this happened to a ticket."""
        query = select(func.count()).where(
            ticket_history.c.no == no, ticket_history.c.event == event
        )
        return int(await self._connection.scalar(query) or 0)

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
        return _ticket(row, tuple(_line(line) for line in lines.mappings()))


def _ticket(row: RowMapping, history: tuple[HistoryLine, ...] = ()) -> Ticket:
    return Ticket(
        no=row["no"],
        profile=row["profile"],
        kind=Kind(row["kind"]),
        state=State(row["state"]),
        urgent=row["urgent"],
        conversation_id=row["conversation_id"],
        fields=row["fields"],
        registered_at=datetime.fromisoformat(row["registered_at"]),
        history=history,
    )


def _line(row: RowMapping) -> HistoryLine:
    return HistoryLine(
        at=datetime.fromisoformat(row["at"]),
        actor=row["actor"],
        state=State(row["state"]),
        note=row["note"],
        event=row["event"],
    )
