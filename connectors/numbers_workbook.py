"""The numbers of a period as an Excel workbook: days, entries, and what each number means."""

from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet
from pydantic import BaseModel, ConfigDict

from conversations.numbers import DayNumbers, Ended, EntryNumbers, Figures
from knowledge.exporting.workbook import IMPOSSIBLE, write_text
from profiles.document import Document

Row = list[str | int]
WIDE, NARROW = 60, 14
# what is told of a day beside how its turns ended
OF_DAY = ("turns", *Ended, "tickets", "emergencies")
OF_ENTRY = ("answered", "offered", "helped", "no_help")


class Meaning(BaseModel):
    """What a number is called, and what it counts."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    label: str
    meaning: str


class NumberWords(BaseModel):
    """numbers_words.yml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str
    sheets: Mapping[str, str]
    columns: Mapping[str, str]
    numbers: Mapping[str, Meaning]


def load_words() -> NumberWords:
    """What the numbers are called."""
    return Document(Path(__file__).with_name("numbers_words.yml")).read_as(NumberWords)


def day_data(day: DayNumbers) -> dict[str, int]:
    """The numbers of a day by name, in the order they are shown in."""
    ended = {str(each): count for each, count in day.ended.items()}
    return {
        "turns": day.turns,
        **ended,
        "tickets": day.tickets,
        "emergencies": day.emergencies,
    }


def entry_data(entry: EntryNumbers) -> dict[str, int]:
    """The numbers of an entry by name."""
    return {name: getattr(entry, name) for name in OF_ENTRY}


def numbers_workbook(figures: Figures, words: NumberWords, *, centre: str) -> bytes:
    """Three sheets; texts are texts, so that no title of an entry can be run as a formula."""
    book = Workbook()
    book.remove(book.active)
    label = {name: each.label for name, each in words.numbers.items()}
    _fill(
        book.create_sheet(words.sheets["days"]),
        [words.columns["day"], *(label[name] for name in OF_DAY)],
        [
            *([day.day.isoformat(), *_of(day)] for day in figures.days),
            [words.columns["total"], *_of(figures.total)],
        ],
    )
    _fill(
        book.create_sheet(words.sheets["entries"]),
        [words.columns["entry"], words.columns["title"], *(label[name] for name in OF_ENTRY)],
        ([entry.entry_id, entry.title, *entry_data(entry).values()] for entry in figures.entries),
        wide=(2,),
    )
    told: list[Row] = [
        [centre, f"{figures.period.first} – {figures.period.last}"],
        [label["conversations"], figures.conversations],
        [label["with_person"], figures.with_person],
    ]
    told += [[each.label, each.meaning] for each in words.numbers.values()]
    _fill(
        book.create_sheet(words.sheets["meanings"]),
        [words.columns["number"], words.columns["meaning"]],
        told,
        wide=(2,),
    )
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _of(day: DayNumbers) -> Row:
    return list(day_data(day).values())


def _fill(
    sheet: Worksheet, header: Sequence[str], rows: Iterable[Row], *, wide: Sequence[int] = ()
) -> None:
    for number, text in enumerate(header, start=1):
        _write(sheet, 1, number, text)
        sheet.cell(1, number).font = Font(bold=True)
        width = WIDE if number in wide else NARROW
        sheet.column_dimensions[get_column_letter(number)].width = width
    for at, row in enumerate(rows, start=2):
        for number, value in enumerate(row, start=1):
            _write(sheet, at, number, value)
    sheet.freeze_panes = "A2"


def _write(sheet: Worksheet, at: int, column: int, value: Any) -> None:
    cell = sheet.cell(at, column)
    if isinstance(value, int):
        # a number is one, so that it can be summed
        cell.value = value
    else:
        write_text(cell, IMPOSSIBLE.sub("\ufffd", value))
