"""The words that finding times goes by, from time_words.yml."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from ruamel.yaml import YAML

Clock = Literal["morning", "noon", "late", "night", "small", "midnight"]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the day: its hours, and how an hour named with it is counted."""

    first: int
    last: int
    clock: Clock


@dataclass(frozen=True, slots=True)
class TimeWords:
    """What words stand for: parts of a day, days ago, days off; and words of vagueness."""

    parts: dict[str, Part]
    # single signs that tell a part only right after a day: "last-eve"
    short_parts: dict[str, Part]
    # what people do then, which tells the time only with more said
    events: dict[str, Part]
    days: dict[str, int]
    day_stems: dict[str, int]
    just: tuple[str, ...]
    just_before: tuple[str, ...]
    # the month, the day and how many days
    holidays: dict[str, tuple[int, int, int]]
    about: tuple[str, ...]
    nearly: tuple[str, ...]
    about_after: tuple[str, ...]


@cache
def time_words() -> TimeWords:
    """All of them, read once."""
    held: dict[str, Any] = YAML(typ="safe").load(Path(__file__).with_name("time_words.yml"))
    parts: dict[str, Part] = {}
    short_parts: dict[str, Part] = {}
    events: dict[str, Part] = {}
    for each in held["parts"]:
        part = Part(each["from"], each["to"], each["clock"])
        parts |= dict.fromkeys(each["said"].split(), part)
        events |= dict.fromkeys(each.get("events", "").split(), part)
        short_parts |= dict.fromkeys(each.get("short", "").split(), part)
    stems = held["days"].pop("stems")
    return TimeWords(
        parts=parts,
        short_parts=short_parts,
        events=events,
        days={word: ago for ago, words in held["days"].items() for word in words.split()},
        day_stems=stems,
        just=tuple(held["just"].split()),
        just_before=tuple(held["just_before"].split()),
        holidays={
            word: (month, day, days) for word, (month, day, days) in held["holidays"].items()
        },
        about=tuple(held["about"].split()),
        nearly=tuple(held["nearly"].split()),
        about_after=tuple(held["about_after"].split()),
    )


def one_of(words: Iterable[str]) -> str:
    """A pattern for any of the words, the longest first."""
    return f"(?:{'|'.join(map(re.escape, sorted(words, key=len, reverse=True)))})"
