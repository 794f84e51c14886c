"""Groups are told where we serve, now and then; nothing of theirs is kept."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from conversations.door import Connector, DeliveryError, Letter, Part

log = logging.getLogger(__name__)

# a group is told so often at most that nobody is served in groups
REFUSED_EACH = timedelta(hours=1)


class Groups:
    """Remembers which groups were told lately, and forgets the others."""

    def __init__(self, *, words: str, clock: Callable[[], datetime]) -> None:
        self._words, self._clock = words, clock
        self._told: dict[str, datetime] = {}

    async def refuse(self, connector: Connector, letter: Letter) -> None:
        """Say it, unless it was said within the last hour; it matters little whether it arrives."""
        now = self._clock()
        lately = {name: at for name, at in self._told.items() if now - at < REFUSED_EACH}
        self._told = {**lately, letter.address: lately.get(letter.address, now)}
        if letter.address in lately:
            return
        try:
            await connector.send(letter.address, Part(key=letter.key, text=self._words))
        except DeliveryError as error:
            log.info("a group could not be told that it is not served: %s", error)
