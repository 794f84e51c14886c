"""Staff: names, roles, passwords and sessions. Pure but for the random source and the hashing.

Errors
    PeopleError
    ├── SignInFailed      name, password or token is wrong
    │   └── TooManyTries  nobody may try now; tells when again
    ├── AccountLocked     the password is right, but a supervisor has locked the account
    ├── NotAllowed        signed in, but the role may not do this
    ├── NameTaken         there is already somebody of this name
    └── WeakPassword      a new password is too short, or the old one again
"""

import hashlib
import math
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError


class PeopleError(Exception):
    """Something about staff cannot be done; the text says what and why."""


class SignInFailed(PeopleError):
    """Name or password is wrong; which of them is not told."""


class TooManyTries(SignInFailed):
    """Too many wrong passwords of late."""

    def __init__(self, wait: timedelta | str) -> None:
        seconds = math.ceil(wait.total_seconds()) if isinstance(wait, timedelta) else 60
        minutes = math.ceil(seconds / 60)
        super().__init__(f"too many failures; try again in {minutes} min")
        self.told = {"retry_after_s": seconds, "minutes": minutes}


class AccountLocked(PeopleError):
    """A supervisor has locked this account."""


class NotAllowed(PeopleError):
    """Signed in, but the role may not do this."""


class NameTaken(PeopleError):
    """There is already somebody of this name."""


class WeakPassword(PeopleError):
    """Too short, or no new one."""


class Role(StrEnum):
    """What a member of staff does here; `rights` has the table of what each may do."""

    AGENT = "agent"
    LEAD = "lead"
    CLERK = "clerk"
    TRAINER = "trainer"
    QUALITY = "quality"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """Somebody who works here."""

    name: str
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A member of staff as signing in needs it."""

    member: Staff
    password_hash: str
    added_at: datetime
    locked_at: datetime | None = None


# a session ends at the latest so long after it began, and so long after it was last used
SESSION, IDLE = timedelta(hours=12), timedelta(hours=1)
# its use is written down at most so often
SEEN_EVERY = timedelta(minutes=1)
SHORTEST_PASSWORD, LONGEST_PASSWORD = 10, 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What a token stands for; a program's token has no end and is never idle."""

    member: Staff
    expires_at: datetime | None = None
    seen_at: datetime | None = None

    def is_over(self, now: datetime) -> bool:
        """Whether it has ended, by its age or because nobody used it."""
        if self.expires_at is None:
            return False
        return now >= self.expires_at or (self.seen_at is not None and now - self.seen_at >= IDLE)

    def is_to_be_noted(self, now: datetime) -> bool:
        """Whether it is time to write down that it is in use."""
        return self.seen_at is not None and now - self.seen_at >= SEEN_EVERY


def check_new_password(new: str, *, old: str) -> None:
    """Raises `WeakPassword`."""
    if not SHORTEST_PASSWORD <= len(new) <= LONGEST_PASSWORD:
        raise WeakPassword(f"a password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters")
    if new == old:
        raise WeakPassword("that is the old password")


_hasher = PasswordHasher()
# checked when there is no such name, so that both failures take equally long
_NOBODY = _hasher.hash(secrets.token_hex())


def hash_password(password: str) -> str:
    """An argon2id hash."""
    return _hasher.hash(password)


def password_fits(password: str, hashed: str | None) -> bool:
    """Whether the password is the hashed one; None stands for a name nobody has."""
    try:
        return _hasher.verify(hashed or _NOBODY, password) and hashed is not None
    except VerificationError:
        return False


def new_password() -> str:
    """A password to print once: 16 characters that are easy to tell apart."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(4))


def new_token() -> str:
    """A token with 256 bits of chance."""
    return secrets.token_urlsafe(32)


def hash_token(token: str) -> str:
    """What is stored of a token: it is long and random, so one fast hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()
