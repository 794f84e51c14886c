"""Telegram's door: polls or is called, sends, shows typing, fetches files, answers presses."""

import asyncio
import hashlib
import logging
import random
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from telegram import (
    BotCommand,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputFile,
    LinkPreviewOptions,
)
from telegram.constants import ChatAction
from telegram.error import BadRequest, InvalidToken, TelegramError
from telegram.ext import ExtBot

from connectors.telegram_bot import (
    GARBAGE,
    POLL_S,
    TAKEN_AWAY,
    get_updates,
    in_our_words,
    is_telegrams,
)
from connectors.telegram_updates import CHANNEL, WANTED, letter_of, read_update
from conversations.door import (
    Abilities,
    FarFile,
    FarSideAway,
    Heard,
    Letter,
    LineRefused,
    Option,
    OutFile,
    Part,
    wait_before,
)
from conversations.door_words import Command
from conversations.inbox import Inbox

log = logging.getLogger(__name__)

LONGEST_TEXT = 4096
WATCH_WEBHOOK_S, RECENTLY = 60.0, timedelta(minutes=2)
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
# what a button shows is cut by Telegram where it likes; two short ones fit beside each other
_SHORT = 8
_LONGEST_ALERT = 200
# what Telegram says (400) of a picture that it does not take as a photo
_NO_PHOTO = ("PHOTO_INVALID", "IMAGE_PROCESS_FAILED")
# what may go wrong with a call on which nothing depends
NO_MATTER = (TelegramError, *GARBAGE)


