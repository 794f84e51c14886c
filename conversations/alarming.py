"""What is done at once in danger: fixed words, an urgent ticket, and what is told to it next."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from conversations.emergency import find_emergency
from conversations.message import Conversation, Incoming, Reply
from conversations.reading import plain
from tickets.profile import Profile
from tickets.profile_parts import Danger
from tickets.service import TicketService
from tickets.store import NewTicket
from tickets.ticket import Kind, Ticket, spoken_number

# what the customer said lately, the newest first
SaidBefore = Callable[[], Awaitable[list[str]]]

NEEDED_IN_EMERGENCY = ("address", "phone")
# how long after an emergency a bare address or phone still belongs to it
EMERGENCY_TALK = timedelta(minutes=30)


class Alarming:
    """Emergencies of conversations, on tickets; `read` gives the details in a line."""

    def __init__(
        self,
        *,
        tickets: TicketService,
        clock: Callable[[], datetime],
        read: Callable[[str, Profile], dict[str, str]],
    ) -> None:
        self._tickets, self._clock, self._read = tickets, clock, read

    async def warn(
        self,
        conversation: Conversation,
        profile: Profile,
        incoming: Incoming,
        danger: Danger,
        said_before: SaidBefore,
    ) -> list[Reply]:
        """The fixed words of what to do now, and an urgent ticket."""
        ticket = await self._register(conversation, profile, incoming, danger, said_before)
        steps = "\n".join(danger.steps)
        card = {
            "type": "emergency",
            "title": danger.title,
            "steps": danger.steps,
            "call": danger.call,
        }
        asks = any(slot not in ticket.fields for slot in NEEDED_IN_EMERGENCY)
        wording = profile.wordings.emergency_ticket if asks else profile.wordings.emergency_known
        filed = wording.format(no=spoken_number(ticket.no))
        return [Reply(text=f"{danger.call}\n{steps}", card=card), Reply(text=filed)]

    async def _register(
        self,
        conversation: Conversation,
        profile: Profile,
        incoming: Incoming,
        danger: Danger,
        said_before: SaidBefore,
    ) -> Ticket:
        """The urgent ticket: one for a danger, however often frightened people say it."""
        details = self._read(plain(incoming.text, profile), profile)
        earlier = await self.find_recent(conversation)
        if earlier is not None and earlier.fields["emergency"] == danger.title:
            return await self._complete(earlier, details) or earlier
        for line in await said_before():
            # what was told a minute ago must not be asked for in danger
            details = self._read(plain(line, profile), profile) | details
        known = {slot: details[slot] for slot in NEEDED_IN_EMERGENCY if slot in details}
        return await self._tickets.register(
            NewTicket(
                request_key=f"{conversation.conversation_id}:{incoming.message_id}:emergency",
                profile=profile.name,
                kind=Kind.EMERGENCY,
                conversation_id=conversation.conversation_id,
                fields={"emergency": danger.title, "words": incoming.text, **known},
                urgent=True,
            ),
            actor="bot",
            timezone=profile.timezone,
        )

    async def add_details(
        self,
        conversation: Conversation,
        profile: Profile,
        details: dict[str, str],
        said_before: SaidBefore,
    ) -> Reply | None:
        """Address and phone given after an emergency belong on its ticket before all else.

        Right after the alarm they count even if others were known: frightened people say them
        again, and what was said an hour ago may be of another place.
        """
        told = {slot: details[slot] for slot in NEEDED_IN_EMERGENCY if slot in details}
        filed = await self.find_recent(conversation) if told else None
        if filed is None:
            return None
        lines = await said_before()
        right_after = bool(lines) and find_emergency(plain(lines[0], profile), profile) is not None
        new = {
            slot: value
            for slot, value in told.items()
            if slot not in filed.fields or (right_after and filed.fields[slot] != value)
        }
        if not new and not right_after:
            return None
        if new:
            await self._tickets.change(filed.no, actor="bot", fields=new)
        return Reply(text=profile.wordings.emergency_details.format(no=spoken_number(filed.no)))

    async def find_recent(self, conversation: Conversation) -> Ticket | None:
        """The emergency ticket that a conversation is still about, if any."""
        filed = await self._tickets.list_tickets(
            conversation_id=conversation.conversation_id, kind=Kind.EMERGENCY
        )
        is_recent = filed and self._clock() - filed[0].registered_at <= EMERGENCY_TALK
        return filed[0] if is_recent else None

    async def _complete(self, ticket: Ticket, details: dict[str, str]) -> Ticket | None:
        """The ticket with what it lacked; None when the details add nothing."""
        missing = {
            slot: details[slot]
            for slot in NEEDED_IN_EMERGENCY
            if slot in details and slot not in ticket.fields
        }
        if not missing:
            return None
        return await self._tickets.change(ticket.no, actor="bot", fields=missing)
