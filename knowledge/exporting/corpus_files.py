"""Entries as corpus files (profiles/README.md), which `knowledge import` reads again."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import fields
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pypinyin import lazy_pinyin
from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, LiteralScalarString

from knowledge.entry import Entry, EntryState
from knowledge.exporting.files import written_whole
from knowledge.importing.corpus_yaml import WRITTEN
from knowledge.importing.days import day_or_moment, last_day_or_moment

ENDS = "valid_until"
# wider than any line: a folded line would be another text
NEVER_FOLD = 1_000_000
MAX_NAME = 60


def write_corpus_file(path: Path, entries: Sequence[Entry], *, timezone: str) -> None:
    """Write the entries to one new file, whatever their topics."""
    with written_whole(path) as beside:
        _write(beside, entries, ZoneInfo(timezone))


def write_corpus_folder(folder: Path, entries: Sequence[Entry], *, timezone: str) -> list[str]:
    """Write the entries to a new folder, one file for each topic; returns the files' names."""
    topics: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        topics[entry.topic].append(entry)
    names = dict(zip(topics, _names(list(topics)), strict=True))
    with written_whole(folder) as beside:
        beside.mkdir()
        for topic, content in topics.items():
            _write(beside / names[topic], content, ZoneInfo(timezone))
    return list(names.values())


def _write(path: Path, entries: Sequence[Entry], zone: ZoneInfo) -> None:
    topic = entries[0].topic
    content = {
        "topic": _scalar(topic),
        "entries": [dict(_fields(entry, topic, zone)) for entry in entries],
    }
    yaml = YAML()
    yaml.width = NEVER_FOLD
    yaml.indent(mapping=2, sequence=4, offset=2)
    with path.open("w", encoding="utf-8") as file:
        yaml.dump(content, file)


def _fields(entry: Entry, topic: str, zone: ZoneInfo) -> Iterator[tuple[str, Any]]:
    """What is to be written, in an entry's own order; what is empty or usual is left out."""
    for each in fields(Entry):
        value = getattr(entry, each.name)
        is_usual = value in ("", None, EntryState.APPROVED)
        if each.name == "topic":
            # without one of its own an entry would be read as of the file's
            is_usual = value == topic
        if not is_usual:
            yield WRITTEN.get(each.name, each.name), _written(each.name, value, zone)


def _written(name: str, value: object, zone: ZoneInfo) -> Any:
    if isinstance(value, datetime):
        return (last_day_or_moment if name == ENDS else day_or_moment)(value, zone)
    if isinstance(value, tuple):
        return [_scalar(each) for each in value]
    if isinstance(value, StrEnum):
        return value.value
    return _scalar(value) if isinstance(value, str) else value


def _scalar(text: str) -> Any:
    """The text as ruamel is to write it."""
    if text.isprintable():
        return text
    lines = text.split("\n")
    is_plain = all(line.isprintable() and line == line.rstrip() for line in lines)
    if is_plain and lines[0] and not lines[0].startswith(" ") and lines[-1]:
        return LiteralScalarString(text)
    return DoubleQuotedScalarString(text)


def _names(topics: Sequence[str]) -> Iterator[str]:
    """A file name for each topic in letters every system can hold, none twice."""
    taken: set[str] = set()
    for topic in topics:
        letters = "-".join(lazy_pinyin(topic))
        slug = re.sub(r"[^a-z0-9]+", "-", letters.lower()).strip("-")[:MAX_NAME] or "topic"
        name, number = slug, 1
        while name in taken:
            number += 1
            name = f"{slug}-{number}"
        taken.add(name)
        yield f"{name}.yml"
