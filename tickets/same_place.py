"""Whether two addresses are of the same home, or of the same building, however written. Pure."""

from enum import StrEnum

from tickets.event_place import covers, read_spot
from tickets.numerals import read_number
from tickets.places import read_line

# the parts that tell one door of a building from another
_DOOR = ("entrance", "floor", "room")


class SamePlace(StrEnum):
    """How near two addresses are."""

    HOME = "address"
    BUILDING = "building"


def compare(one: str, other: str) -> SamePlace | None:
    """How near two addresses are; None for different places, or where that cannot be told.

    A door that only one of them tells leaves the building; two that contradict leave it too.
    """
    if _squeezed(one) == _squeezed(other):
        return SamePlace.HOME
    here, there = read_spot(one), read_spot(other)
    if here is None or there is None or not (here.unit and there.unit):
        return None
    if not (covers(one, other) and covers(other, one)):
        return None
    ours, theirs = _door(one), _door(other)
    is_told = "room" in ours and "room" in theirs
    agree = all(ours[kind] == theirs[kind] for kind in ours.keys() & theirs.keys())
    return SamePlace.HOME if is_told and agree else SamePlace.BUILDING


def words_to_find(address: str) -> str:
    """What every address of the same building holds: the estate, village or road it is in."""
    spot = read_spot(address)
    return (spot.name or spot.road) if spot is not None else address.strip()


def _squeezed(address: str) -> str:
    return "".join(address.split())


def _door(address: str) -> dict[str, str]:
    return {
        part.kind: _number(address[part.start : part.end])
        for place in read_line(address).places
        for part in place
        if part.kind in _DOOR
    }


def _number(words: str) -> str:
    """A number as others write it: "三单元" and "3单元" are one."""
    digits = "".join(sign for sign in words if sign.isascii() and sign.isalnum())
    if digits:
        return digits.upper()
    number = read_number(words.strip("第单元楼层室户房"))
    return words if number is None else f"{number:g}"
