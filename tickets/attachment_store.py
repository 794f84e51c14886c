"""All SQL about attachments; their bytes are in attachment_files.py."""

from datetime import datetime

from sqlalchemy import (
    Column,
    Integer,
    MetaData,
    RowMapping,
    String,
    Table,
    UniqueConstraint,
    func,
    insert,
    select,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from tickets.attachments import Attachment, AttachmentNotFound, MediaType

metadata = MetaData()

ticket_attachments = Table(
    "ticket_attachments",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("no", String(20), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("media_type", String(40), nullable=False),
    Column("name", String(120), nullable=False),
    Column("size", Integer, nullable=False),
    Column("added_by", String(80), nullable=False),
    Column("added_at", String(40), nullable=False),
    # the same file sent again is the same attachment
    UniqueConstraint("no", "sha256"),
)

_LARGEST_ID = 2**31 - 1


class AttachmentStore:
    """Attachments in the database, inside the caller's transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(
        self,
        no: str,
        *,
        sha256: str,
        media_type: MediaType,
        name: str,
        size: int,
        actor: str,
        at: datetime,
    ) -> None:
        """Note that a file belongs to a ticket."""
        await self._connection.execute(
            insert(ticket_attachments).values(
                no=no,
                sha256=sha256,
                media_type=media_type,
                name=name,
                size=size,
                added_by=actor,
                added_at=at.isoformat(),
            )
        )

    async def find_by_hash(self, no: str, sha256: str) -> Attachment | None:
        """The ticket's attachment with these bytes, if any."""
        column = ticket_attachments.c
        query = select(ticket_attachments).where(column.no == no, column.sha256 == sha256)
        row = (await self._connection.execute(query)).mappings().first()
        return _attachment(row) if row else None

    async def get(self, no: str, attachment_id: int) -> Attachment:
        """An attachment of this ticket; raises `AttachmentNotFound`."""
        column = ticket_attachments.c
        query = select(ticket_attachments).where(
            column.no == no, column.id == min(attachment_id, _LARGEST_ID)
        )
        row = (await self._connection.execute(query)).mappings().first()
        if row is None:
            raise AttachmentNotFound(f"ticket {no} has no attachment {attachment_id}")
        return _attachment(row)

    async def count(self, no: str) -> int:
        """How many a ticket has."""
        query = select(func.count()).where(ticket_attachments.c.no == no)
        return int(await self._connection.scalar(query) or 0)

    async def list_attachments(self, no: str) -> list[Attachment]:
        """A ticket's attachments in the order they came."""
        query = select(ticket_attachments).where(ticket_attachments.c.no == no)
        rows = await self._connection.execute(query.order_by(ticket_attachments.c.id))
        return [_attachment(row) for row in rows.mappings()]


def _attachment(row: RowMapping) -> Attachment:
    return Attachment(
        attachment_id=row["id"],
        no=row["no"],
        sha256=row["sha256"],
        media_type=MediaType(row["media_type"]),
        name=row["name"],
        size=row["size"],
        added_by=row["added_by"],
        added_at=datetime.fromisoformat(row["added_at"]),
    )
