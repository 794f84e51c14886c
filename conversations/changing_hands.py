"""What is said and told when a talk goes from the bot to a person, and back."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from conversations.handover import Handover
from conversations.live import DESK, Event, Live
from conversations.message import Message, Mode, Reply, Sender
from conversations.store import ConversationStore


async def change_mode(
    connection: AsyncConnection, handover: Handover, mode: Mode, reply: Reply, *, at: datetime
) -> Message:
    """Who answers from now on, and what the customer is told of it."""
    await ConversationStore(connection).set_mode(handover.conversation_id, mode)
    return await add_line(connection, handover, reply, at=at)


async def add_line(
    connection: AsyncConnection, handover: Handover, reply: Reply, *, at: datetime
) -> Message:
    """A line of the desk's own in a conversation that was handed over."""
    store = ConversationStore(connection)
    told, _ = await store.add_said(handover.conversation_id, Sender.SYSTEM, reply, key=None, at=at)
    return told


def tell(
    live: Live, handover: Handover, message: Message | None = None, *, mode: Mode | None = None
) -> None:
    """Show it on the customer's page and on the desk's: the mode, the line, another queue."""
    if mode is not None:
        live.publish(handover.conversation_id, Event(name="mode", data={"mode": mode}))
    if message is not None:
        live.publish_line(message)
    live.publish(DESK, Event(name="queue", data={}))
