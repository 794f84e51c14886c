"""The verbs of attachments: add, list, read."""

import asyncio
from collections.abc import Callable
from datetime import datetime

from tickets.attachment_files import AttachmentFiles, hash_of
from tickets.attachment_store import AttachmentStore
from tickets.attachments import (
    MAX_ATTACHMENTS,
    Attachment,
    AttachmentNotFound,
    TooManyAttachments,
    shown_name,
    type_of,
)
from tickets.keeping import Transaction


class AttachmentService:
    """Files of tickets; none is ever changed or taken away."""

    def __init__(
        self,
        *,
        files: AttachmentFiles,
        write: Transaction,
        read: Transaction,
        clock: Callable[[], datetime],
    ) -> None:
        self._files, self._write, self._read, self._clock = files, write, read, clock

    async def add(self, no: str, content: bytes, *, name: str, actor: str) -> Attachment:
        """Attach a file to a ticket that is there; the same bytes again are the same attachment.

        Raises `AttachmentRefused`, `AttachmentTooLarge` or `TooManyAttachments`.
        """
        media_type, sha256 = type_of(content), await asyncio.to_thread(hash_of, content)
        async with self._read() as connection:
            # before the bytes, so that nobody fills the disk
            await _check_count(AttachmentStore(connection), no, sha256)
        # the file first: a process that dies between leaves a file nobody names, never the reverse
        await asyncio.to_thread(self._files.keep, content)
        async with self._write() as connection:
            store = AttachmentStore(connection)
            if not await _check_count(store, no, sha256):
                await store.add(
                    no,
                    sha256=sha256,
                    media_type=media_type,
                    name=shown_name(name, media_type),
                    size=len(content),
                    actor=actor,
                    at=self._clock(),
                )
            found = await store.find_by_hash(no, sha256)
        if found is None:
            raise AttachmentNotFound(f"ticket {no} has lost what was just attached")
        return found

    async def list_attachments(self, no: str) -> list[Attachment]:
        """A ticket's attachments in the order they came."""
        async with self._read() as connection:
            return await AttachmentStore(connection).list_attachments(no)

    async def read(self, no: str, attachment_id: int) -> tuple[Attachment, bytes]:
        """An attachment of this ticket and its bytes; raises `AttachmentNotFound`."""
        async with self._read() as connection:
            attachment = await AttachmentStore(connection).get(no, attachment_id)
        return attachment, await asyncio.to_thread(self._files.read, attachment.sha256)


async def _check_count(store: AttachmentStore, no: str, sha256: str) -> bool:
    """Whether the ticket has the file; raises `TooManyAttachments` if it may take no more."""
    if await store.find_by_hash(no, sha256) is not None:
        return True
    if await store.count(no) >= MAX_ATTACHMENTS:
        raise TooManyAttachments
    return False
