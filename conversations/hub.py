"""Every line of every channel passes here: stored, answered in its turn, told.

A customer's line is stored before it is answered, so a line that arrives twice, or a process that
dies in between, loses and doubles nothing.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from weakref import WeakValueDictionary

from conversations.live import Event, Live
from conversations.message import (
    FLOOD_WINDOW,
    Conversation,
    FileNotSent,
    Incoming,
    Message,
    PayloadNotIssued,
    Received,
    Reply,
    Sender,
    UnknownConversation,
    WritesTooFast,
    clean,
)
from conversations.store import ConversationStore
from conversations.turn_store import TurnStore
from conversations.turns import Turns
from tickets.keeping import Transaction
from tickets.sent_file_store import SentFileStore

log = logging.getLogger(__name__)

# a line for which no customer's page waits is tried so often, after so many seconds each
AGAIN_AFTER_S = (0, 5, 30, 120)


class Hub:
    """The way in for customers' lines, and out for what the desk says by itself."""

    def __init__(
        self,
        *,
        write: Transaction,
        read: Transaction,
        live: Live,
        turns: Turns,
        clock: Callable[[], datetime],
        lines_a_minute: int | None = None,
    ) -> None:
        self._write, self._read, self._live = write, read, live
        self._turns, self._clock = turns, clock
        # of a page; doors have a pace of their own, by when a line was sent
        self._lines_a_minute = lines_a_minute
        # lines of one conversation are stored in the order they came
        self._doors: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._working: set[asyncio.Task[Any]] = set()

    async def notify(
        self,
        conversation_id: str,
        *,
        key: str,
        text: str,
        buttons: Sequence[Mapping[str, str]] = (),
    ) -> Message:
        """Say something nobody asked for, once: the same key says nothing twice here.

        It is said whoever answers the customer, and stored before it is told: a job that was
        killed in between calls it again. `buttons` are `{title, payload}`. A key has at most 120
        characters; raises `UnknownConversation`.
        """
        reply = Reply(text=text, buttons=tuple(dict(each) for each in buttons))
        async with self._write() as connection:
            store = ConversationStore(connection)
            if await store.find(conversation_id) is None:
                raise UnknownConversation(f"no conversation {conversation_id}")
            message, is_new = await store.add_said(
                conversation_id, Sender.SYSTEM, reply, key=key, at=self._clock()
            )
        if is_new:
            self._live.publish_line(message)
        return message

    def watch(self, conversation_id: str) -> AbstractAsyncContextManager[asyncio.Queue[Event]]:
        """What happens in a conversation from now on."""
        return self._live.watch(conversation_id)

    async def receive(
        self, conversation: Conversation, incoming: Incoming, *, files: Sequence[int] = ()
    ) -> Received:
        """Take a customer's line and return its answers; the same `message_id` gives the same.

        Lines sent within a short window are read together; the last of them has the answers.
        `files` are the ids of what was chosen to be sent with it. Raises `EmptyMessage`,
        `MessageTooLong`, `PayloadNotIssued`, `FileNotSent` or, unless it tells of a danger,
        `WritesTooFast` before anything is stored.
        """
        is_press = incoming.payload is not None and not incoming.text.strip()
        readable = incoming if is_press else replace(incoming, text=clean(incoming.text))
        # a customer who closes the page must not stop a turn half way
        task = asyncio.create_task(self._take_turn(conversation, readable, files))
        self._working.add(task)
        task.add_done_callback(self._working.discard)
        return await asyncio.shield(task)

    async def accept(
        self, conversation: Conversation, incoming: Incoming, *, files: Sequence[int] = ()
    ) -> None:
        """Take a customer's line of a door that waits for no answer: it will go out by itself.

        The line is stored when this returns. Raises as `receive` does.
        """
        readable = incoming if incoming.payload else replace(incoming, text=clean(incoming.text))
        async with self._doors.setdefault(conversation.conversation_id, asyncio.Lock()):
            _, is_new = await self._store_incoming(conversation, readable, files)
        if is_new:
            task = asyncio.create_task(self._answer_by_itself(conversation, readable))
            self._working.add(task)
            task.add_done_callback(self._working.discard)

    async def _answer_by_itself(self, conversation: Conversation, incoming: Incoming) -> None:
        """Answer a stored line for which nobody waits; one that fails is tried again."""
        if not self._turns.is_urgent(conversation, incoming):
            await self._turns.wait_for_more(conversation, incoming)
        for wait_s in AGAIN_AFTER_S:
            await asyncio.sleep(wait_s)
            try:
                await self._turns.answer(conversation, incoming)
                return
            except Exception:
                log.exception("conversation %s: a line failed", conversation.conversation_id)

    async def correct(
        self, conversation: Conversation, incoming: Incoming, *, at: datetime
    ) -> None:
        """A customer changed the text of a line then: the transcript changes, nothing is answered.

        A line that was never heard is taken as it is now, and a danger that is told of only now is
        answered as a line of its own.
        """
        conversation_id, text = conversation.conversation_id, clean(incoming.text)
        async with self._write() as connection:
            store = TurnStore(connection)
            corrected = await store.correct(conversation_id, incoming.message_id, text, at=at)
            line = await store.find_incoming(conversation_id, incoming.message_id)
        if line is None:
            await self.accept(conversation, incoming)
            return
        if corrected is not None:
            self._live.publish_line(corrected)
        if line.reply.text != text or line.first_text is None:
            return
        # also when it was corrected before: by a process that died before it could warn
        before = replace(incoming, text=line.first_text)
        is_urgent = self._turns.is_urgent
        if is_urgent(conversation, incoming) and not is_urgent(conversation, before):
            await self.accept(conversation, replace(incoming, message_id=f"{incoming.message_id}!"))

    async def has_heard(self, conversation_id: str, message_id: str) -> bool:
        """Whether a customer's line is stored."""
        async with self._read() as connection:
            return await TurnStore(connection).has_incoming(conversation_id, message_id)

    async def resume(self) -> int:
        """Answer the lines that a stopped process left unanswered; returns how many."""
        async with self._read() as connection:
            waiting = await TurnStore(connection).list_unanswered()
        for conversation, incoming in waiting:
            await self._answer_left(conversation, incoming)
        return len(waiting)

    async def resume_dangers(self) -> int:
        """The same of the lines that tell of a danger, side by side: they need no bot."""
        async with self._read() as connection:
            waiting = await TurnStore(connection).list_unanswered()
        urgent = [left for left in waiting if self._turns.is_urgent(*left)]
        await asyncio.gather(*(self._answer_left(*left) for left in urgent))
        return len(urgent)

    async def _answer_left(self, conversation: Conversation, incoming: Incoming) -> None:
        try:
            await self._turns.answer(conversation, incoming)
        except Exception:
            log.exception("conversation %s: a waiting line failed", conversation.conversation_id)

    async def _take_turn(
        self, conversation: Conversation, incoming: Incoming, files: Sequence[int]
    ) -> Received:
        async with self._doors.setdefault(conversation.conversation_id, asyncio.Lock()):
            earlier, _ = await self._store_incoming(
                conversation, incoming, files, most=self._lines_a_minute
            )
        if earlier is not None:
            return earlier
        if not self._turns.is_urgent(conversation, incoming):
            await self._turns.wait_for_more(conversation, incoming)
        return await self._turns.answer(conversation, incoming)

    async def _store_incoming(
        self,
        conversation: Conversation,
        incoming: Incoming,
        files: Sequence[int],
        *,
        most: int | None = None,
    ) -> tuple[Received | None, bool]:
        """What became of the line if it was heard before, and whether it is new."""
        conversation_id = conversation.conversation_id
        async with self._write() as connection:
            store = TurnStore(connection)
            if await store.has_incoming(conversation_id, incoming.message_id):
                return await store.find_received(conversation_id, incoming.message_id), False
            if most is not None and not self._turns.is_urgent(conversation, incoming):
                await self._check_pace(store, conversation_id, most)
            if incoming.payload is not None:
                said = ConversationStore(connection)
                title = await said.find_offer(conversation_id, incoming.payload)
                if title is None:
                    raise PayloadNotIssued(f"{incoming.payload!r} was not offered here")
                incoming = replace(incoming, text=incoming.text or title)
            message = await store.add_incoming(conversation_id, incoming, at=self._clock())
            self._turns.welcome(conversation_id, incoming.message_id)
            if files:
                sent = await SentFileStore(connection).send(
                    conversation_id, incoming.message_id, files, at=self._clock()
                )
                if {each.file_id for each in sent} != set(files):
                    raise FileNotSent(f"not all of the files {files} were chosen here")
                message = replace(message, files=tuple(sent))
        self._live.publish_line(message)
        return None, True

    async def _check_pace(self, store: TurnStore, conversation_id: str, most: int) -> None:
        """Raises `WritesTooFast` when so many lines were said within the last minute."""
        back = await store.find_moment_back(conversation_id, most)
        wait = timedelta(0) if back is None else back + FLOOD_WINDOW - self._clock()
        if wait > timedelta(0):
            raise WritesTooFast(wait)
