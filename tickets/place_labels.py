"""Where an address begins and ends in a line, as learnt from how customers tell it.

Every character is labelled by a conditional random field over what stands around it: characters,
their shapes, words, and what the rules of `places` see. It is made by `place_fitting` from
profiles/addresses_said.yml.
"""

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tickets.place_parts import Part
from tickets.places import Reading
from tickets.time_words import HIDDEN

# of the address; of a place that is told, but not as the address; of neither
BEGIN, INSIDE, BEGIN_OTHER, INSIDE_OTHER, OUT = "B", "I", "b", "i", "O"

_NUMERALS = frozenset("零〇一二两三四五六七八九十百千幺")
_SIDES = frozenset("东西南北中上下前后左右内外里")
# the signs that names and numbers of places end with, by what they say
_ENDINGS = {
    sign: name
    for name, signs in {
        "R": "路街巷弄道桥胡同里坊",
        "V": "村庄屯寨组社队湾沟坡坝坪店铺营堡",
        "T": "省市区县镇乡旗州盟",
        "E": "苑园府城庭邸轩阁墅郡居院寓厦场",
        "U": "栋幢座楼号排期",
        "N": "元单门梯",
        "L": "层室户房",
        "S": "店馆厂校站所院司行局场",
        "P": "旁边面口角侧头底隔壁",
    }.items()
    for sign in signs
}
_REACH = 12
_MENDS = re.compile("不对|说错|讲错|打错|写错|写成|说成|错了|不是|唔系|改|换|应该|实际|其实")
_ASKED_FOR = re.compile("地址|位置|地点|住|家|在|门牌|小区|村|店|单位|楼号")


@dataclass(frozen=True, slots=True)
class Labelled:
    """A stretch of a line, and how sure it is that an address begins and ends just there."""

    start: int
    end: int
    sureness: float


def describe(reading: Reading) -> list[list[str]]:
    """What is known of every character of a line, for learning and for finding alike."""
    plain = reading.plain
    signs = [_sign(each) for each in plain]
    shapes = "".join(_shape(each) for each in plain)
    words = _by_character(reading.words)
    rules = _rules(reading)
    ahead, behind = _skeletons(plain, shapes)
    mends = [found.start() for found in _MENDS.finditer(plain)]
    pad = ["<", "<", "<", *signs, ">", ">", ">"]
    padded = f"<<<{shapes}>>>"
    described: list[list[str]] = []
    for spot, (word, kind, place) in enumerate(words):
        a, b, c, d, e, f, g = pad[spot : spot + 7]
        shape = padded[spot : spot + 7]
        features = [
            "1",
            f"c={d}", f"c-={c}", f"c+={e}", f"c--={b}", f"c++={f}", f"c---={a}", f"c+++={g}",
            f"cc-={c}{d}", f"cc+={d}{e}", f"cc--={b}{c}", f"cc++={e}{f}",
            f"ccc={c}{d}{e}", f"ccc-={b}{c}{d}", f"ccc+={d}{e}{f}", f"ccc--={a}{b}{c}",
            f"s={shape[1:6]}", f"s-={shape[:4]}", f"s+={shape[3:]}", f"s0={shape[2:5]}",
            f"w={word}", f"k={kind}", f"wp={place}{kind}", f"p={place}{len(word)}",
            f"r={rules[spot]}", f"a={ahead[spot]}", f"h={behind[spot]}",
            f"ah={ahead[spot][:2]}{behind[spot][:2]}{place}",
        ]
        if spot:
            before = words[spot - 1]
            features += [f"k-={before[1]}{place}", f"r-={rules[spot - 1]}{rules[spot]}"]
            if place in "BS":
                features += [f"w-={before[0]}", f"kk={before[1]}{kind}"]
        if spot + 1 < len(words):
            after = words[spot + 1]
            features += [f"k+={after[1]}{place}", f"r+={rules[spot]}{rules[spot + 1]}"]
            if place in "ES":
                features += [f"w+={after[0]}"]
        if mends:
            features.append("m-" if mends[0] < spot else "m+")
        described.append(features)
    return described


def _sign(character: str) -> str:
    if character.isdigit():
        return "0"
    return "a" if character.isascii() and character.isalpha() else character


def _shape(character: str) -> str:
    if character == HIDDEN:
        return "H"
    if character.isdigit():
        return "0"
    if character in _NUMERALS:
        return "n"
    if character.isascii() and character.isalpha():
        return "a"
    if character in _SIDES:
        return "d"
    if character in _ENDINGS:
        return _ENDINGS[character]
    if "\u4e00" <= character <= "\u9fff":
        return "x"
    return "_" if character.isspace() else "-" if character in "-—#" else ","


def _by_character(words: Sequence[tuple[str, str]]) -> list[tuple[str, str, str]]:
    """The word of every character, its kind, and where in the word the character stands."""
    return [
        (word, kind, _place_in(spot, len(word)))
        for word, kind in words
        for spot in range(len(word))
    ]


def _place_in(spot: int, length: int) -> str:
    if length == 1:
        return "S"
    return "B" if spot == 0 else "E" if spot == length - 1 else "M"


def _rules(reading: Reading) -> list[str]:
    """What the rules see in every character: hidden, a part of a place, of one that is enough."""
    seen = [
        "h" if hidden == HIDDEN and plain != HIDDEN else "o"
        for hidden, plain in zip(reading.text, reading.plain, strict=True)
    ]
    found = reading.spans()
    for part in itertools.chain(*reading.places):
        inside = any(start <= part.start < end for start, end in found)
        for spot in range(part.start, part.end):
            edge = "[" if spot == part.start else "]" if spot == part.end - 1 else ""
            seen[spot] = f"{part.kind[:2]}{'+' if inside else ''}{edge}"
    return seen


def _skeletons(plain: str, shapes: str) -> tuple[list[str], list[str]]:
    """The next, and the last, two signs around each that names or numbers of places end with."""
    ahead, behind = [""] * len(plain), [""] * len(plain)
    marks = [
        (spot, shape)
        for spot, shape in enumerate(shapes)
        if shape in "RVTEUNLSP,_H" or (shape in "0an" and shapes[spot - 1 : spot] != shape)
    ]
    at = 0
    for spot in range(len(plain)):
        while at < len(marks) and marks[at][0] < spot:
            at += 1
        coming = [shape for place, shape in marks[at : at + 3] if place - spot <= _REACH]
        gone = [shape for place, shape in marks[max(0, at - 2) : at] if spot - place <= _REACH]
        ahead[spot], behind[spot] = "".join(coming), "".join(reversed(gone))
    return ahead, behind
