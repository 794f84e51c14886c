"""All SQL of walking through the conversations for what nobody answered well."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncConnection

from conversations.handover import Reason
from conversations.handover_store import handovers
from conversations.missed import TakenOver, ToldOf
from conversations.tables import conversations, messages
from conversations.thumb_store import thumbs
from knowledge.gap_tables import gap_lines
from knowledge.pick_store import suggestion_outcomes
from knowledge.picks import Outcome
from tickets.tables import tickets
from tickets.ticket import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """Conversations something happened in, and the mark up to which that is so."""

    conversation_ids: frozenset[str]
    mark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OfCalls:
    """What became of wordings where no conversation tells of the talk."""

    profile: str
    told: ToldOf


class MissedStore:
    """Reads conversations, hand-overs, thumbs and outcomes, inside the caller's transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def touched_by_lines(
        self, mark: str, *, since: datetime, until: datetime, limit: int
    ) -> Touched:
        """Conversations with lines after the mark, which is a sequence number, said in a period."""
        after = int(mark or 0)
        columns = messages.c
        said = (columns.at >= since.isoformat(), columns.at <= until.isoformat())
        query = select(columns.seq, columns.conversation_id).where(columns.seq > after, *said)
        rows = (await self._connection.execute(query.order_by(columns.seq).limit(limit))).all()
        return Touched(
            conversation_ids=frozenset(row.conversation_id for row in rows),
            mark=str(rows[-1].seq if rows else after),
        )

    async def touched_by_thumbs(self, mark: str, *, limit: int) -> Touched:
        """Conversations with thumbs after the mark, which is a thumb's number."""
        after = int(mark or 0)
        query = select(thumbs.c.thumb_id, thumbs.c.conversation_id).where(thumbs.c.thumb_id > after)
        rows = (
            await self._connection.execute(query.order_by(thumbs.c.thumb_id).limit(limit))
        ).all()
        return Touched(
            conversation_ids=frozenset(row.conversation_id for row in rows),
            mark=str(rows[-1].thumb_id if rows else after),
        )

    async def touched_by_outcomes(
        self, mark: str, *, since: datetime, limit: int
    ) -> tuple[Touched, list[OfCalls]]:
        """Conversations with outcomes after the mark, which is a moment, and those of calls."""
        columns = suggestion_outcomes.c
        after = mark or since.isoformat()
        query = select(suggestion_outcomes).where(columns.at > after, columns.line != "")
        rows = (
            (await self._connection.execute(query.order_by(columns.at).limit(limit)))
            .mappings()
            .all()
        )
        touched = frozenset(row["conversation_id"] for row in rows if row["conversation_id"])
        calls = [
            OfCalls(profile=row["profile"], told=_told(row))
            for row in rows
            if not row["conversation_id"]
        ]
        return Touched(conversation_ids=touched, mark=rows[-1]["at"] if rows else after), calls

    async def profiles_of(self, conversation_ids: Collection[str]) -> dict[str, str]:
        """The profile of each of these conversations."""
        query = select(conversations.c.conversation_id, conversations.c.profile).where(
            conversations.c.conversation_id.in_(conversation_ids)
        )
        rows = await self._connection.execute(query)
        return {row.conversation_id: row.profile for row in rows}

    async def list_sealed(
        self, conversation_ids: Collection[str], kinds: Collection[Kind]
    ) -> set[str]:
        """Those of them in which somebody informed."""
        query = select(tickets.c.conversation_id).where(
            tickets.c.conversation_id.in_(conversation_ids), tickets.c.kind.in_(kinds)
        )
        return {each for each in await self._connection.scalars(query) if each}

    async def list_sealed_later(self, kinds: Collection[Kind]) -> Sequence[str]:
        """Conversations that were collected from, and in which somebody informed since."""
        query = (
            select(tickets.c.conversation_id)
            .join(gap_lines, gap_lines.c.asked_in == tickets.c.conversation_id)
            .where(tickets.c.kind.in_(kinds))
        )
        found = await self._connection.scalars(query.distinct())
        return [each for each in found if each]

    async def list_taken_over(self, conversation_id: str) -> list[TakenOver]:
        """The hand-overs of a conversation, oldest first; sealed ones tell no matter."""
        query = select(handovers).where(handovers.c.conversation_id == conversation_id)
        rows = await self._connection.execute(query.order_by(handovers.c.handover_id))
        return [
            TakenOver(
                asked_at=datetime.fromisoformat(row["asked_at"]),
                reason=Reason(row["reason"]),
                matter=row["summary"].get("matter", ""),
                has_tickets=bool(row["summary"].get("tickets")),
            )
            for row in rows.mappings()
        ]

    async def list_outcomes(self, conversation_id: str) -> list[ToldOf]:
        """What agents did with wordings in a conversation, oldest first."""
        columns = suggestion_outcomes.c
        query = select(suggestion_outcomes).where(
            columns.conversation_id == conversation_id, columns.line != ""
        )
        rows = await self._connection.execute(query.order_by(columns.at, columns.suggestion_id))
        return [_told(row) for row in rows.mappings()]


def _told(row: RowMapping) -> ToldOf:
    return ToldOf(
        line=row["line"],
        outcome=Outcome(row["outcome"]),
        at=datetime.fromisoformat(row["at"]),
    )
