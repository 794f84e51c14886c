"""Markdown: headings, paragraphs, list items and tables, with their lines."""

import re

from markdown_it import MarkdownIt
from markdown_it.token import Token

from knowledge.importing.paper import Paper, Passage, Piece, Place, Row, Unit

FRONT_MATTER = re.compile(r"\A---[ \t]*\n.*?\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)


def read(text: str, name: str) -> Paper:
    """The pieces of a Markdown text; raw HTML in it is left out."""
    return Paper(name=name, pieces=tuple(_Walk(name).pieces_of(_without_front_matter(text))))


def _without_front_matter(text: str) -> str:
    # blank lines in its place keep the line numbers right
    return FRONT_MATTER.sub(lambda found: "\n" * found.group().count("\n"), text)


class _Walk:
    """Goes through the tokens once, knowing which table and which heading it is in."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._level = self._table = self._line = 0
        self._cells: list[str] = []
        self._in_cell = False
        # the number of a list item, until its first line takes it
        self._number = ""
        self._pieces: list[Piece] = []

    def pieces_of(self, text: str) -> list[Piece]:
        parser = MarkdownIt("commonmark").enable("table")
        for token in parser.parse(text):
            self._take(token)
        return self._pieces

    def _take(self, token: Token) -> None:
        if token.map:
            self._line = token.map[0] + 1
        match token.type:
            case "heading_open" | "heading_close":
                self._level = int(token.tag[1:]) if token.nesting > 0 else 0
            case "th_open" | "td_open" | "th_close" | "td_close":
                self._in_cell = token.nesting > 0
            case "list_item_open":
                self._number = f"{token.info}{token.markup} " if token.info else ""
            case "table_open":
                self._table += 1
            case "tr_close":
                self._add_row()
            case "inline":
                self._add_text(plain_text(token))
            case "fence" | "code_block":
                self._add_text(token.content)

    def _place(self, unit: Unit) -> Place:
        return Place(file=self._name, unit=unit, number=self._line)

    def _add_row(self) -> None:
        if any(self._cells):
            place = self._place(Unit.LINE)
            self._pieces.append(Row(cells=tuple(self._cells), place=place, table=self._table))
        self._cells = []

    def _add_text(self, text: str) -> None:
        if self._in_cell:
            self._cells.append(text.strip())
            return
        for line in text.split("\n"):
            if line.strip():
                place, text = self._place(Unit.LINE), self._number + line.strip()
                self._pieces.append(Passage(text=text, place=place, level=self._level))
                self._number = ""


def plain_text(inline: Token) -> str:
    """What a reader sees of a line: no marks, no images, links by their words."""
    words: list[str] = []
    for child in inline.children or []:
        if child.type in {"text", "code_inline"}:
            words.append(child.content)
        elif child.type in {"softbreak", "hardbreak"}:
            words.append("\n")
    return "".join(words)
