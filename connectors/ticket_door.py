"""The door to one ticket: who asks, and the ticket, if they may know of it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from fastapi import Request

from connectors.sign_in import StaffDoor, StaffService
from connectors.ticket_data import may_see
from conversations.auditing import Act
from conversations.people import Staff
from conversations.rights import Right
from tickets.service import TicketService
from tickets.ticket import Ticket, TicketNotFound


@dataclass(frozen=True, slots=True)
class Opened:
    """A ticket and the member of staff who has it before them."""

    member: Staff
    ticket: Ticket


async def ticket_for(member: Staff, tickets: TicketService, no: str) -> Ticket:
    """The ticket; one that is not theirs is not there, and raises `TicketNotFound`."""
    ticket = await tickets.get(no)
    if not may_see(member, ticket):
        raise TicketNotFound(f"there is no ticket {no}")
    return ticket


class TicketDoor:
    """Makes FastAPI dependencies for paths with `{no}`; a ticket not theirs is not there."""

    def __init__(self, staff: StaffService, tickets: TicketService) -> None:
        self._staff, self._tickets = staff, tickets

    def to(self, right: Right, act: Act) -> Callable[[Request, str], Awaitable[Opened]]:
        """The door for those with a right; it raises as `StaffDoor`, or `TicketNotFound`."""
        door = StaffDoor(self._staff, right, act)

        async def open_ticket(request: Request, no: str) -> Opened:
            member = await door(request)
            return Opened(member, await ticket_for(member, self._tickets, no))

        return open_ticket
