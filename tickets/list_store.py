"""All SQL of lists of tickets: what is wanted, in which order, page by page."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from tickets.tables import IS_OPEN, tickets
from tickets.ticket import Kind, State, Ticket
from tickets.ticket_rows import ticket_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which tickets are listed, and how: what is None leaves nothing out.

    `before` and `after` are numbers of tickets: the list holds only what was registered sooner, or
    later, than that one. A number that is not there leaves nothing.
    """

    profile: str | None = None
    conversation_id: str | None = None
    kind: Kind | None = None
    state: State | None = None
    department: str | None = None
    without: Kind | None = None
    before: str | None = None
    after: str | None = None
    oldest_first: bool = False
    limit: int = 100


async def list_wanted(connection: AsyncConnection, wanted: Wanted) -> list[Ticket]:
    """The tickets that fit every given filter, without their history."""
    order = tickets.c.registered_at, tickets.c.no
    query = select(tickets).where(*_filters(wanted))
    query = query.order_by(*(order if wanted.oldest_first else (each.desc() for each in order)))
    rows = await connection.execute(query.limit(wanted.limit))
    return [ticket_of(row) for row in rows.mappings()]


async def list_open_at(
    connection: AsyncConnection, profile: str, words: str, *, limit: int = 200
) -> list[Ticket]:
    """Open tickets whose address holds these words, the newest first, without their history.

    Reports are not among them: where somebody informed of is nobody's to find.
    """
    query = (
        select(tickets)
        .where(
            IS_OPEN,
            tickets.c.profile == profile,
            tickets.c.kind != Kind.REPORT,
            tickets.c.fields["address"].as_string().contains(words, autoescape=True),
        )
        .order_by(tickets.c.registered_at.desc(), tickets.c.no.desc())
        .limit(limit)
    )
    rows = await connection.execute(query)
    return [ticket_of(row) for row in rows.mappings()]


def _filters(wanted: Wanted) -> list[ColumnElement[bool]]:
    names = ("profile", "conversation_id", "kind", "state", "department")
    given = {name: getattr(wanted, name) for name in names}
    filters = [tickets.c[name] == value for name, value in given.items() if value is not None]
    if wanted.without is not None:
        filters.append(tickets.c.kind != wanted.without)
    at, no = tickets.c.registered_at, tickets.c.no
    if wanted.before is not None:
        edge = _registered_at(wanted.before)
        filters.append(or_(at < edge, and_(at == edge, no < wanted.before)))
    if wanted.after is not None:
        edge = _registered_at(wanted.after)
        filters.append(or_(at > edge, and_(at == edge, no > wanted.after)))
    return filters


def _registered_at(no: str) -> ColumnElement[str]:
    of_it = tickets.alias()
    return select(of_it.c.registered_at).where(of_it.c.no == no).scalar_subquery()
