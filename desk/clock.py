"""The time of day, as every part is given it."""

from datetime import UTC, datetime


def now() -> datetime:
    """The clock every part is given, unless a test moves its own."""
    return datetime.now(UTC)
