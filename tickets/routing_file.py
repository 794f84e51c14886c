"""Reading profiles/<name>/routing.yml: whatever a rule names must be there, and be reached."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from profiles.document import Document, DocumentError
from tickets.limits import Limits, Source
from tickets.profile import Profile, load_profile
from tickets.routing import Rule
from tickets.ticket import Kind

FILE = "routing.yml"
# not a field that is asked for: it holds the title of a danger
_DANGER = "emergency"
Some = Annotated[list[str], Field(min_length=1)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Route(_Part):
    """A rule as it is written: choices and dangers by id."""

    kind: Kind
    class_id: Annotated[str | None, Field(alias="class")] = None
    area: str | None = None
    fields: dict[str, Some] = {}
    words: list[Annotated[str, Field(min_length=1)]] = []
    department: str
    source: Source
    open: bool = False
    note: str = ""


class _Routes(_Part):
    rules: list[_Route]


def load_routing(folder: Path, limits: Limits) -> tuple[Rule, ...]:
    """The rules in `folder/routing.yml`, none if it is not there.

    `limits` are the centre's own. A fault raises `DocumentError` with file, line and reason.
    """
    if not (folder / FILE).is_file():
        return ()
    file, known = Document(folder / FILE), _titles(load_profile(folder))
    rules: list[Rule] = []
    for at, written in enumerate(file.read_as(_Routes).rules):
        for key, reason in _faults(written, limits, known, rules):
            place = ("rules", at, key)
            where = ".".join(str(step) for step in place)
            raise DocumentError(file.path, file.line_of(place), f"{where}: {reason}")
        fields = {
            name: tuple(known[name][each] for each in ids) for name, ids in written.fields.items()
        }
        rules.append(Rule(**{**dict(written), "fields": fields}))
    return tuple(rules)


def _titles(profile: Profile) -> dict[str, dict[str, str]]:
    """By field and id, what stands on a ticket."""
    titles = {
        name: {choice.id: choice.title for choice in wanted.choices}
        for name, wanted in profile.fields.items()
        if wanted.choices
    }
    return titles | {_DANGER: {name: danger.title for name, danger in profile.dangers.items()}}


def _faults(
    written: _Route, limits: Limits, known: Mapping[str, Mapping[str, str]], before: list[Rule]
) -> Iterator[tuple[str, str]]:
    if written.department not in limits.departments:
        there = ", ".join(limits.departments)
        reason = f"there is no department {written.department!r} in limits.yml, which has: {there}"
        yield "department", reason
    if written.area is not None and written.area not in limits.areas:
        yield "area", f"there is no area {written.area!r} in limits.yml"
    if written.class_id is not None and limits.class_of(written.kind, written.class_id) is None:
        yield "class", f"{written.kind} has no class {written.class_id!r} in limits.yml"
    for name, ids in written.fields.items():
        if name not in known:
            yield "fields", f"there is no field {name!r} with choices"
        unknown = next((each for each in ids if each not in known.get(name, ids)), None)
        if unknown is not None:
            yield "fields", f"{name} has no choice {unknown!r}"
    if any(rule.kind is written.kind and rule.takes_all for rule in before):
        yield "kind", f"it is never reached: a rule above takes every {written.kind}"
