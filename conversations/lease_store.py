"""All SQL about leases: which process does what only one may do."""

from sqlalchemy import Column, MetaData, String, Table, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from conversations.lease import Lease
from tickets.moment_column import Moment

metadata = MetaData()

leases = Table(
    "leases",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("holder", String(80), nullable=False),
    Column("until", Moment, nullable=False),
)


class LeaseStore:
    """Leases, inside the caller's transaction; only one process writes at a time."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def find(self, name: str) -> Lease | None:
        """The lease of this name, if somebody has or had it."""
        query = select(leases).where(leases.c.name == name)
        row = (await self._connection.execute(query)).mappings().first()
        return Lease(row["name"], row["holder"], row["until"]) if row else None

    async def put(self, lease: Lease) -> None:
        """Note who has it now."""
        await self._connection.execute(delete(leases).where(leases.c.name == lease.name))
        await self._connection.execute(
            insert(leases).values(name=lease.name, holder=lease.holder, until=lease.until)
        )

    async def give_back(self, name: str, holder: str) -> None:
        """Let another take it at once; one that another has stays as it is."""
        await self._connection.execute(
            delete(leases).where(leases.c.name == name, leases.c.holder == holder)
        )
