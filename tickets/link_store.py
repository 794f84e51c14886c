"""All SQL about tickets that belong together, and limits that were put off."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import RowMapping, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from tickets.clocks import Postponement
from tickets.limits import What
from tickets.tables import ticket_links, ticket_postponements, tickets


class Relation(StrEnum):
    """How two tickets belong together."""

    SAME_MATTER = "same_matter"  # the customer asked again
    RELATED = "related"
    MERGED = "merged"  # worked on as one from now on


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Two tickets that belong together; `no` is the later one, or the one that was merged."""

    no: str
    other: str
    relation: Relation
    actor: str
    at: datetime

    def end(self, no: str) -> str:
        """The ticket at the other end."""
        return self.other if no == self.no else self.no


class LinkStore:
    """Links and postponements in the database, inside the caller's transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, link: Link) -> None:
        """Put two tickets together, or say anew how."""
        same = or_(
            (ticket_links.c.no == link.no) & (ticket_links.c.other == link.other),
            (ticket_links.c.no == link.other) & (ticket_links.c.other == link.no),
        )
        values = {
            "no": link.no,
            "other": link.other,
            "relation": link.relation,
            "actor": link.actor,
            "at": link.at,
        }
        changed = await self._connection.execute(update(ticket_links).where(same).values(values))
        if not changed.rowcount:
            await self._connection.execute(insert(ticket_links).values(values))

    async def list_links(self, no: str) -> list[Link]:
        """What a ticket belongs together with, oldest link first."""
        query = select(ticket_links).where(or_(ticket_links.c.no == no, ticket_links.c.other == no))
        rows = await self._connection.execute(query.order_by(ticket_links.c.at, ticket_links.c.no))
        return [_link(row) for row in rows.mappings()]

    async def list_matter(self, no: str) -> list[str]:
        """The tickets about the same matter, this one with them."""
        known, ahead = {no}, [no]
        while ahead:
            links = await self.list_links(ahead.pop())
            same = {
                end
                for link in links
                if link.relation is not Relation.RELATED
                for end in (link.no, link.other)
            }
            ahead += same - known
            known |= same
        return sorted(known)

    async def postpone(self, postponed: Postponement) -> None:
        """Put a limit off; a second one for the same ticket is an `IntegrityError`."""
        await self._connection.execute(
            insert(ticket_postponements).values(
                no=postponed.no,
                what=postponed.what,
                was_due_at=postponed.was_due_at,
                until=postponed.until,
                reason=postponed.reason,
                consent=postponed.consent,
                actor=postponed.actor,
                at=postponed.at,
                with_others=postponed.with_others,
            )
        )

    async def list_postponements(self, nos: list[str]) -> dict[str, Postponement]:
        """What was put off on these tickets, by number."""
        query = select(ticket_postponements).where(ticket_postponements.c.no.in_(nos))
        rows = await self._connection.execute(query)
        return {row["no"]: _postponement(row) for row in rows.mappings()}

    async def list_merged(self, no: str) -> list[str]:
        """The tickets that this one leads."""
        query = select(tickets.c.no).where(tickets.c.merged_into == no).order_by(tickets.c.no)
        return list((await self._connection.execute(query)).scalars())


def _link(row: RowMapping) -> Link:
    return Link(
        no=row["no"],
        other=row["other"],
        relation=Relation(row["relation"]),
        actor=row["actor"],
        at=row["at"],
    )


def _postponement(row: RowMapping) -> Postponement:
    return Postponement(
        no=row["no"],
        what=What(row["what"]),
        was_due_at=row["was_due_at"],
        until=row["until"],
        reason=row["reason"],
        consent=row["consent"],
        actor=row["actor"],
        at=row["at"],
        with_others=row["with_others"],
    )
