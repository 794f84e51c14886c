"""What of a customer a member of staff sees: who informed is sealed, numbers are hidden by role."""

from dataclasses import dataclass, replace

from conversations.people import Staff
from conversations.rights import Right, may
from tickets.informants import Seal
from tickets.owed import Sheet
from tickets.privacy import mask_private, masked_ticket, really_changed
from tickets.ticket import OPEN, Kind, Ticket


def sees_numbers_of(member: Staff, ticket: Ticket) -> bool:
    """Whether phones of this ticket are whole for this member of staff.

    Those who take it down, own or handle it need them, and whoever is to call back.
    """
    if may(member.role, Right.WHOLE_PHONES):
        return True
    if not may(member.role, Right.WORK_TICKETS):
        return False
    taken_down_by = ticket.history[0].actor if ticket.history else ""
    is_own = member.name in (ticket.owner, ticket.handler, taken_down_by)
    return is_own or (ticket.kind is Kind.CALLBACK and ticket.state in OPEN)


@dataclass(frozen=True, slots=True)
class Sight:
    """Tickets as each of the staff sees them."""

    seal: Seal

    def of(self, member: Staff, ticket: Ticket, *, is_served: bool = False) -> Ticket:
        """The ticket as this member sees it; `is_served`: its customer is theirs now."""
        sealed = self.seal.sealed_ticket(ticket)
        if is_served or sees_numbers_of(member, ticket):
            return sealed
        return masked_ticket(sealed)

    def sheet(self, member: Staff, sheet: Sheet) -> Sheet:
        """What lies beside a ticket as this member sees it; the ticket in it is left as it is."""
        put_off, ticket = sheet.postponed, sheet.ticket
        if put_off is None:
            return sheet
        told = [self.seal.sealed_text(ticket, text) for text in (put_off.reason, put_off.consent)]
        if not sees_numbers_of(member, ticket):
            told = [mask_private(text) for text in told]
        reason, consent = told
        return replace(sheet, postponed=replace(put_off, reason=reason, consent=consent))

    def changes(self, ticket: Ticket, fields: dict[str, str] | None) -> dict[str, str] | None:
        """What is really changed by fields that may have been copied from such a ticket."""
        return really_changed(ticket, self.seal.changes(ticket, fields))
