"""Thumbs under answers: whether what the bot said helped the customer.

Errors
    NoAnswer    there is no answer of the bot's under this number in this conversation
"""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from conversations.message import Conversation, ConversationError, Sender
from conversations.store import ConversationStore
from conversations.thumb_store import ThumbStore

Transaction = Callable[[], AbstractAsyncContextManager[AsyncConnection]]


class NoAnswer(ConversationError):
    """There is no answer of the bot's under this number in this conversation."""


class Thumbs:
    """One thumb for each answer; the last one counts."""

    def __init__(
        self, *, write: Transaction, read: Transaction, clock: Callable[[], datetime]
    ) -> None:
        self._write, self._read, self._clock = write, read, clock

    async def give(self, conversation: Conversation, seq: int, *, helped: bool) -> None:
        """Keep what a customer says of an answer with a source; raises `NoAnswer`."""
        conversation_id = conversation.conversation_id
        async with self._write() as connection:
            line = await ConversationStore(connection).find_line(conversation_id, seq)
            if line is None or line.sender is not Sender.BOT or not line.reply.sources:
                raise NoAnswer(f"line {seq} is no answer in this conversation")
            await ThumbStore(connection).put(conversation_id, seq, helped=helped, at=self._clock())

    async def list_of(self, conversation: Conversation) -> dict[int, bool]:
        """The thumbs of a conversation, by the number of the line."""
        async with self._read() as connection:
            return await ThumbStore(connection).list_of([conversation.conversation_id])
