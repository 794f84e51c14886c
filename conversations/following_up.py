"""Asking customers in their own chat whether the answer helped (回访)."""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from conversations.chats import Chats
from conversations.hub import Hub
from conversations.message import Mode, Sender, UnknownConversation
from conversations.rating import question
from conversations.transcript import Transcript
from tickets.asking_after import Action, NextStep
from tickets.follow_up import FollowUp
from tickets.limits import Asking
from tickets.profile import Profile
from tickets.terms import Terms
from tickets.ticket import Ticket

log = logging.getLogger(__name__)

# what failed, or would interrupt somebody, is tried again then
LATER = timedelta(minutes=10)


class AskingBack:
    """Work that may be run at any time, by several at once, and also after a long pause.

    The question goes out under a key of its own and is noted on the ticket afterwards: a run that
    is killed in between asks again under the same key, and so asks nothing twice.
    """

    def __init__(
        self,
        *,
        hub: Hub,
        transcript: Transcript,
        chats: Chats,
        follow_up: FollowUp,
        profiles: Mapping[str, Profile],
        terms: Mapping[str, Terms],
        clock: Callable[[], datetime],
    ) -> None:
        self._hub, self._transcript, self._chats = hub, transcript, chats
        self._follow_up = follow_up
        self._profiles, self._terms, self._clock = profiles, terms, clock

    async def run(self) -> int:
        """Ask whom to ask now, and give up whom nobody heard of; returns how many were due."""
        due = await self._follow_up.list_due()
        for ticket, step in due:
            try:
                await self._do(ticket, step)
            except Exception:
                log.exception("ticket %s could not be followed up; tried again later", ticket.no)
                await self._follow_up.put_off(ticket.no, until=self._clock() + LATER)
        return len(due)

    async def _do(self, ticket: Ticket, step: NextStep) -> None:
        if step.action is Action.GIVE_UP:
            await self._follow_up.give_up(ticket.no, step)
            return
        terms, now = self._terms[ticket.profile], self._clock()
        asking = terms.limits.follow_up
        assert asking is not None, "nobody is asked at a centre that does not want it"
        if now - step.at > asking.lapses.size:
            await self._follow_up.note_unaskable(ticket.no)
            return
        if not await self._chats.wants_news(ticket.conversation_id or ""):
            await self._follow_up.note_unaskable(ticket.no)
            return
        opens = terms.time.next_open(now, terms.limits.opening_hours[asking.hours])
        try:
            until = max(opens, await self._quiet_from(ticket, asking))
            if until > now:
                await self._follow_up.put_off(ticket.no, until=until)
                return
            await self._ask(ticket, step)
        except UnknownConversation:
            await self._follow_up.note_unaskable(ticket.no)

    async def _ask(self, ticket: Ticket, step: NextStep) -> None:
        assert ticket.conversation_id is not None, "only a ticket by chat is asked about in one"
        asked = question(ticket, self._profiles[ticket.profile], is_first=step.is_first)
        text = await self._chats.as_news(ticket.conversation_id, asked.text)
        await self._hub.notify(
            ticket.conversation_id, key=step.key, text=text, buttons=asked.buttons
        )
        await self._follow_up.note_asked(ticket.no, step)

    async def _quiet_from(self, ticket: Ticket, asking: Asking) -> datetime:
        """When nobody is interrupted any more; raises `UnknownConversation`."""
        now, conversation_id = self._clock(), ticket.conversation_id or ""
        conversation = await self._transcript.get_for_staff(conversation_id)
        if conversation.mode is Mode.AGENT:
            # a person is talking to them
            return now + LATER
        heard = await self._transcript.find_last(conversation_id, Sender.CUSTOMER)
        quiet = timedelta(0) if asking.quiet is None else asking.quiet.size
        return now if heard is None else heard.at + quiet
