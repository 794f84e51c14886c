"""What a customer wrote elsewhere as lines: a text longer than a line may be is several."""

import contextlib
import hashlib
from collections.abc import Mapping

from conversations.door import Letter
from conversations.door_words import DoorWords
from conversations.hub import Hub
from conversations.message import MAX_TEXT, Conversation, EmptyMessage, Incoming
from conversations.parts import split_text
from tickets.profile import Profile

LONGEST_KEY = 120


class Saying:
    """Says and corrects lines under the far side's own ids: done twice, it is done once."""

    def __init__(self, *, hub: Hub, profiles: Mapping[str, Profile], words: DoorWords) -> None:
        self._hub, self._profiles, self._words = hub, profiles, words

    async def say(self, conversation: Conversation, message_id: str, text: str) -> None:
        """Take a text; one without anything to be seen gets a friendly word."""
        for number, piece in enumerate(split_text(text, MAX_TEXT) or [text]):
            own_id = _piece_id(message_id, number)
            try:
                await self._hub.accept(conversation, Incoming(message_id=own_id, text=piece))
            except EmptyMessage:
                no_words = self._profiles[conversation.profile].wordings.no_words
                await self.tell(conversation.conversation_id, f"empty:{own_id}", no_words)

    async def correct(
        self, conversation: Conversation, message_id: str, text: str, letter: Letter
    ) -> None:
        """Correct a text piece by piece, as it was taken; a piece it has no more says so."""
        pieces = split_text(text, MAX_TEXT)
        while pieces and await self._hub.has_heard(
            conversation.conversation_id, _piece_id(message_id, len(pieces))
        ):
            pieces.append(self._words.removed)
        for number, piece in enumerate(pieces):
            line = Incoming(message_id=_piece_id(message_id, number), text=piece)
            # of one that holds nothing to be seen the old text stays
            with contextlib.suppress(EmptyMessage):
                await self._hub.correct(conversation, line, at=letter.sent_at)

    async def tell(self, conversation_id: str, key: str, text: str) -> None:
        """Tell the customer something about what they sent, once."""
        own_key = key if len(key) <= LONGEST_KEY else hashlib.sha256(key.encode()).hexdigest()
        await self._hub.notify(conversation_id, key=own_key, text=text)


def _piece_id(message_id: str, number: int) -> str:
    return f"{message_id}/{number}" if number else message_id
