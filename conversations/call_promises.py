"""A call back instead of a person at once: promised, and kept as a ticket."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from conversations.calling_back import NEEDED_TO_CALL, PHONE, find_open_call
from conversations.hand_over_terms import HandOverTerms
from conversations.handover import Handover, HowEnded, Summary
from conversations.handover_store import HandoverStore
from conversations.message import Conversation, Reply
from tickets.profile import Profile
from tickets.service import TicketService
from tickets.store import NewTicket
from tickets.ticket import BOT, DESK, Kind, spoken_number


class CallPromises:
    """Calls promised to who waits, or where nobody is there."""

    def __init__(
        self,
        *,
        tickets: TicketService,
        profiles: Mapping[str, Profile],
        terms: Mapping[str, HandOverTerms],
        clock: Callable[[], datetime],
    ) -> None:
        self._tickets, self._profiles, self._terms = tickets, profiles, terms
        self._clock = clock

    async def end_wait(self, connection: AsyncConnection, handover: Handover) -> str | None:
        """A ticket to call the customer back instead of the wait; what to tell of it.

        None when somebody claimed the conversation meanwhile: then nothing happens.
        """
        store = HandoverStore(connection)
        if not await store.end_waiting(handover.handover_id, HowEnded.CALL_BACK, at=self._clock()):
            return None
        key = f"{handover.conversation_id}:handover:{handover.handover_id}"
        return await self._file(
            connection, handover.conversation_id, handover.profile, key, handover.summary, by=BOT
        )

    async def promise(
        self, connection: AsyncConnection, conversation: Conversation, key: str, summary: Summary
    ) -> list[Reply]:
        """A call for who needs a person where none is there, once: the next angry line has it."""
        if await find_open_call(self._tickets, conversation) is not None:
            return []
        promised = await self._file(
            connection,
            conversation.conversation_id,
            conversation.profile,
            key,
            summary.data(),
            # nobody asked for it: the bot goes on with whatever it was asking
            by=DESK,
        )
        return [Reply(text=f"{self.nobody(conversation.profile)}{promised}")]

    def nobody(self, profile: str) -> str:
        """That no agent is there now, and when one is."""
        return self._terms[profile].words.nobody.format(hours=self._profiles[profile].hours)

    async def _file(
        self,
        connection: AsyncConnection,
        conversation_id: str,
        profile: str,
        key: str,
        summary: Mapping[str, Any],
        *,
        by: str,
    ) -> str:
        words, details = self._terms[profile].words, summary.get("details", {})
        known = {name: details[name] for name in NEEDED_TO_CALL if name in details}
        ticket = await self._tickets.register_in(
            connection,
            NewTicket(
                request_key=key,
                profile=profile,
                kind=Kind.CALLBACK,
                conversation_id=conversation_id,
                fields={"words": summary.get("matter", ""), **known},
            ),
            actor=by,
            timezone=self._profiles[profile].timezone,
        )
        template = words.called_back if PHONE in known else words.called_back_no_phone
        return template.format(no=spoken_number(ticket.no))
