"""What a customer's letter does, whichever door it came through.

Everything here may be done twice: lines and notices are stored under the far side's own id, so a
process that dies in the middle of a letter reads it again and doubles nothing.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping
from datetime import datetime
from typing import Any

from conversations.chats import Chats
from conversations.door import (
    AnswersPresses,
    Connector,
    FetchesFiles,
    Heard,
    Kind,
    Letter,
    LineRefused,
)
from conversations.door_store import DoorStore
from conversations.door_words import DoorTerms
from conversations.groups import Groups
from conversations.hub import Hub
from conversations.message import (
    FILE_MARK,
    MAX_TEXT,
    VOICE_MARK,
    Conversation,
    Incoming,
    place_as_text,
)
from conversations.pace import Pace
from conversations.parts import chosen_by_number, options_of
from conversations.pressing import Pressed, Pressing
from conversations.saying import Saying
from conversations.transcript import Transcript
from conversations.turns import Turns
from tickets.attachments import (
    MAX_ATTACHMENTS,
    MAX_BYTES,
    MAX_MB,
    AttachmentRefused,
    AttachmentTooLarge,
    TooManyFiles,
)
from tickets.keeping import Transaction
from tickets.profile import Profile
from tickets.sent_file_service import SentFiles

log = logging.getLogger(__name__)

# what may tell of a danger: in words, in a caption, by a button
MAY_BE_URGENT = frozenset({Kind.TEXT, Kind.EDIT, Kind.FILE, Kind.VOICE, Kind.PRESS})
# commands by which a customer says whether to be told what they did not ask for
MUTING = {"mute": True, "unmute": False}


class Receiving:
    """Turns letters into lines of the customer's one conversation at this door."""

    def __init__(
        self,
        *,
        hub: Hub,
        turns: Turns,
        transcript: Transcript,
        chats: Chats,
        files: SentFiles,
        profiles: Mapping[str, Profile],
        terms: DoorTerms,
        read: Transaction,
        clock: Callable[[], datetime],
    ) -> None:
        self._hub, self._turns, self._chats, self._files = hub, turns, chats, files
        self._terms, self._words = terms, terms.words
        self._profiles, self._read = profiles, read
        self._groups = Groups(words=terms.words.group, clock=clock)
        self._saying = Saying(hub=hub, profiles=profiles, words=terms.words)
        self._pace = Pace(hub=hub, profiles=profiles, terms=terms, read=read)
        self._pressing = Pressing(hub=hub, transcript=transcript, read=read, words=terms.words)
        self._showing: set[asyncio.Task[None]] = set()

    async def handle(self, connector: Connector, letter: Letter) -> None:
        """Do what a letter asks; raises `FarSideAway` when it must be read again later."""
        heard = connector.read(letter)
        if heard.kind is Kind.NOTHING:
            return
        if heard.kind is Kind.GROUP:
            await self._groups.refuse(connector, letter)
            return
        if heard.kind in (Kind.GONE, Kind.BACK):
            at = letter.sent_at if heard.kind is Kind.GONE else None
            await self._chats.set_gone(letter, at)
            return
        conversation = await self._chats.open(letter, heard)
        is_too_fast = await self._pace.is_too_fast(letter)
        if is_too_fast and not await self._is_urgent(conversation, heard):
            if heard.kind is Kind.PRESS and isinstance(connector, AnswersPresses):
                # the button stops waiting
                said = self._pace.words(conversation)
                self._show(connector.answer_press(heard.press_id, said))
            await self._pace.slow_down(conversation, letter)
            return
        await self._do(connector, conversation, letter, heard)

    async def close(self) -> None:
        """Leave what is only shown, and on which nothing depends."""
        for task in self._showing:
            task.cancel()
        await asyncio.gather(*self._showing, return_exceptions=True)

    async def is_urgent(self, connector: Connector, letter: Letter) -> bool:
        """Whether a letter tells of a danger, and so may be read before those in front of it."""
        heard = connector.read(letter)
        if heard.kind not in MAY_BE_URGENT:
            return False
        return await self._is_urgent(await self._chats.open(letter, heard), heard)

    async def give_up(self, letter: Letter) -> None:
        """A letter could not be read, however often: its customer is asked to send it again."""
        async with self._read() as connection:
            chat = await DoorStore(connection).find_chat(letter.channel, letter.address)
        if chat is not None:
            await self._saying.tell(
                chat.conversation_id, f"lost:{letter.key}", self._words.not_taken
            )

    async def _do(
        self, connector: Connector, conversation: Conversation, letter: Letter, heard: Heard
    ) -> None:
        match heard.kind:
            case Kind.COMMAND:
                await self._command(conversation, heard)
            case Kind.PRESS:
                await self._press(connector, conversation, heard)
            case Kind.FILE | Kind.VOICE:
                await self._take_file(connector, conversation, heard)
            case Kind.EDIT:
                await self._correct(connector, conversation, letter, heard)
            case Kind.PLACE:
                latitude, longitude = heard.place or (0.0, 0.0)
                text = place_as_text(heard.name, latitude, longitude)
                await self._saying.say(conversation, heard.message_id, text)
            case Kind.CONTACT:
                words = self._words.phone_of if heard.name else self._words.own_phone
                text = words.format(name=heard.name, phone=heard.phone)
                await self._saying.say(conversation, heard.message_id, text)
            case _:
                await self._say_or_choose(connector, conversation, heard)

    # ------------------------------------------------------------ what they said

    async def _say_or_choose(
        self, connector: Connector, conversation: Conversation, heard: Heard
    ) -> None:
        if heard.kind is Kind.TEXT and not connector.abilities.has_buttons:
            if await self._hub.has_heard(conversation.conversation_id, heard.message_id):
                # what a number chooses depends on what was said last, so it is read once
                return
            last = await self._pressing.find_open_choice(conversation)
            options = options_of(last.reply, self._words) if last else []
            index = chosen_by_number(heard.text, options)
            if last is not None and index is not None:
                await self._pressing.press(conversation, last, index, heard.message_id)
                return
        await self._saying.say(conversation, heard.message_id, heard.text)

    async def _correct(
        self, connector: Connector, conversation: Conversation, letter: Letter, heard: Heard
    ) -> None:
        conversation_id, message_id = conversation.conversation_id, heard.message_id
        is_known = await self._hub.has_heard(conversation_id, message_id)
        if not is_known and heard.old_id:
            is_known = await self._hub.has_heard(conversation_id, heard.old_id)
            message_id = heard.old_id if is_known else message_id
        if heard.file is not None and not is_known:
            await self._take_file(connector, conversation, heard)
            return
        mark = FILE_MARK if heard.file else ""
        await self._saying.correct(conversation, message_id, f"{mark}{heard.text}", letter)

    async def _command(self, conversation: Conversation, heard: Heard) -> None:
        conversation_id = conversation.conversation_id
        profile = self._profiles[conversation.profile]
        key, says = f"command:{heard.message_id}", self._terms.commands[heard.text].says
        if heard.text == "start":
            centre, says = self._terms.read_link(heard.rest, self._profiles)
            there = self._profiles[centre or conversation.profile]
            if there is not profile:
                # what was asked of one centre must not be filed at another
                words = self._words.other_centre.format(
                    here=profile.title, there=there.title, hotline=there.hotline
                )
                await self._saying.tell(conversation_id, key, words)
                return
        if says:
            await self._saying.say(conversation, heard.message_id, says)
        elif heard.text in MUTING:
            is_muted = MUTING[heard.text]
            await self._chats.mute(conversation_id, is_muted=is_muted)
            await self._saying.tell(
                conversation_id, key, self._words.muted if is_muted else self._words.unmuted
            )
        else:
            is_start = heard.text == "start"
            help_ = self._words.help.format(hotline=profile.hotline)
            starters = [{"title": each.title, "text": each.text} for each in profile.starters]
            await self._hub.notify(
                conversation_id,
                key=key,
                text=profile.greeting.strip() if is_start else help_,
                buttons=starters,
            )

    async def _press(self, connector: Connector, conversation: Conversation, heard: Heard) -> None:
        """A press does what its button says, or says that it is too old, or none of ours."""
        pressed = await self._pressing.take(conversation, heard.mark, connector.abilities)
        if isinstance(connector, AnswersPresses):
            async with self._read() as connection:
                chat = await DoorStore(connection).find_chat_of(conversation.conversation_id)
            assert chat is not None, "a press came to a conversation that has no chat"
            self._show(_shown(connector, chat.address, heard, pressed))

    def _show(self, shown: Coroutine[Any, Any, None]) -> None:
        """Show what became of a press; a far side that hangs keeps nobody's letters waiting."""
        task = asyncio.create_task(shown)
        self._showing.add(task)
        task.add_done_callback(self._showing.discard)

    # ------------------------------------------------------------ what they sent

    async def _take_file(
        self, connector: Connector, conversation: Conversation, heard: Heard
    ) -> None:
        conversation_id = conversation.conversation_id
        if await self._hub.has_heard(conversation_id, heard.message_id):
            return
        file, text = heard.file, heard.text
        assert file is not None, "a file without a file"
        if self._tells_danger(conversation, text):
            # help does not wait until a picture is fetched; the line of the picture says no more
            await self._saying.say(conversation, f"{heard.message_id}!", text)
            text = ""
        try:
            if file.size > MAX_BYTES or not isinstance(connector, FetchesFiles):
                raise AttachmentTooLarge
            if file.is_film:
                raise AttachmentRefused("films and music are not taken")
            content = await connector.fetch(file)
            kept = await self._files.add(conversation_id, content, name=file.name)
        except (AttachmentTooLarge, AttachmentRefused, TooManyFiles, LineRefused) as error:
            log.info("conversation %s: a file is not taken: %s", conversation_id, error)
            await self._saying.tell(
                conversation_id, f"file:{heard.message_id}", self._why_not(error)
            )
            if text.strip():
                await self._saying.say(conversation, heard.message_id, text)
            return
        mark = VOICE_MARK if heard.kind is Kind.VOICE else FILE_MARK
        line = Incoming(message_id=heard.message_id, text=f"{mark}{text}"[:MAX_TEXT])
        await self._hub.accept(conversation, line, files=[kept.file_id])

    def _why_not(self, error: Exception) -> str:
        if isinstance(error, LineRefused):
            return self._words.file_lost
        if isinstance(error, AttachmentRefused):
            return self._words.file_refused
        if isinstance(error, TooManyFiles):
            return self._words.too_many_files.format(limit=MAX_ATTACHMENTS)
        return self._words.file_too_large.format(limit=MAX_MB)

    # ------------------------------------------------------------ what is not as others

    async def _is_urgent(self, conversation: Conversation, heard: Heard) -> bool:
        if heard.kind is Kind.PRESS:
            return await self._pressing.is_of_danger(conversation, heard.mark)
        return heard.kind in MAY_BE_URGENT and self._tells_danger(conversation, heard.text)

    def _tells_danger(self, conversation: Conversation, text: str) -> bool:
        return self._turns.is_urgent(conversation, Incoming(message_id="", text=text))


async def _shown(connector: AnswersPresses, address: str, heard: Heard, pressed: Pressed) -> None:
    await connector.answer_press(heard.press_id, pressed.told)
    # a line that was sent twice, by a desk that was killed between, shows its buttons twice
    far_id = heard.pressed_in or pressed.far_id
    if pressed.is_ours and far_id:
        await connector.close_choice(address, far_id, pressed.shown)
