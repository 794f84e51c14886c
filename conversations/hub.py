"""Every line of every channel passes here: stored, answered in order, stored again, told.

A customer's line is stored before it is answered and its answers are stored before they are
told, so a line that arrives twice, or a process that dies in between, loses and doubles nothing.
"""

import asyncio
import logging
import secrets
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import datetime
from typing import Any
from weakref import WeakValueDictionary

from sqlalchemy.ext.asyncio import AsyncConnection

from conversations.answering import Answering
from conversations.live import Event, Live
from conversations.message import (
    Conversation,
    Incoming,
    Message,
    Mode,
    PayloadNotIssued,
    UnknownConversation,
    clean,
)
from conversations.people import hash_token, new_token
from conversations.store import ConversationStore
from tickets.profile import Profile

Transaction = Callable[[], AbstractAsyncContextManager[AsyncConnection]]

log = logging.getLogger(__name__)


class Hub:
    """Conversations of all channels and profiles."""

    def __init__(
        self,
        *,
        write: Transaction,
        read: Transaction,
        live: Live,
        answering: Answering,
        profiles: Mapping[str, Profile],
        clock: Callable[[], datetime],
    ) -> None:
        self._write, self._read, self._live = write, read, live
        self._answering, self._profiles, self._clock = answering, profiles, clock
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._working: set[asyncio.Task[list[Message]]] = set()

    async def open(self, *, profile: str, channel: str) -> tuple[Conversation, str]:
        """A new conversation and the token its customer must carry."""
        token = new_token()
        conversation = Conversation(
            conversation_id=secrets.token_hex(12),
            profile=profile,
            channel=channel,
            mode=Mode.BOT,
            opened_at=self._clock(),
        )
        async with self._write() as connection:
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

    async def list_messages(self, conversation_id: str, *, after: int = 0) -> list[Message]:
        """The lines after a sequence number, oldest first."""
        async with self._read() as connection:
            return await ConversationStore(connection).list_messages(conversation_id, after=after)

    def watch(self, conversation_id: str) -> AbstractAsyncContextManager[asyncio.Queue[Event]]:
        """What happens in a conversation from now on."""
        return self._live.watch(conversation_id)

    async def receive(self, conversation: Conversation, incoming: Incoming) -> list[Message]:
        """Take a customer's line and return its answers; the same `message_id` gives the same.

        Raises `EmptyMessage`, `MessageTooLong` or `PayloadNotIssued` before anything is stored.
        """
        is_press = incoming.payload is not None and not incoming.text.strip()
        readable = incoming if is_press else replace(incoming, text=clean(incoming.text))
        # a customer who closes the page must not stop a turn half way
        task = asyncio.create_task(self._take_turn(conversation, readable))
        self._working.add(task)
        task.add_done_callback(self._working.discard)
        return await asyncio.shield(task)

    async def resume(self) -> int:
        """Answer the lines that a stopped process left unanswered; returns how many."""
        async with self._read() as connection:
            waiting = await ConversationStore(connection).list_unanswered()
        for conversation, incoming in waiting:
            try:
                await self._take_turn(conversation, incoming)
            except Exception:
                log.exception(
                    "conversation %s: a waiting line failed", conversation.conversation_id
                )
        return len(waiting)

    async def _take_turn(self, conversation: Conversation, incoming: Incoming) -> list[Message]:
        conversation_id = conversation.conversation_id
        lock = self._turns.setdefault(conversation_id, asyncio.Lock())
        async with lock:
            earlier, is_new = await self._store_incoming(conversation, incoming)
            if earlier is not None:
                return earlier
            self._tell(conversation_id, "typing", {"on": True})
            try:
                return await self._answer(conversation, incoming, again=not is_new)
            finally:
                self._tell(conversation_id, "typing", {"on": False})

    async def _store_incoming(
        self, conversation: Conversation, incoming: Incoming
    ) -> tuple[list[Message] | None, bool]:
        """The earlier answers if there are any, and whether the line is new."""
        conversation_id = conversation.conversation_id
        async with self._write() as connection:
            store = ConversationStore(connection)
            known = await store.find_incoming(conversation_id, incoming.message_id)
            if known is not None:
                _, is_answered = known
                answers = await store.list_answers(conversation_id, incoming.message_id)
                return (answers if is_answered else None), False
            if incoming.payload is not None:
                title = await store.find_offer(conversation_id, incoming.payload)
                if title is None:
                    raise PayloadNotIssued(f"{incoming.payload!r} was not offered here")
                incoming = replace(incoming, text=incoming.text or title)
            message = await store.add_incoming(conversation_id, incoming, at=self._clock())
        self._tell_message(message)
        return None, True

    async def _answer(
        self, conversation: Conversation, incoming: Incoming, *, again: bool
    ) -> list[Message]:
        profile = self._profiles[conversation.profile]
        replies = await self._answering.answer(conversation, profile, incoming, again=again)
        async with self._write() as connection:
            stored = await ConversationStore(connection).add_answers(
                conversation.conversation_id, incoming.message_id, replies, at=self._clock()
            )
        for message in stored:
            self._tell_message(message)
        return stored

    def _tell_message(self, message: Message) -> None:
        event = Event(name="message", data=message_data(message), seq=message.seq)
        self._live.publish(message.conversation_id, event)

    def _tell(self, conversation_id: str, name: str, data: dict[str, Any]) -> None:
        self._live.publish(conversation_id, Event(name=name, data=data))


def message_data(message: Message) -> dict[str, Any]:
    """A message as it goes over the wire."""
    return {
        "seq": message.seq,
        "sender": message.sender,
        "message_id": message.message_id,
        "text": message.reply.text,
        "buttons": list(message.reply.buttons),
        "sources": list(message.reply.sources),
        "card": message.reply.card,
        "at": message.at.isoformat(),
    }
