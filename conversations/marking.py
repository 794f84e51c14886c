"""The customer's mark for a talk that is over; a bad one is told to those who lead, and kept."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from conversations.hand_over_terms import HandOverTerms
from conversations.handover import BAD
from conversations.handover_store import HandoverStore
from conversations.live import DESK, RATED_BAD, Event, Live
from conversations.message import Conversation, Reply
from conversations.people import Role
from conversations.talk_alarm import TalkAlarmKind
from conversations.talk_alarm_store import TalkAlarmStore
from tickets.keeping import Transaction


async def take_mark(
    conversation: Conversation,
    pressed: Mapping[str, Any],
    *,
    terms: HandOverTerms,
    write: Transaction,
    live: Live,
    at: datetime,
) -> Reply:
    """Keep what the pressed button says, once; returns what the customer is told.

    A bad mark and that it is told are one transaction: the customer hears that it is passed on.
    """
    handover_id, rate = int(pressed["handover"]), str(pressed["rate"])
    async with write() as connection:
        store = HandoverStore(connection)
        is_new = await store.rate(handover_id, conversation.conversation_id, rate)
        if is_new and rate == BAD:
            alarms = TalkAlarmStore(connection)
            await alarms.add(handover_id, TalkAlarmKind.RATED_BAD, Role.LEAD, at=at)
    if is_new and rate == BAD:
        data = {"conversation_id": conversation.conversation_id}
        live.publish(DESK, Event(name=RATED_BAD, data=data))
    return Reply(text=terms.words.rated_bad if rate == BAD else terms.words.rated)
