"""When a customer was here before: their earlier tickets, and what persons talked with them."""

from dataclasses import dataclass
from typing import Any

from connectors.talks import Talk
from connectors.ticket_data import may_see
from conversations.handover import BAD, Handover
from conversations.handovers import HandOvers
from conversations.past_talks import PastTalks
from conversations.people import Staff
from tickets.service import TicketService
from tickets.ticket import Kind, Ticket

MOST = 8
PHONE = "phone"


@dataclass(frozen=True, slots=True, kw_only=True)
class LastContacts:
    """Reads what was before a talk."""

    tickets: TicketService
    handovers: HandOvers
    past_talks: PastTalks

    async def of(self, member: Staff, talk: Talk) -> list[dict[str, Any]]:
        """Tickets under the same phone and earlier talks, the newest first.

        Nothing where somebody informed: it would tell who.
        """
        conversation_id = talk.conversation.conversation_id
        tickets = await self.tickets.list_tickets(conversation_id=conversation_id)
        if talk.is_sealed or any(ticket.kind is Kind.REPORT for ticket in tickets):
            return []
        phones = {ticket.fields[PHONE] for ticket in tickets if ticket.fields.get(PHONE)}
        if talk.handover is not None and talk.handover.summary.get("details", {}).get(PHONE):
            phones.add(talk.handover.summary["details"][PHONE])
        earlier = await self.tickets.list_by_phones(phones, not_in=conversation_id)
        earlier = [each for each in earlier if may_see(member, each)]
        talks = {conversation_id, *(each.conversation_id or "" for each in earlier)} - {""}
        told = await self.past_talks.list_in(talks)
        if talk.handover is None and told and told[0].conversation_id == conversation_id:
            # this is the talk that is being read
            told = told[1:]
        found = [
            *(_ticket_data(each) for each in earlier),
            *(past_talk_data(each, self.handovers) for each in told),
        ]
        return sorted(found, key=lambda each: each["at"], reverse=True)[:MOST]


def past_talk_data(talk: Handover, handovers: HandOvers) -> dict[str, Any]:
    """A talk that is over: who talked, when, why, and how the customer rated it."""
    return {
        "at": talk.asked_at.isoformat(),
        "ended_at": talk.ended_at.isoformat() if talk.ended_at else None,
        "conversation_id": talk.conversation_id,
        "profile": talk.profile,
        "agent": talk.agent,
        "reason": talk.reason,
        "is_bad": talk.rating == BAD,
        "rating": handovers.terms[talk.profile].words.rates.get(talk.rating or ""),
    }


def _ticket_data(ticket: Ticket) -> dict[str, Any]:
    """Which ticket it was; nothing of it that is hidden from anybody."""
    return {
        "at": ticket.registered_at.isoformat(),
        "no": ticket.no,
        "kind": ticket.kind,
        "state": ticket.state,
    }
