"""What was indexed, calibrated and examined, and may go live as it is: plain values, to be kept."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from pydantic import TypeAdapter

from knowledge.gate import Ruling


class Version(NamedTuple):
    """One version of one entry."""

    entry_id: str
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """A publication that nobody can see yet; `live_no` is what was live when it was made."""

    profile: str
    encoder: str
    # in the order of its index
    content: tuple[Version, ...]
    live_no: int | None
    # {"full": {...}, "words_only": {...}}: the curve with and without the encoder
    calibrations: dict[str, dict[str, Any]]
    figures: dict[str, dict[str, float]]
    ruling: Ruling

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "Examined":
        """What `to_json` wrote."""
        return _WHOLE.validate_python(stored)

    def to_json(self) -> dict[str, Any]:
        """Plain values, for the store."""
        plain: dict[str, Any] = _WHOLE.dump_python(self, mode="json")
        return plain


_WHOLE = TypeAdapter(Examined)
