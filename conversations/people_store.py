"""All SQL about staff and their tokens."""

from datetime import datetime

from sqlalchemy import Column, MetaData, String, Table, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from conversations.people import Role, Staff

metadata = MetaData()

staff = Table(
    "staff",
    metadata,
    Column("name", String(80), primary_key=True),
    Column("role", String(20), nullable=False),
    Column("password_hash", String(200), nullable=False),
    Column("added_at", String(40), nullable=False),
)

staff_tokens = Table(
    "staff_tokens",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("name", String(80), nullable=False, index=True),
    # null: an API token that holds until it is withdrawn
    Column("expires_at", String(40)),
)


class StaffStore:
    """Staff and their tokens, inside the caller's transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, member: Staff, *, password_hash: str, at: datetime) -> None:
        """Add a member of staff."""
        await self._connection.execute(
            insert(staff).values(
                name=member.name,
                role=member.role,
                password_hash=password_hash,
                added_at=at.isoformat(),
            )
        )

    async def find(self, name: str) -> tuple[Staff, str] | None:
        """A member of staff and the password's hash."""
        query = select(staff).where(staff.c.name == name)
        row = (await self._connection.execute(query)).mappings().first()
        return (
            (Staff(name=row["name"], role=Role(row["role"])), row["password_hash"]) if row else None
        )

    async def count(self) -> int:
        """How many there are."""
        return await self._connection.scalar(select(func.count()).select_from(staff)) or 0

    async def set_password(self, name: str, password_hash: str) -> None:
        """Replace a password and end every session it opened."""
        await self._connection.execute(
            update(staff).where(staff.c.name == name).values(password_hash=password_hash)
        )
        await self._connection.execute(delete(staff_tokens).where(staff_tokens.c.name == name))

    async def add_token(self, name: str, token_hash: str, *, expires_at: datetime | None) -> None:
        """Let a token stand for a member of staff, until it expires if it does."""
        await self._connection.execute(
            insert(staff_tokens).values(
                name=name,
                token_hash=token_hash,
                expires_at=expires_at.isoformat() if expires_at else None,
            )
        )

    async def remove_token(self, token_hash: str) -> None:
        """Let a token stand for nobody."""
        await self._connection.execute(
            delete(staff_tokens).where(staff_tokens.c.token_hash == token_hash)
        )

    async def find_by_token(self, token_hash: str, *, now: datetime) -> Staff | None:
        """Whose token this is, unless it has expired."""
        query = select(staff, staff_tokens.c.expires_at).join(
            staff_tokens, staff_tokens.c.name == staff.c.name
        )
        rows = await self._connection.execute(query.where(staff_tokens.c.token_hash == token_hash))
        row = rows.mappings().first()
        if row is None:
            return None
        expires_at = row["expires_at"]
        if expires_at and datetime.fromisoformat(expires_at) <= now:
            return None
        return Staff(name=row["name"], role=Role(row["role"]))
