"""All SQL about files that customers sent in a chat, until they lie on a ticket and after."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import (
    Column,
    ColumnElement,
    Integer,
    MetaData,
    RowMapping,
    String,
    Table,
    func,
    insert,
    select,
)
from sqlalchemy import update as change
from sqlalchemy.ext.asyncio import AsyncConnection

from tickets.attachment_store import AttachmentStore
from tickets.attachments import MAX_ATTACHMENTS, AttachmentNotFound, MediaType
from tickets.moment_column import Moment
from tickets.sent_files import FROM_STAFF, KeptFile, SentFile
from tickets.ticket import CUSTOMER, Kind

metadata = MetaData()

# a photo of last week belongs to another matter
WAITS = timedelta(days=1)

sent_files = Table(
    "sent_files",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("conversation_id", String(40), nullable=False, index=True),
    Column("sha256", String(64), nullable=False),
    Column("media_type", String(40), nullable=False),
    Column("name", String(120), nullable=False),
    Column("size", Integer, nullable=False),
    Column("added_at", String(40), nullable=False),
    # the customer's line it was sent with; none: it was chosen, and not sent yet
    Column("message_id", String(120)),
    Column("sent_at", Moment),
    # the business that was being filled in when it was sent: it waits for that to be filed
    Column("held_for", String(20), nullable=False, server_default=""),
    # the ticket it lies on; none: it waits for one
    Column("no", String(20)),
)
_C = sent_files.c
_LARGEST_ID = 2**31 - 1


class SentFileStore:
    """Files of conversations, inside the caller's transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(
        self,
        conversation_id: str,
        *,
        sha256: str,
        media_type: MediaType,
        name: str,
        size: int,
        at: datetime,
    ) -> SentFile:
        """Note a file that was chosen; the same bytes chosen again are the same until sent."""
        known = await self._all(
            _C.conversation_id == conversation_id, _C.sha256 == sha256, _C.message_id.is_(None)
        )
        if known:
            return known[0]
        added = await self._connection.execute(
            insert(sent_files).values(
                conversation_id=conversation_id,
                sha256=sha256,
                media_type=media_type,
                name=name,
                size=size,
                added_at=at.isoformat(),
            )
        )
        assert added.inserted_primary_key is not None
        return await self.get(conversation_id, added.inserted_primary_key[0])

    async def add_from_staff(
        self, conversation_id: str, message_id: str, kept: KeptFile, *, at: datetime
    ) -> SentFile:
        """Note what staff sends with a line of its own."""
        added = await self._connection.execute(
            insert(sent_files).values(
                conversation_id=conversation_id,
                sha256=kept.sha256,
                media_type=kept.media_type,
                name=kept.name,
                size=kept.size,
                added_at=at.isoformat(),
                message_id=message_id,
                sent_at=at,
                held_for=FROM_STAFF,
                no="",
            )
        )
        assert added.inserted_primary_key is not None
        return await self.get(conversation_id, added.inserted_primary_key[0])

    async def count(self, conversation_id: str, *, now: datetime) -> int:
        """How many files came to a conversation within a day."""
        since = (now - WAITS).isoformat()
        query = select(func.count()).where(
            _C.conversation_id == conversation_id,
            _C.added_at >= since,
            _C.held_for != FROM_STAFF,
        )
        return int(await self._connection.scalar(query) or 0)

    async def send(
        self, conversation_id: str, message_id: str, ids: Sequence[int], *, at: datetime
    ) -> list[SentFile]:
        """Bind files to a line; returns those of them that are this customer's and not sent yet."""
        wanted = [min(each, _LARGEST_ID) for each in ids]
        is_free = _C.conversation_id == conversation_id, _C.message_id.is_(None)
        await self._connection.execute(
            change(sent_files)
            .where(*is_free, _C.id.in_(wanted))
            .values(message_id=message_id, sent_at=at)
        )
        return await self._all(
            _C.conversation_id == conversation_id, _C.message_id == message_id, _C.id.in_(wanted)
        )

    async def get(self, conversation_id: str, file_id: int) -> SentFile:
        """A file of this conversation; raises `AttachmentNotFound`."""
        found = await self._all(
            _C.conversation_id == conversation_id, _C.id == min(file_id, _LARGEST_ID)
        )
        if not found:
            raise AttachmentNotFound(f"this conversation has no file {file_id}")
        return found[0]

    async def list_sent(self, conversation_id: str) -> list[SentFile]:
        """The files that were sent with some line, in order."""
        return await self._all(_C.conversation_id == conversation_id, _C.message_id.is_not(None))

    async def list_waiting(self, conversation_id: str, *, now: datetime) -> list[SentFile]:
        """The files that were sent and lie on no ticket yet, in order."""
        return await self._all(*_waiting(conversation_id, now))

    async def hold(self, conversation_id: str, kind: str, *, now: datetime) -> None:
        """What waits here belongs to the business that is being filled in."""
        await self._connection.execute(
            change(sent_files)
            .where(*_waiting(conversation_id, now), _C.held_for == "")
            .values(held_for=kind)
        )

    async def give_to(
        self, no: str, kind: Kind, conversation_id: str, *, now: datetime, filed: bool
    ) -> int:
        """Put what waits on a ticket, as far as it fits; returns how many files that are.

        A ticket just `filed` takes also what was held for it. What was sent while somebody
        informed goes on no other ticket: it may show who they are.
        """
        store, given = AttachmentStore(self._connection), 0
        for row in await self._rows(*_waiting(conversation_id, now)):
            is_secret = row["held_for"] == Kind.REPORT and kind is not Kind.REPORT
            if is_secret or (row["held_for"] and not filed):
                continue
            if await store.find_by_hash(no, row["sha256"]) is None:
                if await store.count(no) >= MAX_ATTACHMENTS:
                    break
                told = {name: row[name] for name in ("sha256", "name", "size")}
                media = MediaType(row["media_type"])
                await store.add(no, media_type=media, actor=CUSTOMER, at=row["sent_at"], **told)
            await self._connection.execute(
                change(sent_files).where(_C.id == row["id"]).values(no=no)
            )
            given += 1
        return given

    async def _all(self, *conditions: ColumnElement[bool]) -> list[SentFile]:
        return [_file(row) for row in await self._rows(*conditions)]

    async def _rows(self, *conditions: ColumnElement[bool]) -> Sequence[RowMapping]:
        query = select(sent_files).where(*conditions).order_by(_C.id)
        return (await self._connection.execute(query)).mappings().all()


def _waiting(conversation_id: str, now: datetime) -> tuple[ColumnElement[bool], ...]:
    is_here = _C.conversation_id == conversation_id
    return is_here, _C.message_id.is_not(None), _C.no.is_(None), _C.sent_at >= now - WAITS


def _file(row: RowMapping) -> SentFile:
    return SentFile(
        file_id=row["id"],
        conversation_id=row["conversation_id"],
        sha256=row["sha256"],
        media_type=MediaType(row["media_type"]),
        name=row["name"],
        size=row["size"],
        message_id=row["message_id"],
        held_for=row["held_for"],
        no=row["no"],
    )
