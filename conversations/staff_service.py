"""The verbs of staff: come in, stay, change the password; lock, unlock and list accounts."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.concurrency import run_in_threadpool

from conversations.auditing import Act, Audit, Deed
from conversations.lock_out import (
    OF_A_NAME,
    OF_AN_ADDRESS,
    Patience,
    add_try,
    left_to_wait,
)
from conversations.people import (
    SESSION,
    Account,
    AccountLocked,
    NameTaken,
    PeopleError,
    Role,
    SignInFailed,
    Staff,
    TooManyTries,
    check_new_password,
    hash_password,
    hash_token,
    new_token,
    password_fits,
)
from conversations.people_store import StaffStore
from tickets.keeping import Transaction
from tickets.ticket import DESK, NO_STAFF

LONGEST_NAME = 80
# who did it when it was done at the machine itself
AT_THE_MACHINE = Staff(name=DESK, role=Role.ADMIN)


class StaffService:
    """Sign-in, sessions and accounts; what is done to them is in the audit log."""

    def __init__(
        self, *, write: Transaction, read: Transaction, clock: Callable[[], datetime]
    ) -> None:
        self._write, self._read, self._clock = write, read, clock
        self.audit = Audit(write=write, read=read, clock=clock)

    # ------------------------------------------------------------ coming in

    async def sign_in(self, name: str, password: str, *, address: str = "") -> tuple[Staff, str]:
        """The member of staff and a session token.

        Raises `SignInFailed`, `TooManyTries` or `AccountLocked`.
        """
        await self._count_try(name, address)
        account = await self._check_password(name, password, address)
        if account.locked_at is not None:
            raise AccountLocked(f"the account of {name} is locked")
        now, token = self._clock(), new_token()
        async with self._write() as connection:
            store = StaffStore(connection)
            await store.remove_tries(_of_name(name))
            await store.remove_expired_tokens(name, now=now)
            await store.add_token(name, hash_token(token), expires_at=now + SESSION, at=now)
        await self.audit.note(account.member, Deed(act=Act.SIGNED_IN, address=address))
        return account.member, token

    async def get(self, token: str, *, is_use: bool = True) -> Staff:
        """Whose token this is; asking is a use of the session, unless told that it is none.

        Raises `SignInFailed`.
        """
        now, token_hash = self._clock(), hash_token(token)
        async with self._read() as connection:
            session = await StaffStore(connection).find_session(token_hash)
        if session is None or session.is_over(now):
            raise SignInFailed("the token is unknown or has expired")
        if is_use and session.is_to_be_noted(now):
            async with self._write() as connection:
                await StaffStore(connection).see_token(token_hash, at=now)
        return session.member

    async def forget(self, token: str) -> None:
        """End a session; an unknown token is no error."""
        async with self._write() as connection:
            await StaffStore(connection).remove_token(hash_token(token))

    async def change_password(self, member: Staff, *, old: str, new: str, address: str) -> str:
        """One's own new password; every session ends, and the token of a new one is returned.

        Raises `SignInFailed` for a wrong old one, `TooManyTries` or `WeakPassword`.
        """
        await self._count_try(member.name, address)
        await self._check_password(member.name, old, address)
        async with self._write() as connection:
            await StaffStore(connection).remove_tries(_of_name(member.name))
        check_new_password(new, old=old)
        await self.set_password(member.name, new, by=member)
        now, token = self._clock(), new_token()
        async with self._write() as connection:
            store = StaffStore(connection)
            await store.add_token(member.name, hash_token(token), expires_at=now + SESSION, at=now)
        return token

    # ------------------------------------------------------------ accounts

    async def add(self, name: str, role: Role, password: str) -> Staff:
        """A new member of staff; raises `NameTaken`, or `PeopleError` for a name too long."""
        if not 0 < len(name) <= LONGEST_NAME:
            raise PeopleError(f"a name has 1 to {LONGEST_NAME} characters")
        member = Staff(name=name, role=role)
        hashed = await run_in_threadpool(hash_password, password)
        async with self._write() as connection:
            store = StaffStore(connection)
            if name in NO_STAFF or await store.find(name):
                raise NameTaken(f"there is already a {name}")
            await store.add(member, password_hash=hashed, at=self._clock())
        await self._note_account(Act.STAFF_ADDED, name, role)
        return member

    async def set_password(self, name: str, password: str, *, by: Staff = AT_THE_MACHINE) -> None:
        """A new password for somebody, whose sessions end; raises `SignInFailed` if unknown."""
        hashed = await run_in_threadpool(hash_password, password)
        async with self._write() as connection:
            store = await self._store_with(connection, name)
            await store.set_password(name, hashed)
        await self._note_account(Act.PASSWORD_CHANGED, name, by=by)

    async def make_token(self, name: str, *, expires_at: datetime | None = None) -> str:
        """A token for a known name; without `expires_at` it holds until the password changes."""
        token = new_token()
        async with self._write() as connection:
            store = await self._store_with(connection, name)
            await store.add_token(name, hash_token(token), expires_at=expires_at)
        await self._note_account(Act.TOKEN_MADE, name)
        return token

    async def lock(self, name: str) -> None:
        """Somebody may not sign in any more; all they have open ends. Raises `SignInFailed`."""
        async with self._write() as connection:
            store = await self._store_with(connection, name)
            await store.set_locked(name, self._clock())
            await store.remove_tokens(name)
        await self._note_account(Act.STAFF_LOCKED, name)

    async def unlock(self, name: str) -> None:
        """Somebody may sign in again, also before a pause is over. Raises `SignInFailed`."""
        async with self._write() as connection:
            store = await self._store_with(connection, name)
            await store.set_locked(name, None)
            await store.remove_tries(_of_name(name))
        await self._note_account(Act.STAFF_UNLOCKED, name)

    async def end_pause(self, name: str) -> None:
        """Somebody need not wait any longer after failures."""
        async with self._write() as connection:
            await StaffStore(connection).remove_tries(_of_name(name))

    async def set_role(self, name: str, role: Role) -> None:
        """Somebody's work from their next call on; raises `SignInFailed` if unknown."""
        async with self._write() as connection:
            store = await self._store_with(connection, name)
            await store.set_role(name, role)
        await self._note_account(Act.ROLE_CHANGED, name, role)

    async def list_accounts(self) -> list[Account]:
        """Everybody, by name."""
        async with self._read() as connection:
            return await StaffStore(connection).list_accounts()

    async def has_nobody(self) -> bool:
        """Whether no member of staff exists yet."""
        async with self._read() as connection:
            return await StaffStore(connection).count() == 0

    # ------------------------------------------------------------ shared steps

    async def _check_password(self, name: str, password: str, address: str) -> Account:
        async with self._read() as connection:
            account = await StaffStore(connection).find(name)
        hashed = account.password_hash if account else None
        if await run_in_threadpool(password_fits, password, hashed) and account is not None:
            return account
        if address:
            async with self._write() as connection:
                store = StaffStore(connection)
                await self._add_try(store, _of_address(address), OF_AN_ADDRESS)
        # a name nobody has may be a password in the wrong field: it is not kept
        deed = Deed(act=Act.SIGN_IN_FAILED, address=address)
        await self.audit.note(account.member if account else None, deed)
        raise SignInFailed("name or password is wrong")

    async def _count_try(self, name: str, address: str) -> None:
        """Counted before it is tried, so that guesses made at once are counted too."""
        now = self._clock()
        async with self._write() as connection:
            store = StaffStore(connection)
            waits = [
                left_to_wait(await store.find_tries(whose), now=now)
                for whose in (_of_name(name), _of_address(address))
            ]
            if any(waits):
                raise TooManyTries(max(waits))
            await self._add_try(store, _of_name(name), OF_A_NAME)

    async def _add_try(self, store: StaffStore, whose: str, patience: Patience) -> None:
        tries = add_try(await store.find_tries(whose), patience, now=self._clock())
        await store.save_tries(whose, tries)

    async def _store_with(self, connection: AsyncConnection, name: str) -> StaffStore:
        store = StaffStore(connection)
        if await store.find(name) is None:
            raise SignInFailed(f"there is no {name}")
        return store

    async def _note_account(
        self, act: Act, name: str, detail: str = "", *, by: Staff = AT_THE_MACHINE
    ) -> None:
        await self.audit.note(by, Deed(act=act, subject=name, detail=detail))


def _of_name(name: str) -> str:
    return f"name:{name}"


def _of_address(address: str) -> str:
    return f"address:{address[:100]}"
