"""What becomes of an event: all who reported it are told once, and answered when it is over."""

import logging

from conversations.chats import Chats
from conversations.hub import Hub
from conversations.message import UnknownConversation
from tickets.event import Unsettled
from tickets.event_duties import EventDuties

log = logging.getLogger(__name__)

# so few that a page of them is soon worked through
_AT_ONCE = 100


class EventNews:
    """Tells of events; it may be run at any time, by several at once, and after a kill."""

    def __init__(self, *, duties: EventDuties, hub: Hub, chats: Chats) -> None:
        self._duties, self._hub, self._chats = duties, hub, chats

    async def tell(self) -> int:
        """Tell and answer what is left; returns how many tickets.

        The customer is told first, under the event's own key, so that a process that dies before
        the ticket is answered tells nobody twice when it comes again. One that fails does not keep
        the others waiting; it is tried again at the next call.
        """
        done = 0
        failed: set[str] = set()
        while True:
            left = await self._duties.list_unsettled(limit=_AT_ONCE + len(failed))
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

    async def tell_news(self) -> int:
        """Tell what has become known of running events; returns in how many conversations.

        News are done with when everybody has been told: a killed process comes to the same
        customers again, under the same key, which says nothing twice.
        """
        done = 0
        for news in await self._duties.list_news():
            for conversation_id in news.conversations:
                await self._notify(conversation_id, key=news.key, text=news.words)
            await self._duties.note_told(news)
            done += len(news.conversations)
        return done

    async def _settle(self, unsettled: Unsettled) -> None:
        member = unsettled.member
        if member.conversation_id is not None and unsettled.is_wanted:
            key = f"event:{member.event_no}"
            await self._notify(member.conversation_id, key=key, text=unsettled.closing)
        await self._duties.settle(member)

    async def _notify(self, conversation_id: str, *, key: str, text: str) -> None:
        try:
            if await self._chats.wants_news(conversation_id):
                said = await self._chats.as_news(conversation_id, text)
                await self._hub.notify(conversation_id, key=key, text=said)
        except UnknownConversation:
            # staff may name a conversation on a ticket that never was
            log.warning("an event's ticket names no conversation of ours: %s", conversation_id)
