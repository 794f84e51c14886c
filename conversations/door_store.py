"""All SQL about what goes out of doors: chats, and what became of our lines in them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Integer,
    MetaData,
    RowMapping,
    String,
    Table,
    Text,
    and_,
    case,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from conversations.door import Chat, Haste
from conversations.handover import EMERGENCY
from conversations.message import Sender
from conversations.tables import messages
from tickets.moment_column import Moment

metadata = MetaData()

# what the far side says of a failure is kept as far as this
LONGEST_REASON = 300
# more than are written to at once
DUE_AT_ONCE = 100

chats = Table(
    "chats",
    metadata,
    Column("channel", String(40), primary_key=True),
    Column("address", String(120), primary_key=True),
    Column("conversation_id", String(40), nullable=False, unique=True),
    # the last line of the desk that reached the customer, or never will
    Column("delivered_seq", Integer, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("next_at", Moment),
    Column("gone_at", Moment),
    Column("is_muted", Boolean, nullable=False),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("conversation_id", String(40), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("part", Integer, primary_key=True),
    Column("state", String(20), nullable=False),
    Column("far_id", String(120), nullable=False),
    # what can be chosen is shown with this part
    Column("has_options", Boolean, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", Moment, nullable=False),
)


class State(StrEnum):
    """What became of a part of a line."""

    SENT = "sent"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A part of a line that was sent, or that will never be."""

    seq: int
    part: int
    state: State
    far_id: str = ""
    has_options: bool = False
    reason: str = ""


class DoorStore:
    """Chats and deliveries, inside the caller's transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    # ------------------------------------------------------------ chats

    async def add_chat(self, chat: Chat) -> None:
        """Note where a customer is to be reached."""
        await self._connection.execute(
            insert(chats).values(
                channel=chat.channel,
                address=chat.address,
                conversation_id=chat.conversation_id,
                delivered_seq=chat.delivered_seq,
                tries=chat.tries,
                is_muted=chat.is_muted,
            )
        )

    async def find_chat(self, channel: str, address: str) -> Chat | None:
        """The chat of an address, if there was one yet."""
        return await self._chat(and_(chats.c.channel == channel, chats.c.address == address))

    async def find_chat_of(self, conversation_id: str) -> Chat | None:
        """Where the customer of a conversation is to be reached; web pages ask by themselves."""
        return await self._chat(chats.c.conversation_id == conversation_id)

    async def list_due(
        self,
        channels: Sequence[str],
        *,
        now: datetime,
        only: str | None = None,
        but: Collection[str] = (),
    ) -> list[tuple[Chat, Haste]]:
        """The first chats for which a line of ours waits, and for which it is time.

        The most urgent come first, then those that have waited longest. Of one conversation `only`,
        when it is named; without the conversations `but`.
        """
        has_danger = _waits(messages.c.card["type"].as_string() == EMERGENCY)
        has_answer = _waits(messages.c.sender.in_([Sender.BOT, Sender.AGENT]))
        haste = case(
            (has_danger, Haste.DANGER.value),
            (has_answer, Haste.ANSWER.value),
            else_=Haste.NEWS.value,
        )
        first = _first_waiting()
        query = (
            select(chats, haste.label("haste"))
            .where(
                chats.c.channel.in_(channels),
                or_(chats.c.next_at.is_(None), chats.c.next_at <= now),
                chats.c.conversation_id.not_in(but),
                first.is_not(None),
            )
            .order_by(haste.desc(), first)
            .limit(DUE_AT_ONCE)
        )
        if only is not None:
            query = query.where(chats.c.conversation_id == only)
        rows = (await self._connection.execute(query)).mappings()
        return [(_chat(row), Haste(row["haste"])) for row in rows]

    async def set_muted(self, conversation_id: str, *, is_muted: bool) -> None:
        """Whether the customer wants to hear nothing but answers."""
        await self._change_chat(conversation_id, is_muted=is_muted)

    async def set_gone(self, channel: str, address: str, at: datetime | None) -> None:
        """The customer has blocked us since then; None: they are there."""
        await self._connection.execute(
            update(chats)
            .where(chats.c.channel == channel, chats.c.address == address)
            .values(gone_at=at)
        )

    async def put_off(self, conversation_id: str, *, tries: int, until: datetime) -> None:
        """The next line is tried again then."""
        await self._change_chat(conversation_id, tries=tries, next_at=until)

    async def pass_line(self, conversation_id: str, seq: int) -> None:
        """A line is through, one way or the other: the next one may go."""
        await self._change_chat(conversation_id, delivered_seq=seq, tries=0, next_at=None)

    async def _change_chat(self, conversation_id: str, **values: Any) -> None:
        await self._connection.execute(
            update(chats).where(chats.c.conversation_id == conversation_id).values(**values)
        )

    async def _chat(self, condition: ColumnElement[bool]) -> Chat | None:
        row = (await self._connection.execute(select(chats).where(condition))).mappings().first()
        return _chat(row) if row else None

    # ------------------------------------------------------------ deliveries

    async def add_delivery(self, conversation_id: str, delivery: Delivery, *, at: datetime) -> None:
        """Note what became of a part of a line."""
        await self._connection.execute(
            insert(deliveries).values(
                conversation_id=conversation_id,
                seq=delivery.seq,
                part=delivery.part,
                state=delivery.state,
                far_id=delivery.far_id,
                has_options=delivery.has_options,
                reason=delivery.reason[:LONGEST_REASON],
                at=at,
            )
        )

    async def list_deliveries(self, conversation_id: str, *, seq: int) -> list[Delivery]:
        """What became of the parts of a line so far, in order."""
        return await self._deliveries(
            and_(deliveries.c.conversation_id == conversation_id, deliveries.c.seq == seq)
        )

    async def list_failed(self, conversation_id: str) -> list[Delivery]:
        """What will never reach the customer, in order."""
        return await self._deliveries(
            and_(
                deliveries.c.conversation_id == conversation_id,
                deliveries.c.state == State.FAILED,
            )
        )

    async def _deliveries(self, condition: ColumnElement[bool]) -> list[Delivery]:
        query = select(deliveries).where(condition).order_by(deliveries.c.seq, deliveries.c.part)
        return [
            Delivery(
                seq=row["seq"],
                part=row["part"],
                state=State(row["state"]),
                far_id=row["far_id"],
                has_options=row["has_options"],
                reason=row["reason"],
            )
            for row in (await self._connection.execute(query)).mappings()
        ]


def _is_waiting() -> ColumnElement[bool]:
    """Of a line of ours: its customer has not got as far."""
    return and_(
        messages.c.conversation_id == chats.c.conversation_id,
        messages.c.seq > chats.c.delivered_seq,
        messages.c.sender != Sender.CUSTOMER,
    )


def _waits(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(_is_waiting(), condition)


def _first_waiting() -> ColumnElement[Any]:
    found = select(func.min(messages.c.seq)).where(_is_waiting())
    return found.correlate(chats).scalar_subquery()


def _chat(row: RowMapping) -> Chat:
    return Chat(
        channel=row["channel"],
        address=row["address"],
        conversation_id=row["conversation_id"],
        delivered_seq=row["delivered_seq"],
        tries=row["tries"],
        next_at=row["next_at"],
        gone_at=row["gone_at"],
        is_muted=row["is_muted"],
    )
