"""Attachments of a ticket: what a file really is, how large it may be, what it may be called.

Errors
    AttachmentError
    ├── AttachmentRefused    it is none of the kinds a ticket takes, whatever its name says
    ├── AttachmentTooLarge   it holds more bytes than a ticket takes
    ├── TooManyAttachments   the ticket holds as many as it may
    ├── TooManyFiles         the customer sent as many in a day as they may
    └── AttachmentNotFound   the ticket has no such attachment, or its file is gone or damaged
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tickets.ticket import TicketError

MAX_MB = 10
MAX_BYTES = MAX_MB * 1024 * 1024
MAX_ATTACHMENTS = 30
MAX_NAME = 80
UNNAMED = "attachment"

# control characters, and those that turn the direction of what is read: "gpj.exe" as "exe.jpg"
_UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
_FOLDERS = re.compile(r"[/\\:*?\"<>|]")
_PDF_END = 2048


class AttachmentError(TicketError):
    """Something about an attachment cannot be done; the text says what and why."""


class AttachmentRefused(AttachmentError):
    """It is none of the kinds a ticket takes, whatever its name says."""


class AttachmentTooLarge(AttachmentError):
    """It holds more bytes than a ticket takes."""

    def __init__(self, said: str = f"an attachment may hold {MAX_MB} MB") -> None:
        super().__init__(said)
        self.limit_mb = MAX_MB


class TooManyAttachments(AttachmentError):
    """The ticket holds as many as it may."""

    def __init__(self, said: str = f"a ticket may hold {MAX_ATTACHMENTS} files") -> None:
        super().__init__(said)
        self.limit = MAX_ATTACHMENTS


class TooManyFiles(AttachmentError):
    """The customer sent as many in a day as they may."""

    def __init__(self, said: str = f"{MAX_ATTACHMENTS} files may be sent in a day") -> None:
        super().__init__(said)
        self.limit = MAX_ATTACHMENTS


class AttachmentNotFound(AttachmentError):
    """The ticket has no such attachment, or its file is gone or damaged."""


class MediaType(StrEnum):
    """The kinds of file a ticket takes: photos, scans of papers, and what was spoken."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    GIF = "image/gif"
    WEBP = "image/webp"
    PDF = "application/pdf"
    # voice messages, which customers send instead of writing
    OGG = "audio/ogg"


SUFFIXES = {
    MediaType.JPEG: (".jpg", ".jpeg", ".jfif"),
    MediaType.PNG: (".png",),
    MediaType.GIF: (".gif",),
    MediaType.WEBP: (".webp",),
    MediaType.PDF: (".pdf",),
    MediaType.OGG: (".ogg", ".oga"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """One file of a ticket; its bytes lie under their hash."""

    attachment_id: int
    no: str
    sha256: str
    media_type: MediaType
    name: str
    size: int
    added_by: str
    added_at: datetime


def type_of(content: bytes) -> MediaType:
    """What a file is by its bytes alone; raises `AttachmentRefused` or `AttachmentTooLarge`."""
    if len(content) > MAX_BYTES:
        raise AttachmentTooLarge
    for media_type, is_one in _LOOKS.items():
        if is_one(content):
            return media_type
    raise AttachmentRefused(
        "only JPEG, PNG, GIF and WebP pictures, PDF files and OGG voice messages can be attached"
    )


def shown_name(name: str, media_type: MediaType) -> str:
    """The sender's name for a file as harmless text, ending as its real type does."""
    line = unicodedata.normalize("NFC", name)
    line = "".join(" " if unicodedata.category(each) in _UNSEEN else each for each in line)
    line = _FOLDERS.split(line)[-1]
    stem = " ".join(line.split()).strip(". ")
    suffixes = SUFFIXES[media_type]
    for suffix in suffixes:
        stem = stem[: -len(suffix)] if stem.lower().endswith(suffix) else stem
    return (stem[:MAX_NAME].strip(". ") or UNNAMED) + suffixes[0]


def _is_jpeg(content: bytes) -> bool:
    # phones put whole films behind the end of a picture, so the end tells nothing
    return content.startswith(b"\xff\xd8\xff") and content[3:4] in _AFTER_START


def _is_png(content: bytes) -> bool:
    is_begun = content.startswith(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")
    return is_begun and b"IEND" in content[-64:] and _is_positive(content[16:20], content[20:24])


def _is_gif(content: bytes) -> bool:
    return content.startswith((b"GIF87a", b"GIF89a")) and _is_positive(content[6:8], content[8:10])


def _is_webp(content: bytes) -> bool:
    said = int.from_bytes(content[4:8], "little") + 8
    is_riff = content.startswith(b"RIFF") and content[8:15] == b"WEBPVP8"
    return is_riff and len(content) - 1 <= said <= len(content)


def _is_pdf(content: bytes) -> bool:
    return re.match(rb"%PDF-[12]\.\d", content) is not None and b"%%EOF" in content[-_PDF_END:]


def _is_ogg(content: bytes) -> bool:
    # the first page begins a stream: version 0, header type "beginning of stream"
    return content.startswith(b"OggS\x00\x02")


def _is_positive(*numbers: bytes) -> bool:
    return all(any(number) for number in numbers)


# markers that may follow the start of a JPEG: tables, comments, frames, applications
_AFTER_START = {
    bytes([marker]) for marker in (*range(0xC0, 0xC5), 0xDB, 0xDD, *range(0xE0, 0xF0), 0xFE)
}
_LOOKS: dict[MediaType, Callable[[bytes], bool]] = {
    MediaType.JPEG: _is_jpeg,
    MediaType.PNG: _is_png,
    MediaType.GIF: _is_gif,
    MediaType.WEBP: _is_webp,
    MediaType.PDF: _is_pdf,
    MediaType.OGG: _is_ogg,
}
