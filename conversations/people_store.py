"""All SQL about staff, their sessions, and who tried to sign in in vain."""

from datetime import datetime, timedelta

from sqlalchemy import (
    Column,
    Integer,
    MetaData,
    RowMapping,
    String,
    Table,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from conversations.lock_out import Tries
from conversations.people import Account, Role, Session, Staff

metadata = MetaData()

staff = Table(
    "staff",
    metadata,
    Column("name", String(80), primary_key=True),
    Column("role", String(20), nullable=False),
    Column("password_hash", String(200), nullable=False),
    Column("added_at", String(40), nullable=False),
    # null: may sign in
    Column("locked_at", String(40)),
)

staff_tokens = Table(
    "staff_tokens",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("name", String(80), nullable=False, index=True),
    # null: an API token that holds until it is withdrawn
    Column("expires_at", String(40)),
    # when a session was last in use; null: it is never idle
    Column("seen_at", String(40)),
)

sign_in_tries = Table(
    "sign_in_tries",
    metadata,
    # name:… or address:…
    Column("whose", String(120), primary_key=True),
    Column("count", Integer, nullable=False),
    Column("pauses", Integer, nullable=False),
    Column("last_at", String(40), nullable=False),
    Column("until", String(40)),
)

# what is older says nothing about who is guessing now
_TRIES_KEPT = timedelta(days=1)


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

    async def find(self, name: str) -> Account | None:
        """The account of this name."""
        query = select(staff).where(staff.c.name == name)
        row = (await self._connection.execute(query)).mappings().first()
        return _account(row) if row else None

    async def list_accounts(self) -> list[Account]:
        """Everybody, by name."""
        rows = await self._connection.execute(select(staff).order_by(staff.c.name))
        return [_account(row) for row in rows.mappings()]

    async def count(self) -> int:
        """How many there are."""
        return await self._connection.scalar(select(func.count()).select_from(staff)) or 0

    async def set_password(self, name: str, password_hash: str) -> None:
        """Replace a password and end every session it opened."""
        await self._change(name, password_hash=password_hash)
        await self.remove_tokens(name)

    async def set_role(self, name: str, role: Role) -> None:
        """Let somebody do other work from their next call on."""
        await self._change(name, role=role)

    async def set_locked(self, name: str, at: datetime | None) -> None:
        """Let somebody sign in no more, or again with None."""
        await self._change(name, locked_at=_iso(at))

    async def add_token(
        self, name: str, token_hash: str, *, expires_at: datetime | None, at: datetime | None = None
    ) -> None:
        """Let a token stand for somebody, until it expires if it does; `at`: in use since."""
        await self._connection.execute(
            insert(staff_tokens).values(
                name=name, token_hash=token_hash, expires_at=_iso(expires_at), seen_at=_iso(at)
            )
        )

    async def see_token(self, token_hash: str, *, at: datetime) -> None:
        """Note that a session is in use."""
        await self._connection.execute(
            update(staff_tokens)
            .where(staff_tokens.c.token_hash == token_hash)
            .values(seen_at=at.isoformat())
        )

    async def remove_token(self, token_hash: str) -> None:
        """Let a token stand for nobody."""
        await self._connection.execute(
            delete(staff_tokens).where(staff_tokens.c.token_hash == token_hash)
        )

    async def remove_tokens(self, name: str) -> None:
        """End all that somebody has open."""
        await self._connection.execute(delete(staff_tokens).where(staff_tokens.c.name == name))

    async def remove_expired_tokens(self, name: str, *, now: datetime) -> None:
        """Forget the sessions of somebody that are over."""
        is_over = staff_tokens.c.expires_at <= now.isoformat()
        await self._connection.execute(
            delete(staff_tokens).where(staff_tokens.c.name == name, is_over)
        )

    async def find_session(self, token_hash: str) -> Session | None:
        """What a token stands for, also when it is over."""
        query = select(staff, staff_tokens.c.expires_at, staff_tokens.c.seen_at).join(
            staff_tokens, staff_tokens.c.name == staff.c.name
        )
        rows = await self._connection.execute(query.where(staff_tokens.c.token_hash == token_hash))
        row = rows.mappings().first()
        if row is None:
            return None
        return Session(
            member=_member(row),
            expires_at=_moment(row["expires_at"]),
            seen_at=_moment(row["seen_at"]),
        )

    async def find_tries(self, whose: str) -> Tries | None:
        """What was tried in vain of late."""
        query = select(sign_in_tries).where(sign_in_tries.c.whose == whose)
        row = (await self._connection.execute(query)).mappings().first()
        if row is None:
            return None
        return Tries(
            count=row["count"],
            pauses=row["pauses"],
            last_at=datetime.fromisoformat(row["last_at"]),
            until=_moment(row["until"]),
        )

    async def save_tries(self, whose: str, tries: Tries) -> None:
        """Keep what was tried in vain; what nobody tried for long is forgotten."""
        forgotten = (tries.last_at - _TRIES_KEPT).isoformat()
        await self._connection.execute(
            delete(sign_in_tries).where(sign_in_tries.c.last_at < forgotten)
        )
        await self.remove_tries(whose)
        await self._connection.execute(
            insert(sign_in_tries).values(
                whose=whose,
                count=tries.count,
                pauses=tries.pauses,
                last_at=tries.last_at.isoformat(),
                until=_iso(tries.until),
            )
        )

    async def remove_tries(self, whose: str) -> None:
        """Forget what was tried."""
        await self._connection.execute(delete(sign_in_tries).where(sign_in_tries.c.whose == whose))

    async def _change(self, name: str, **values: str | None) -> None:
        await self._connection.execute(update(staff).where(staff.c.name == name).values(values))


def _account(row: RowMapping) -> Account:
    return Account(
        member=_member(row),
        password_hash=row["password_hash"],
        added_at=datetime.fromisoformat(row["added_at"]),
        locked_at=_moment(row["locked_at"]),
    )


def _member(row: RowMapping) -> Staff:
    return Staff(name=row["name"], role=Role(row["role"]))


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
