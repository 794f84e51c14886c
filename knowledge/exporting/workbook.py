"""Entries as an Excel workbook of one sheet: every cell a string, none that could be run."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from knowledge.entry import Entry, KnowledgeError
from knowledge.exporting.files import written_whole
from knowledge.importing.cells import NAMES, header_of, quoted, to_cells
from knowledge.importing.rules import ColumnRules

# Excel's own limit for one cell; openpyxl would cut without a word
MAX_CELL = 32_767
# what XML, and so a workbook, cannot hold
IMPOSSIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
WIDE, NARROW = 60, 16
WIDE_FIELDS = {"questions", "answer"}
TEXT_FORMAT = "@"


def write_workbook(
    path: Path, entries: Sequence[Entry], rules: ColumnRules, *, timezone: str
) -> None:
    """Write the entries to a new file; raises `KnowledgeError` when one cannot be held."""
    zone = ZoneInfo(timezone)
    rows = [
        {name: to_cells(entry, name, zone, room=MAX_CELL) for name in NAMES} for entry in entries
    ]
    for entry, row in zip(entries, rows, strict=True):
        _refuse_impossible(entry, [text for cells in row.values() for text in cells])
    # a list too long for one cell takes more columns of its name
    counts = {name: max((len(row[name]) for row in rows), default=1) for name in NAMES}
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet(rules.sheet)
    sheet.freeze_panes = "A2"
    headers = [
        (name, header_of(name, rules) + (f" {number}" if number > 1 else ""))
        for name in NAMES
        for number in range(1, counts[name] + 1)
    ]
    for place, (name, _) in enumerate(headers, start=1):
        width = WIDE if name in WIDE_FIELDS else NARROW
        sheet.column_dimensions[get_column_letter(place)].width = width
    sheet.append([_cell(sheet, header, is_header=True) for _, header in headers])
    for row in rows:
        cells = [
            text for name in NAMES for text in row[name] + [""] * (counts[name] - len(row[name]))
        ]
        sheet.append([_cell(sheet, text) for text in cells])
    with written_whole(path) as beside:
        workbook.save(beside)


def _cell(sheet: WriteOnlyWorksheet, text: str, *, is_header: bool = False) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet)
    write_text(cell, text)
    if is_header:
        cell.font = Font(bold=True)
    return cell


def write_text(cell: Any, text: str) -> None:
    """Write into a cell of any workbook what no spreadsheet takes for anything but text."""
    cell.value = quoted(text)
    # said to be text: openpyxl would make formulas of =… and errors of #N/A
    cell.data_type = "s"
    cell.number_format = TEXT_FORMAT
    cell.alignment = Alignment(vertical="top", wrap_text=True)


def _refuse_impossible(entry: Entry, cells: Sequence[str]) -> None:
    for text in cells:
        if found := IMPOSSIBLE.search(text):
            raise KnowledgeError(
                f"{entry.entry_id} holds the control character U+{ord(found.group()):04X}, which "
                "no workbook can hold: correct the entry, or export to a folder or .yml"
            )
        if len(text) >= MAX_CELL:
            raise KnowledgeError(
                f"{entry.entry_id} holds a text of {len(text)} characters, more than a cell can "
                "hold: export to a folder or .yml"
            )
