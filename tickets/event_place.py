"""Where an event is: the estate, village or road of an address, and its building. Pure.

Homes are left out: an event's place is said to strangers.
"""

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from tickets.event import Level
from tickets.numerals import read_number
from tickets.place_parts import REGIONS, Part
from tickets.places import read_line

# "幸福里小区" is "幸福里"
_ADDED = re.compile(r"(?<=..)(?:小区|社区)$")
_NUMBER = re.compile(
    r"[A-Za-z]?\d+[A-Za-z]?|[A-Za-z]|[零〇一二两三四五六七八九十百千]+|[东西南北中主副]"
)
# "6-2-301" tells its building without a word for it
_BUILDING = "栋"
_PHASE = re.compile("([一二三四五六七八九十]{1,2})期")
_GROUP_ENDS = ("组", "队", "社")
# what may name the place of an event, the best first
_NAMED_BY = ("estate", "village", "house")


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """An address or an area, as far as events mind; what is not told is empty."""

    name: str = ""
    road: str = ""
    # the building, the number on the road, the group of the village
    unit: str = ""
    phase: str = ""
    # by their kind, such as ("district", "西城区")
    regions: frozenset[tuple[str, str]] = frozenset()
    # as it was said, from its first part to the end of the name, the road, the unit
    said: tuple[str, str, str] = ("", "", "")

    @property
    def key(self) -> str:
        """The same for the same place, however it is written."""
        regions = ",".join(sorted(said for _, said in self.regions))
        return "/".join((regions, self.name or self.road, self.phase, self.unit))

    def area_at(self, level: Level) -> str:
        """The area of this level around it, as it is said; empty when it is not told."""
        name, road, unit = self.said
        if level is Level.ROAD:
            return road
        if level is Level.COMMUNITY:
            return name
        return unit

    def place_within(self, level: Level) -> str:
        """What tells places inside an area of this level apart."""
        return self.name or self.unit if level is Level.ROAD else f"{self.phase}{self.unit}"


@lru_cache(maxsize=4096)
def read_spot(address: str) -> Spot | None:
    """The place an address or an area tells; None when it names no estate, village or road."""
    # in digits: "一期" is an adverb too, and hidden where places are read
    plain = _PHASE.sub(lambda found: f"{read_number(found[1]) or 0:g}期", address)
    parts = list(itertools.chain(*read_line(plain).places))
    return _spot_of(plain, parts) if parts else None


def covers(area: str, address: str) -> bool:
    """Whether an address lies in an area.

    A region or phase that only one of them tells is no contradiction. An area whose parts are
    not known covers the addresses that hold its words.
    """
    around, place = read_spot(area), read_spot(address)
    if around is None:
        return len(area.strip()) > 1 and area.strip() in address
    return place is not None and _holds(around, place)


def lies_within(inner: str, outer: str) -> bool:
    """Whether one area lies in another, or is the same."""
    return covers(outer, inner)


def key_of(area: str) -> str:
    """The same for the same area, however it is written."""
    spot = read_spot(area)
    return area.strip() if spot is None else spot.key


def _holds(around: Spot, place: Spot) -> bool:
    if around.name:
        is_named = around.name == place.name
    else:
        # "杨柳路16号" tells nothing of an estate with a number of its own on that road
        is_named = around.road == place.road and not (around.unit and place.name)
    told, known = dict(around.regions), dict(place.regions)
    is_elsewhere = any(known[kind] != said for kind, said in told.items() if kind in known)
    if around.phase and place.phase and around.phase != place.phase:
        is_elsewhere = True
    return is_named and not is_elsewhere and around.unit in ("", place.unit)


def _spot_of(address: str, parts: Sequence[Part]) -> Spot | None:
    names = _names(parts)
    named = next(((kind, names[kind]) for kind in _NAMED_BY if kind in names), None)
    road = names.get("road")
    if named is None and road is None:
        return None
    kind, (start, end) = named or ("road", road or (0, 0))
    unit = _unit(parts, kind, after=end, address=address)
    # "东区" behind an estate is no district
    phase = next(
        (part for part in parts if part.kind in {"phase", "district"} and part.start >= end), None
    )
    first = min(part.start for part in parts)
    return Spot(
        name=_ADDED.sub("", address[start:end]) if named else "",
        road=address[road[0] : road[1]] if road else "",
        unit="" if unit is None else _plain(address[unit.start : unit.end]),
        phase="" if phase is None else _plain(address[phase.start : phase.end]),
        regions=frozenset(
            (part.kind, address[part.start : part.end])
            for part in parts
            if part.kind in REGIONS and part.end <= start
        ),
        said=(
            address[first:end] if named else "",
            address[first : road[1]] if road else "",
            "" if unit is None else _with_word(address[first : unit.end]),
        ),
    )


def _names(parts: Sequence[Part]) -> dict[str, tuple[int, int]]:
    """Where each kind of name stands; "红旗" + "村" and "幸福里" + "小区" are one."""
    names: dict[str, tuple[int, int]] = {}
    before: Part | None = None
    for part in parts:
        goes_on = before is not None and before.end == part.start
        if part.kind in names and part.kind == "estate" and goes_on:
            names[part.kind] = (names[part.kind][0], part.end)
        elif part.kind in {"estate", "village", "house", "road"} and part.kind not in names:
            is_ending = part.kind == "village" and part.end - part.start == 1
            joined = is_ending and goes_on and before is not None
            names[part.kind] = (before.start if joined and before else part.start, part.end)
        before = part
    return names


def _unit(parts: Sequence[Part], kind: str, *, after: int, address: str) -> Part | None:
    behind = [part for part in parts if part.start >= after]
    if kind == "village":
        groups = (
            part
            for part in behind
            if part.kind == "entrance" and address[part.start : part.end].endswith(_GROUP_ENDS)
        )
        return next(groups, None)
    # on a road, a building belongs to a yard with a number
    kinds = ("number", "building") if kind == "road" else ("building", "number")
    found = (next((part for part in behind if part.kind == each), None) for each in kinds)
    return next((part for part in found if part is not None), None)


def _with_word(words: str) -> str:
    return f"{words}{_BUILDING}" if words[-1].isdigit() else words


def _plain(words: str) -> str:
    """A number as others write it: "六栋", "6号楼" and "6#" are 6."""
    found = _NUMBER.search(words)
    if found is None:
        return words
    number = read_number(found.group())
    return found.group().upper() if number is None else f"{number:g}"
