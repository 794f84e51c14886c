"""Places in a line: estate or road with number, building, unit, room. Pure.

What belongs to no place ("I live at", "has no power") is hidden first; the rest is read part by
part. Which words are which was learnt from how customers of such centres write.
"""

import itertools
import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from rjieba import tag

from tickets.place_parts import (
    AFTER_NUMBER,
    FLOORS,
    LIKE_A_NAME,
    LONG_END,
    NAME_ENDS_AHEAD,
    NAMES,
    ORDER,
    REGIONS,
    UNITS,
    Part,
    comes_after,
    read_bare_room,
    read_parts,
)
from tickets.place_words import place_words
from tickets.time_words import HIDDEN, hide
from tickets.times import without_times

# the kinds of words (rjieba's) of which names are not made
_FUNCTION_WORDS = frozenset(
    ["r", "d", "c", "p", "y", "e", "o", "ad", "mq", "ul", "uj", "ud", "uz", "ug"]
)
_VERBS = frozenset(["v", "vd", "l", "i"])
_OTHER_SIGNS = re.compile(r"[^\w\s\-—#,，、]|[我你您他她它俺咱恁的了吗呢啊呀嘛喔咧啦哒是在这咋啥]")
_PHONES = re.compile(
    r"(?<!\d)(?:1[3-9]\d[ \-]?\d{4}[ \-]?\d{4}|0\d{2,3}[ \-]?\d{3,4}[ \-]?\d{4}|\d{5,})(?!\d)"
)
_CHUNK = re.compile(rf"[^{HIDDEN}\s,，、]+")
# "A3区七排5号" is a place without a name
_ENOUGH_UNITS = 3
_DASH = re.compile("[-—杠]")
_GAP = re.compile(r"[\s,，、]{1,3}")

# a correction names the wrong place too
_WRONG = re.compile(r"(?:不是|唔系|[说打写报听当]成)[^,，。]{0,2}$")
_RIGHT = re.compile(r"(?:改成|改为|换成|改到|而是|应该是|应是|搬到)[^,，。]{0,3}$")

_PUT_RIGHT = re.compile("不对|说错|讲错|打错|错了|不是")

_AT = "在"
_LEADING = re.compile(
    r"^(?:(?:为什么|怎么|[我你咱俺]们?|这里|这边|那边|本人|家里?|老家|住|就|是|在|到|地址|位置|位于|"
    r"地点|应该|改成|改为|换成|报修|停电|没电|断电|跳闸|的|了|为|说错|错|不对|不是|[你您]好|麻烦|请|"
    r"快|来|整个|整栋|整|全|隔壁|附近|周围|都|一片|而是|刚才|从|叫|去|看看|看|那个|这个|一下)"
    r"[,，:：\s]*)+"
)


Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Reading:
    """A line as the rules see it: with other things hidden, in words, in parts of places."""

    line: str
    # as long as the line; phones and times are hidden, then the words of no place too
    plain: str
    text: str
    words: tuple[tuple[str, str], ...]
    # the parts that belong together
    places: tuple[tuple[Part, ...], ...]

    def spans(self) -> list[Span]:
        """Where a place is told, by the rules."""
        proper = map(_between_proper, self.places)
        return [(parts[0].start, parts[-1].end) for parts in proper if _is_place(parts)]


def read_line(line: str) -> Reading:
    """All that the rules see in a line."""
    plain = _PHONES.sub(hide, without_times(line.replace(HIDDEN, " ")))
    words = tuple(tag(plain, False))
    text, word_ends = _hide_other_words(plain, words)
    places = tuple(tuple(parts) for parts in _find_parts(text, word_ends))
    return Reading(line, plain, text, words, places)


class Labeller(Protocol):
    """Knows from examples where addresses begin and end."""

    def find(self, reading: Reading) -> list[Span] | None:
        """Where the line tells its address, or None when that is not sure."""


def find_address(line: str, labeller: Labeller | None = None) -> str | None:
    """The place a line tells: where the labeller is sure, or else by the rules.

    Of several the longest, or the one a correction puts right.
    """
    reading = read_line(line)
    learnt = labeller.find(reading) if labeller is not None else None
    return choose_place(line, reading.spans() if learnt is None else learnt)


def choose_place(line: str, spans: Sequence[Span]) -> str | None:
    """The longest of the stretches, or the one a correction in the line puts right."""
    found = [(line[max(0, start - 10) : start], line[start:end]) for start, end in spans]
    kept = [place for before, place in found if _RIGHT.search(before)]
    kept = kept or [place for before, place in found if not _WRONG.search(before)]
    place = max(kept or [place for _, place in found], key=len, default=None)
    if len(found) > 1 and place is not None and _PUT_RIGHT.search(line):
        return _put_right(place, [each for _, each in found])
    return place


def _put_right(place: str, found: Sequence[str]) -> str:
    """The named place with the part that is named again behind it: "A 3栋, no, 8栋"."""
    named = next((each for each in found if has_name(each)), None)
    last = found[-1]
    return place if named is None or named == last or has_name(last) else merge_place(named, last)


def tidy_place(words: str) -> str:
    """A place without the words that lead up to it ("it is at …")."""
    after_at = words.strip(" ,，-—").rpartition(_AT)[2]
    return _LEADING.sub("", after_at)


