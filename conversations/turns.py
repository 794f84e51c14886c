"""The bot's turns: the lines of a conversation are answered in order, one turn at a time.

Lines sent within a moment of each other are read together. The answers are stored before they are
told, so a line that is asked about twice, or a process that dies in between, doubles nothing.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from weakref import WeakValueDictionary

from sqlalchemy.ext.asyncio import AsyncConnection

from conversations.answering import Answering
from conversations.bursts import is_in, read_together
from conversations.handover import EMERGENCY, HAND_OVER
from conversations.live import DESK, Event, Live
from conversations.message import (
    FROM_THE_DESK,
    Conversation,
    Incoming,
    Message,
    Mode,
    Received,
    Reply,
    Sender,
    Waiting,
)
from conversations.queueing import Queueing
from conversations.rating import asked_about
from conversations.store import ConversationStore
from conversations.transcript import Transcript
from conversations.turn_store import TurnStore
from tickets.keeping import Transaction
from tickets.profile import Profile

log = logging.getLogger(__name__)

# however long somebody goes on typing, an answer comes after this many windows
WINDOWS_IN_A_BURST = 5
# how far back a danger looks for the address and the phone
SAID_LATELY = timedelta(minutes=60)


class Turns:
    """Answers stored lines; every conversation's own turns wait for each other, and no other's."""

    def __init__(
        self,
        *,
        write: Transaction,
        read: Transaction,
        live: Live,
        transcript: Transcript,
        answering: Answering,
        queueing: Queueing,
        profiles: Mapping[str, Profile],
        clock: Callable[[], datetime],
        burst_window_s: float = 0.0,
    ) -> None:
        self._write, self._read, self._live = write, read, live
        self._transcript, self._answering, self._queueing = transcript, answering, queueing
        self._profiles, self._clock = profiles, clock
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._alarms: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        # lines, by conversation and id, that came to this process and that it has not tried to
        # answer yet: any other may have been heard by the bot, and is read with no other line
        self._fresh: set[tuple[str, str]] = set()
        # those that failed here: they do not keep the next ones waiting
        self._failed: set[tuple[str, str]] = set()
        self._burst_window_s = burst_window_s
        # when a conversation was last heard, while its lines are waited for
        self._heard: dict[str, float] = {}

    def is_urgent(self, conversation: Conversation, incoming: Incoming) -> bool:
        """Whether a line or a pressed button tells of a danger."""
        profile = self._profiles[conversation.profile]
        return self._answering.find_danger(incoming, profile) is not None

    def welcome(self, conversation_id: str, message_id: str) -> None:
        """A line has come to this process: none before has asked the bot about it."""
        self._fresh.add((conversation_id, message_id))

    async def wait_for_more(self, conversation: Conversation, incoming: Incoming) -> None:
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

    async def answer(self, conversation: Conversation, incoming: Incoming) -> Received:
        """One turn of a conversation at a time; a danger waits for none but another danger.

        What stands before the line and waits is answered first: a press must not overtake the
        words before it.
        """
        conversation_id = conversation.conversation_id
        is_urgent = self.is_urgent(conversation, incoming)
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
                    await self._answer_group(conversation, group)
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
        return is_apart or self.is_urgent(conversation, waiting.incoming)

    def _was_heard(self, conversation_id: str, waiting: Waiting) -> bool:
        """Whether a process that stopped may have asked the bot, of this line alone."""
        key = (conversation_id, waiting.incoming.message_id)
        return key not in self._fresh and waiting.merged_into is None

    async def _answer_group(self, conversation: Conversation, group: list[Incoming]) -> None:
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
        last = await self._transcript.find_last(conversation_id, *FROM_THE_DESK)
        spoke = await self._transcript.find_last(conversation_id, Sender.BOT, Sender.AGENT)
        together = replace(
            group[-1],
            text="\n".join(line.text for line in group),
            about=asked_about(None if last is None else last.reply),
            is_after_person=spoke is not None and spoke.sender is Sender.AGENT,
        )

        async def said_before() -> list[str]:
            return await self._said_before(conversation_id, ids)

        conversation = await self._transcript.get_for_staff(conversation_id)
        if conversation.mode is Mode.BOT:
            self._tell(conversation_id, "typing", {"on": True})
        try:
            replies = await self._queueing.press(conversation, together.payload)
            if replies is None:
                replies = await self._answering.answer(
                    conversation, profile, together, again=again, said_before=said_before
                )
            async with self._write() as connection:
                stored = await self._store_answers(connection, conversation, ids, replies)
            for message in stored:
                self._live.publish_line(message)
            if any(message.reply.card_type == HAND_OVER for message in stored):
                self._tell(DESK, "queue", {})
        finally:
            self._tell(conversation_id, "typing", {"on": False})

    async def _store_answers(
        self,
        connection: AsyncConnection,
        conversation: Conversation,
        ids: list[str],
        replies: list[Reply],
    ) -> list[Message]:
        """Store what of the bot's answer may be said by now, and what a hand-over adds to it.

        Once a person has taken over only a danger is spoken of: no talking over. What another desk
        has answered meanwhile is answered; who asks locks the conversation, so that one is first.
        """
        conversation_id, store = conversation.conversation_id, TurnStore(connection)
        mode = await ConversationStore(connection).lock_mode(conversation_id)
        done = await store.find_received(conversation_id, ids[-1])
        is_danger = any(reply.card_type == EMERGENCY for reply in replies)
        # a person who took over put the line aside: that is no answer to a danger
        if done is not None and (done.answers or done.merged_into or not is_danger):
            log.info("conversation %s: answered elsewhere meanwhile", conversation_id)
            return []
        if mode is Mode.BOT:
            replies = await self._queueing.consider(connection, conversation, replies)
        elif replies and not is_danger:
            log.info("conversation %s: a late answer is dropped", conversation_id)
            replies = []
        return await store.add_answers(conversation_id, ids, replies, at=self._clock())

    async def _said_before(self, conversation_id: str, ids: list[str]) -> list[str]:
        """What the customer said lately, the newest first, without these lines."""
        since = self._clock() - SAID_LATELY
        return [
            message.reply.text
            for message in reversed(await self._transcript.list_messages(conversation_id))
            if message.sender is Sender.CUSTOMER
            and message.message_id not in ids
            and message.at >= since
        ]

    def _tell(self, conversation_id: str, name: str, data: dict[str, Any]) -> None:
        self._live.publish(conversation_id, Event(name=name, data=data))
