"""Where an address begins and ends in a line, as learnt from how customers tell it.

Every character is labelled by a conditional random field over what stands around it: characters,
their shapes, words, and what the rules of `places` see. It is made by `place_fitting` from
profiles/addresses_said.yml.
"""

import hashlib
import itertools
import re
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pycrfsuite

from tickets.place_words import place_words
from tickets.places import Reading, Span
from tickets.time_words import HIDDEN

# of the address; of a place that is told, but not as the address; of neither
BEGIN, INSIDE, BEGIN_OTHER, INSIDE_OTHER, OUT = "B", "I", "b", "i", "O"

_REACH = 12
# of two addresses in a line: as sure as that they both count
_NEAR = 0.3
# of somebody, without their title
_LONGEST_NAME = 4
# a phone, an account number
_LONG_NUMBER = re.compile(
    r"[\d零〇幺一二三四五六七八九](?:[\s\W]{0,2}[\d零〇幺一二三四五六七八九]){7,}"
)
# runs of characters around one, and of their shapes: from where up to where
_SIGN_RUNS, _SHAPE_RUNS = (
    [(f"{first},{last}=", first, last + 1) for first, last in runs]
    for runs in (
        [(spot, spot) for spot in range(-3, 4)]
        + [(-1, 0), (0, 1), (-2, -1), (1, 2), (-1, 1), (-2, 0), (0, 2), (-3, -1), (1, 3)],
        [(-2, 2), (-3, 0), (0, 3), (-1, 1)],
    )
)
_WIDEST, _EDGE = 3, "<"
# the file: a digest of the rest, the threshold, the model
_HEAD, _DIGEST = "<d", 32


@dataclass(frozen=True, slots=True)
class Labelled:
    """A stretch of a line, and how sure it is that an address begins and ends just there."""

    start: int
    end: int
    sureness: float


def describe(reading: Reading) -> list[list[str]]:
    """What is known of every character of a line, for learning and for finding alike."""
    plain = reading.plain
    shapes = "".join(map(_shape, plain))
    padding = _EDGE * _WIDEST
    signs = padding + "".join(map(_sign, plain)) + padding
    padded = padding + shapes + padding
    found = reading.spans()
    words, rules = _by_character(reading), _rules(reading, found)
    ahead, behind = _skeletons(shapes)
    mended = [plain.find(word) for word in place_words().mending if word in plain]
    has_place = "p+" if found else "p-"
    described: list[list[str]] = []
    for spot, (own, place) in enumerate(words):
        at = spot + _WIDEST
        here = [f"c{name}{signs[at + first : at + last]}" for name, first, last in _SIGN_RUNS]
        here += [f"s{name}{padded[at + first : at + last]}" for name, first, last in _SHAPE_RUNS]
        here += own
        here += [
            f"r={rules[spot]}",
            f"a={ahead[spot]}",
            f"h={behind[spot]}",
            f"ah={ahead[spot][:2]}{behind[spot][:2]}{place}",
            has_place + rules[spot],
        ]
        if spot:
            here.append(f"r-{rules[spot - 1]}{rules[spot]}")
        if spot + 1 < len(words):
            here.append(f"r+{rules[spot]}{rules[spot + 1]}")
        if mended:
            here.append("m-" if min(mended) < spot else "m+")
        described.append(here)
    return described


def _by_character(reading: Reading) -> list[tuple[list[str], str]]:
    """What every character's word and its neighbours tell, and where in it the character stands."""
    none = ("", _EDGE)
    words = [none, none, *reading.words, none, none]
    described: list[tuple[list[str], str]] = []
    for at, (text, kind) in enumerate(reading.words, start=2):
        (_, kind2), (before, kind1) = words[at - 2], words[at - 1]
        (after, kind3), (_, kind4) = words[at + 1], words[at + 2]
        lengths = f"{len(before)}{len(text)}{len(after)}"
        for spot in range(len(text)):
            place = _place_in(spot, len(text))
            told = [
                f"w={text}",
                f"k={kind}",
                f"wp={place}{kind}",
                f"p={place}{len(text)}",
                f"l={place}{lengths}",
                f"k-{kind1}{place}",
                f"k+{kind3}{place}",
                f"kkk{place}{kind1}{kind}{kind3}",
            ]
            if place in "BS":
                told += [f"w-{before}", f"kk-{kind1}{kind}", f"k--{kind2}{kind1}"]
            if place in "ES":
                told += [f"w+{after}", f"kk+{kind}{kind3}", f"k++{kind3}{kind4}"]
            described.append((told, place))
    return described


@lru_cache(maxsize=8192)
def _sign(character: str) -> str:
    if character.isdigit():
        return "0"
    return "a" if character.isascii() and character.isalpha() else character


