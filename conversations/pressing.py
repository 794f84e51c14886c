"""Pressing a button at a door: one that is not ours or too old does nothing, and says so."""

from dataclasses import dataclass

from conversations.danger_net import DANGER
from conversations.door import Abilities, Option, read_mark
from conversations.door_store import DoorStore
from conversations.door_words import DoorWords
from conversations.hub import Hub
from conversations.message import (
    FROM_THE_DESK,
    Conversation,
    Incoming,
    Message,
    PayloadNotIssued,
    Sender,
)
from conversations.parts import options_of, parts_of
from conversations.store import ConversationStore
from conversations.transcript import Transcript
from conversations.turn_store import TurnStore
from tickets.keeping import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressed:
    """What became of a press: what the customer is `told` at once, and `shown` instead of it.

    `far_id` is the message with the button, as far as it is noted yet. A button that is not
    `is_ours` changes no message.
    """

    told: str
    is_ours: bool = True
    far_id: str = ""
    shown: str = ""


class Pressing:
    """Buttons are named by line and place, so they work after a restart as before."""

    def __init__(
        self, *, hub: Hub, transcript: Transcript, read: Transaction, words: DoorWords
    ) -> None:
        self._hub, self._transcript, self._read, self._words = hub, transcript, read, words

    async def take(self, conversation: Conversation, mark: str, abilities: Abilities) -> Pressed:
        """Press the button that `mark` names; the same press again does nothing twice."""
        line, option = await self._find(conversation, mark)
        if line is None or option is None:
            return Pressed(told=self._words.unknown_button, is_ours=False)
        index = options_of(line.reply, self._words).index(option)
        far_id = await self._far_id(conversation, line)
        old = Pressed(told=self._words.old_button, far_id=far_id)
        earlier = await self._earlier(conversation, line)
        if earlier is not None:
            # pressed twice, or by a process that died before it could say so
            is_same = earlier.reply.text in (option.title, option.says)
            return Pressed(told=self._words.taken, far_id=far_id) if is_same else old
        if not option.payload.startswith(DANGER) and await self._is_old(conversation, line):
            return old
        try:
            await self.press(conversation, line, index, _message_id(line))
        except PayloadNotIssued:
            return old
        parts = parts_of(line, abilities, self._words)
        asked = next((each.text for each in parts if each.options), line.reply.text)
        shown = self._words.chosen.format(text=asked, title=option.title)
        return Pressed(told=self._words.taken, far_id=far_id, shown=shown)

    async def is_of_danger(self, conversation: Conversation, mark: str) -> bool:
        """Whether the button that `mark` names says that there is danger."""
        _, option = await self._find(conversation, mark)
        return option is not None and option.payload.startswith(DANGER)

    async def press(
        self, conversation: Conversation, line: Message, index: int, message_id: str
    ) -> None:
        """Say what the option stands for, under this id: once, however often it is pressed."""
        option = options_of(line.reply, self._words)[index]
        if option.payload:
            said = Incoming(message_id=message_id, text=option.title, payload=option.payload)
        else:
            said = Incoming(message_id=message_id, text=option.says or option.title)
        await self._hub.accept(conversation, said)

    async def find_open_choice(self, conversation: Conversation) -> Message | None:
        """The desk's last line with something to choose, if the customer said nothing since."""
        lines = await self._transcript.list_messages(conversation.conversation_id)
        for line in reversed(lines):
            if line.sender is Sender.CUSTOMER:
                return None
            if line.reply.buttons:
                return line
        return None

    async def _find(
        self, conversation: Conversation, mark: str
    ) -> tuple[Message | None, Option | None]:
        named = read_mark(mark)
        if named is None:
            return None, None
        async with self._read() as connection:
            line = await ConversationStore(connection).find_line(
                conversation.conversation_id, named[0]
            )
        if line is None or line.sender not in FROM_THE_DESK:
            return None, None
        options = options_of(line.reply, self._words)
        return line, options[named[1]] if named[1] < len(options) else None

    async def _earlier(self, conversation: Conversation, line: Message) -> Message | None:
        """The customer's line that a press on this message has made before, if any."""
        async with self._read() as connection:
            return await TurnStore(connection).find_incoming(
                conversation.conversation_id, _message_id(line)
            )

    async def _is_old(self, conversation: Conversation, line: Message) -> bool:
        """Whether the customer has said something since, as on the chat page."""
        last = await self._transcript.find_last(conversation.conversation_id, Sender.CUSTOMER)
        return last is not None and last.seq > line.seq

    async def _far_id(self, conversation: Conversation, line: Message) -> str:
        """The far side's message that shows the buttons: they come with the last of the text."""
        async with self._read() as connection:
            sent = await DoorStore(connection).list_deliveries(
                conversation.conversation_id, seq=line.seq
            )
        return next((each.far_id for each in reversed(sent) if each.has_options), "")


def _message_id(line: Message) -> str:
    return f"press:{line.seq}"
