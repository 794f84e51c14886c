"""An entry's fields as cells of a sheet, and back without loss."""

import re
import types
import typing
from collections.abc import Sequence
from dataclasses import fields
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from knowledge.entry import Entry
from knowledge.importing.days import (
    beginning_of,
    day_or_moment,
    end_of,
    last_day_or_moment,
    parse_date,
    parse_day,
)
from knowledge.importing.rules import ColumnRules

ENDS = "valid_until"
# a cell that begins with one of these may be run as a formula when a sheet is saved as csv
RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
QUOTE = "'"
NAMES = tuple(field.name for field in fields(Entry))
HINTS = typing.get_type_hints(Entry)


def header_of(name: str, rules: ColumnRules) -> str:
    """The column's name in an exported sheet."""
    return rules.fields.get(name, [name])[0]


def to_cells(entry: Entry, name: str, zone: ZoneInfo, *, room: int) -> list[str]:
    """A field as text; a list that does not fit into one cell of `room` goes on in the next."""
    value = getattr(entry, name)
    if isinstance(value, tuple):
        return _packed([_escaped_line(each) for each in value], room)
    return [_text(name, value, zone)]


def from_cells(
    cells: Sequence[str], name: str, zone: ZoneInfo, written_day: re.Pattern[str]
) -> object:
    """The value of a field; raises `ValueError` for what it cannot be."""
    hint = HINTS[name]
    if typing.get_origin(hint) is tuple:
        lines = [line for cell in cells if cell for line in cell.split("\n")]
        return tuple(_unescaped_line(line) for line in lines)
    text = cells[0] if cells else ""
    options = typing.get_args(hint) if isinstance(hint, types.UnionType) else (hint,)
    if not text and type(None) in options:
        return None
    return _value(name, text, options[0], zone, written_day)


def is_moment(name: str) -> bool:
    """Whether a field is a day or moment."""
    hint = HINTS[name]
    return bool({date, datetime}.intersection((hint, *typing.get_args(hint))))


def quoted(text: str) -> str:
    """A cell that no spreadsheet runs; `unquoted` gives back exactly the same text."""
    return QUOTE + text if _needs_quote(text) else text


def unquoted(text: str) -> str:
    """What was quoted, and any other text as it is."""
    return text[1:] if text.startswith(QUOTE) and _needs_quote(text[1:]) else text


def _needs_quote(text: str) -> bool:
    return text.startswith((*RISKY, QUOTE))


def _text(name: str, value: object, zone: ZoneInfo) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        written = (last_day_or_moment if name == ENDS else day_or_moment)(value, zone)
        return written.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str | int):
        return str(value)
    raise TypeError(f"no cell can hold {name}, a {type(value).__name__}")


def _value(
    name: str, text: str, kind: type, zone: ZoneInfo, written_day: re.Pattern[str]
) -> object:
    if issubclass(kind, datetime):
        return (end_of if name == ENDS else beginning_of)(parse_day(text, written_day), zone)
    if issubclass(kind, date):
        return parse_date(text, written_day)
    if issubclass(kind, StrEnum | int):
        return kind(text)
    return text


def _packed(lines: list[str], room: int) -> list[str]:
    cells = [""]
    for line in lines:
        longer = f"{cells[-1]}\n{line}" if cells[-1] else line
        # one apostrophe may be added
        if len(longer) < room:
            cells[-1] = longer
        else:
            cells.append(line)
    return cells


def _escaped_line(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n")


def _unescaped_line(text: str) -> str:
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] == "n" else found[1], text)
