"""What the desk knows of a matter that is being taken down, so that it is not taken down twice."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connectors.events_api import event_data
from connectors.ticket_data import may_see
from conversations.people import Staff
from conversations.queueing import ReadDetails
from tickets.details import find_choice
from tickets.event_service import Events
from tickets.open_nearby import OpenNearby
from tickets.profile import Profile
from tickets.service import TicketService
from tickets.ticket import OPEN, Ticket

FAULT_KIND, PHONE, ADDRESS = "fault_kind", "phone", "address"


def details_in(text: str, profile: Profile, read: ReadDetails) -> dict[str, str]:
    """The details told in a line, and which fault it speaks of, by field."""
    faults = profile.fields[FAULT_KIND].choices if FAULT_KIND in profile.fields else []
    fault = find_choice(text, faults)
    return {**read(text, profile), **({FAULT_KIND: fault} if fault else {})}


def known_ticket(ticket: Ticket, same: str, profile: Profile) -> dict[str, Any]:
    """An open ticket and what it has in `same` with the matter; nothing of its customer."""
    return {
        "no": ticket.no,
        "kind": profile.kind_labels[ticket.kind],
        "state": profile.state_labels[ticket.state],
        "at": ticket.registered_at.isoformat(),
        "same": same,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Looks for open tickets of the same phone or place, and for running events of the place."""

    tickets: TicketService
    nearby: OpenNearby
    events: Events
    read_details: ReadDetails

    async def of(
        self, member: Staff, profile: Profile, fields: Mapping[str, str], *, text: str = ""
    ) -> dict[str, Any]:
        """The details in a text; the tickets and the event that fit them and the fields.

        What is written in a field goes before what is read in the text. Tickets of the phone come
        first, then those of the home, then of the building, each the newest first.
        """
        told = details_in(text, profile, self.read_details) if text else {}
        values = told | {name: value for name, value in fields.items() if value}
        event = await self.events.find_known(profile.name, values)
        return {
            "details": told,
            "open": await self._open(member, profile, values),
            "event": None if event is None else event_data(event),
        }

    async def _open(
        self, member: Staff, profile: Profile, values: Mapping[str, str]
    ) -> list[dict[str, Any]]:
        phones = {values[PHONE]} if PHONE in values else set[str]()
        of_phone = [
            (ticket, PHONE)
            for ticket in await self.tickets.list_by_phones(phones, not_in="")
            if ticket.profile == profile.name and ticket.state in OPEN
        ]
        of_place = await self.nearby.find(profile.name, values.get(ADDRESS, ""))
        found: dict[str, dict[str, Any]] = {}
        for ticket, same in [*of_phone, *of_place]:
            if may_see(member, ticket):
                found.setdefault(ticket.no, known_ticket(ticket, same, profile))
        return list(found.values())
