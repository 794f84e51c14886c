"""How it is known that nothing more can be written, whichever library met it."""

from sqlalchemy.exc import DBAPIError

# how the system, FAISS and SQLite say it
SIGNS = ("no space left", "file too large", "quota", "disk is full", "disk i/o error")
# what they raise
ERRORS = (OSError, RuntimeError, DBAPIError)


def is_full_disk(error: Exception) -> bool:
    """Whether this is a disk that is full or cannot be written to."""
    return isinstance(error, ERRORS) and any(sign in str(error).lower() for sign in SIGNS)
