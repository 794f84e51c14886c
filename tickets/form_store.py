"""All SQL that only forms need: which tickets a month's table holds."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from tickets.tables import ticket_history, tickets
from tickets.ticket import Kind, Ticket
from tickets.ticket_rows import with_history


async def list_registered(
    connection: AsyncConnection,
    *,
    profile: str,
    kinds: Sequence[Kind],
    first: datetime,
    end: datetime,
) -> list[Ticket]:
    """A centre's tickets of these kinds registered from `first` until before `end`, in UTC.

    However many they are, two statements read them with their histories.
    """
    meant = (
        tickets.c.profile == profile,
        tickets.c.kind.in_([str(kind) for kind in kinds]),
        tickets.c.registered_at >= first.isoformat(),
        tickets.c.registered_at < end.isoformat(),
    )
    in_order = select(tickets).where(*meant).order_by(tickets.c.registered_at, tickets.c.no)
    rows = (await connection.execute(in_order)).mappings().all()
    lines = await connection.execute(
        select(ticket_history)
        .join_from(ticket_history, tickets, ticket_history.c.no == tickets.c.no)
        .where(*meant)
        .order_by(ticket_history.c.id)
    )
    return with_history(rows, lines.mappings())
