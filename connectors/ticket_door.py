"""The door to one ticket: who asks, and the ticket, if they may know of it."""

from dataclasses import dataclass

from fastapi import Request

from connectors.sign_in import StaffDoor, StaffService
from connectors.ticket_data import TICKET_ROLES, may_see
from conversations.people import Staff
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
    """A FastAPI dependency for paths with `{no}`; a ticket that is not theirs is not there."""

    def __init__(self, staff: StaffService, tickets: TicketService) -> None:
        self._staff, self._tickets = StaffDoor(staff, roles=TICKET_ROLES), tickets

    async def __call__(self, request: Request, no: str) -> Opened:
        """Raises `SignInFailed`, `NotAllowed` or `TicketNotFound`."""
        member = await self._staff(request)
        return Opened(member, await ticket_for(member, self._tickets, no))
