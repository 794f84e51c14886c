"""Every line of every channel passes here: stored, answered in order, stored again, told.

A customer's line is stored before it is answered and its answers are stored before they are
told, so a line that arrives twice, or a process that dies in between, loses and doubles nothing.
"""

import asyncio
import logging
import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from weakref import WeakValueDictionary

from sqlalchemy.ext.asyncio import AsyncConnection

from conversations.answering import Answering
from conversations.bursts import is_in, read_together
from conversations.door import Reach
from conversations.door_store import DoorStore
from conversations.handover import EMERGENCY, HAND_OVER
from conversations.live import DESK, Event, Live
from conversations.message import (
    FILE_MARK,
    VOICE_MARK,
    Conversation,
    FileNotSent,
    Incoming,
    Message,
    Mode,
    PayloadNotIssued,
    Received,
    Reply,
    Sender,
    UnknownConversation,
    Waiting,
    clean,
)
from conversations.people import hash_token, new_token
from conversations.queueing import Queueing
from conversations.rating import asked_about
from conversations.store import ConversationStore
from conversations.turn_store import TurnStore
from tickets.keeping import Transaction
from tickets.profile import Profile
from tickets.sent_file_store import SentFileStore
from tickets.sent_files import SentFile

log = logging.getLogger(__name__)

# however long somebody goes on typing, an answer comes after this many windows
WINDOWS_IN_A_BURST = 5
# a line for which no customer's page waits is tried so often, after so many seconds each
AGAIN_AFTER_S = (0, 5, 30, 120)
FROM_THE_DESK = (Sender.BOT, Sender.AGENT, Sender.SYSTEM)
# how far back a danger looks for the address and the phone
SAID_LATELY = timedelta(minutes=60)


