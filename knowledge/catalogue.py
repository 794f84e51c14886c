"""The latest versions of a centre's entries, kept in memory until anything is done to one."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from sqlalchemy.ext.asyncio import AsyncConnection

from knowledge.entry import Entry
from knowledge.entry_store import EntryStore

Transaction = Callable[[], AbstractAsyncContextManager[AsyncConnection]]


class Catalogue:
    """Read by pages at every key that is pressed; the database is asked whether it still holds."""

    def __init__(self, read: Transaction) -> None:
        self._read = read
        self._kept: dict[str, tuple[tuple[int, ...], tuple[Entry, ...]]] = {}

    async def latest(self, profile: str) -> tuple[Entry, ...]:
        """The latest version of every entry, withdrawn ones included; the same object if same."""
        async with self._read() as connection:
            store = EntryStore(connection)
            stamp = await store.stamp(profile)
            known = self._kept.get(profile)
            if known is None or known[0] != stamp:
                known = stamp, tuple(await store.list_latest(profile))
                self._kept[profile] = known
        return known[1]
