"""What bot/domain names and training_data tells, read the way Rasa reads it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from desk.settings import ROOT

SUBJECTS = sorted(file.stem for file in (ROOT / "bot" / "domain").glob("*.yml"))


@dataclass(frozen=True, slots=True)
class Domain:
    """All of bot/domain, by what Rasa knows of each kind of name."""

    intents: set[str] = field(default_factory=set)
    entities: set[str] = field(default_factory=set)
    slots: dict[str, Any] = field(default_factory=dict)
    actions: set[str] = field(default_factory=set)
    forms: dict[str, list[str]] = field(default_factory=dict)
    responses: dict[str, Any] = field(default_factory=dict)


def read_domain() -> Domain:
    """All of bot/domain."""
    whole = Domain()
    for subject in SUBJECTS:
        part = read(ROOT / "bot" / "domain" / f"{subject}.yml")
        whole.intents.update(names(part.get("intents", [])))
        whole.entities.update(names(part.get("entities", [])))
        whole.slots.update(part.get("slots", {}))
        whole.actions.update(part.get("actions", []))
        whole.forms.update({k: v["required_slots"] for k, v in part.get("forms", {}).items()})
        whole.responses.update(part.get("responses", {}))
    return whole


def steps_of(file: Path) -> Iterator[dict[str, Any]]:
    document = read(file)
    for story in [*document.get("rules", []), *document.get("stories", [])]:
        yield from story["steps"]
        yield from story.get("condition", [])


def names(listed: list[Any]) -> Iterator[str]:
    """Names in a list of names, some of which carry settings."""
    for each in listed:
        yield from each if isinstance(each, dict) else [each]


def many_names(value: Any) -> Iterator[str | None]:
    if isinstance(value, list):
        yield from names(value)
    else:
        yield value


def read(file: Path) -> dict[str, Any]:
    return YAML(typ="safe").load(file)