class TelegramDoor:
    """One bot; `run` keeps it open whatever happens to the network."""

    name = CHANNEL
    abilities = Abilities(longest=LONGEST_TEXT, has_buttons=True, has_files=True)

    def __init__(
        self,
        bot: ExtBot[None],
        *,
        commands: Mapping[str, Command],
        inbox: Inbox,
        clock: Callable[[], datetime],
        webhook: str = "",
        secret: str = "",
    ) -> None:
        self._bot, self._commands, self._inbox, self._clock = bot, commands, inbox, clock
        self._webhook, self.secret = webhook, secret or secret_of(bot.token)
        self._bot_name, self._bot_id = "", bot.token.partition(":")[0]
        # how often it failed since it was last well
        self._tries = 0
        # why it cannot be reached now; empty when it can
        self.trouble = "not reached yet"

    # ------------------------------------------------------------ what comes in

    async def run(self) -> None:
        """Open the door and keep it open, until cancelled."""
        while True:
            try:
                await self._open()
                await (self._watch_webhook() if self._webhook else self._poll())
            except Exception as error:
                self._tries += 1
                self._is_away(error)
                asked = error.retry_after if isinstance(error, FarSideAway) else None
                wait = wait_before(self._tries, asked=asked, chance=random.random())
                await asyncio.sleep(wait.total_seconds())

    async def close(self) -> None:
        """Let go of connections."""
        await self._bot.shutdown()

    async def take(self, update: Any) -> None:
        """Keep one update that Telegram brought to the webhook."""
        letter = letter_of(update, bot=self._bot_id, now=self._clock())
        if letter is None:
            log.warning("telegram: something came that is no update")
            return
        await self._inbox.take([letter])

    async def _open(self) -> None:
        async with in_our_words(self._bot.token):
            await self._bot.initialize()
            self._bot_name = self._bot.username
            menu = [BotCommand(name, each.menu) for name, each in self._commands.items()]
            if self._webhook:
                await self._bot.set_webhook(
                    self._webhook,
                    secret_token=self.secret,
                    allowed_updates=WANTED,
                    # several at once would bring one customer's lines in any order
                    max_connections=1,
                )
            else:
                # while a webhook is set, Telegram gives nothing to whoever polls
                await self._bot.delete_webhook()
        try:
            await self._bot.set_my_commands(menu)
        except NO_MATTER as error:
            # the door is open without its menu
            log.warning("telegram: the menu could not be set: %s", type(error).__name__)

    async def _poll(self) -> None:
        """Fetch updates; those fetched are told to Telegram only after they were kept here."""
        # the first answer tells that the door is open: it is not waited for
        offset, wait_s = None, 0
        while True:
            async with in_our_words(self._bot.token):
                updates = await get_updates(self._bot, offset=offset, wanted=WANTED, wait_s=wait_s)
            now = self._clock()
            read = (letter_of(each, bot=self._bot_id, now=now) for each in updates)
            letters = [letter for letter in read if letter]
            if updates and not letters:
                raise FarSideAway("Telegram sends what is no update")
            await self._inbox.take(letters)
            self._is_well()
            wait_s = POLL_S
            # once an empty answer has confirmed the offset none is given: after a quiet week
            # Telegram counts from anywhere, and an offset above would throw updates away
            offset = max(letter.place for letter in letters) + 1 if letters else None

    async def _watch_webhook(self) -> None:
        """Ask at once, and then from time to time, whether Telegram can reach us."""
        ours = ""
        while True:
            async with in_our_words(self._bot.token):
                info = await self._bot.get_webhook_info()
            # as Telegram writes the address that we have just set
            ours = ours or info.url
            if not ours or info.url != ours:
                raise FarSideAway(TAKEN_AWAY)
            failed_at = info.last_error_date
            if failed_at is not None and self._clock() - failed_at < RECENTLY:
                raise FarSideAway(f"Telegram cannot reach our webhook: {info.last_error_message}")
            self._is_well()
            await asyncio.sleep(WATCH_WEBHOOK_S)

    def _is_well(self) -> None:
        self._tries = 0
        if self.trouble:
            log.info("telegram: @%s is reached", self._bot_name)
        self.trouble = ""

    def _is_away(self, error: Exception) -> None:
        is_expected = isinstance(error, FarSideAway)
        said = str(error) if is_expected else f"{type(error).__name__} at Telegram's door"
        if said != self.trouble:
            log.warning("telegram: %s; trying again", said, exc_info=not is_expected)
        self.trouble = said

    def read(self, letter: Letter) -> Heard:
        """What an update says."""
        return read_update(letter, commands=self._commands, bot_name=self._bot_name)

    # ------------------------------------------------------------ what goes out

    async def send(self, address: str, part: Part) -> str:
        """Send one part as a message; returns Telegram's number of it."""
        async with in_our_words(self._bot.token):
            if part.file is not None:
                return await self._send_file(address, part.file)
            sent = await self._bot.send_message(
                address,
                part.text,
                reply_markup=_keyboard(part.options),
                # markup of a customer's or an agent's is text
                parse_mode=None,
                link_preview_options=NO_PREVIEW,
            )
        return str(sent.message_id)

    async def _send_file(self, address: str, file: OutFile) -> str:
        is_photo = file.media_type.startswith("image/") and not file.media_type.endswith("gif")
        if is_photo:
            try:
                sent = await self._bot.send_photo(address, _given(file))
                return str(sent.message_id)
            except BadRequest as error:
                # a screenshot longer than a photo may be arrives as a paper
                if not any(each in error.message.upper() for each in _NO_PHOTO):
                    raise
        sent = await self._bot.send_document(address, _given(file))
        return str(sent.message_id)

    async def show_typing(self, address: str) -> None:
        """Show for five seconds that somebody is writing."""
        try:
            await self._bot.send_chat_action(address, ChatAction.TYPING)
        except NO_MATTER:
            log.debug("telegram: typing could not be shown")

    async def fetch(self, file: FarFile) -> bytes:
        """The bytes of a file; raises `FarSideAway` or `LineRefused`."""
        async with in_our_words(self._bot.token):
            try:
                found = await self._bot.get_file(file.ref)
                if found.file_path is None:
                    raise LineRefused("Telegram gives this file to nobody")
                return bytes(await found.download_as_bytearray())
            except InvalidToken as error:
                if not is_telegrams(error):
                    raise
                # "not found": of a bot that is known, it is the file
                raise LineRefused("Telegram does not find this file") from None

    async def answer_press(self, press_id: str, text: str) -> None:
        """Stop the waiting sign on a button, with a word."""
        try:
            await self._bot.answer_callback_query(press_id, text=text[:_LONGEST_ALERT])
        except NO_MATTER as error:
            # after a quarter of an hour Telegram wants to hear nothing of it
            log.info("telegram: a press could not be answered: %s", type(error).__name__)

    async def close_choice(self, address: str, far_id: str, text: str) -> None:
        """Take the buttons away from a message, and show in it what was chosen."""
        message_id = int(far_id)
        try:
            if text and len(text) <= LONGEST_TEXT:
                await self._bot.edit_message_text(
                    text,
                    chat_id=address,
                    message_id=message_id,
                    parse_mode=None,
                    link_preview_options=NO_PREVIEW,
                )
            else:
                await self._bot.edit_message_reply_markup(chat_id=address, message_id=message_id)
        except NO_MATTER as error:
            # of a message of which the buttons are gone already, too
            log.info("telegram: a message was not edited: %s", type(error).__name__)


def secret_of(token: str) -> str:
    """What Telegram must say at the webhook when no secret was set; only it and we know it."""
    return hashlib.sha256(f"seatmate webhook {token}".encode()).hexdigest()


def _given(file: OutFile) -> InputFile:
    return InputFile(file.content, filename=file.name)


def _keyboard(options: tuple[Option, ...]) -> InlineKeyboardMarkup | None:
    """Buttons, the short ones in pairs."""
    rows: list[list[InlineKeyboardButton]] = []
    for each in options:
        button = InlineKeyboardButton(each.title or each.says, callback_data=each.mark)
        is_short = len(each.title) <= _SHORT
        if rows and is_short and len(rows[-1]) == 1 and len(rows[-1][0].text) <= _SHORT:
            rows[-1].append(button)
        else:
            rows.append([button])
    return InlineKeyboardMarkup(rows) if rows else None
