"""All SQL about who looked at an informant's identity."""

from datetime import datetime

from sqlalchemy import Column, Integer, MetaData, String, Table, Text, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from tickets.informants import Look

metadata = MetaData()

# written only: nobody changes or deletes a line
informant_looks = Table(
    "informant_looks",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("no", String(20), nullable=False, index=True),
    Column("actor", String(80), nullable=False),
    Column("role", String(20), nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", String(40), nullable=False),
)


class InformantStore:
    """Looks in the database, inside the caller's transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, look: Look) -> None:
        """Write a look down."""
        await self._connection.execute(
            insert(informant_looks).values(
                no=look.no,
                actor=look.actor,
                role=look.role,
                reason=look.reason,
                at=look.at.isoformat(),
            )
        )

    async def list_looks(self, no: str) -> list[Look]:
        """Every look at the informant of a ticket, oldest first."""
        query = select(informant_looks).where(informant_looks.c.no == no)
        rows = await self._connection.execute(query.order_by(informant_looks.c.id))
        return [
            Look(
                no=row["no"],
                actor=row["actor"],
                role=row["role"],
                reason=row["reason"],
                at=datetime.fromisoformat(row["at"]),
            )
            for row in rows.mappings()
        ]
