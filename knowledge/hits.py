"""How often each entry is said or offered: counted in memory, written down now and then."""

from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import AbstractAsyncContextManager
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from knowledge.hit_store import Hit, HitStore

Transaction = Callable[[], AbstractAsyncContextManager[AsyncConnection]]


class Hits:
    """Counts since the last `flush`; a killed process loses at most those."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._answered: Counter[tuple[str, str, str]] = Counter()
        self._offered: Counter[tuple[str, str, str]] = Counter()

    def answered(self, profile: str, entry_id: str) -> None:
        """An entry was said to a customer."""
        self._answered[self._key(profile, entry_id)] += 1

    def offered(self, profile: str, entry_ids: Iterable[str]) -> None:
        """Entries were offered as choices."""
        self._offered.update(self._key(profile, entry_id) for entry_id in entry_ids)

    async def flush(self, write: Transaction) -> int:
        """Write the counts down in one transaction; returns how many entries were hit."""
        answered, offered = self._answered, self._offered
        if not answered and not offered:
            return 0
        self._answered, self._offered = Counter(), Counter()
        try:
            async with write() as connection:
                store = HitStore(connection)
                for key in answered.keys() | offered.keys():
                    profile, entry_id, day = key
                    hit = Hit(entry_id=entry_id, answered=answered[key], offered=offered[key])
                    await store.add(profile, day, hit)
        except Exception:
            # kept for the next time
            self._answered.update(answered)
            self._offered.update(offered)
            raise
        return len(answered.keys() | offered.keys())

    def _key(self, profile: str, entry_id: str) -> tuple[str, str, str]:
        return profile, entry_id, self._clock().date().isoformat()
