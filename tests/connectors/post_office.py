"""A desk with its inbox and outbox at work, for tests of doors; parts are real."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from connectors.telegram import TelegramDoor
from connectors.telegram_bot import make_bot
from conversations.bot_client import Bot
from conversations.door import Connector
from conversations.door_store import DoorStore
from conversations.door_words import DoorTerms, load_door_terms
from conversations.hub import Hub
from conversations.inbox import Inbox
from conversations.letter_store import LetterStore
from conversations.message import Message
from conversations.outbox import Outbox
from conversations.receiving import Receiving
from desk.database import Database
from desk.settings import ROOT
from tests.conftest import Clock
from tests.connectors.bot_api import TOKEN
from tests.conversations.scripted import Centre, EchoBot, knowledge_of
from tickets.attachment_files import AttachmentFiles
from tickets.profile import Profile
from tickets.sent_file_service import SentFiles

# a machine may be busy with other tests
WITHIN_S = 30.0


class Served(Protocol):
    """A Bot API that somebody serves."""

    url: str


@dataclass
class PostOffice:
    """One desk over one database; a second one on the same database is the desk after a restart."""

    database: Database
    clock: Clock
    power: Profile
    folder: Path
    bot: Bot = field(default_factory=EchoBot)
    burst_window_s: float = 0.0
    # centres besides the power supply's
    others: dict[str, Profile] = field(default_factory=dict)
    centre: Centre = field(init=False)
    terms: DoorTerms = field(init=False)
    inbox: Inbox = field(init=False)
    outbox: Outbox = field(init=False)
    files: SentFiles = field(init=False)

    def __post_init__(self) -> None:
        write, read = self.database.write, self.database.read
        kept = AttachmentFiles(self.folder / "attachments")
        self.files = SentFiles(files=kept, write=write, read=read, clock=self.clock)
        knowledge = knowledge_of(self.database, self.folder / "indexes", None, self.clock)
        self.centre = Centre(
            self.database,
            self.clock,
            self.power,
            self.bot,
            knowledge,
            burst_window_s=self.burst_window_s,
            files=self.files,
        )
        self.terms = load_door_terms(ROOT / "profiles")
        receiving = Receiving(
            hub=self.centre.hub,
            turns=self.centre.turns,
            transcript=self.centre.transcript,
            chats=self.centre.chats,
            files=self.files,
            profiles={"power": self.power, **self.others},
            terms=self.terms,
            read=read,
            clock=self.clock,
        )
        self.inbox = Inbox(receiving=receiving, write=write, read=read, clock=self.clock)
        self.outbox = Outbox(
            live=self.centre.live,
            words=self.terms.words,
            files=self.files,
            write=write,
            read=read,
            clock=self.clock,
        )

    @property
    def hub(self) -> Hub:
        return self.centre.hub

    @asynccontextmanager
    async def opened(self, *connectors: Connector) -> AsyncIterator[None]:
        """The inbox and the outbox at work for these doors."""
        named = {each.name: each for each in connectors}
        tasks = [
            asyncio.create_task(self.inbox.run(named)),
            asyncio.create_task(self.outbox.run(named)),
        ]
        try:
            yield
        finally:
            await stop(*tasks)

    @asynccontextmanager
    async def with_telegram(self, api: Served) -> AsyncIterator[TelegramDoor]:
        """The same, with a bot that polls."""
        door = TelegramDoor(
            make_bot(TOKEN, api=api.url),
            commands=self.terms.commands,
            inbox=self.inbox,
            clock=self.clock,
        )
        async with self.opened(door):
            polling = asyncio.create_task(door.run())
            try:
                yield door
            finally:
                await stop(polling)
                await door.close()

    async def transcript(self, channel: str, address: str) -> list[Message]:
        """Every line of a customer's conversation; empty while there is none."""
        async with self.database.read() as connection:
            chat = await DoorStore(connection).find_chat(channel, address)
        return await self.centre.transcript.list_messages(chat.conversation_id) if chat else []

    async def until_put_off(self, address: int | str, channel: str = "telegram") -> None:
        """Wait until it is written down when a line to this customer is tried again."""

        async def is_put_off() -> bool:
            async with self.database.read() as connection:
                chat = await DoorStore(connection).find_chat(channel, str(address))
            return chat is not None and chat.next_at is not None

        await until_kept(is_put_off)

    async def until_letter_put_off(self, address: int | str, channel: str = "telegram") -> None:
        """The same of a line from this customer."""

        async def is_put_off() -> bool:
            async with self.database.read() as connection:
                found = await LetterStore(connection).find_next_letter(channel, str(address))
            return found is not None and found[1] is not None

        await until_kept(is_put_off)

    async def said(self, address: int | str, channel: str = "telegram") -> list[tuple[str, str]]:
        """Who said what, in order."""
        lines = await self.transcript(channel, str(address))
        return [(line.sender.value, line.reply.text) for line in lines]


async def stop(*tasks: asyncio.Task[None]) -> None:
    for task in tasks:
        task.cancel()
    for task in tasks:
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def until(is_so: Callable[[], bool], within_s: float = WITHIN_S) -> None:
    """Wait until something is seen; fails when it is not."""

    async def look() -> bool:
        return is_so()

    await until_kept(look, within_s)


async def until_kept(is_so: Callable[[], Awaitable[bool]], within_s: float = WITHIN_S) -> None:
    """Wait until something is in the database; fails when it is not."""
    end = asyncio.get_running_loop().time() + within_s
    while not await is_so():
        assert asyncio.get_running_loop().time() < end, "it did not happen"
        await asyncio.sleep(0.02)
