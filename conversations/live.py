"""What happens in a conversation, told at once to whoever is watching it, at every desk.

In one process that is all here. Several desks on one database are joined by a `Carrier`: what is
told at one is carried to the others. While the carrier is away each desk goes on telling its own
watchers; the pages read what they missed from the store when they come again.
"""

import asyncio
import json
import logging
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, replace
from typing import Any, Protocol
from uuid import uuid4

from conversations.message import Message, Sender
from tickets.sent_files import SentFile

log = logging.getLogger(__name__)

# what every open desk page watches: that the queue or a conversation of the desk has changed
DESK = "desk"
# the name of the event that a customer was not content with a talk, told to those who lead
RATED_BAD = "rated_bad"
# a watcher this far behind is let go; it reconnects and reads what it missed from the store
LONGEST_QUEUE = 200
# what waits for a carrier that is away; older news are in the store anyway
LONGEST_MAIL = 1000
CARRIER_AGAIN_S = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """`name` is message, typing, mode or queue; `data` is what goes over the wire."""

    name: str
    data: dict[str, Any]
    seq: int | None = None


class Carrier(Protocol):
    """What brings news from desk to desk: to all that listen, in order, each at most once."""

    async def send(self, news: bytes) -> None:
        """Bring it to the others; raises `OSError` while nobody can be reached."""

    def listen(self) -> AsyncIterator[bytes]:
        """What is sent from now on, also by oneself; raises `OSError` when the line breaks.

        The first is empty: from then on nothing is missed.
        """


class Live:
    """Publish and subscribe, by conversation."""

    def __init__(self, carrier: Carrier | None = None, *, again_s: float = CARRIER_AGAIN_S) -> None:
        self._watchers: dict[str, set[asyncio.Queue[Event]]] = defaultdict(set)
        self._carrier, self._again_s, self._me = carrier, again_s, uuid4().hex
        self._mail: asyncio.Queue[bytes] = asyncio.Queue(maxsize=LONGEST_MAIL)
        self._of_all: set[asyncio.Queue[tuple[str, Event]]] = set()

    def publish(self, conversation_id: str, event: Event) -> None:
        """Tell every watcher; nobody is waited for."""
        self._tell(conversation_id, event)
        if self._carrier is None:
            return
        if self._mail.full():
            self._mail.get_nowait()
        news = {"from": self._me, "to": conversation_id, "event": asdict(event)}
        self._mail.put_nowait(json.dumps(news, ensure_ascii=False).encode())

    def publish_line(self, message: Message) -> None:
        """Tell of a stored line: in its conversation, and at the desk unless the bot said it."""
        event = message_event(message)
        self.publish(message.conversation_id, event)
        if message.sender is not Sender.BOT:
            data = {**event.data, "conversation_id": message.conversation_id}
            self.publish(DESK, replace(event, data=data))

    def _tell(self, conversation_id: str, event: Event) -> None:
        for queue in list(self._watchers.get(conversation_id, ())):
            if queue.full():
                self._watchers[conversation_id].discard(queue)
                queue.get_nowait()
                queue.put_nowait(Event(name="lagging", data={}))
            else:
                queue.put_nowait(event)
        for all_events in self._of_all:
            if not all_events.full():
                all_events.put_nowait((conversation_id, event))

    @asynccontextmanager
    async def watch_all(self) -> AsyncIterator[asyncio.Queue[tuple[str, Event]]]:
        """A queue of the events of every conversation; what does not fit into it is left out."""
        queue: asyncio.Queue[tuple[str, Event]] = asyncio.Queue(maxsize=LONGEST_QUEUE)
        self._of_all.add(queue)
        try:
            yield queue
        finally:
            self._of_all.discard(queue)

    @asynccontextmanager
    async def watch(self, conversation_id: str) -> AsyncIterator[asyncio.Queue[Event]]:
        """A queue of events from now on."""
        queue: asyncio.Queue[Event] = asyncio.Queue(maxsize=LONGEST_QUEUE)
        self._watchers[conversation_id].add(queue)
        try:
            yield queue
        finally:
            watchers = self._watchers[conversation_id]
            watchers.discard(queue)
            if not watchers:
                del self._watchers[conversation_id]

    async def carry(self) -> None:
        """Bring news to the other desks and theirs here, until it is cancelled."""
        if self._carrier is not None:
            await asyncio.gather(self._send_all(self._carrier), self._hear_all(self._carrier))

    async def _send_all(self, carrier: Carrier) -> None:
        while True:
            news = await self._mail.get()
            try:
                await carrier.send(news)
            except OSError as error:
                log.warning("news did not reach the other desks: %s", error)
                await asyncio.sleep(self._again_s)

    async def _hear_all(self, carrier: Carrier) -> None:
        has_gap = False
        while True:
            try:
                async for news in carrier.listen():
                    if news:
                        self._hear(news)
                    elif has_gap:
                        self._let_all_go()
            except OSError as error:
                log.warning("no news from the other desks: %s", error)
            has_gap = True
            await asyncio.sleep(self._again_s)

    def _hear(self, news: bytes) -> None:
        try:
            told = json.loads(news)
            if told["from"] != self._me:
                self._tell(told["to"], Event(**told["event"]))
        except (ValueError, TypeError, KeyError):
            log.warning("news that nobody here understands; is a desk of another version running?")

    def _let_all_go(self) -> None:
        """After a gap in the news all come again, and read what they missed from the store."""
        for watchers in self._watchers.values():
            for queue in watchers:
                while queue.full():
                    queue.get_nowait()
                queue.put_nowait(Event(name="lagging", data={}))


def message_event(message: Message) -> Event:
    """A stored line as an event."""
    return Event(name="message", data=message_data(message), seq=message.seq)


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
        "attachments": [file_data(each) for each in message.files],
        "at": message.at.isoformat(),
        "corrected_from": message.first_text,
    }


def file_data(file: SentFile) -> dict[str, Any]:
    """A file of a conversation as it goes over the wire."""
    return {"id": file.file_id, "name": file.name, "type": file.media_type, "size": file.size}
