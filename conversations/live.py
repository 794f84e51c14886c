"""What happens in a conversation, told at once to whoever is watching it in this process."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from conversations.message import Message
from tickets.sent_files import SentFile

# a watcher this far behind is let go; it reconnects and reads what it missed from the store
LONGEST_QUEUE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """`name` is message, typing, mode or queue; `data` is what goes over the wire."""

    name: str
    data: dict[str, Any]
    seq: int | None = None


class Live:
    """Publish and subscribe, by conversation."""

    def __init__(self) -> None:
        self._watchers: dict[str, set[asyncio.Queue[Event]]] = defaultdict(set)
        self._of_all: set[asyncio.Queue[tuple[str, Event]]] = set()

    def publish(self, conversation_id: str, event: Event) -> None:
        """Tell every watcher; nobody is waited for."""
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
