"""All SQL about thumbs: whether an answer helped, as the customer says under it."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Boolean, Column, Integer, MetaData, String, Table, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from conversations.tables import conversations, messages

metadata = MetaData()

thumbs = Table(
    "thumbs",
    metadata,
    # grows with each thumb, also when one is turned round: what is new is found by it
    Column("thumb_id", Integer, primary_key=True),
    Column("conversation_id", String(40), nullable=False, index=True),
    # of the desk's line
    Column("seq", Integer, nullable=False, unique=True),
    Column("helped", Boolean, nullable=False),
    Column("at", String(40), nullable=False),
)


class ThumbStore:
    """Thumbs in the database, inside the caller's transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def put(self, conversation_id: str, seq: int, *, helped: bool, at: datetime) -> None:
        """Write a thumb down, in the place of an earlier one under the same line."""
        await self._connection.execute(delete(thumbs).where(thumbs.c.seq == seq))
        await self._connection.execute(
            insert(thumbs).values(
                conversation_id=conversation_id, seq=seq, helped=helped, at=at.isoformat()
            )
        )

    async def list_of(self, conversation_ids: Sequence[str]) -> dict[int, bool]:
        """Whether each line with a thumb helped, by its sequence number."""
        query = select(thumbs.c.seq, thumbs.c.helped).where(
            thumbs.c.conversation_id.in_(conversation_ids)
        )
        rows = await self._connection.execute(query)
        return {row["seq"]: row["helped"] for row in rows.mappings()}

    async def count_against(self, profile: str, *, since: datetime) -> Counter[str]:
        """How often customers called each entry no help at `since` or later, by its id."""
        query = (
            select(messages.c.sources)
            .join(thumbs, thumbs.c.seq == messages.c.seq)
            .join(conversations, conversations.c.conversation_id == messages.c.conversation_id)
            .where(conversations.c.profile == profile)
            .where(thumbs.c.helped.is_(False), thumbs.c.at >= since.isoformat())
        )
        rows = await self._connection.execute(query)
        return Counter(source["entry_id"] for row in rows.mappings() for source in row["sources"])
