"""Who is at their desk, and whether a centre has persons to answer now."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from conversations.duty_store import DutyStore
from conversations.hand_over_terms import HandOverTerms
from tickets.keeping import Transaction
from tickets.terms import Terms

# a page says every few seconds that it is open; unheard for so long, its agent is not counted on
ON_DUTY = timedelta(seconds=45)


class Duty:
    """Agents whose page is open; one on a break sees the queue and is not counted on."""

    def __init__(
        self,
        *,
        write: Transaction,
        read: Transaction,
        terms: Mapping[str, HandOverTerms],
        times: Mapping[str, Terms],
        clock: Callable[[], datetime],
    ) -> None:
        self._write, self._read, self._clock = write, read, clock
        self._terms, self._times = terms, times

    async def be_on_duty(self, agent: str, *, is_taking: bool) -> None:
        """The agent's page is open."""
        async with self._write() as connection:
            await DutyStore(connection).be_on_duty(agent, at=self._clock(), is_taking=is_taking)

    async def list_on_duty(self) -> dict[str, bool]:
        """Whose page is open, and whether they take conversations."""
        async with self._read() as connection:
            return await DutyStore(connection).list_on_duty(since=self._clock() - ON_DUTY)

    async def is_staffed(self, profile: str) -> bool:
        """Whether somebody is there to take a conversation of this centre now."""
        async with self._read() as connection:
            return await self.is_staffed_in(connection, profile)

    async def is_staffed_in(self, connection: AsyncConnection, profile: str) -> bool:
        """The same, inside the caller's transaction."""
        now = self._clock()
        if not self._is_opening_time(profile, now):
            return False
        return any((await DutyStore(connection).list_on_duty(since=now - ON_DUTY)).values())

    def _is_opening_time(self, profile: str, now: datetime) -> bool:
        """Whether persons answer at this hour in this centre."""
        times = self._times.get(profile)
        hours = times.limits.opening_hours.get(self._terms[profile].hours) if times else None
        return times is None or times.time.is_open(now, hours)
