"""What the desk knows of a matter that is being taken down, so that it is not taken down twice."""

from dataclasses import dataclass
from typing import Any

from connectors.events_api import event_data
from connectors.ticket_data import may_see
from conversations.people import Staff
from conversations.queueing import ReadDetails
from tickets.details import find_choice
from tickets.event_service import Events
from tickets.profile import Profile
from tickets.service import TicketService
from tickets.ticket import OPEN

FAULT_KIND, PHONE = "fault_kind", "phone"


def details_in(text: str, profile: Profile, read: ReadDetails) -> dict[str, str]:
    """The details told in a line, and which fault it speaks of, by field."""
    faults = profile.fields[FAULT_KIND].choices if FAULT_KIND in profile.fields else []
    fault = find_choice(text, faults)
    return {**read(text, profile), **({FAULT_KIND: fault} if fault else {})}


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Looks for open tickets of the same phone and for running events of the same place."""

    tickets: TicketService
    events: Events
    read_details: ReadDetails

    async def of(
        self, member: Staff, profile: Profile, fields: dict[str, str], *, text: str = ""
    ) -> dict[str, Any]:
        """The details in a text; the tickets and the event that fit them and the fields.

        What is written in a field goes before what is read in the text.
        """
        told = details_in(text, profile, self.read_details) if text else {}
        values = told | {name: value for name, value in fields.items() if value}
        event = await self.events.find_known(profile.name, values)
        phones = {values[PHONE]} if PHONE in values else set[str]()
        same = await self.tickets.list_by_phones(phones, not_in="")
        return {
            "details": told,
            "open": [
                ticket.no
                for ticket in same
                if ticket.profile == profile.name
                and ticket.state in OPEN
                and may_see(member, ticket)
            ],
            "event": None if event is None else event_data(event),
        }
