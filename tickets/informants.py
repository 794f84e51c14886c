"""Informants: what of a report tells who they are, who may see it, what all others see.

Errors
    InformantSealed   this role may not see who informed
    NoInformant       the ticket is no report: nothing of it is sealed
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from profiles.document import Document, DocumentError
from tickets.ticket import HistoryLine, Kind, Ticket, TicketError

# phones, identity cards, accounts, however they are grouped
_LONG_NUMBER = re.compile(r"\d(?:[ \-－—]?\d){6,}")


class InformantSealed(TicketError):
    """This role may not see who informed."""


class NoInformant(TicketError):
    """The ticket is no report: nothing of it is sealed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Somebody saw who informed."""

    no: str
    actor: str
    role: str
    reason: str
    at: datetime


class Seal(BaseModel):
    """profiles/informants.yml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kinds: Annotated[frozenset[Kind], Field(min_length=1)]
    sealed: Annotated[frozenset[str], Field(min_length=1)]
    shown_to: Annotated[frozenset[str], Field(min_length=1)]
    mask: Annotated[str, Field(min_length=1)]

    def covers(self, ticket: Ticket) -> bool:
        """Whether the ticket tells of an informant."""
        return ticket.kind in self.kinds

    def may_open(self, role: str) -> bool:
        """Whether a role may see who informed."""
        return role in self.shown_to

    def sealed_ticket(self, ticket: Ticket) -> Ticket:
        """The ticket as everybody else sees it; one without an informant as it is."""
        if not self.covers(ticket):
            return ticket
        return replace(
            ticket,
            fields={name: self._sealed(name, value) for name, value in ticket.fields.items()},
            history=tuple(self._sealed_line(line) for line in ticket.history),
        )

    def sealed_text(self, ticket: Ticket, text: str) -> str:
        """What somebody wrote beside the ticket, without numbers that tell who informed."""
        return self._without_numbers(text) if self.covers(ticket) else text

    def _sealed_line(self, line: HistoryLine) -> HistoryLine:
        # a history that tells what was changed must not tell what is sealed
        changes = {
            name: (self._sealed(name, was), self._sealed(name, now))
            for name, (was, now) in line.changes.items()
        }
        return replace(line, note=self._without_numbers(line.note), changes=changes)

    def changes(self, ticket: Ticket, fields: dict[str, str] | None) -> dict[str, str] | None:
        """What is really changed by fields that may have been copied from a sealed ticket."""
        if fields is None or not self.covers(ticket):
            return fields
        return {name: value for name, value in fields.items() if self.mask not in value}

    def _sealed(self, name: str, value: str) -> str:
        if name in self.sealed:
            return self.mask if value else value
        return self._without_numbers(value)

    def _without_numbers(self, text: str) -> str:
        return _LONG_NUMBER.sub(self.mask, text)


def load_seal(path: Path, *, roles: Collection[str]) -> Seal:
    """The seal of profiles/informants.yml; a role nobody can have raises `DocumentError`."""
    document = Document(path)
    seal = document.read_as(Seal)
    for role in sorted(seal.shown_to - set(roles)):
        known = ", ".join(sorted(roles))
        line = document.line_of(("shown_to",))
        raise DocumentError(path, line, f"shown_to: there is no role {role!r}; there are: {known}")
    return seal
