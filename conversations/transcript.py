"""Conversations as they are kept: opened, found again by their token, and read."""

import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from conversations.message import (
    FILE_MARK,
    VOICE_MARK,
    Conversation,
    Message,
    Mode,
    Sender,
    UnknownConversation,
)
from conversations.people import hash_token, new_token
from conversations.store import ConversationStore
from tickets.keeping import Transaction
from tickets.sent_file_store import SentFileStore
from tickets.sent_files import SentFile


class Transcript:
    """Conversations of all channels and profiles, with their lines."""

    def __init__(
        self, *, write: Transaction, read: Transaction, clock: Callable[[], datetime]
    ) -> None:
        self._write, self._read, self._clock = write, read, clock

    async def open(self, *, profile: str, channel: str) -> tuple[Conversation, str]:
        """A new conversation and the token its customer must carry."""
        async with self._write() as connection:
            return await self.open_in(connection, profile=profile, channel=channel)

    async def open_in(
        self, connection: AsyncConnection, *, profile: str, channel: str
    ) -> tuple[Conversation, str]:
        """The same, inside the caller's transaction."""
        token = new_token()
        conversation = Conversation(
            conversation_id=secrets.token_hex(12),
            profile=profile,
            channel=channel,
            mode=Mode.BOT,
            opened_at=self._clock(),
        )
        await ConversationStore(connection).add(conversation, token_hash=hash_token(token))
        return conversation, token

    async def get(self, conversation_id: str, *, token: str) -> Conversation:
        """The conversation this token belongs to; raises `UnknownConversation`."""
        async with self._read() as connection:
            store = ConversationStore(connection)
            conversation = await store.find_by_token(conversation_id, hash_token(token))
        if conversation is None:
            raise UnknownConversation(f"no conversation {conversation_id} for this token")
        return conversation

    async def get_for_staff(self, conversation_id: str) -> Conversation:
        """The conversation of this id, for staff; raises `UnknownConversation`."""
        async with self._read() as connection:
            conversation = await ConversationStore(connection).find(conversation_id)
        if conversation is None:
            raise UnknownConversation(f"no conversation {conversation_id}")
        return conversation

    async def list_messages(
        self, conversation_id: str, *, after: int = 0, before: int | None = None
    ) -> list[Message]:
        """The last `LINES_AT_ONCE` lines between two sequence numbers, oldest first."""
        async with self._read() as connection:
            store = ConversationStore(connection)
            lines = await store.list_messages(conversation_id, after=after, before=before)
            if not any(_may_have_files(line) for line in lines):
                return lines
            sent = await SentFileStore(connection).list_sent(conversation_id)
        files: dict[str | None, list[SentFile]] = {}
        for each in sent:
            files.setdefault(each.message_id, []).append(each)
        return [
            replace(line, files=tuple(files.get(line.message_id or line.key, ()))) for line in lines
        ]

    async def find_last(self, conversation_id: str, *senders: Sender) -> Message | None:
        """The newest line of a conversation that one of these said, if any."""
        async with self._read() as connection:
            return await ConversationStore(connection).find_last(conversation_id, senders)


def _may_have_files(line: Message) -> bool:
    return any(mark in line.reply.text for mark in (FILE_MARK, VOICE_MARK))
