"""Customers who write elsewhere: how far they are reached, and whether they want to hear more."""

from conversations.door import Reach
from conversations.door_store import DoorStore
from tickets.keeping import Transaction


class Chats:
    """Conversations that go on at a door, each with one address there."""

    def __init__(self, *, read: Transaction) -> None:
        self._read = read

    async def wants_news(self, conversation_id: str) -> bool:
        """Whether a customer wants to hear more than answers."""
        async with self._read() as connection:
            chat = await DoorStore(connection).find_chat_of(conversation_id)
        return chat is None or not chat.is_muted

    async def find_reach(self, conversation_id: str) -> Reach | None:
        """How far our lines reach a customer elsewhere; None where the page asks by itself."""
        async with self._read() as connection:
            store = DoorStore(connection)
            chat = await store.find_chat_of(conversation_id)
            failed = await store.list_failed(conversation_id) if chat else []
        if chat is None:
            return None
        return Reach(
            delivered_seq=chat.delivered_seq,
            gone_at=chat.gone_at,
            failed={each.seq: each.reason for each in failed},
        )
