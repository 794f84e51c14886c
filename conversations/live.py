"""What happens in a conversation, told at once to whoever is watching it in this process."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

# a watcher this far behind is let go; it reconnects and reads what it missed from the store
LONGEST_QUEUE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """`name` is message, typing or mode; `data` is what goes over the wire."""

    name: str
    data: dict[str, Any]
    seq: int | None = None


class Live:
    """Publish and subscribe, by conversation."""

    def __init__(self) -> None:
        self._watchers: dict[str, set[asyncio.Queue[Event]]] = defaultdict(set)

    def publish(self, conversation_id: str, event: Event) -> None:
        """Tell every watcher; nobody is waited for."""
        for queue in list(self._watchers.get(conversation_id, ())):
            if queue.full():
                self._watchers[conversation_id].discard(queue)
                queue.get_nowait()
                queue.put_nowait(Event(name="lagging", data={}))
            else:
                queue.put_nowait(event)

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
