"""Excel workbooks: rows of the visible sheets, merged cells filled, formulas by stored value."""

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

from defusedxml.ElementTree import iterparse
from openpyxl import load_workbook
from openpyxl.utils import range_boundaries

from knowledge.importing import telling
from knowledge.importing.paper import (
    Change,
    ChangeKind,
    ImportRefused,
    Paper,
    Place,
    Refusal,
    Row,
    Unit,
)

MAX_ROWS = 20_000
# Excel's own last row and column; a file may claim any number, and is not followed there
LAST_ROW = 1_048_576
MAX_COLUMNS = 256
# no program writes such a column; one reader would make room for every column before it
IMPOSSIBLE_COLUMN = re.compile(rb"""\sr=["'][A-Za-z]{4,}""")
FORMULA = re.compile(rb"<(?:\w+:)?f[ >/]")


def read(content: bytes, name: str) -> Paper:
    """The rows of every visible sheet."""
    package = zipfile.ZipFile(io.BytesIO(content))
    # read-only: cells are streamed, and a merge over a million rows makes no million cells
    values = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    formulas = load_workbook(io.BytesIO(content), read_only=True)
    rows: list[Row] = []
    changes: list[Change] = []
    for table, sheet in enumerate(values.worksheets):
        title = "".join(letter for letter in sheet.title if letter.isprintable())
        if sheet.sheet_state != "visible":
            place = Place(file=name, unit=Unit.SHEET_ROW, number=1, within=title)
            reason = telling.not_read("hidden_sheet")
            changes.append(Change(kind=ChangeKind.NOT_READ, place=place, before=reason))
            continue
        # the part's name is known to the reader alone; openpyxl has no public word for it
        part = package.read(sheet._worksheet_path)
        if IMPOSSIBLE_COLUMN.search(part):
            raise ImportRefused(Refusal.DAMAGED, name, why=f"{title}: impossible columns")
        beside = formulas.worksheets[table] if FORMULA.search(part) else None
        for number, cells, filled, unknown in _rows(sheet, beside, _merges(part)):
            place = Place(file=name, unit=Unit.SHEET_ROW, number=number, within=title)
            rows.append(Row(cells=cells, place=place, table=table, filled=filled, unknown=unknown))
            if len(rows) > MAX_ROWS:
                raise ImportRefused(Refusal.TOO_MANY_ROWS, name, limit=MAX_ROWS)
    return Paper(name=name, pieces=tuple(rows), changes=tuple(changes))


def _merges(part: bytes) -> list[tuple[int, int, int, int]]:
    """The merged ranges of a sheet as (first column, first row, last column, last row)."""
    found = []
    for _, element in iterparse(io.BytesIO(part), forbid_dtd=True):
        if element.tag.rpartition("}")[2] == "mergeCell":
            found.append(range_boundaries(element.get("ref", "A1")))
        element.clear()
    return sorted(found, key=lambda merge: merge[1])


_Found = tuple[int, tuple[str, ...], frozenset[int], frozenset[int]]


def _rows(sheet: Any, beside: Any, merges: list[tuple[int, int, int, int]]) -> Iterator[_Found]:
    """Number, cells, columns filled from a merge, and columns whose formula has no stored value."""
    waiting, active = list(reversed(merges)), list[tuple[int, int, int, int]]()
    held: dict[tuple[int, int], str] = {}
    widest = 0
    for number, (row, written) in enumerate(zip(_cells(sheet), _cells(beside), strict=False), 1):
        while waiting and waiting[-1][1] <= number:
            active.append(waiting.pop())
        active = [merge for merge in active if merge[3] >= number]
        cells = [_text(cell) for cell in row]
        unknown = {
            column
            for column, cell in enumerate(written)
            if cell.data_type == "f" and not (column < len(cells) and cells[column])
        }
        if not any(map(str.strip, cells)) and not unknown:
            continue
        widest = max(widest, len(cells))
        cells += [""] * (widest - len(cells))
        filled = _fill(cells, number, active, held)
        yield number, tuple(cells), frozenset(filled), frozenset(unknown)


def _cells(sheet: Any) -> Iterator[tuple[Any, ...]]:
    if sheet is None:
        # no formulas: an endless row of nothing beside the values
        while True:
            yield ()
    # what the file says of its own size is no help: often wrong, and perhaps meant to mislead
    sheet.reset_dimensions()
    for row in sheet.iter_rows(max_row=LAST_ROW):
        yield row[:MAX_COLUMNS]


def _fill(
    cells: list[str],
    number: int,
    active: list[tuple[int, int, int, int]],
    held: dict[tuple[int, int], str],
) -> set[int]:
    """Put a merge's value in every column of this row that it covers."""
    filled = set()
    for left, top, right, _ in active:
        if number == top:
            held[left, top] = cells[left - 1] if left <= len(cells) else ""
        for column in range(left - 1, min(right, len(cells))):
            if not cells[column] and held.get((left, top)):
                cells[column] = held[left, top]
                filled.add(column)
    return filled


def _text(cell: Any) -> str:
    """A value as the sheet shows it, near enough to be read."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time.min else value.isoformat(" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, int | float):
        return _number(value, cell.number_format or "")
    return str(value)


def _number(value: float, shown_as: str) -> str:
    if "%" in shown_as:
        return f"{value * 100:.10g}%"
    return f"{value:.15g}"
