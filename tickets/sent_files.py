"""A file that a customer sent in a chat."""

from dataclasses import dataclass

from tickets.attachments import MediaType


@dataclass(frozen=True, slots=True, kw_only=True)
class SentFile:
    """One file of a conversation; its bytes lie under their hash."""

    file_id: int
    conversation_id: str
    sha256: str
    media_type: MediaType
    name: str
    size: int
    message_id: str | None
    held_for: str
    no: str | None
