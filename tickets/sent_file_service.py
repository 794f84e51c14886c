"""The verbs of files sent in a chat: choose, send, look at, put on a ticket."""

import asyncio
from collections.abc import Callable
from datetime import datetime

from tickets.attachment_files import AttachmentFiles
from tickets.attachments import MAX_ATTACHMENTS, TooManyFiles, shown_name, type_of
from tickets.keeping import Transaction
from tickets.sent_file_store import SentFileStore
from tickets.sent_files import KeptFile, SentFile
from tickets.store import TicketStore
from tickets.ticket import OPEN, Kind


class SentFiles:
    """Files of customers' conversations; a ticket that is filed takes what waits by itself."""

    def __init__(
        self,
        *,
        files: AttachmentFiles,
        write: Transaction,
        read: Transaction,
        clock: Callable[[], datetime],
    ) -> None:
        self._files, self._write, self._read, self._clock = files, write, read, clock

    async def add(self, conversation_id: str, content: bytes, *, name: str) -> SentFile:
        """Keep a file that a customer chose, to be sent with one of their next lines.

        Raises `AttachmentRefused`, `AttachmentTooLarge` or `TooManyFiles`.
        """
        media_type = type_of(content)
        async with self._read() as connection:
            # before the bytes, so that nobody fills the disk
            await _check_count(SentFileStore(connection), conversation_id, now=self._clock())
        # the file first: a process that dies between leaves a file nobody names, never the reverse
        sha256 = await asyncio.to_thread(self._files.keep, content)
        async with self._write() as connection:
            store = SentFileStore(connection)
            await _check_count(store, conversation_id, now=self._clock())
            return await store.add(
                conversation_id,
                sha256=sha256,
                media_type=media_type,
                name=shown_name(name, media_type),
                size=len(content),
                at=self._clock(),
            )

    async def keep(self, content: bytes, *, name: str) -> KeptFile:
        """Keep the bytes of a file that staff will send.

        Raises `AttachmentRefused` or `AttachmentTooLarge`.
        """
        media_type = type_of(content)
        return KeptFile(
            sha256=await asyncio.to_thread(self._files.keep, content),
            media_type=media_type,
            name=shown_name(name, media_type),
            size=len(content),
        )

    async def list_of_line(
        self, conversation_id: str, message_id: str
    ) -> list[tuple[SentFile, bytes]]:
        """The files that were sent with a line, each with its bytes."""
        async with self._read() as connection:
            sent = await SentFileStore(connection).list_sent(conversation_id)
        return [
            (each, await asyncio.to_thread(self._files.read, each.sha256))
            for each in sent
            if each.message_id == message_id
        ]

    async def read(self, conversation_id: str, file_id: int) -> tuple[SentFile, bytes]:
        """A file of this conversation and its bytes; raises `AttachmentNotFound`."""
        async with self._read() as connection:
            found = await SentFileStore(connection).get(conversation_id, file_id)
        return found, await asyncio.to_thread(self._files.read, found.sha256)

    async def has_waiting(self, conversation_id: str) -> bool:
        """Whether something was sent that lies on no ticket yet."""
        return bool(await self._waiting(conversation_id))

    async def hold(self, conversation_id: str, kind: Kind) -> None:
        """What was sent just now belongs to what is being filled in, and waits for its ticket."""
        if any(not each.held_for for each in await self._waiting(conversation_id)):
            async with self._write() as connection:
                await SentFileStore(connection).hold(conversation_id, kind, now=self._clock())

    async def settle(self, conversation_id: str) -> str | None:
        """Put what waits for no business of its own on the newest open ticket of the conversation.

        Returns the ticket's number, if there was a ticket and something for it.
        """
        if not await self.has_waiting(conversation_id):
            return None
        async with self._write() as connection:
            own = await TicketStore(connection).list_tickets(conversation_id=conversation_id)
            ticket = next((each for each in own if each.state in OPEN), None)
            if ticket is None:
                return None
            given = await SentFileStore(connection).give_to(
                ticket.no, ticket.kind, conversation_id, now=self._clock(), filed=False
            )
            return ticket.no if given else None

    async def _waiting(self, conversation_id: str) -> list[SentFile]:
        async with self._read() as connection:
            store = SentFileStore(connection)
            return await store.list_waiting(conversation_id, now=self._clock())


async def _check_count(store: SentFileStore, conversation_id: str, *, now: datetime) -> None:
    if await store.count(conversation_id, now=now) >= MAX_ATTACHMENTS:
        raise TooManyFiles