@lru_cache(maxsize=1024)
def is_findable(place: str) -> bool:
    """Whether a place can be driven to: not just an estate or a road, not just a building.

    What has no parts that are known is taken as it is.
    """
    kinds = {part.kind for part in _parts_of(place)}
    if not kinds:
        return True
    if not has_name(place):
        return "room" in kinds
    return not kinds <= REGIONS | NAMES - {"house"}


def has_name(place: str) -> bool:
    """Whether a place names an estate, a road, a village, a shop …"""
    return any(part.kind in NAMES | REGIONS for part in _parts_of(place))


def merge_place(old: str, new: str) -> str:
    """The old place with the parts that a correction names put in, or the new one if it is whole.

    "幸福里6栋301" and "8栋" are "幸福里8栋301".
    """
    if not new.strip():
        return old
    parts, known = _parts_of(new), _parts_of(old)
    kinds = {part.kind for part in parts}
    after = new[parts[-1].end :].strip(" ,，。") if parts else ""
    if not parts or (kinds & NAMES and (kinds & UNITS or after)):
        return new
    words = new[parts[0].start : parts[-1].end]
    if not known:
        return old + words if kinds <= UNITS else new
    if words[0].isdigit() and _DASH.search(words):
        within = [part for part in known if ORDER[part.kind] >= ORDER["building"]]
        start, end = (within[0].start, within[-1].end) if within else (len(old), len(old))
        return old[:start] + words + old[end:]
    for part in parts:
        old = _put(old, part.kind, new[part.start : part.end])
    return old


def _put(place: str, kind: str, words: str) -> str:
    """The place with these words in the stead of its part of the same kind, or at their turn."""
    parts = _parts_of(place)
    same = [part for part in parts if part.kind == kind]
    same = same or [part for part in parts if {part.kind, kind} <= NAMES]
    if not same:
        finer = (part.start for part in parts if ORDER[part.kind] > ORDER[kind])
        spot = next(finer, len(place))
        return place[:spot] + words + place[spot:]
    start, end = same[-1].start, same[-1].end
    number = re.match(r"\d+", words)
    if number and _DASH.search(place[start - 1 : start] + place[end : end + 1]):
        words = number.group()
    return place[:start] + words + place[end:]


def _parts_of(words: str) -> list[Part]:
    parts = list(itertools.chain(*read_line(words).places))
    return parts or read_bare_room(words.strip())


def _find_parts(text: str, word_ends: Sequence[int]) -> list[list[Part]]:
    """The parts in the text, those together that belong to one place."""
    places: list[list[Part]] = []
    for chunk in _CHUNK.finditer(text):
        first, stop = (
            bisect_right(word_ends, chunk.start()),
            bisect_left(word_ends, chunk.end()) + 1,
        )
        last = places[-1][-1] if places else None
        if last is not None and not _GAP.fullmatch(text, last.end, chunk.start()):
            last = None
        parts = read_parts(text, chunk.start(), word_ends[first:stop], last)
        if parts and last is not None and comes_after(parts[0], last):
            places[-1] += parts
        elif parts:
            places.append(parts)
    return places


def _between_proper(parts: Sequence[Part]) -> Sequence[Part]:
    spots = [spot for spot, part in enumerate(parts) if part.is_proper]
    return parts[spots[0] : spots[-1] + 1] if spots else []


def _is_place(parts: Sequence[Part]) -> bool:
    if any(part.is_enough for part in parts):
        return True
    # a name, and then a number of something in it
    kinds = [part.kind for part in parts]
    names = [spot for spot, kind in enumerate(kinds) if kind in NAMES]
    after = kinds[names[0] :] if names else []
    is_exact = sum(kind in UNITS for kind in kinds) >= _ENOUGH_UNITS
    is_numbered = "number" in kinds and not REGIONS.isdisjoint(kinds)
    return is_exact or is_numbered or not UNITS.isdisjoint(after)


def _hide_other_words(plain: str, tagged: Sequence[tuple[str, str]]) -> tuple[str, list[int]]:
    """The line, as long as it was, with all hidden that belongs to no place; where words end."""
    word_ends = list(itertools.accumulate(len(word) for word, _ in tagged))
    words = [
        word if _may_be_of_place(word, kind, plain, end) else HIDDEN * len(word)
        for (word, kind), end in zip(tagged, word_ends, strict=True)
    ]
    # the end of a name is left whole: "都" of "名都" is no word of its own
    wholes = (
        found for shape in (LONG_END, FLOORS, AFTER_NUMBER) for found in shape.finditer(plain)
    )
    ends = {spot for found in wholes for spot in range(*found.span())}
    signs = (plain[spot] if spot in ends else sign for spot, sign in enumerate("".join(words)))
    return _OTHER_SIGNS.sub(hide, "".join(signs)), word_ends


def _may_be_of_place(word: str, kind: str, line: str, end: int) -> bool:
    if word in place_words().other or (len(word) > 1 and kind in _FUNCTION_WORDS):
        return False
    if len(word) == 1 or kind not in _VERBS:
        return True
    # names are made of words of every kind: "南锣鼓巷", "创新" + "园", "团结" + "路"
    is_name = (
        LIKE_A_NAME.fullmatch(word)
        or NAME_ENDS_AHEAD.match(line, end)
        or word in place_words().naming
    )
    return bool(is_name)
