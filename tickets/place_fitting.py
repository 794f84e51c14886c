"""Teaching the labeller of addresses: lines with the address marked, and what is made of them."""

import random
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, NamedTuple

import pycrfsuite
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from profiles.document import Document
from tickets.numerals import spell_out
from tickets.place_labels import (
    BEGIN,
    BEGIN_OTHER,
    INSIDE,
    INSIDE_OTHER,
    OUT,
    PlaceLabeller,
    describe,
)
from tickets.place_words import place_words
from tickets.places import read_line

# chosen by cross-validation: benchmarks/address_labels.py
L1, L2, ROUNDS, SURE = 0.01, 0.5, 60, 0.5
# how often every carrier is said, each time with another address
TIMES = 4
_SHORTEST_CARRIED = 3
_SEED = 25
_SET_OFF = ("", "", " ", "，")
# how often an address is said with pauses, or with its numbers spelt out
_PAUSED, _PAUSES, _SPELT = 0.08, "  ，、", 0.12

_MARKED = re.compile("〔([^〔〕〈〉]+)〕|〈([^〔〕〈〉]+)〉")
_GAP = "〔〕"
_WELL_MARKED = re.compile(f"(?:[^〔〕〈〉]|{_MARKED.pattern})+")


def _check(line: str) -> str:
    if not _WELL_MARKED.fullmatch(line):
        raise ValueError(f"the brackets of {line!r} do not fit: 〔address〕, 〈other place〉")
    return line


Line = Annotated[str, AfterValidator(_check)]
Lines = Annotated[list[Line], Field(min_length=5)]
Carrier = Annotated[str, Field(pattern=f"^[^〔〕〈〉]*{_GAP}[^〔〕〈〉]*$")]


class Said(BaseModel):
    """profiles/addresses_said.yml: lines with 〔the address〕 by kind, and without one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    said: dict[str, Lines]
    # lines with a gap, said of the addresses of the others
    carriers: list[Carrier]
    none: Lines

    def lines(self) -> list[str]:
        """Every line, the carriers with addresses put in."""
        said = [line for lines in self.said.values() for line in lines]
        return [*said, *self.none, *_carry(self.carriers, said)]


class Marked(NamedTuple):
    """A line without its brackets, and where they stood."""

    line: str
    addresses: tuple[tuple[int, int], ...]
    others: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, marked: str) -> "Marked":
        """From a line with brackets."""
        bare, start = "", 0
        spans: dict[int, list[tuple[int, int]]] = {1: [], 2: []}
        for found in _MARKED.finditer(marked):
            bare += marked[start : found.start()]
            kind = 1 if found[1] else 2
            spans[kind].append((len(bare), len(bare) + len(found[kind])))
            bare, start = bare + found[kind], found.end()
        return cls(bare + marked[start:], tuple(spans[1]), tuple(spans[2]))

    def labels(self) -> list[str]:
        """One label for every character."""
        labels = [OUT] * len(self.line)
        for spans, begin, inside in (
            (self.addresses, BEGIN, INSIDE),
            (self.others, BEGIN_OTHER, INSIDE_OTHER),
        ):
            for start, end in spans:
                labels[start:end] = [begin, *[inside] * (end - start - 1)]
        return labels


def read_said(path: Path) -> Said:
    """The lines of the file; raises `DocumentError` with file, line and reason."""
    return Document(path).read_as(Said)


def fit_labeller(
    lines: Sequence[str], *, folder: Path, smoothness: tuple[float, float] = (L1, L2)
) -> PlaceLabeller:
    """Learn from marked lines as the desk reads them; `folder` holds a file while it is made."""
    l1, l2 = smoothness
    trainer = pycrfsuite.Trainer(algorithm="lbfgs", verbose=False)
    trainer.set_params({"c1": l1, "c2": l2, "max_iterations": ROUNDS})
    for marked in map(Marked.of, lines):
        if marked.line:
            trainer.append(describe(read_line(marked.line)), marked.labels())
    path = folder / "fitting.crf"
    trainer.train(str(path))
    model = path.read_bytes()
    path.unlink()
    return PlaceLabeller(model, sure=SURE)


def _carry(carriers: Sequence[str], said: Sequence[str]) -> Iterator[str]:
    """The carriers with addresses of other lines."""
    chance = random.Random(_SEED)
    found = [address[1] for line in said for address in _MARKED.finditer(line) if address[1]]
    addresses = [each for each in found if len(each) >= _SHORTEST_CARRIED]
    for carrier in carriers:
        for address in chance.choices(addresses, k=TIMES):
            before, _, behind = carrier.partition(_GAP)
            # customers set an address off, with a space or a comma, or do not
            before += chance.choice(_SET_OFF) if before else ""
            behind = chance.choice(_SET_OFF) + behind if behind else ""
            yield f"{before}〔{_said_otherwise(address, chance)}〕{behind}"


def _said_otherwise(address: str, chance: random.Random) -> str:
    """Now and then with pauses between its parts, or with its numbers spelt out."""
    if chance.random() < _PAUSED:
        endings = place_words().endings
        mark = chance.choice(_PAUSES)
        return (
            "".join(
                f"{sign}{mark}" if sign in endings and following not in {*endings, mark} else sign
                for sign, following in zip(address, address[1:], strict=False)
            )
            + address[-1]
        )
    if chance.random() < _SPELT:
        return re.sub(r"\d+", lambda digits: spell_out(digits.group()), address)
    return address
