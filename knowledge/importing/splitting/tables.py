"""Tables: rows with a question and an answer become entries, other tables become text."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from knowledge.entry import EntryKind
from knowledge.importing import telling
from knowledge.importing.paper import Change, ChangeKind, Passage, Row
from knowledge.importing.rules import ColumnRules, ImportRules
from knowledge.importing.splitting.section import Section

ASIDE = re.compile(r"[（(【\[].*?[)）】\]]|[\s*＊:：]")
# longer than any name of a column
TOO_LONG = 60
ASKING = ("question", "title", "questions")


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Which columns of a table hold what, and the row that says so."""

    header: int
    places: dict[str, tuple[int, ...]]
    names: tuple[str, ...]

    def of(self, name: str) -> tuple[int, ...]:
        """The columns of a field."""
        return self.places.get(name, ())


def find_columns(rows: Sequence[Row], rules: ColumnRules) -> Columns | None:
    """The columns of a table that has questions and answers; None for any other."""
    known = {
        _plain(synonym): name for name, synonyms in rules.fields.items() for synonym in synonyms
    }
    for number, row in enumerate(rows[: rules.header_within]):
        places: dict[str, tuple[int, ...]] = {}
        for column, cell in enumerate(row.cells):
            # 相似问 2, 相似问 3 … are more of the same
            name = known.get(_plain(cell)) or known.get(_plain(cell.rstrip("0123456789 ")))
            if name and column not in row.filled:
                places[name] = (*places.get(name, ()), column)
        if "answer" in places and any(name in places for name in ASKING):
            return Columns(header=number, places=places, names=row.cells)
    return None


def read_rows(
    rows: Sequence[Row], columns: Columns, topic: str, rules: ImportRules, changes: list[Change]
) -> list[Section]:
    """The entries of a table, row by row; what makes none is told in `changes`."""
    walk = _Walk(columns, topic, rules, changes)
    for row in rows[columns.header + 1 :]:
        # printed sheets repeat their header on every page
        if row.cells != rows[columns.header].cells:
            walk.take(row)
    return walk.sections


def told_as_text(rows: Sequence[Row], rules: ColumnRules) -> list[Passage]:
    """A table without questions and answers, each row as a line that can be read alone."""
    header = _header(rows, rules)
    lines = []
    for row in rows[1 if header else 0 :]:
        cells = {
            column: cell
            for column, cell in enumerate(row.cells)
            if cell and column not in row.filled
        }
        if header:
            # what was merged downwards belongs to every row below it
            cells = {column: cell for column, cell in enumerate(row.cells) if cell}
            said = [
                rules.join_cell.format(header=header[column], value=cell)
                if column < len(header) and header[column]
                else cell
                for column, cell in cells.items()
                if column >= len(header) or header[column] not in rules.serial_columns
            ]
            texts = [rules.join_cells.join(said)]
        elif len(cells) == 1:
            texts = next(iter(cells.values())).split("\n")
        else:
            glue = rules.join_pair if len(cells) == 2 else rules.join_cells
            texts = [glue.join(cells.values())]
        lines += [Passage(text=text, place=row.place) for text in texts if text.strip()]
    return lines


def _header(rows: Sequence[Row], rules: ColumnRules) -> tuple[str, ...]:
    """The first row of a table with three columns or more, if it names them."""
    first = rows[0].cells
    names_all = all(0 < len(cell) <= rules.header_length for cell in first)
    has_figure = any(letter.isdigit() for cell in first for letter in cell)
    is_header = len(rows) > 1 and len(first) > 2 and names_all and not has_figure
    return first if is_header and not rows[0].filled else ()


@dataclass
class _Walk:
    """Goes down the rows, with the entries so far and the heading between rows."""

    columns: Columns
    topic: str
    rules: ImportRules
    changes: list[Change]
    sections: list[Section] = field(default_factory=list)

    def take(self, row: Row) -> None:
        """The next row: a heading, an entry, or more of the entry above."""
        said = {cell for cell in row.cells if cell}
        if len(said) == 1 and not row.unknown and len(row.cells) > 1 and row.filled:
            # one cell over the whole width
            self.topic = said.pop()
            return
        questions = _questions(row, self.columns, self.rules.columns)
        title = _cell(row, self.columns, "title")
        answer = "\n".join(filter(None, (_at(row, place) for place in self.columns.of("answer"))))
        if not self._goes_on(row, questions, answer, has_name=bool(questions or title)):
            if answer and (questions or title):
                self._open(row, title or questions[0], questions, answer)
            else:
                self._leave_out(row, has_answer=bool(answer))

    def _goes_on(self, row: Row, questions: list[str], answer: str, *, has_name: bool) -> bool:
        """Whether a merged cell made the row more of the one above."""
        if not self.sections:
            return False
        above, columns = self.sections[-1], self.columns
        asking = [place for name in ASKING for place in columns.of(name)]
        if answer and (not has_name or row.filled.issuperset(asking)):
            # the question reaches over several rows: their answers are one
            above.lines += [line for line in answer.split("\n") if line not in above.lines]
            return True
        if questions and row.filled.intersection(columns.of("answer")):
            # several questions share one answer
            above.questions += [each for each in questions if each not in above.questions]
            return True
        return False

    def _open(self, row: Row, title: str, questions: list[str], answer: str) -> None:
        self.sections.append(
            Section(
                title=title,
                topic=_cell(row, self.columns, "topic") or self.topic,
                place=row.place,
                kind=_kind(row, self.columns, self.rules),
                questions=questions,
                lines=answer.split("\n"),
                fields={name: _cell(row, self.columns, name) for name in self.columns.places},
                has_unknown=bool(row.unknown),
            )
        )

    def _leave_out(self, row: Row, *, has_answer: bool) -> None:
        said = " ".join(cell for cell in row.cells if cell)
        reason = telling.not_read(_missing(row, self.columns, has_answer))
        kind = ChangeKind.LEFT_OUT
        self.changes.append(Change(kind=kind, place=row.place, before=said, after=reason))


def _missing(row: Row, columns: Columns, has_answer: bool) -> str:
    wanted = columns.of("question") + columns.of("title") if has_answer else columns.of("answer")
    if row.unknown.intersection(wanted):
        return "no_value"
    return "no_question" if has_answer else "no_answer"


def _questions(row: Row, columns: Columns, rules: ColumnRules) -> list[str]:
    cells = [_at(row, place) for name in ("question", "questions") for place in columns.of(name)]
    pieces = [piece for cell in cells for piece in rules.separators.split(cell)]
    questions = (rules.item_number.sub("", piece.strip()).strip() for piece in pieces)
    return list(dict.fromkeys(question for question in questions if question))


def _kind(row: Row, columns: Columns, rules: ImportRules) -> EntryKind:
    written = _plain(_cell(row, columns, "kind"))
    for kind, words in rules.columns.kinds.items():
        if written in map(_plain, words):
            return kind
    about = [columns.names[place] for place in columns.of("answer")] + [row.place.within]
    is_script = any(word in text for word in rules.shapes.script_words for text in about)
    return EntryKind.SCRIPT if is_script else EntryKind.FAQ


def _cell(row: Row, columns: Columns, name: str) -> str:
    return next(filter(None, (_at(row, place) for place in columns.of(name))), "")


def _at(row: Row, place: int) -> str:
    return row.cells[place] if place < len(row.cells) else ""


def _plain(header: str) -> str:
    return "" if len(header) > TOO_LONG else ASIDE.sub("", header).lower()
