"""Who looked at what, and who changed or took away what: written down, never altered.

Customers' files are confidential and their use is kept on record (000, 003): whoever answers for a
centre must be able to say who saw a customer's ticket or talk.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from conversations.audit_store import AuditLine, AuditStore, Wanted
from conversations.people import Staff
from tickets.keeping import Transaction

# the same person looking at the same thing again so soon is the same look
SAME_LOOK = timedelta(minutes=10)


class Act(StrEnum):
    """What was done."""

    SIGNED_IN = "signed_in"
    SIGN_IN_FAILED = "sign_in_failed"
    SIGNED_OUT = "signed_out"
    REFUSED = "refused"  # the role may not
    READ_TALK = "read_talk"
    READ_TICKET = "read_ticket"
    READ_FILE = "read_file"
    READ_INFORMANT = "read_informant"
    READ_AUDIT = "read_audit"
    LISTED = "listed"  # many customers at once
    EXPORTED = "exported"  # taken away: a form, a month's table
    TOOK_TALK = "took_talk"
    GAVE_BACK_TALK = "gave_back_talk"
    CHANGED_TICKET = "changed_ticket"
    CHANGED_EVENT = "changed_event"
    STAFF_ADDED = "staff_added"
    STAFF_LOCKED = "staff_locked"
    STAFF_UNLOCKED = "staff_unlocked"
    ROLE_CHANGED = "role_changed"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105  (no password)
    TOKEN_MADE = "token_made"  # noqa: S105


LOOKS = frozenset(
    {Act.READ_TALK, Act.READ_TICKET, Act.READ_FILE, Act.LISTED, Act.READ_AUDIT, Act.REFUSED}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What is to be written down: `subject` is a number, an id or a path."""

    act: Act
    subject: str = ""
    detail: str = ""
    address: str = ""


class Audit:
    """The log of who did what."""

    def __init__(
        self, *, write: Transaction, read: Transaction, clock: Callable[[], datetime]
    ) -> None:
        self._write, self._read, self._clock = write, read, clock

    async def note(self, member: Staff | None, deed: Deed) -> None:
        """Write it down, once for looks that follow each other closely; None: nobody known."""
        now = self._clock()
        line = AuditLine(
            at=now,
            actor=member.name if member else "",
            role=member.role if member else "",
            act=deed.act,
            subject=deed.subject,
            detail=deed.detail,
            address=deed.address,
        )
        if deed.act in LOOKS:
            async with self._read() as connection:
                if await AuditStore(connection).has_line(line, since=now - SAME_LOOK):
                    return
        async with self._write() as connection:
            await AuditStore(connection).add(line)

    async def list_lines(self, wanted: Wanted) -> list[AuditLine]:
        """What was done, newest first."""
        async with self._read() as connection:
            return await AuditStore(connection).list_lines(wanted)
