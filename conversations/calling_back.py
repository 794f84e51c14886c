"""A call-back ticket that still lacks the phone, and the line in which the customer tells it."""

from collections.abc import Callable
from datetime import datetime, timedelta

from conversations.message import Conversation, Reply
from tickets.profile import Profile
from tickets.service import TicketService
from tickets.ticket import BOT, DESK, OPEN, Kind, Ticket, spoken_number

PHONE = "phone"
# what a call-back must know, of what was told
NEEDED_TO_CALL = (PHONE, "address", "account_no", "name")
# how long after the promise a bare phone is surely meant for it; later it is noted all the same
CALL_BACK_TALK = timedelta(minutes=30)


class CallingBack:
    """Call-backs that were promised without a phone."""

    def __init__(self, *, tickets: TicketService, clock: Callable[[], datetime]) -> None:
        self._tickets, self._clock = tickets, clock

    async def add_details(
        self, conversation: Conversation, profile: Profile, details: dict[str, str], text: str
    ) -> Reply | None:
        """Put a phone on the call-back that waits for one; what to say when that is all.

        None when there is no such ticket, the line wants something besides, or the desk promised
        the call unasked: then the bot may be asking for the same phone, and hears it too.
        """
        if PHONE not in details:
            return None
        ticket = await find_open_call(self._tickets, conversation)
        if ticket is None or ticket.fields.get(PHONE):
            return None
        told = {
            name: details[name]
            for name in NEEDED_TO_CALL
            if name in details and name not in ticket.fields
        }
        noted = await self._tickets.change(ticket.no, actor=BOT, fields=told)
        is_recent = self._clock() - ticket.registered_at <= CALL_BACK_TALK
        is_unasked = noted.history[0].actor == DESK
        if is_unasked or not is_recent or profile.asks_something(text):
            return None
        words = profile.wordings.call_back_details
        return Reply(text=words.format(no=spoken_number(ticket.no)))


async def find_open_call(tickets: TicketService, conversation: Conversation) -> Ticket | None:
    """The newest open call-back of a conversation, if any."""
    filed = await tickets.list_tickets(
        conversation_id=conversation.conversation_id, kind=Kind.CALLBACK
    )
    return next((ticket for ticket in filed if ticket.state in OPEN), None)
