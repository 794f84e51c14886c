"""Tickets as they are shown to their customer."""

from datetime import datetime
from zoneinfo import ZoneInfo

from tickets.profile import Profile
from tickets.ticket import Ticket, spoken_number


def ticket_card(ticket: Ticket, profile: Profile) -> dict[str, str]:
    """A filed ticket as a card."""
    promise = profile.promises[ticket.kind]
    return {
        "type": "ticket",
        "lead": profile.wordings.filed_lead,
        "no": ticket.no,
        "kind": profile.kind_labels[ticket.kind],
        "spoken": spoken_number(ticket.no),
        "next": promise.next,
        "by": promise.by,
    }


def progress_words(ticket: Ticket, profile: Profile) -> dict[str, str]:
    """What a customer is told of a ticket's progress."""
    return {
        "spoken": spoken_number(ticket.no),
        "kind": profile.kind_labels[ticket.kind],
        "state": profile.state_labels[ticket.state],
        "registered": _local(ticket.registered_at, profile),
    }


def _local(moment: datetime, profile: Profile) -> str:
    return moment.astimezone(ZoneInfo(profile.timezone)).strftime("%Y-%m-%d %H:%M")
