"""What of a talk fills a ticket: each detail with its line, and what is there already."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connectors.known import FAULT_KIND, Known, details_in, known_ticket
from connectors.talks import Talks
from connectors.ticket_data import hidden_from
from conversations.message import Message, Sender
from conversations.people import Staff
from conversations.request import BUSINESSES
from tickets.details import find_choice
from tickets.privacy import mask_data
from tickets.profile import Profile
from tickets.ticket import OPEN, Kind

# what is written down of a call that is no business of its own
ASKED_OF_ANYBODY = ("name", "phone", "address")
WORDS = "words"


@dataclass(frozen=True, slots=True, kw_only=True)
class FromTalk:
    """Reads the details of a talk for the form of a ticket."""

    talks: Talks
    known: Known
    profiles: Mapping[str, Profile]

    async def details(self, member: Staff, conversation_id: str) -> dict[str, Any]:
        """The details told in a talk, each with the line it came from, and what may be filed.

        Open tickets of the talk itself come before those of the same phone or place.
        """
        talk = await self.talks.open(member, conversation_id)
        profile = self.profiles[talk.conversation.profile]
        said = [line for line in talk.lines if line.sender is Sender.CUSTOMER and line.reply.text]
        found = self._told(said, profile)
        tickets = await self.known.tickets.list_tickets(
            conversation_id=conversation_id, without=hidden_from(member)
        )
        own = [known_ticket(each, "talk", profile) for each in tickets if each.state in OPEN]
        values = {name: each["value"] for name, each in found.items() if name != WORDS}
        there = await self.known.of(member, profile, values)
        nos = {each["no"] for each in own}
        return {
            "details": mask_data(found) if talk.hides_numbers else found,
            "kinds": kinds_of(profile),
            "likely": _likely_kind([line.reply.text for line in said], profile),
            "open": [*own, *(each for each in there["open"] if each["no"] not in nos)],
            "event": there["event"],
            "labels": {"kinds": profile.kind_labels, "states": profile.state_labels},
        }

    def _told(self, said: list[Message], profile: Profile) -> dict[str, dict[str, Any]]:
        """What a customer told, by field, each with the newest line it came from."""
        found: dict[str, dict[str, Any]] = {}
        for line in said:
            details = details_in(line.reply.text, profile, self.known.read_details)
            for name, value in details.items():
                found[name] = {"value": value, "seq": line.seq, "text": line.reply.text}
        if said:
            # the longest of the lines is nearly always the one that tells the matter
            told = max(said, key=lambda line: len(line.reply.text))
            words = {"value": told.reply.text, "seq": told.seq, "text": told.reply.text}
            found[WORDS] = words
        return found


def kinds_of(profile: Profile) -> dict[str, Any]:
    """The kinds of ticket an agent may file in a centre, each with its fields in their order."""
    kinds = {}
    for kind in Kind:
        business = profile.businesses.get(kind)
        names = [*(business.fields if business else ASKED_OF_ANYBODY), WORDS]
        fields = [_field(name, profile) for name in dict.fromkeys(names)]
        kinds[str(kind)] = {"title": profile.kind_labels[kind], "fields": fields}
    return kinds


def _field(name: str, profile: Profile) -> dict[str, Any]:
    field = profile.fields.get(name)
    return {
        "name": name,
        "label": field.label if field else profile.field_labels.get(name, name),
        "offers": [choice.title for choice in field.choices] if field else [],
    }


def _likely_kind(said: list[str], profile: Profile) -> Kind:
    """What is most likely to be filed of a talk: what was asked for outright, or a fault."""
    for text in reversed(said):
        intent = profile.asked_outright(text)
        if intent in BUSINESSES and BUSINESSES[intent] in set(Kind):
            return Kind(BUSINESSES[intent])
    faults = profile.fields[FAULT_KIND].choices if FAULT_KIND in profile.fields else []
    is_fault = any(find_choice(text, faults) for text in said)
    return Kind.FAULT if is_fault else Kind.INQUIRY
