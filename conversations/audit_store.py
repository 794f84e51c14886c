"""All SQL about who did what: lines are added and read, never changed."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    Column,
    Index,
    Integer,
    MetaData,
    RowMapping,
    String,
    Table,
    insert,
    or_,
    select,
)
from sqlalchemy.ext.asyncio import AsyncConnection

metadata = MetaData()

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", String(40), nullable=False),
    Column("actor", String(80), nullable=False),
    Column("role", String(20), nullable=False),
    Column("act", String(20), nullable=False),
    Column("subject", String(200), nullable=False),
    Column("detail", String(300), nullable=False),
    Column("address", String(60), nullable=False),
    Index("ix_audit_actor", "actor", "at"),
    Index("ix_audit_subject", "subject", "at"),
    Index("ix_audit_at", "at"),
)

MOST_LINES = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditLine:
    """One thing somebody did."""

    at: datetime
    actor: str
    role: str
    act: str
    subject: str
    detail: str
    address: str
    id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which lines; an empty condition is none.

    `subject` stands for its parts too: a ticket's number for its attachments and forms. `before`
    is the id of a line that was seen.
    """

    actor: str = ""
    act: str = ""
    subject: str = ""
    since: datetime | None = None
    before: int | None = None
    limit: int = 100


class AuditStore:
    """Lines of the log, inside the caller's transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, line: AuditLine) -> None:
        """Write a line down; what is too long for its column is cut."""
        values = {
            column.name: str(getattr(line, column.name))[: column.type.length]
            for column in audit.columns
            if isinstance(column.type, String)
        }
        await self._connection.execute(insert(audit).values({**values, "at": line.at.isoformat()}))

    async def has_line(self, line: AuditLine, *, since: datetime) -> bool:
        """Whether the same person did the same to the same thing since then."""
        query = (
            select(audit.c.id)
            .where(audit.c.actor == line.actor, audit.c.at > since.isoformat())
            .where(audit.c.act == line.act, audit.c.subject == line.subject[:200])
            .where(audit.c.detail == line.detail[:300], audit.c.role == line.role)
            .limit(1)
        )
        return await self._connection.scalar(query) is not None

    async def list_lines(self, wanted: Wanted) -> list[AuditLine]:
        """The lines, newest first."""
        query = select(audit).order_by(audit.c.id.desc()).limit(min(wanted.limit, MOST_LINES))
        if wanted.actor:
            query = query.where(audit.c.actor == wanted.actor)
        if wanted.act:
            query = query.where(audit.c.act == wanted.act)
        if wanted.subject:
            parts = audit.c.subject.startswith(f"{wanted.subject}/", autoescape=True)
            query = query.where(or_(audit.c.subject == wanted.subject, parts))
        if wanted.since is not None:
            query = query.where(audit.c.at >= wanted.since.isoformat())
        if wanted.before is not None:
            query = query.where(audit.c.id < wanted.before)
        return [_line(row) for row in (await self._connection.execute(query)).mappings()]


def _line(row: RowMapping) -> AuditLine:
    return AuditLine(**{**row, "at": datetime.fromisoformat(row["at"])})
