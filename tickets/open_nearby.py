"""Open tickets of the same home or building, so that one matter is not taken down twice."""

from tickets.keeping import Transaction
from tickets.list_store import list_open_at
from tickets.same_place import SamePlace, compare, words_to_find
from tickets.ticket import Ticket

# one character is in too many addresses
SHORTEST = 2


class OpenNearby:
    """Looks; it changes nothing."""

    def __init__(self, read: Transaction) -> None:
        self._read = read

    async def find(
        self, profile: str, address: str, *, limit: int = 5
    ) -> list[tuple[Ticket, SamePlace]]:
        """Tickets of the same home, then of the same building, each the newest first.

        Whoever informed is never among them.
        """
        words = words_to_find(address)
        if len(words) < SHORTEST:
            return []
        async with self._read() as connection:
            near = await list_open_at(connection, profile, words)
        found = [(each, compare(address, each.fields.get("address", ""))) for each in near]
        ordered = [
            (each, place) for nearer in SamePlace for each, place in found if place is nearer
        ]
        return ordered[:limit]
