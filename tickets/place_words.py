"""The words that finding places goes by, from place_words.yml."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML


@dataclass(frozen=True, slots=True)
class PlaceWords:
    """Words of no place, verbs in names, words of correction; signs by what they say."""

    other: frozenset[str]
    naming: frozenset[str]
    mending: tuple[str, ...]
    numerals: frozenset[str]
    sides: frozenset[str]
    # the class of every sign that names and numbers of places end with
    endings: dict[str, str]


@cache
def place_words() -> PlaceWords:
    """All of them, read once."""
    held: dict[str, Any] = YAML(typ="safe").load(Path(__file__).with_name("place_words.yml"))
    return PlaceWords(
        other=frozenset(held["other"].split()),
        naming=frozenset(held["naming"].split()),
        mending=tuple(held["mending"].split()),
        numerals=frozenset(held["numerals"]),
        sides=frozenset(held["sides"]),
        endings={sign: name for name, signs in held["endings"].items() for sign in signs},
    )


def has_place_sign(words: str) -> bool:
    """Whether a number or a sign that names of places end with is in the words.

    Of 448 addresses that customers told, 3 have none; of what the labeller takes for addresses in
    questions that hold none, a third (docs/decisions/0045).
    """
    known = place_words()
    return any(sign.isdigit() or sign in known.endings or sign in known.numerals for sign in words)
