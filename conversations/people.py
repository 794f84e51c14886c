"""Staff: names, roles, passwords and tokens. Pure but for the random source and the hashing.

Errors
    PeopleError
    ├── SignInFailed   name or password is wrong, or the account is waiting after failures
    ├── NotAllowed     signed in, but the role may not do this
    └── NameTaken      there is already somebody of this name
"""

import hashlib
import secrets
from dataclasses import dataclass
from enum import StrEnum

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError


class PeopleError(Exception):
    """Something about staff cannot be done; the text says what and why."""


class SignInFailed(PeopleError):
    """Name or password is wrong; which of them is not told."""


class NotAllowed(PeopleError):
    """Signed in, but the role may not do this."""


class NameTaken(PeopleError):
    """There is already somebody of this name."""


class Role(StrEnum):
    """What a member of staff does here (requirements 1.3, row 26)."""

    AGENT = "agent"
    LEAD = "lead"
    TRAINER = "trainer"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """Somebody who works here."""

    name: str
    role: Role


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
