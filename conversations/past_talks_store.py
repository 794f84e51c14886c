"""All SQL about talks that persons had and ended."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.ext.asyncio import AsyncConnection

from conversations.handover import Handover
from conversations.handover_store import handover_of, handovers
from tickets.tables import tickets
from tickets.ticket import Kind

_was_talked_in = handovers.c.ended_at.is_not(None), handovers.c.agent.is_not(None)


class PastTalksStore:
    """Hand-overs that an agent took and that are over, inside the caller's transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def list_in(self, conversation_ids: Collection[str], *, limit: int) -> list[Handover]:
        """What persons talked before in these conversations, the newest first."""
        return await self._list(handovers.c.conversation_id.in_(conversation_ids), limit=limit)

    async def list_since(
        self, since: datetime, *, rating: str | None, without: Collection[Kind], limit: int
    ) -> list[Handover]:
        """Talks ended since then, or those with a mark, the newest first; none with informants."""
        is_sealed = exists().where(
            tickets.c.conversation_id == handovers.c.conversation_id, tickets.c.kind.in_(without)
        )
        wanted = [handovers.c.ended_at >= since.isoformat(), ~is_sealed]
        if rating is not None:
            wanted.append(handovers.c.rating == rating)
        return await self._list(*wanted, limit=limit)

    async def _list(self, *wanted: ColumnElement[bool], limit: int) -> list[Handover]:
        query = select(handovers).where(*_was_talked_in, *wanted)
        rows = await self._connection.execute(
            query.order_by(handovers.c.handover_id.desc()).limit(limit)
        )
        return [handover_of(row) for row in rows.mappings()]
