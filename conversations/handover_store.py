"""All SQL about hand-overs."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    Index,
    Integer,
    MetaData,
    RowMapping,
    String,
    Table,
    Text,
    and_,
    case,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from conversations.handover import (
    Handover,
    HowEnded,
    Reason,
    Standing,
    Summary,
    Wait,
    turn_after,
)
from conversations.message import Sender
from conversations.tables import messages

metadata = MetaData()

handovers = Table(
    "handovers",
    metadata,
    Column("handover_id", Integer, primary_key=True),
    Column("conversation_id", String(40), nullable=False),
    Column("profile", String(40), nullable=False),
    Column("reason", String(20), nullable=False),
    Column("summary", JSON, nullable=False),
    Column("asked_at", String(40), nullable=False),
    # since it is in the queue again; empty: since it was asked for
    Column("waits_since", String(40)),
    # the furthest step of the wait that was told
    Column("wait", Integer, nullable=False, default=0),
    Column("agent", String(80)),
    Column("claimed_at", String(40)),
    Column("ended_at", String(40)),
    Column("how_ended", String(20)),
    Column("seen_seq", Integer, nullable=False, default=0),
    Column("draft", Text, nullable=False, default=""),
    Column("rating", String(20)),
    Index("ix_handovers_conversation", "conversation_id", "handover_id"),
)
_is_open = handovers.c.ended_at.is_(None)
# one at a time: whoever asks twice waits once
Index(
    "ux_handovers_open",
    handovers.c.conversation_id,
    unique=True,
    sqlite_where=_is_open,
    postgresql_where=_is_open,
)


class HandoverStore:
    """Hand-overs, inside the caller's transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(
        self, conversation_id: str, profile: str, reason: Reason, summary: Summary, *, at: datetime
    ) -> Handover:
        """Open a hand-over; there must be none open in the conversation."""
        added = await self._connection.execute(
            insert(handovers).values(
                conversation_id=conversation_id,
                profile=profile,
                reason=reason,
                summary=summary.data(),
                asked_at=at.isoformat(),
            )
        )
        assert added.inserted_primary_key is not None
        return await self.get(int(added.inserted_primary_key[0]))

    async def get(self, handover_id: int) -> Handover:
        """The hand-over of this id, which must be there."""
        query = select(handovers).where(handovers.c.handover_id == handover_id)
        return handover_of((await self._connection.execute(query)).mappings().one())

    async def find_open(self, conversation_id: str) -> Handover | None:
        """The hand-over that waits or goes on in a conversation, if any."""
        query = select(handovers).where(handovers.c.conversation_id == conversation_id, _is_open)
        row = (await self._connection.execute(query)).mappings().first()
        return handover_of(row) if row else None

    async def last_ended_at(self, conversation_id: str) -> datetime | None:
        """When a person last let go of this conversation."""
        query = select(func.max(handovers.c.ended_at)).where(
            handovers.c.conversation_id == conversation_id
        )
        ended = await self._connection.scalar(query)
        return datetime.fromisoformat(ended) if ended else None

    async def list_open(self, *, agent: str | None = None) -> list[Handover]:
        """All that wait or go on, of one agent or of all, who asked first foremost."""
        query = select(handovers).where(_is_open)
        if agent is not None:
            query = query.where(handovers.c.agent == agent)
        rows = await self._connection.execute(
            query.order_by(handovers.c.asked_at, handovers.c.handover_id)
        )
        return [handover_of(row) for row in rows.mappings()]

    async def list_standings(self) -> list[Standing]:
        """Every open hand-over with how its talk stands, who asked first foremost."""
        said_by = messages.c.sender
        of_customer = case((said_by == Sender.CUSTOMER, messages.c.seq), else_=0)
        of_agent = case((said_by == Sender.AGENT, messages.c.seq), else_=0)
        unread = and_(said_by == Sender.CUSTOMER, messages.c.seq > handovers.c.seen_seq)
        # what the bot answered before the asking is no line the agent missed
        since = and_(
            messages.c.conversation_id == handovers.c.conversation_id,
            messages.c.at >= handovers.c.asked_at,
        )
        query = (
            select(
                handovers,
                func.max(of_customer).label("last_of_customer"),
                func.max(of_agent).label("last_of_agent"),
                func.sum(case((unread, 1), else_=0)).label("unread"),
            )
            .select_from(handovers.outerjoin(messages, since))
            .where(_is_open)
            .group_by(handovers.c.handover_id)
            .order_by(handovers.c.asked_at, handovers.c.handover_id)
        )
        rows = (await self._connection.execute(query)).mappings().all()
        last = [max(row["last_of_customer"] or 0, row["last_of_agent"] or 0) for row in rows]
        texts = await self._texts(last)
        return [
            Standing(
                handover=handover_of(row),
                turn=turn_after(row["last_of_customer"] or 0, row["last_of_agent"] or 0),
                unread=int(row["unread"] or 0),
                last_text=texts.get(seq, ""),
                last_seq=seq,
            )
            for row, seq in zip(rows, last, strict=True)
        ]

    async def _texts(self, seqs: Sequence[int]) -> dict[int, str]:
        query = select(messages.c.seq, messages.c.text).where(messages.c.seq.in_(seqs))
        rows = await self._connection.execute(query)
        return {row["seq"]: row["text"] for row in rows.mappings()}

    async def count_ahead(self, handover: Handover) -> int:
        """How many of its centre wait before it."""
        earlier = handovers.c.asked_at < handover.asked_at.isoformat()
        same = and_(
            handovers.c.asked_at == handover.asked_at.isoformat(),
            handovers.c.handover_id < handover.handover_id,
        )
        query = select(func.count()).where(
            handovers.c.profile == handover.profile,
            _is_open,
            handovers.c.agent.is_(None),
            or_(earlier, same),
        )
        return await self._connection.scalar(query) or 0

    async def claim(self, handover_id: int, *, agent: str, at: datetime) -> bool:
        """Give a waiting hand-over to an agent; false when somebody was quicker."""
        return await self._change(
            and_(handovers.c.handover_id == handover_id, _is_open, handovers.c.agent.is_(None)),
            agent=agent,
            claimed_at=at.isoformat(),
        )

    async def put_back(self, handover_id: int, *, agent: str, at: datetime) -> bool:
        """Back into the queue, at the place its first asking gives it; a new wait begins.

        False when it is not this agent's any more.
        """
        return await self._change(
            and_(handovers.c.handover_id == handover_id, _is_open, handovers.c.agent == agent),
            agent=None,
            claimed_at=None,
            waits_since=at.isoformat(),
            wait=int(Wait.SHORT),
        )

    async def end_waiting(self, handover_id: int, how: HowEnded, *, at: datetime) -> bool:
        """End a wait; false when it had ended, or an agent had claimed it: the talk goes on."""
        return await self._change(
            and_(handovers.c.handover_id == handover_id, _is_open, handovers.c.agent.is_(None)),
            ended_at=at.isoformat(),
            how_ended=how,
        )

    async def end(self, handover_id: int, how: HowEnded, *, at: datetime) -> bool:
        """End it; false when it had ended."""
        return await self._change(
            and_(handovers.c.handover_id == handover_id, _is_open),
            ended_at=at.isoformat(),
            how_ended=how,
        )

    async def raise_wait(self, handover_id: int, wait: Wait) -> bool:
        """Note that a step of the wait is told; false when it was told before."""
        return await self._change(
            and_(
                handovers.c.handover_id == handover_id,
                handovers.c.agent.is_(None),
                handovers.c.wait < int(wait),
            ),
            wait=int(wait),
        )

    async def save_draft(self, handover_id: int, draft: str) -> None:
        """Keep what an agent has typed and not sent."""
        await self._change(handovers.c.handover_id == handover_id, draft=draft)

    async def save_seen(self, handover_id: int, seq: int) -> None:
        """Keep how far the agent has read."""
        await self._change(
            and_(handovers.c.handover_id == handover_id, handovers.c.seen_seq < seq), seen_seq=seq
        )

    async def rate(self, handover_id: int, conversation_id: str, rating: str) -> bool:
        """The customer's mark, once; false when it is not theirs to give, or was given."""
        return await self._change(
            and_(
                handovers.c.handover_id == handover_id,
                handovers.c.conversation_id == conversation_id,
                handovers.c.rating.is_(None),
            ),
            rating=rating,
        )

    async def _change(self, condition: Any, **values: Any) -> bool:
        changed = await self._connection.execute(update(handovers).where(condition).values(values))
        return bool(changed.rowcount)


def handover_of(row: RowMapping) -> Handover:
    """The hand-over in a row."""
    return Handover(
        handover_id=row["handover_id"],
        conversation_id=row["conversation_id"],
        profile=row["profile"],
        reason=Reason(row["reason"]),
        summary=row["summary"],
        asked_at=datetime.fromisoformat(row["asked_at"]),
        waits_since=datetime.fromisoformat(row["waits_since"] or row["asked_at"]),
        wait=Wait(row["wait"]),
        agent=row["agent"],
        claimed_at=_moment(row["claimed_at"]),
        ended_at=_moment(row["ended_at"]),
        how_ended=HowEnded(row["how_ended"]) if row["how_ended"] else None,
        seen_seq=row["seen_seq"],
        draft=row["draft"],
        rating=row["rating"],
    )


def _moment(stored: str | None) -> datetime | None:
    return datetime.fromisoformat(stored) if stored else None
