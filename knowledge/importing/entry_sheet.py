"""A workbook that `knowledge export` wrote, perhaps changed since: read back exactly, uncleaned."""

import re
from collections.abc import Iterator, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from knowledge.entry import EntryKind, EntryState
from knowledge.importing import telling
from knowledge.importing.cells import ENDS, NAMES, from_cells, header_of, is_moment, unquoted
from knowledge.importing.corpus_yaml import why_impossible
from knowledge.importing.paper import (
    Change,
    ChangeKind,
    ImportRefused,
    Paper,
    Place,
    Refusal,
    Row,
)
from knowledge.importing.rules import ColumnRules

# a row that somebody added by hand may leave these out
DEFAULTS: dict[str, object] = {
    "version": 1,
    "kind": EntryKind.FAQ,
    "grade": "B",
    "state": EntryState.DRAFT,
    "valid_from": None,
}
NECESSARY = ("title", "answer", "topic", "source")
# and an entry of the corpus these: what else it lacks is for its review
NAMED = ("title",)
# no other sheet has all of these
SIGNS = ("entry_id", "version", "state", "title", "questions", "answer")
SHOWN = 30

Values = dict[str, Any]


class EntrySheet:
    """The rows of an exported workbook, by the fields of an entry."""

    def __init__(
        self, paper: Paper, rules: ColumnRules, zone: ZoneInfo, written_day: re.Pattern[str]
    ) -> None:
        self._paper, self._rules = paper, rules
        self._zone, self._written_day = zone, written_day
        self._columns = self._find_columns()

    @property
    def is_one(self) -> bool:
        """Whether the paper is an export at all."""
        return all(name in self._columns for name in SIGNS)

    def read(self, changes: list[Change]) -> Iterator[tuple[Values, Place]]:
        """Each entry's fields and its row; an id that is empty has yet to be given.

        Raises `ImportRefused` for the first value that cannot be.
        """
        for row in self._paper.pieces[1:]:
            assert isinstance(row, Row)
            values = {name: self._value(row, name) for name in NAMES}
            needed = NAMED if values["entry_id"] else NECESSARY
            missing = next((name for name in needed if not values[name]), None)
            if missing is None:
                self._check(row, values)
                yield values, row.place
                continue
            column = header_of(missing, self._rules)
            reason = telling.not_read("no_cell", column=column)
            said = " ".join(cell for cell in row.cells if cell)
            change = Change(kind=ChangeKind.LEFT_OUT, place=row.place, before=said, after=reason)
            changes.append(change)

    def _find_columns(self) -> dict[str, tuple[int, ...]]:
        first = self._paper.pieces[0]
        # by the field's own name too: earlier exports knew no other for some
        known = {name: name for name in NAMES}
        known |= {header_of(name, self._rules): name for name in NAMES}
        columns: dict[str, tuple[int, ...]] = {}
        for place, header in enumerate(first.cells if isinstance(first, Row) else ()):
            # 相似问 2 goes on where 相似问 had no more room
            name = known.get(header) or known.get(re.sub(r" \d+$", "", header))
            if name:
                columns[name] = (*columns.get(name, ()), place)
        return columns

    def _value(self, row: Row, name: str) -> object:
        places: Sequence[int] = self._columns.get(name, ())
        cells = [unquoted(row.cells[place]) for place in places if place < len(row.cells)]
        if not any(cells) and name in DEFAULTS:
            return DEFAULTS[name]
        try:
            return from_cells(cells, name, self._zone, self._written_day)
        except (ValueError, OverflowError) as error:
            if not is_moment(name):
                raise self._impossible(row, name, cells[0], str(error)) from error
            where = telling.where_within(row.place)
            raise ImportRefused(
                Refusal.BAD_DATE, self._paper.name, place=where, text=cells[0]
            ) from error

    def _check(self, row: Row, values: Values) -> None:
        begins, ends = values["valid_from"], values[ENDS]
        if begins and ends and ends <= begins:
            raise ImportRefused(
                Refusal.ENDS_BEFORE_IT_BEGINS,
                self._paper.name,
                place=telling.where_within(row.place),
                begin=begins.isoformat(" "),
                until=ends.isoformat(" "),
            )
        if found := why_impossible(values):
            name, reason = found
            raise self._impossible(row, name, str(values[name]), reason)

    def _impossible(self, row: Row, name: str, text: str, why: str) -> ImportRefused:
        return ImportRefused(
            Refusal.BAD_VALUE,
            self._paper.name,
            place=telling.where_within(row.place),
            text=text if len(text) <= SHOWN else text[: SHOWN - 1] + "…",
            column=header_of(name, self._rules),
            why=why,
        )
