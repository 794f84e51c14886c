"""Staff come in: name and password for a session, or an API token made by the command line."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.concurrency import run_in_threadpool

from conversations.people import (
    NameTaken,
    NotAllowed,
    PeopleError,
    Role,
    SignInFailed,
    Staff,
    hash_password,
    hash_token,
    new_token,
    password_fits,
)
from conversations.people_store import StaffStore
from tickets.ticket import NO_STAFF

Transaction = Callable[[], AbstractAsyncContextManager[AsyncConnection]]

SESSION = timedelta(hours=12)
LONGEST_NAME = 80
FAILURES_ALLOWED = 5
PAUSE = timedelta(minutes=1)


class StaffService:
    """Sign-in, tokens and new colleagues."""

    def __init__(
        self, *, write: Transaction, read: Transaction, clock: Callable[[], datetime]
    ) -> None:
        self._write, self._read, self._clock = write, read, clock
        self._failures: dict[str, tuple[int, datetime]] = {}

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
        return member

    async def set_password(self, name: str, password: str) -> None:
        """A new password for somebody, whose sessions end; raises `SignInFailed` if unknown."""
        hashed = await run_in_threadpool(hash_password, password)
        async with self._write() as connection:
            store = StaffStore(connection)
            if await store.find(name) is None:
                raise SignInFailed(f"there is no {name}")
            await store.set_password(name, hashed)

    async def has_nobody(self) -> bool:
        """Whether no member of staff exists yet."""
        async with self._read() as connection:
            return await StaffStore(connection).count() == 0

    async def sign_in(self, name: str, password: str) -> tuple[Staff, str]:
        """The member of staff and a session token; raises `SignInFailed`."""
        self._refuse_after_failures(name)
        # counted before it is tried, so that guesses made at once are counted too
        count, _ = self._failures.get(name, (0, self._clock()))
        self._failures[name] = (count + 1, self._clock())
        async with self._read() as connection:
            found = await StaffStore(connection).find(name)
        fits = await run_in_threadpool(password_fits, password, found[1] if found else None)
        if found is None or not fits:
            raise SignInFailed("name or password is wrong")
        self._failures.pop(name, None)
        token = await self.make_token(name, expires_at=self._clock() + SESSION)
        return found[0], token

    async def make_token(self, name: str, *, expires_at: datetime | None = None) -> str:
        """A token for a known name; without `expires_at` it holds until the password changes."""
        token = new_token()
        async with self._write() as connection:
            store = StaffStore(connection)
            if await store.find(name) is None:
                raise SignInFailed(f"there is no {name}")
            await store.add_token(name, hash_token(token), expires_at=expires_at)
        return token

    async def get(self, token: str) -> Staff:
        """Whose token this is; raises `SignInFailed`."""
        async with self._read() as connection:
            store = StaffStore(connection)
            member = await store.find_by_token(hash_token(token), now=self._clock())
        if member is None:
            raise SignInFailed("the token is unknown or has expired")
        return member

    async def forget(self, token: str) -> None:
        """End a session; an unknown token is no error."""
        async with self._write() as connection:
            await StaffStore(connection).remove_token(hash_token(token))

    def _refuse_after_failures(self, name: str) -> None:
        count, last = self._failures.get(name, (0, self._clock()))
        if count < FAILURES_ALLOWED:
            return
        if self._clock() - last < PAUSE:
            raise SignInFailed("too many failures; wait a minute")
        self._failures.pop(name)


class SignInForm(BaseModel):
    """Body of `POST /sign-in`."""

    name: str = Field(min_length=1, max_length=LONGEST_NAME)
    password: str = Field(min_length=1, max_length=200)


def bearer(request: Request) -> str:
    """The token of an `Authorization: Bearer …` header, empty when there is none."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


class StaffDoor:
    """A FastAPI dependency: the member of staff behind a request, of one of the given roles."""

    def __init__(self, staff: StaffService, *, roles: frozenset[Role] = frozenset(Role)) -> None:
        self._staff, self._roles = staff, roles

    async def __call__(self, request: Request) -> Staff:
        """Raises `SignInFailed` or `NotAllowed`."""
        member = await self._staff.get(bearer(request))
        if member.role not in self._roles:
            raise NotAllowed(f"role {member.role} may not do this")
        return member


def make_router(staff: StaffService) -> APIRouter:
    """`POST /sign-in`."""
    router = APIRouter(tags=["staff"])

    @router.post("/sign-in", summary="Sign in; the token goes into Authorization: Bearer …")
    async def sign_in(form: SignInForm) -> dict[str, str]:
        member, token = await staff.sign_in(form.name, form.password)
        return {"name": member.name, "role": member.role, "token": token}

    return router
