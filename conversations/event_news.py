"""When an event is over: every customer who reported it is told once, and their ticket answered."""

import logging

from conversations.hub import Hub
from conversations.message import UnknownConversation
from tickets.event import Unsettled
from tickets.event_service import Events

log = logging.getLogger(__name__)

# so few that a page of them is soon worked through
_AT_ONCE = 100


class EventNews:
    """Tells of ended events; it may be run at any time, by several at once, and after a kill."""

    def __init__(self, *, events: Events, hub: Hub) -> None:
        self._events, self._hub = events, hub

    async def tell(self) -> int:
        """Tell and answer what is left; returns how many tickets.

        The customer is told first, under the event's own key, so that a process that dies before
        the ticket is answered tells nobody twice when it comes again. One that fails does not keep
        the others waiting; it is tried again at the next call.
        """
        done = 0
        failed: set[str] = set()
        while True:
            left = await self._events.list_unsettled(limit=_AT_ONCE + len(failed))
            fresh = [each for each in left if each.member.ticket_no not in failed]
            if not fresh:
                return done
            for each in fresh:
                try:
                    await self._settle(each)
                    done += 1
                except Exception:
                    failed.add(each.member.ticket_no)
                    log.exception("ticket %s: its event is over", each.member.ticket_no)

    async def _settle(self, unsettled: Unsettled) -> None:
        member = unsettled.member
        if member.conversation_id is not None and unsettled.is_wanted:
            try:
                await self._tell_once(
                    member.conversation_id, f"event:{member.event_no}", unsettled.closing
                )
            except UnknownConversation:
                # staff may name a conversation on a ticket that never was
                log.warning("ticket %s names no conversation of ours", member.ticket_no)
        await self._events.settle(member)

    async def _tell_once(self, conversation_id: str, key: str, words: str) -> None:
        if await self._hub.wants_news(conversation_id):
            await self._hub.notify(conversation_id, key=key, text=words)
