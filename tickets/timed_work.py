"""What comes with time alone: limits that are nearly over or over, and terms that changed."""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime

from tickets.clock_store import ClockStore, DueClock
from tickets.clocks import clocks_of, first_due
from tickets.keeping import Keeper, Transaction, ahead_of, rows_of
from tickets.life import rehoused
from tickets.parked_store import ParkedStore
from tickets.parking import told_of_parked
from tickets.terms import Terms
from tickets.ticket import DESK, Kind

log = logging.getLogger(__name__)

REROUTED = "rerouted"
# so few that customers and agents hardly wait behind a transaction
_TOLD_AT_ONCE = 2000
_RECKONED_AT_ONCE = 200
# whoever changed the limits of a big centre sees that it goes on
_TOLD_OF_EVERY = 10_000


class TimedWork:
    """Work that may be run at any time, by several at once, and also after a long pause."""

    def __init__(
        self, *, write: Transaction, clock: Callable[[], datetime], terms: Mapping[str, Terms]
    ) -> None:
        self._write, self._clock, self._terms = write, clock, terms

    async def raise_alarms(self) -> int:
        """Warn, mark what is late and climb the chain, each once; returns of how many clocks.

        The unique key of an alarm makes it one, whoever raises it; a killed run is taken up where
        its last transaction ended.
        """
        now, done = self._clock(), 0
        after: datetime | None = None
        while self._terms:
            some = await self._raise_some(now, after=after)
            done += len(some)
            if len(some) < _TOLD_AT_ONCE:
                break
            after = some[-1].alarm_at
        return done

    async def tell_of_parked(self) -> int:
        """Tell of tickets that have waited, or been on hold, for too long; returns of how many.

        Once for each wait: what the ticket is parked until is in the key of the alarm.
        """
        now, done = self._clock(), 0
        while self._terms:
            async with self._write() as connection:
                parked = ParkedStore(connection)
                some = await parked.list_overdue(list(self._terms), now=now, limit=_TOLD_AT_ONCE)
                told = [
                    (each.no, alarm, each.parked_until)
                    for each in some
                    for alarm in told_of_parked(
                        Kind(each.kind), self._terms[each.profile].limits, at=now
                    )
                ]
                await ClockStore(connection).raise_each(told)
                await parked.note_told([each.no for each in some])
            done += len(some)
            if len(some) < _TOLD_AT_ONCE:
                break
        return done

    async def reckon_anew(self) -> int:
        """Work out again what rests on other terms than the present ones; returns how many.

        It is for open tickets after limits.yml or a year of holidays changed, and for those of
        before there were clocks. What lies in a department that is there no more goes where it
        would go now.
        """
        done = 0
        for profile, terms in self._terms.items():
            async with self._write() as connection:
                keeper = Keeper(connection, self._terms, self._clock())
                nos = await keeper.tickets.list_reckoned_otherwise(profile, terms.digest)
            for start in range(0, len(nos), _RECKONED_AT_ONCE):
                if start and start % _TOLD_OF_EVERY == 0:
                    log.info("%s: the limits of %d of %d tickets anew", profile, start, len(nos))
                await self._reckon_some(nos[start : start + _RECKONED_AT_ONCE], terms)
            done += len(nos)
        return done

    async def _raise_some(self, now: datetime, *, after: datetime | None) -> list[DueClock]:
        async with self._write() as connection:
            clocks = ClockStore(connection)
            due = await clocks.list_due(
                list(self._terms), now=now, after=after, limit=_TOLD_AT_ONCE
            )
            looks = (
                (each, *self._terms[each.profile].ladder_of(each.kind).look(each, now=now))
                for each in due
            )
            await clocks.tell(looks, now=now)
            return due

    async def _reckon_some(self, nos: list[str], terms: Terms) -> None:
        async with self._write() as connection:
            keeper = Keeper(connection, self._terms, self._clock())
            some = await keeper.tickets.list_for_change(nos)
            postponed = await keeper.links.list_postponements(nos)
            kept = await keeper.clocks.list_clocks(nos)
            rows, dues = [], {}
            for ticket in some:
                housed = rehoused(ticket, terms)
                if housed is not ticket:
                    ticket = await keeper.keep(ticket, housed, actor=DESK, event=REROUTED)
                put_off = postponed.get(ticket.no)
                clocks = clocks_of(ticket, terms, now=keeper.now, postponed=put_off)
                rows += rows_of(ticket, clocks, kept[ticket.no], terms)
                dues[ticket.no] = first_due(clocks), ahead_of(ticket, terms)
            await keeper.clocks.replace(nos, rows)
            await keeper.tickets.save_due(dues, reckoned_by=terms.digest)
