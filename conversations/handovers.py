"""What an agent does with a talk that was handed over: claim it, say, give it back, let go.

From the moment of the claim the bot is silent: the conversation's mode changes in the same
transaction, and a late answer of the bot is dropped.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from conversations.changing_hands import change_mode, tell
from conversations.duty_store import DutyStore
from conversations.hand_over_terms import HandOverTerms
from conversations.handover import (
    AlreadyClaimed,
    Handover,
    HowEnded,
    NotHandedOver,
    NotYours,
    Standing,
)
from conversations.handover_store import HandoverStore
from conversations.live import DESK, Event, Live
from conversations.message import Message, Mode, Reply, Sender, clean, file_as_text
from conversations.queueing import RATE, Queueing
from conversations.store import ConversationStore
from conversations.turn_store import TurnStore
from tickets.keeping import Transaction
from tickets.sent_file_store import SentFileStore
from tickets.sent_files import KeptFile


class HandOvers:
    """Conversations that a person has, and those that wait for one."""

    def __init__(
        self,
        *,
        write: Transaction,
        read: Transaction,
        live: Live,
        terms: Mapping[str, HandOverTerms],
        queueing: Queueing,
        clock: Callable[[], datetime],
    ) -> None:
        self._write, self._read, self._live, self._clock = write, read, live, clock
        self.terms, self._queueing = terms, queueing

    async def claim(self, conversation_id: str, *, agent: str) -> Handover:
        """Take a waiting conversation; raises `NotHandedOver` or `AlreadyClaimed`."""
        async with self._write() as connection:
            store = HandoverStore(connection)
            handover = await self._open(store, conversation_id)
            if handover.agent == agent:
                return handover
            if not await store.claim(handover.handover_id, agent=agent, at=self._clock()):
                taken = await store.get(handover.handover_id)
                if taken.agent is None:
                    raise NotHandedOver(f"nobody waits for a person in {conversation_id} any more")
                raise AlreadyClaimed(taken.agent)
            words = self.terms[handover.profile].words.claimed.format(agent=agent)
            told = await change_mode(
                connection, handover, Mode.AGENT, Reply(text=words), at=self._clock()
            )
            claimed = await store.get(handover.handover_id)
        tell(self._live, claimed, told, mode=Mode.AGENT)
        return claimed

    async def say(self, conversation_id: str, *, agent: str, key: str, text: str) -> Message:
        """An agent's line to the customer; the same key again is the same line.

        Raises `NotYours`, `EmptyMessage` or `MessageTooLong`.
        """
        text = clean(text)
        async with self._write() as connection:
            store = HandoverStore(connection)
            handover = await self._own(store, conversation_id, agent)
            message, is_new = await ConversationStore(connection).add_said(
                conversation_id,
                Sender.AGENT,
                Reply(text=text),
                key=f"agent:{key}",
                at=self._clock(),
            )
            await store.save_draft(handover.handover_id, "")
            await store.save_seen(handover.handover_id, message.seq)
        if is_new:
            tell(self._live, handover, message)
        return message

    async def send_file(
        self, conversation_id: str, *, agent: str, key: str, kept: KeptFile
    ) -> Message:
        """A file of an agent's for the customer; the same key again is the same line.

        Raises `NotYours`.
        """
        now, line_key = self._clock(), f"agent:{key}"
        async with self._write() as connection:
            store, files = HandoverStore(connection), SentFileStore(connection)
            handover = await self._own(store, conversation_id, agent)
            message, is_new = await ConversationStore(connection).add_said(
                conversation_id, Sender.AGENT, Reply(text=file_as_text("")), key=line_key, at=now
            )
            if is_new:
                sent = await files.add_from_staff(conversation_id, line_key, kept, at=now)
                message = replace(message, files=(sent,))
            await store.save_seen(handover.handover_id, message.seq)
        if is_new:
            tell(self._live, handover, message)
        return message

    async def keep_draft(self, conversation_id: str, *, agent: str, draft: str) -> None:
        """Keep what is typed and not sent: a browser may die in the middle of a sentence."""
        async with self._write() as connection:
            store = HandoverStore(connection)
            handover = await self._own(store, conversation_id, agent)
            await store.save_draft(handover.handover_id, draft)

    async def see(self, conversation_id: str, *, agent: str, seq: int) -> None:
        """The agent has read up to this line."""
        async with self._write() as connection:
            store = HandoverStore(connection)
            handover = await self._own(store, conversation_id, agent)
            await store.save_seen(handover.handover_id, seq)

    async def give_back(self, conversation_id: str, *, agent: str, asks_rating: bool) -> None:
        """The bot goes on; the customer is told, and asked how it was if the agent wishes."""
        async with self._write() as connection:
            store = HandoverStore(connection)
            handover = await self._own(store, conversation_id, agent)
            await store.end(handover.handover_id, HowEnded.GIVEN_BACK, at=self._clock())
            await TurnStore(connection).put_aside(conversation_id)
            farewell = self._farewell(handover, asks_rating)
            told = await change_mode(connection, handover, Mode.BOT, farewell, at=self._clock())
        tell(self._live, handover, told, mode=Mode.BOT)

    async def release(self, agent: str) -> int:
        """An agent goes: what was theirs is in the queue again, in front; returns how many."""
        async with self._read() as connection:
            own = await HandoverStore(connection).list_open(agent=agent)
        released = [await self._queueing.put_back(handover) for handover in own]
        async with self._write() as connection:
            await DutyStore(connection).go_off_duty(agent)
        self._live.publish(DESK, Event(name="queue", data={}))
        return sum(released)

    async def list_open(self) -> list[Handover]:
        """All that wait or go on, who asked first foremost."""
        async with self._read() as connection:
            return await HandoverStore(connection).list_open()

    async def list_standings(self) -> list[Standing]:
        """Every open hand-over with how its talk stands, who asked first foremost."""
        async with self._read() as connection:
            return await HandoverStore(connection).list_standings()

    async def find_open(self, conversation_id: str) -> Handover | None:
        """The hand-over that waits or goes on in a conversation, if any."""
        async with self._read() as connection:
            return await HandoverStore(connection).find_open(conversation_id)

    async def _open(self, store: HandoverStore, conversation_id: str) -> Handover:
        handover = await store.find_open(conversation_id)
        if handover is None:
            raise NotHandedOver(f"nobody waits for a person in {conversation_id}")
        return handover

    async def _own(self, store: HandoverStore, conversation_id: str, agent: str) -> Handover:
        handover = await store.find_open(conversation_id)
        if handover is None or handover.agent != agent:
            raise NotYours(f"{agent} has not claimed {conversation_id}")
        return handover

    def _farewell(self, handover: Handover, asks_rating: bool) -> Reply:
        words = self.terms[handover.profile].words
        if not asks_rating:
            return Reply(text=words.given_back_quietly)
        marks = (
            (title, json.dumps({"handover": handover.handover_id, "rate": rate}))
            for rate, title in words.rates.items()
        )
        buttons = tuple({"title": title, "payload": f"{RATE}{mark}"} for title, mark in marks)
        return Reply(text=words.given_back, buttons=buttons)
