"""How fast one customer may write at a door: above it they get one kind word a minute."""

from collections.abc import Mapping

from conversations.door import Letter
from conversations.door_words import DoorTerms
from conversations.hub import Hub
from conversations.letter_store import LetterStore
from conversations.message import FLOOD_WINDOW, Conversation
from tickets.keeping import Transaction
from tickets.profile import Profile

# what was told already is told once all the same: this only spares the question
FLOODS_REMEMBERED = 1000


class Pace:
    """Counts letters by when they were sent, so that one read again is counted as before."""

    def __init__(
        self,
        *,
        hub: Hub,
        profiles: Mapping[str, Profile],
        terms: DoorTerms,
        read: Transaction,
    ) -> None:
        self._hub, self._profiles, self._terms, self._read = hub, profiles, terms, read
        # the minute in which a conversation was last asked to slow down
        self._slowed: dict[str, int] = {}

    async def is_too_fast(self, letter: Letter) -> bool:
        """Whether the customer had written too much by this letter."""
        async with self._read() as connection:
            written = await LetterStore(connection).count_letters(
                letter, since=letter.sent_at - FLOOD_WINDOW
            )
        return written > self._terms.limits.lines_a_minute

    def words(self, conversation: Conversation) -> str:
        """What a customer is told who writes too fast."""
        hotline = self._profiles[conversation.profile].hotline
        return self._terms.words.too_fast.format(hotline=hotline)

    async def slow_down(self, conversation: Conversation, letter: Letter) -> None:
        """One kind word a minute, however many lines come."""
        minute = int(letter.sent_at.timestamp() // FLOOD_WINDOW.total_seconds())
        if self._slowed.get(conversation.conversation_id) == minute:
            return
        if len(self._slowed) >= FLOODS_REMEMBERED:
            self._slowed.clear()
        self._slowed[conversation.conversation_id] = minute
        await self._hub.notify(
            conversation.conversation_id,
            key=f"too-fast:{minute}",
            text=self.words(conversation),
        )
