"""The verbs of an informant's identity: look, read the conversation, see who looked."""

from collections.abc import Callable
from datetime import datetime

from tickets.informant_store import InformantStore
from tickets.informants import InformantSealed, Look, NoInformant, Seal
from tickets.keeping import Transaction
from tickets.store import TicketStore
from tickets.ticket import Ticket

CONVERSATION = "conversation"


class InformantService:
    """Identities of informants; no look at one goes unrecorded."""

    def __init__(
        self,
        *,
        seal: Seal,
        write: Transaction,
        read: Transaction,
        clock: Callable[[], datetime],
    ) -> None:
        self.seal = seal
        self._write, self._read, self._clock = write, read, clock

    async def look(self, no: str, *, actor: str, role: str, reason: str) -> Ticket:
        """The whole ticket, unsealed, once the look is written down.

        Raises `InformantSealed` or `NoInformant`.
        """
        self._refuse(role)
        async with self._write() as connection:
            ticket = await TicketStore(connection).get(no)
            if not self.seal.covers(ticket):
                raise NoInformant(f"ticket {no} is no report: nothing of it is sealed")
            await InformantStore(connection).add(self._look(no, actor, role, reason))
            return ticket

    async def before_reading(self, conversation_id: str, *, actor: str, role: str) -> None:
        """Whoever informed said it in a conversation: reading that is a look too.

        Raises `InformantSealed`; does nothing for a conversation nobody informed in.
        """
        async with self._read() as connection:
            store = TicketStore(connection)
            reports = [
                ticket.no
                for kind in sorted(self.seal.kinds)
                for ticket in await store.list_tickets(conversation_id=conversation_id, kind=kind)
            ]
        if not reports:
            return
        self._refuse(role)
        async with self._write() as connection:
            for no in reports:
                look = self._look(no, actor, role, f"{CONVERSATION} {conversation_id}")
                await InformantStore(connection).add(look)

    async def list_looks(self, no: str) -> list[Look]:
        """Who looked, oldest first."""
        async with self._read() as connection:
            return await InformantStore(connection).list_looks(no)

    def _refuse(self, role: str) -> None:
        if not self.seal.may_open(role):
            raise InformantSealed(f"role {role} may not see who informed")

    def _look(self, no: str, actor: str, role: str, reason: str) -> Look:
        return Look(no=no, actor=actor, role=role, reason=reason, at=self._clock())
