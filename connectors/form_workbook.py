"""Filled forms as Excel workbooks that print on A4: every cell is text, none can be run."""

import math
import unicodedata
from io import BytesIO

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from knowledge.exporting.workbook import IMPOSSIBLE, MAX_CELL, write_text
from tickets.form_filling import FilledBox, FilledForm, FilledSummary

# a row of one, two or three boxes divides these columns evenly
COLUMNS, COLUMN_WIDTH = 12, 7.2
LABEL_COLUMNS = 2
LINE_POINTS, MOST_POINTS = 16.5, 409.0
# a little too much is made smaller to fit on one page; more goes on to the next
ONE_PAGE_POINTS = 1000
SHOWN_AT_MOST = 2000
CUT = "…"

_THIN = Side(style="thin", color="FF808080")
_BOX = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_CENTRED = Alignment(horizontal="center", vertical="center", wrap_text=True)


def form_workbook(form: FilledForm) -> bytes:
    """One form on one sheet, upright."""
    book = Workbook()
    sheet = _sheet(book, form.title, landscape=False)
    for number in range(1, COLUMNS + 1):
        sheet.column_dimensions[get_column_letter(number)].width = COLUMN_WIDTH
    _line(sheet, 1, form.centre, columns=COLUMNS)
    _line(sheet, 2, form.title, columns=COLUMNS, size=18, bold=True)
    at = 3
    for section in form.sections:
        _line(sheet, at, section.title, columns=COLUMNS, bold=True, boxed=True)
        at += 1
        for row in section.rows:
            _boxes(sheet, at, row)
            at += 1
    height = sum(dimension.height or 0 for dimension in sheet.row_dimensions.values())
    if height <= ONE_PAGE_POINTS:
        sheet.page_setup.fitToHeight = 1
    return _bytes(book)


def summary_workbook(summary: FilledSummary) -> bytes:
    """A month's table, across; its header is on every page."""
    book = Workbook()
    sheet = _sheet(book, summary.title, landscape=True)
    columns = len(summary.columns)
    _line(sheet, 1, f"{summary.centre}　{summary.month}", columns=columns)
    _line(sheet, 2, summary.title, columns=columns, size=18, bold=True)
    for number, (label, width) in enumerate(summary.columns, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
        _write(sheet, 3, number, label, bold=True)
    for at, row in enumerate(summary.rows, start=4):
        for number, text in enumerate(row, start=1):
            _write(sheet, at, number, text)
        lines = max(
            _lines(text, width) for text, (_, width) in zip(row, summary.columns, strict=True)
        )
        sheet.row_dimensions[at].height = _points(lines)
    sheet.freeze_panes = "A4"
    sheet.print_title_rows = "3:3"
    signed = "　　　　　　　　".join(f"{label}：" for label in summary.signed)
    _line(sheet, len(summary.rows) + 5, signed, columns=columns)
    return _bytes(book)


def _sheet(book: Workbook, title: str, *, landscape: bool) -> Worksheet:
    sheet = book.active
    sheet.title = title
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.orientation = "landscape" if landscape else "portrait"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    margins = sheet.page_margins
    margins.left = margins.right = 0.5
    margins.top = margins.bottom = 0.6
    sheet.print_options.horizontalCentered = True
    sheet.oddFooter.center.text = "&P / &N"
    return sheet


def _boxes(sheet: Worksheet, at: int, row: tuple[FilledBox, ...]) -> None:
    width = COLUMNS // len(row)
    lines = 1
    for place, box in enumerate(row):
        first = place * width + 1
        value = first + LABEL_COLUMNS
        last = first + width - 1
        _write(sheet, at, first, box.label, bold=True, merged_to=value - 1)
        _write(sheet, at, value, box.value, merged_to=last)
        room = (last - value + 1) * COLUMN_WIDTH
        label_room = LABEL_COLUMNS * COLUMN_WIDTH
        lines = max(lines, box.lines, _lines(box.value, room), _lines(box.label, label_room))
    sheet.row_dimensions[at].height = _points(lines)


def _line(
    sheet: Worksheet,
    at: int,
    text: str,
    *,
    columns: int,
    size: int = 11,
    bold: bool = False,
    boxed: bool = False,
) -> None:
    """A text across the whole sheet."""
    cell = sheet.cell(at, 1)
    write_text(cell, _held(text))
    cell.font = Font(bold=bold, size=size)
    cell.alignment = _CENTRED
    sheet.merge_cells(start_row=at, start_column=1, end_row=at, end_column=columns)
    sheet.row_dimensions[at].height = size * 1.7
    if boxed:
        _frame(sheet, at, 1, columns)


def _write(
    sheet: Worksheet,
    at: int,
    column: int,
    text: str,
    *,
    bold: bool = False,
    merged_to: int | None = None,
) -> None:
    cell = sheet.cell(at, column)
    write_text(cell, _held(text))
    cell.font = Font(bold=bold)
    if bold:
        cell.alignment = _CENTRED
    last = merged_to or column
    if last > column:
        sheet.merge_cells(start_row=at, start_column=column, end_row=at, end_column=last)
    _frame(sheet, at, column, last)


def _frame(sheet: Worksheet, at: int, first: int, last: int) -> None:
    for column in range(first, last + 1):
        sheet.cell(at, column).border = _BOX


def _held(text: str) -> str:
    """What a cell can hold of a text, and a sheet of paper can show."""
    text = IMPOSSIBLE.sub("\ufffd", text)
    most = min(SHOWN_AT_MOST, MAX_CELL)
    return text if len(text) <= most else text[:most] + CUT


def _lines(text: str, width: float) -> int:
    """How many lines a text takes in a column of so many half-width characters."""
    return sum(max(1, math.ceil(_wide(line) / max(width - 1, 1))) for line in text.split("\n"))


def _wide(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(each) in "WFA" else 1 for each in text)


def _points(lines: int) -> float:
    return min(LINE_POINTS * lines + 4, MOST_POINTS)


def _bytes(book: Workbook) -> bytes:
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()
