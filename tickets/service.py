"""The verbs of a ticket: register, look up, move on, amend."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from tickets.store import NewTicket, TicketStore
from tickets.ticket import ALLOWED_MOVES, Kind, MoveNotAllowed, State, Ticket

Transaction = Callable[[], AbstractAsyncContextManager[AsyncConnection]]

URGED, RATED, REOPENED = "urged", "rated", "reopened"


class TicketService:
    """Tickets of all profiles; each verb is one transaction."""

    def __init__(
        self, *, write: Transaction, read: Transaction, clock: Callable[[], datetime]
    ) -> None:
        self._write, self._read, self._clock = write, read, clock

    async def register(
        self, new: NewTicket, *, actor: str, timezone: str = "Asia/Shanghai"
    ) -> Ticket:
        """Make a ticket, or return the one this request has already made.

        The day in the number is the day on the centre's own clock (`timezone`).
        """
        now = self._clock()
        day = now.astimezone(ZoneInfo(timezone)).strftime("%Y%m%d")
        try:
            async with self._write() as connection:
                store = TicketStore(connection)
                earlier = await store.find_by_request(new.request_key)
                if earlier is not None:
                    return earlier
                no = await store.add(new, day=day, actor=actor, at=now)
                return await store.get(no)
        except IntegrityError:
            # the same request won the race in another transaction: its ticket is ours
            async with self._read() as connection:
                earlier = await TicketStore(connection).find_by_request(new.request_key)
            if earlier is None:
                raise
            return earlier

    async def get(self, no: str) -> Ticket:
        """The ticket with its history; raises `TicketNotFound`."""
        async with self._read() as connection:
            return await TicketStore(connection).get(no)

    async def find(self, no: str) -> Ticket | None:
        """The ticket with its history, if there is one."""
        async with self._read() as connection:
            return await TicketStore(connection).find(no)

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

    async def change(
        self,
        no: str,
        *,
        actor: str,
        state: State | None = None,
        fields: dict[str, str] | None = None,
        note: str = "",
    ) -> Ticket:
        """Move a ticket on, amend its fields, or both; raises `MoveNotAllowed`."""
        async with self._write() as connection:
            store = TicketStore(connection)
            ticket = await store.get(no)
            if state is not None and state not in ALLOWED_MOVES[ticket.state]:
                allowed = ", ".join(sorted(ALLOWED_MOVES[ticket.state])) or "nowhere"
                raise MoveNotAllowed(
                    f"ticket {no} is {ticket.state} and can go to: {allowed}; not to {state}"
                )
            merged = {**ticket.fields, **fields} if fields else None
            await store.change(no, state=state, fields=merged)
            await store.add_history(
                no, actor=actor, state=state or ticket.state, note=note, at=self._clock()
            )
            return await store.get(no)

    async def urge(
        self, no: str, *, actor: str, words: str, request_key: str
    ) -> tuple[Ticket, int]:
        """Note that the customer pushes (催办, requirements 1.1 row 6).

        Returns the ticket and how often it has been pushed; the same request counts once.
        """
        async with self._write() as connection:
            store = TicketStore(connection)
            ticket = await store.get(no)
            if await store.find_event(request_key) is None:
                await store.add_history(
                    no,
                    actor=actor,
                    state=ticket.state,
                    event=URGED,
                    note=words,
                    at=self._clock(),
                    request_key=request_key,
                )
            return await store.get(no), await store.count_history(no, event=URGED)

    async def rate(
        self, no: str, *, actor: str, given: str, unhappy: bool, words: str, request_key: str
    ) -> bool:
        """Write a customer's rating down, once; an unhappy one reopens what was answered.

        Returns whether it reopened the ticket, also when the same request comes again.
        """
        async with self._write() as connection:
            store = TicketStore(connection)
            done = await store.find_event(request_key)
            if done is None:
                ticket = await store.get(no)
                reopens = unhappy and ticket.state is State.ANSWERED
                state = State.IN_PROGRESS if reopens else None
                done = REOPENED if reopens else RATED
                await store.change(no, state=state, fields={**ticket.fields, "satisfaction": given})
                await store.add_history(
                    no,
                    actor=actor,
                    state=state or ticket.state,
                    event=done,
                    note=words,
                    at=self._clock(),
                    request_key=request_key,
                )
            return done == REOPENED
