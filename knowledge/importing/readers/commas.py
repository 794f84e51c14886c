"""Comma, semicolon or tab separated values."""

import csv
import io

from knowledge.importing.paper import ImportRefused, Paper, Place, Refusal, Row, Unit

DELIMITERS = ",\t;|"
MAX_ROWS = 20_000
MAX_CELL = 1_000_000


def read(text: str, name: str) -> Paper:
    """Every row that is not empty; places are line numbers as an editor counts them."""
    csv.field_size_limit(MAX_CELL)
    # strict, so that a quote left open is an error and does not swallow the rest of the file
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    rows: list[Row] = []
    begins = 1
    try:
        for cells in reader:
            place = Place(file=name, unit=Unit.ROW, number=begins)
            if any(cell.strip() for cell in cells):
                rows.append(Row(cells=tuple(cell.strip() for cell in cells), place=place, table=0))
            if len(rows) > MAX_ROWS:
                raise ImportRefused(Refusal.TOO_MANY_ROWS, name, limit=MAX_ROWS)
            begins = reader.line_num + 1
    except csv.Error as error:
        raise ImportRefused(Refusal.BROKEN_QUOTE, name, line=begins) from error
    return Paper(name=name, pieces=tuple(rows))


def _delimiter(text: str) -> str:
    """The separator that occurs most in the first line that has one, outside quotes."""
    for line in text.split("\n"):
        outside = "".join(line.split('"')[::2])
        best = max(DELIMITERS, key=outside.count)
        if best in outside:
            return best
    return ","
