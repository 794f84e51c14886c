"""The numbers of a centre: read from the transcript when they are asked for, kept nowhere."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from conversations.masking import Mask
from conversations.numbers import EntryNumbers, Figures, Period, TurnTold, by_day
from conversations.numbers_store import NumbersStore, Sought
from knowledge.entry_store import EntryStore
from knowledge.hit_store import HitStore
from tickets.informants import Seal
from tickets.profile import Profile
from tickets.ticket import Kind

Transaction = Callable[[], AbstractAsyncContextManager[AsyncConnection]]


class Numbers:
    """Counts by day and entry, and the turns behind them."""

    def __init__(
        self,
        *,
        seal: Seal,
        mask: Mask,
        read: Transaction,
        clock: Callable[[], datetime],
    ) -> None:
        self._seal, self._mask = seal, mask
        self._read, self._clock = read, clock

    def period(self, profile: Profile, first: date | None, last: date | None) -> Period:
        """The days somebody asked for; raises `PeriodUnfit`."""
        return Period.of(first, last, zone=profile.timezone, now=self._clock())

    async def count(self, profile: str, period: Period) -> Figures:
        """All numbers of a period."""
        async with self._read() as connection:
            store = NumbersStore(connection)
            turns = await store.count_turns(profile, period)
            tickets = await store.count_tickets(profile, period, but=self._seal.kinds)
            entries = await store.count_entries(profile, period)
            conversations, with_person = await store.count_conversations(profile, period)
            offered = await HitStore(connection).list_offered(
                profile, first=period.first, last=period.last
            )
            titles: dict[str, str] = {}
            if offered.keys() - {each.entry_id for each in entries}:
                latest = await EntryStore(connection).list_latest(profile)
                titles = {entry.entry_id: entry.title for entry in latest}
        return Figures(
            period=period,
            days=by_day(period, turns, tickets, emergency=Kind.EMERGENCY),
            entries=tuple(_with_offers(entries, offered, titles)),
            conversations=conversations,
            with_person=with_person,
        )

    async def list_turns(
        self, sought: Sought, *, shown: Callable[[str], str] | None = None
    ) -> tuple[int, list[TurnTold]]:
        """How many turns there are and a page of them, newest first.

        `shown` is what whoever looks may read of a text; without it nothing personal is left.
        Conversations in which somebody informed are not listed, whoever looks.
        """
        async with self._read() as connection:
            total, turns = await NumbersStore(connection).list_turns(
                sought, sealed=self._seal.kinds
            )
        see = shown or self._mask
        return total, await asyncio.to_thread(
            lambda: [
                replace(turn, asked=see(turn.asked), answered=see(turn.answered)) for turn in turns
            ]
        )


def _with_offers(
    entries: list[EntryNumbers], offered: dict[str, int], titles: Mapping[str, str]
) -> list[EntryNumbers]:
    """The entries that were said, then those that were only offered."""
    said = [replace(each, offered=offered.pop(each.entry_id, 0)) for each in entries]
    return said + [
        EntryNumbers(entry_id=entry_id, title=titles.get(entry_id, ""), answered=0, offered=count)
        for entry_id, count in sorted(offered.items(), key=lambda each: (-each[1], each[0]))
        if count
    ]
