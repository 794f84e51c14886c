"""A column for an instant, exact to the microsecond, that every database compares as a number."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import BigInteger, Dialect
from sqlalchemy.types import TypeDecorator

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def as_number(moment: datetime) -> int:
    """Microseconds since 1970."""
    return (moment - _EPOCH) // _MICROSECOND


class Moment(TypeDecorator[datetime]):
    """Aware moments in UTC; text with a zone would sort by the collation of the server."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Microseconds since 1970."""
        return None if value is None else as_number(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """The moment again."""
        return None if value is None else _EPOCH + value * _MICROSECOND
