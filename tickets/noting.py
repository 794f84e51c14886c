"""Taking note of alarms: who was told says so, and nobody else has to see them any more."""

from collections.abc import Callable, Mapping
from datetime import datetime

from tickets.alarm_store import AlarmStore
from tickets.keeping import Transaction
from tickets.terms import Terms, posts_of
from tickets.ticket import Ticket


class Noting:
    """The one verb of alarms."""

    def __init__(
        self, *, write: Transaction, clock: Callable[[], datetime], terms: Mapping[str, Terms]
    ) -> None:
        self._write, self._clock, self._terms = write, clock, terms

    async def note(self, ticket: Ticket, *, name: str, access_role: str, up_to: int) -> int:
        """Take note of what was told of a ticket up to an alarm; returns of how many alarms.

        Only of what was told to the posts of this access role; of an alarm once.
        """
        roles = posts_of(self._terms, ticket.profile, access_role)
        async with self._write() as connection:
            return await AlarmStore(connection).note(
                ticket.no, roles=roles, up_to=up_to, by=name, at=self._clock()
            )
