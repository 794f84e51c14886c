"""What people are told about an import: sentences and names from rules/told.yml."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ruamel.yaml import YAML

if TYPE_CHECKING:
    from knowledge.importing.paper import ChangeKind, ImportRefused, Place
    from knowledge.importing.proposal import Flag

Language = Literal["en", "zh"]


def refusal(refused: "ImportRefused", language: Language = "en") -> str:
    """Why a file is not imported and what to do, in one sentence."""
    details = {
        key: _told()["formats"][value][language] if value in _told()["formats"] else value
        for key, value in refused.details.items()
    }
    sentence: str = _told()["refusals"][refused.reason][language]
    return sentence.format(file=refused.file, **details)


def where(place: "Place") -> str:
    """A file and a place in it, as an entry keeps it for its origin."""
    return f"{place.file} {where_within(place)}"


def where_within(place: "Place") -> str:
    """A place in a file whose name is known."""
    pattern: str = _told()["places"][place.unit]
    return pattern.format(within=place.within, number=place.number)


def not_read(reason: str, **details: str) -> str:
    """Why a part of a file was left out."""
    text: str = _told()["not_read"][reason]
    return text.format(**details)


def change_name(kind: "ChangeKind", language: Language = "en") -> str:
    """What a kind of change is called."""
    name: str = _told()["changes"][kind][language]
    return name


def flag_name(flag: "Flag", language: Language = "en") -> str:
    """What a flag is called."""
    name: str = _told()["flags"][flag][language]
    return name


def printable(name: str) -> str:
    """A file name without what could disturb a terminal, a page or a line of text."""
    shown = name.encode("utf-8", "replace").decode("utf-8")
    return "".join(letter for letter in shown if letter.isprintable()) or "?"


@cache
def _told() -> dict[str, Any]:
    told: dict[str, Any] = YAML(typ="safe").load(
        Path(__file__).with_name("rules").joinpath("told.yml")
    )
    return told
