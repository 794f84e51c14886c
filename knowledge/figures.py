"""Figures with their units, and yes or no, as answers say them. Pure; the words are figures.yml."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

WORDS = Path(__file__).with_name("figures.yml")
# 0.0166667 of a minute is a second: figures this near to each other are the same
SLACK = 1e-3


@dataclass(frozen=True, slots=True)
class Figure:
    """A quantity as written, and its least and most in the unit its dimension is counted in."""

    dimension: str
    least: float
    most: float
    text: str

    def is_same_as(self, other: "Figure") -> bool:
        """Whether both can mean the same quantity."""
        slack = SLACK * max(abs(self.most), abs(other.most), 1.0)
        meets = self.least <= other.most + slack and other.least <= self.most + slack
        return self.dimension == other.dimension and meets


def figures_in(text: str) -> list[Figure]:
    """The quantities in a text, in order; dates, article numbers and hours of service are none."""
    words = _words()
    plain = words.noise.sub("；", unicodedata.normalize("NFKC", text))
    found = []
    for match in words.quantity.finditer(plain):
        for amount in filter(None, (match["first"], match["second"])):
            value = words.read(amount, half=bool(match["half"]))
            dimension, least, most = words.units[match["unit"]]
            found.append(Figure(dimension, value * least, value * most, match[0].strip()))
    for match in words.fraction.finditer(plain):
        share = words.read(match["amount"]) * words.fractions[match["of"]]
        found.append(Figure("share", share, share, match[0]))
    return found


def differing(ours: Sequence[Figure], theirs: Sequence[Figure]) -> list[tuple[Figure, Figure]]:
    """Pairs of figures of one dimension, one from each text, where each text has its own.

    A text that says less than the other contradicts nothing.
    """
    pairs = []
    dimensions = {_compared(each.dimension) for each in ours}
    for dimension in sorted(dimensions):
        mine = [each for each in ours if _compared(each.dimension) == dimension]
        other = [each for each in theirs if _compared(each.dimension) == dimension]
        only_mine = [each for each in mine if not any(each.is_same_as(one) for one in other)]
        only_other = [each for each in other if not any(each.is_same_as(one) for one in mine)]
        if only_mine and only_other:
            pairs.append((only_mine[0], only_other[0]))
    return pairs


def opposed(ours: str, theirs: str) -> tuple[str, str] | None:
    """The words by which one answer says yes and the other no, in that order of the texts."""
    for mine, other in zip(_sides(ours), _sides(theirs), strict=True):
        if mine and other and mine[0] != other[0]:
            return mine[1], other[1]
    return None


def read_digits(text: str) -> str:
    """The text with Chinese digits as figures: 一三八 is 138."""
    return text.translate(_words().as_figures)


def _compared(dimension: str) -> str:
    return _words().compared.get(dimension, dimension)


def _sides(text: str) -> Iterator[tuple[bool, str] | None]:
    """For each pair of opposites, whether the first sentence says yes or no, and its word."""
    words = _words()
    plain = unicodedata.normalize("NFKC", text).replace(",", "，").strip()
    first = re.split(f"[{words.ends}]", plain, maxsplit=1)[0] + "。"
    yes_first, no_first = words.leading
    opening = next((word for word in no_first if first.startswith(word)), None)
    if opening is not None:
        yield False, opening
    else:
        opening = next((word for word in yes_first if first.startswith(word)), None)
        yield (True, opening.rstrip("，。")) if opening is not None else None
    for yes, no in words.opposites:
        denied = next((word for word in no if word in first), None)
        rest = first
        for word in no:
            rest = rest.replace(word, "")
        said = next((word for word in yes if word in rest), None)
        # both in one sentence: it tells cases apart, and neither is its answer
        if (denied is None) == (said is None):
            yield None
        else:
            yield (said is not None, str(said or denied))


class _Words:
    """figures.yml, made ready."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._digits: dict[str, int] = data["digits"]
        self._tens: dict[str, int] = data["tens"]
        self._half: str = data["half"]
        self.as_figures = {ord(sign): str(value) for sign, value in self._digits.items()}
        self.fractions: dict[str, float] = data["fractions"]
        self.compared: dict[str, str] = data["compared"]
        self.noise = re.compile("|".join(f"(?:{each})" for each in data["not_figures"]))
        self.units = {
            unicodedata.normalize("NFKC", unit): (dimension, *_both_ends(size))
            for dimension, units in data["units"].items()
            for unit, size in units.items()
        }
        self.ends: str = re.escape(data["sentence_ends"])
        self.leading = (data["leading"]["yes"], data["leading"]["no"])
        self.opposites = [
            (_longest(each["yes"]), _longest(each["no"])) for each in data["opposites"]
        ]
        signs = "".join([*self._digits, *self._tens, self._half])
        number = rf"\d+(?:,\d{{3}})*(?:\.\d+)?|[{signs}]+"
        between = "|".join(
            re.escape(unicodedata.normalize("NFKC", each)) for each in data["ranges"]
        )
        unit = "|".join(re.escape(each) for each in _longest(self.units))
        self.quantity = re.compile(
            rf"(?<![\d.])(?P<first>{number})(?:\s*(?:{between})\s*(?P<second>{number}))?\s*"
            rf"{data['counter']}?(?P<half>{self._half})?\s*(?P<unit>{unit})(?![a-zA-Z])"
        )
        of = "|".join(self.fractions)
        self.fraction = re.compile(rf"(?P<of>{of})\s*(?P<amount>{number})")

    def read(self, amount: str, *, half: bool = False) -> float:
        """The number that figures or Chinese numerals write."""
        more = 0.5 if half else 0.0
        if amount[0].isdigit() and amount.isascii():
            return float(amount.replace(",", "")) + more
        if amount.endswith(self._half):
            rest = amount[: -len(self._half)]
            return (self.read(rest) if rest else 0.0) + 0.5
        if not any(sign in self._tens for sign in amount):
            return float("".join(str(self._digits.get(sign, 0)) for sign in amount)) + more
        total, digit = 0, None
        for sign in amount:
            if sign in self._digits:
                digit = self._digits[sign]
            elif sign in self._tens:
                size = self._tens[sign]
                bigger = size > 1000
                total = (total + (digit or 0)) * size if bigger else total + (digit or 1) * size
                digit = None
        return float(total + (digit or 0)) + more


@cache
def _words() -> _Words:
    return _Words(YAML(typ="safe").load(WORDS))


def _both_ends(size: float | list[float]) -> tuple[float, float]:
    return (size[0], size[1]) if isinstance(size, list) else (size, size)


def _longest(words: Any) -> list[str]:
    return sorted(words, key=len, reverse=True)
