"""Talks that persons had and ended: of one customer, and lately of all."""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta

from conversations.handover import Handover
from conversations.past_talks_store import PastTalksStore
from tickets.informants import Seal
from tickets.keeping import Transaction

# who judges how it was said reads what was said lately
LATELY = timedelta(days=7)


class PastTalks:
    """Reads them; it changes nothing."""

    def __init__(self, *, read: Transaction, clock: Callable[[], datetime], seal: Seal) -> None:
        self._read, self._clock, self._seal = read, clock, seal

    async def list_in(self, conversation_ids: Collection[str], *, limit: int = 5) -> list[Handover]:
        """What persons talked before in these conversations, the newest first."""
        async with self._read() as connection:
            return await PastTalksStore(connection).list_in(conversation_ids, limit=limit)

    async def list_lately(self, *, rating: str | None = None, limit: int = 100) -> list[Handover]:
        """Talks of the last week, or those with a mark, the newest first; none with informants."""
        async with self._read() as connection:
            return await PastTalksStore(connection).list_since(
                self._clock() - LATELY, rating=rating, without=self._seal.kinds, limit=limit
            )
