"""A file that a customer sent in a chat."""

from dataclasses import dataclass

from tickets.attachments import MediaType

# what staff sent: it waits for no ticket
FROM_STAFF = "staff"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFile:
    """A file whose bytes are kept, and which nobody has sent yet."""

    sha256: str
    media_type: MediaType
    name: str
    size: int


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
