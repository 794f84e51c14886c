"""All SQL that only forms need: which tickets a month's table holds."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import column, select, table
from sqlalchemy.ext.asyncio import AsyncConnection

from tickets.store import TicketStore
from tickets.ticket import Kind, Ticket

_tickets = table(
    "tickets", column("no"), column("profile"), column("kind"), column("registered_at")
)


async def list_registered(
    connection: AsyncConnection,
    *,
    profile: str,
    kinds: Sequence[Kind],
    first: datetime,
    end: datetime,
) -> list[Ticket]:
    """A centre's tickets of these kinds registered from `first` until before `end`, in UTC."""
    registered_at = _tickets.c.registered_at
    query = (
        select(_tickets.c.no)
        .where(_tickets.c.profile == profile, _tickets.c.kind.in_([str(kind) for kind in kinds]))
        .where(registered_at >= first.isoformat(), registered_at < end.isoformat())
        .order_by(registered_at, _tickets.c.no)
    )
    numbers = (await connection.execute(query)).scalars().all()
    store = TicketStore(connection)
    return [await store.get(no) for no in numbers]
