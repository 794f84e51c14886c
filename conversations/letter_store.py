"""All SQL about letters: what came to a door, until it was read."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Index,
    Integer,
    RowMapping,
    String,
    Table,
    UniqueConstraint,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from conversations.door import Letter
from conversations.door_store import metadata
from tickets.moment_column import Moment

letters = Table(
    "letters",
    metadata,
    Column("letter_id", Integer, primary_key=True),
    Column("channel", String(40), nullable=False),
    Column("key", String(120), nullable=False),
    Column("address", String(120), nullable=False),
    Column("place", BigInteger, nullable=False),
    Column("sent_at", Moment, nullable=False),
    # gone once it was read: the line itself lies in the conversation
    Column("body", JSON(none_as_null=True)),
    Column("came_at", Moment, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("next_at", Moment),
    Column("done_at", Moment),
    UniqueConstraint("channel", "key"),
    Index("ix_letters_waiting", "channel", "done_at", "address"),
    Index("ix_letters_address", "channel", "address", "sent_at"),
)


class LetterStore:
    """Letters, inside the caller's transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add_letter(self, letter: Letter, *, at: datetime) -> bool:
        """Keep a letter before anybody reads it; False when it was kept before."""
        known = select(letters.c.letter_id).where(
            letters.c.channel == letter.channel,
            letters.c.key.in_({letter.key, letter.old_key or letter.key}),
        )
        if await self._connection.scalar(known) is not None:
            return False
        await self._connection.execute(
            insert(letters).values(
                channel=letter.channel,
                key=letter.key,
                address=letter.address,
                place=letter.place,
                sent_at=letter.sent_at,
                body=dict(letter.body),
                came_at=at,
                tries=0,
            )
        )
        return True

    async def list_waiting_addresses(self, channels: Sequence[str]) -> list[tuple[str, str]]:
        """Channel and address of every customer of whom a letter waits."""
        query = (
            select(letters.c.channel, letters.c.address)
            .where(letters.c.channel.in_(channels), letters.c.done_at.is_(None))
            .distinct()
        )
        rows = await self._connection.execute(query)
        return [(row.channel, row.address) for row in rows]

    async def find_next_letter(
        self, channel: str, address: str
    ) -> tuple[Letter, datetime | None] | None:
        """The first letter of a customer that waits, and until when it is to wait."""
        query = (
            select(letters)
            .where(
                letters.c.channel == channel,
                letters.c.address == address,
                letters.c.done_at.is_(None),
            )
            .order_by(letters.c.place, letters.c.letter_id)
            .limit(1)
        )
        row = (await self._connection.execute(query)).mappings().first()
        return (_letter(row), row["next_at"]) if row else None

    async def list_waiting_letters(self, channel: str, address: str, *, after: int) -> list[Letter]:
        """A customer's letters that wait, in order, of those kept after the id `after`."""
        query = (
            select(letters)
            .where(
                letters.c.channel == channel,
                letters.c.address == address,
                letters.c.done_at.is_(None),
                letters.c.letter_id > after,
            )
            .order_by(letters.c.place, letters.c.letter_id)
        )
        return [_letter(row) for row in (await self._connection.execute(query)).mappings()]

    async def count_letters(self, letter: Letter, *, since: datetime) -> int:
        """How many letters the customer had written by this one, of those sent after `since`."""
        query = select(func.count()).where(
            letters.c.channel == letter.channel,
            letters.c.address == letter.address,
            letters.c.sent_at > since,
            letters.c.sent_at <= letter.sent_at,
            letters.c.place <= letter.place,
        )
        return int(await self._connection.scalar(query) or 0)

    async def finish_letter(self, letter_id: int, *, at: datetime) -> None:
        """A letter was read: what was in it is kept here no longer."""
        await self._change_letter(letter_id, done_at=at, body=None)

    async def put_off_letter(self, letter_id: int, *, tries: int, until: datetime) -> None:
        """A letter is read again then."""
        await self._change_letter(letter_id, tries=tries, next_at=until)

    async def _change_letter(self, letter_id: int, **values: Any) -> None:
        await self._connection.execute(
            update(letters).where(letters.c.letter_id == letter_id).values(**values)
        )

    async def forget_letters(self, *, done_before: datetime) -> int:
        """Forget letters that no far side will send again; returns how many."""
        gone = await self._connection.execute(
            delete(letters).where(letters.c.done_at < done_before)
        )
        return gone.rowcount


def _letter(row: RowMapping) -> Letter:
    return Letter(
        channel=row["channel"],
        key=row["key"],
        address=row["address"],
        place=row["place"],
        sent_at=row["sent_at"],
        body=row["body"],
        letter_id=row["letter_id"],
        tries=row["tries"],
    )
