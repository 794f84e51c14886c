"""A clean paper divided into proposed entries."""

from collections.abc import Iterator
from itertools import groupby
from typing import cast

from knowledge.importing.paper import Change, Paper, Passage, Piece, Row
from knowledge.importing.rules import ImportRules
from knowledge.importing.splitting.parts import Draft, to_drafts
from knowledge.importing.splitting.prose import read_prose
from knowledge.importing.splitting.section import Section
from knowledge.importing.splitting.tables import find_columns, read_rows, told_as_text


def split(paper: Paper, rules: ImportRules) -> tuple[list[Draft], list[Change]]:
    """The proposed entries of a paper in its order, and what of it makes none."""
    topic = paper.name.rpartition(".")[0] or paper.name
    sections: list[Section] = []
    changes: list[Change] = []
    text: list[Passage] = []
    for table, group in groupby(paper.pieces, key=_table_of):
        if table is None:
            text += cast(list[Passage], list(group))
            continue
        rows = cast(list[Row], list(group))
        columns = find_columns(rows, rules.columns)
        if columns is None:
            # a table of something else is part of the text around it
            text += told_as_text(rows, rules.columns)
            continue
        sections += _prose(text, topic, rules, changes)
        text = []
        sections += read_rows(rows, columns, topic, rules, changes)
    sections += _prose(text, topic, rules, changes)
    drafts = [draft for section in sections for draft in to_drafts(section, rules.shapes, changes)]
    return drafts, changes


def _prose(
    text: list[Passage], topic: str, rules: ImportRules, changes: list[Change]
) -> Iterator[Section]:
    return read_prose(text, topic, rules.shapes, changes)


def _table_of(piece: Piece) -> int | None:
    return piece.table if isinstance(piece, Row) else None