@lru_cache(maxsize=8192)
def _shape(character: str) -> str:
    if character == HIDDEN:
        return "H"
    if character.isdigit():
        return "0"
    known = place_words()
    if character in known.numerals:
        return "n"
    if character.isascii() and character.isalpha():
        return "a"
    if character in known.sides:
        return "d"
    if character in known.endings:
        return known.endings[character]
    if "\u4e00" <= character <= "\u9fff":
        return "x"
    return "_" if character.isspace() else "-" if character in "-—#" else ","


def _place_in(spot: int, length: int) -> str:
    if length == 1:
        return "S"
    return "B" if spot == 0 else "E" if spot == length - 1 else "M"


def _rules(reading: Reading, found: Sequence[Span]) -> list[str]:
    """What the rules see in every character: hidden, a part of a place, of one that is enough."""
    seen = [
        "h" if hidden == HIDDEN and plain != HIDDEN else "o"
        for hidden, plain in zip(reading.text, reading.plain, strict=True)
    ]
    for part in itertools.chain(*reading.places):
        inside = any(start <= part.start < end for start, end in found)
        for spot in range(part.start, part.end):
            edge = "[" if spot == part.start else "]" if spot == part.end - 1 else ""
            seen[spot] = f"{part.kind[:2]}{'+' if inside else ''}{edge}"
    return seen


def _skeletons(shapes: str) -> tuple[list[str], list[str]]:
    """The next, and the last, two signs around each that names or numbers of places end with."""
    ahead, behind = [""] * len(shapes), [""] * len(shapes)
    marks = [
        (spot, shape)
        for spot, shape in enumerate(shapes)
        if shape in "RVTEUNLSP,_H" or (shape in "0an" and shapes[spot - 1 : spot] != shape)
    ]
    at = 0
    for spot in range(len(shapes)):
        while at < len(marks) and marks[at][0] < spot:
            at += 1
        coming = [shape for place, shape in marks[at : at + 3] if place - spot <= _REACH]
        gone = [shape for place, shape in marks[max(0, at - 2) : at] if spot - place <= _REACH]
        ahead[spot], behind[spot] = "".join(coming), "".join(reversed(gone))
    return ahead, behind


class PlaceLabeller:
    """Finds addresses as it was taught; for one thread at a time."""

    def __init__(self, model: bytes, *, sure: float) -> None:
        self.model, self.sure = model, sure
        self._tagger = pycrfsuite.Tagger()
        self._tagger.open_inmemory(model)

    def find(self, reading: Reading) -> list[Span] | None:
        """Where the line tells its address, or None when that is not sure."""
        labelled = [each for each in self.label(reading) if _may_be_one(each, reading)]
        surest = max((each.sureness for each in labelled), default=0.0)
        if surest < self.sure:
            return None
        near = (each for each in labelled if surest - each.sureness <= _NEAR)
        return [(each.start, each.end) for each in near]

    def label(self, reading: Reading) -> list[Labelled]:
        """Every address in the line, and how sure it is."""
        if not reading.line:
            return []
        self._tagger.set(describe(reading))
        labels = self._tagger.tag()
        return [
            Labelled(start, end, self._sureness(labels, start, end))
            for start, end in _spans(labels)
        ]

    def _sureness(self, labels: Sequence[str], start: int, end: int) -> float:
        """The least of the chances of its characters and of its neighbours."""
        spots = range(max(0, start - 1), min(len(labels), end + 1))
        return min(float(self._tagger.marginal(labels[spot], spot)) for spot in spots)

    def save(self, path: Path) -> None:
        """Write it to one file, whole or not at all."""
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(".fresh")
        held = struct.pack(_HEAD, self.sure) + self.model
        fresh.write_bytes(hashlib.sha256(held).digest() + held)
        fresh.replace(path)

    @classmethod
    def load(cls, path: Path) -> "PlaceLabeller":
        """Read what `save` wrote; raises `OSError`, or `ValueError` when it is not whole."""
        digest, held = (whole := path.read_bytes())[:_DIGEST], whole[_DIGEST:]
        if hashlib.sha256(held).digest() != digest:
            raise ValueError(f"{path} is not as it was written")
        (sure,) = struct.unpack_from(_HEAD, held)
        return cls(held[struct.calcsize(_HEAD) :], sure=sure)


def _may_be_one(labelled: Labelled, reading: Reading) -> bool:
    """Whether a stretch is neither a long number nor a bare word that could be anybody's name."""
    words = reading.line[labelled.start : labelled.end]
    if _LONG_NUMBER.search(words):
        return False
    is_bare = len(words) <= _LONGEST_NAME and words == reading.line.strip()
    return not is_bare or bool(reading.spans()) or words[-1] in place_words().endings


def _spans(labels: Sequence[str]) -> Iterator[Span]:
    start: int | None = None
    for spot, label in enumerate([*labels, OUT]):
        if start is not None and label != INSIDE:
            yield start, spot
            start = None
        if label == BEGIN:
            start = spot