class Hub:
    """Conversations of all channels and profiles."""

    def __init__(
        self,
        *,
        write: Transaction,
        read: Transaction,
        live: Live,
        answering: Answering,
        queueing: Queueing,
        profiles: Mapping[str, Profile],
        clock: Callable[[], datetime],
        burst_window_s: float = 0.0,
    ) -> None:
        self._write, self._read, self._live = write, read, live
        self._answering, self._queueing = answering, queueing
        self._profiles, self._clock = profiles, clock
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._alarms: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._doors: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        # lines, by conversation and id, that came to this process and that it has not tried to
        # answer yet: any other may have been heard by the bot, and is read with no other line
        self._fresh: set[tuple[str, str]] = set()
        # those that failed here: they do not keep the next ones waiting
        self._failed: set[tuple[str, str]] = set()
        self._working: set[asyncio.Task[Any]] = set()
        self._burst_window_s = burst_window_s
        # when a conversation was last heard, while its lines are waited for
        self._heard: dict[str, float] = {}

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
            store = ConversationStore(connection)
            lines = await store.list_messages(conversation_id, after=after)
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
        `MessageTooLong`, `PayloadNotIssued` or `FileNotSent` before anything is stored.
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
        if not self._is_urgent(conversation, incoming):
            await self._wait_for_more(conversation, incoming)
        for wait_s in AGAIN_AFTER_S:
            await asyncio.sleep(wait_s)
            try:
                await self._answer_in_order(conversation, incoming)
                return
            except Exception:
                log.exception("conversation %s: a line failed", conversation.conversation_id)

    async def correct(self, conversation: Conversation, incoming: Incoming) -> None:
        """A customer has changed the text of a line: the transcript changes, nothing is answered.

        A line that was never heard is taken as it is now, and a danger that is told of only now is
        answered as a line of its own.
        """
        conversation_id, text = conversation.conversation_id, clean(incoming.text)
        async with self._write() as connection:
            store = TurnStore(connection)
            is_known = await store.has_incoming(conversation_id, incoming.message_id)
            corrected = await store.correct(
                conversation_id, incoming.message_id, text, at=self._clock()
            )
        if not is_known:
            await self.accept(conversation, incoming)
            return
        if corrected is None:
            return
        self._live.publish_line(corrected)
        before = replace(incoming, text=corrected.first_text or "")
        if self.is_urgent(conversation, incoming) and not self.is_urgent(conversation, before):
            await self.accept(conversation, replace(incoming, message_id=f"{incoming.message_id}!"))

    async def has_heard(self, conversation_id: str, message_id: str) -> bool:
        """Whether a customer's line is stored."""
        async with self._read() as connection:
            return await TurnStore(connection).has_incoming(conversation_id, message_id)

    def is_urgent(self, conversation: Conversation, incoming: Incoming) -> bool:
        """Whether a line tells of a danger."""
        return self._is_urgent(conversation, incoming)

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

    async def resume(self) -> int:
        """Answer the lines that a stopped process left unanswered; returns how many."""
        async with self._read() as connection:
            waiting = await TurnStore(connection).list_unanswered()
        for conversation, incoming in waiting:
            try:
                await self._answer_in_order(conversation, incoming)
            except Exception:
                log.exception(
                    "conversation %s: a waiting line failed", conversation.conversation_id
                )
        return len(waiting)

    async def _take_turn(
        self, conversation: Conversation, incoming: Incoming, files: Sequence[int]
    ) -> Received:
        async with self._doors.setdefault(conversation.conversation_id, asyncio.Lock()):
            earlier, _ = await self._store_incoming(conversation, incoming, files)
        if earlier is not None:
            return earlier
        if not self._is_urgent(conversation, incoming):
            await self._wait_for_more(conversation, incoming)
        return await self._answer_in_order(conversation, incoming)

    async def _store_incoming(
        self, conversation: Conversation, incoming: Incoming, files: Sequence[int]
    ) -> tuple[Received | None, bool]:
        """What became of the line if it was heard before, and whether it is new."""
        conversation_id = conversation.conversation_id
        async with self._write() as connection:
            store = TurnStore(connection)
            if await store.has_incoming(conversation_id, incoming.message_id):
                return await store.find_received(conversation_id, incoming.message_id), False
            if incoming.payload is not None:
                said = ConversationStore(connection)
                title = await said.find_offer(conversation_id, incoming.payload)
                if title is None:
                    raise PayloadNotIssued(f"{incoming.payload!r} was not offered here")
                incoming = replace(incoming, text=incoming.text or title)
            message = await store.add_incoming(conversation_id, incoming, at=self._clock())
            self._fresh.add((conversation_id, incoming.message_id))
            if files:
                sent = await SentFileStore(connection).send(
                    conversation_id, incoming.message_id, files, at=self._clock()
                )
                if {each.file_id for each in sent} != set(files):
                    raise FileNotSent(f"not all of the files {files} were chosen here")
                message = replace(message, files=tuple(sent))
        self._live.publish_line(message)
        return None, True

    async def _wait_for_more(self, conversation: Conversation, incoming: Incoming) -> None:
        """People send one thought in three lines: wait until they are quiet for a moment."""
        if incoming.payload is not None or not self._burst_window_s:
            return
        clock = asyncio.get_running_loop().time
        begun = clock()
        self._heard[conversation.conversation_id] = begun
        self._tell(conversation.conversation_id, "typing", {"on": True})
        while True:
            heard = self._heard.get(conversation.conversation_id, begun)
            longest = begun + self._burst_window_s * WINDOWS_IN_A_BURST
            rest = min(heard + self._burst_window_s, longest) - clock()
            if rest <= 0:
                break
            await asyncio.sleep(rest)
        if self._heard.get(conversation.conversation_id) == begun:
            del self._heard[conversation.conversation_id]

    async def _answer_in_order(self, conversation: Conversation, incoming: Incoming) -> Received:
        """One turn of a conversation at a time; a danger waits for none but another danger.

        What stands before the line and waits is answered first: a press must not overtake the
        words before it.
        """
        conversation_id = conversation.conversation_id
        is_urgent = self._is_urgent(conversation, incoming)
        locks = self._alarms if is_urgent else self._turns
        async with locks.setdefault(conversation_id, asyncio.Lock()):
            async with self._read() as connection:
                store = TurnStore(connection)
                earlier = await store.find_received(conversation_id, incoming.message_id)
                waiting = [] if earlier else await store.list_waiting(conversation_id)
            if earlier is not None:
                self._fresh.discard((conversation_id, incoming.message_id))
                return earlier
            stands_alone = partial(self._stands_alone, conversation)
            was_heard = partial(self._was_heard, conversation_id)
            groups = [[incoming]]
            if not is_urgent:
                groups = read_together(
                    waiting, incoming, stands_alone=stands_alone, was_heard=was_heard
                )
            for group in groups:
                try:
                    await self._answer(conversation, group)
                except Exception:
                    self._failed |= {(conversation_id, line.message_id) for line in group}
                    if is_in(group, incoming):
                        raise
                    log.exception("conversation %s: an earlier line failed", conversation_id)
            async with self._read() as connection:
                store = TurnStore(connection)
                received = await store.find_received(conversation_id, incoming.message_id)
        assert received is not None, "a line that was answered is not marked so"
        return received

    def _stands_alone(self, conversation: Conversation, waiting: Waiting) -> bool:
        """A danger, and what failed before, but for lines that were put together."""
        key = (conversation.conversation_id, waiting.incoming.message_id)
        is_apart = key in self._failed and waiting.merged_into is None
        return is_apart or self._is_urgent(conversation, waiting.incoming)

    def _was_heard(self, conversation_id: str, waiting: Waiting) -> bool:
        """Whether a process that stopped may have asked the bot, of this line alone."""
        key = (conversation_id, waiting.incoming.message_id)
        return key not in self._fresh and waiting.merged_into is None

    def _is_urgent(self, conversation: Conversation, incoming: Incoming) -> bool:
        profile = self._profiles[conversation.profile]
        return self._answering.find_danger(incoming, profile) is not None

    async def _answer(self, conversation: Conversation, group: list[Incoming]) -> None:
        conversation_id = conversation.conversation_id
        profile = self._profiles[conversation.profile]
        ids = [line.message_id for line in group]
        keys = {(conversation_id, each) for each in ids}
        again = not keys <= self._fresh
        self._fresh -= keys
        if len(group) > 1:
            # a process that comes after this one must put the same lines together
            async with self._write() as connection:
                await TurnStore(connection).put_together(conversation_id, ids)
        last = await self.find_last(conversation_id, *FROM_THE_DESK)
        spoke = await self.find_last(conversation_id, Sender.BOT, Sender.AGENT)
        together = replace(
            group[-1],
            text="\n".join(line.text for line in group),
            about=asked_about(None if last is None else last.reply),
            is_after_person=spoke is not None and spoke.sender is Sender.AGENT,
        )

        async def said_before() -> list[str]:
            return await self._said_before(conversation_id, ids)

        conversation = await self.get_for_staff(conversation_id)
        if conversation.mode is Mode.BOT:
            self._tell(conversation_id, "typing", {"on": True})
        try:
            replies = await self._queueing.press(conversation, together.payload)
            if replies is None:
                replies = await self._answering.answer(
                    conversation, profile, together, again=again, said_before=said_before
                )
            async with self._write() as connection:
                store = TurnStore(connection)
                replies = await self._allowed(connection, conversation, replies)
                stored = await store.add_answers(conversation_id, ids, replies, at=self._clock())
            for message in stored:
                self._live.publish_line(message)
            if any(reply.card_type == HAND_OVER for reply in replies):
                self._tell(DESK, "queue", {})
        finally:
            self._tell(conversation_id, "typing", {"on": False})

    async def _allowed(
        self, connection: AsyncConnection, conversation: Conversation, replies: list[Reply]
    ) -> list[Reply]:
        """What of the bot's answer may be said by now, and what a hand-over adds to it.

        Once a person has taken over only a danger is spoken of: no talking over.
        """
        store = ConversationStore(connection)
        mode = await store.lock_mode(conversation.conversation_id)
        if mode is Mode.BOT:
            return await self._queueing.consider(connection, conversation, replies)
        if any(reply.card_type == EMERGENCY for reply in replies):
            return replies
        if replies:
            log.info("conversation %s: a late answer is dropped", conversation.conversation_id)
        return []

    async def _said_before(self, conversation_id: str, ids: list[str]) -> list[str]:
        """What the customer said lately, the newest first, without these lines."""
        since = self._clock() - SAID_LATELY
        return [
            message.reply.text
            for message in reversed(await self.list_messages(conversation_id))
            if message.sender is Sender.CUSTOMER
            and message.message_id not in ids
            and message.at >= since
        ]

    def _tell(self, conversation_id: str, name: str, data: dict[str, Any]) -> None:
        self._live.publish(conversation_id, Event(name=name, data=data))


def _may_have_files(line: Message) -> bool:
    return any(mark in line.reply.text for mark in (FILE_MARK, VOICE_MARK))
