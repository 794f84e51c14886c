"""Web pages: what a reader would see of one. Scripts are not run and nothing is fetched."""

import re
from dataclasses import dataclass, field

from lxml import etree

from knowledge.importing.paper import (
    ImportRefused,
    Paper,
    Passage,
    Piece,
    Place,
    Refusal,
    Row,
    Unit,
)
from knowledge.importing.readers.decoding import decode
from knowledge.importing.readers.grid import Grid

# tags whose content a reader does not see, or does not read the page for
UNSEEN = re.compile(
    "script|style|noscript|template|head|iframe|object|embed|svg|math|canvas|audio|video|"
    "button|select|option|textarea|input|form|nav|footer|aside|dialog"
)
# tags that begin a new line
BLOCK = re.compile(
    "p|div|section|article|main|header|h[1-6]|ul|ol|li|dl|dt|dd|blockquote|pre|figure|figcaption|"
    "address|hr|table|caption|tbody|thead|tfoot|details|summary|body"
)
HEADING = re.compile("h[1-6]")
BLANK = re.compile(r"[ \t\r\n\f]+")
HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden")


def read(content: bytes, name: str) -> Paper:
    """The visible text of a page, by paragraph; tables by row."""
    # libxml2 stops at 256 levels, so no nesting can hold it up; it must not do so in silence
    parser = etree.HTMLParser(
        encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    # what a page declares is nearly always one of the encodings tried here, or wrong
    root = etree.fromstring(decode(content, name).encode(), parser)
    if any("depth" in entry.message.lower() for entry in parser.error_log):
        raise ImportRefused(Refusal.TOO_DEEP, name)
    walk = _Walk(name)
    if root is not None:
        walk.go(root)
        walk.end_paragraph()
    return Paper(name=name, pieces=tuple(walk.pieces))


@dataclass
class _Walk:
    """Collects text until a block begins or ends."""

    name: str
    pieces: list[Piece] = field(default_factory=list)
    _words: list[str] = field(default_factory=list)
    _grid: Grid = field(default_factory=Grid)
    _level: int = 0
    _paragraph: int = 0
    _tables: int = 0
    _row: int = 0
    _cell_depth: int = 0

    def go(self, element: etree._Element) -> None:
        """Depth first; libxml2's limit of 256 levels keeps the recursion shallow."""
        tag = element.tag if isinstance(element.tag, str) else ""
        if not UNSEEN.fullmatch(tag) and not _is_hidden(element):
            self._begin(tag)
            self._add(element.text)
            for child in element:
                self.go(child)
            self._end(tag, element)
        self._add(element.tail)

    def end_paragraph(self) -> None:
        """What was collected becomes a paragraph, unless it belongs to a cell."""
        if self._cell_depth:
            self._words.append("\n")
            return
        lines = [BLANK.sub(" ", line).strip() for line in "".join(self._words).split("\n")]
        self._words.clear()
        for line in lines:
            if line:
                self._paragraph += 1
                place = Place(file=self.name, unit=Unit.PARAGRAPH, number=self._paragraph)
                self.pieces.append(Passage(text=line, place=place, level=self._level))

    def _begin(self, tag: str) -> None:
        if BLOCK.fullmatch(tag):
            self.end_paragraph()
        if HEADING.fullmatch(tag):
            self._level = int(tag[1])
        elif tag == "br":
            self._words.append("\n")
        elif tag == "table" and not self._cell_depth:
            self._tables, self._row, self._grid = self._tables + 1, 0, Grid()
        elif tag in {"td", "th"}:
            if not self._cell_depth:
                self._words.clear()
            self._cell_depth += 1

    def _end(self, tag: str, element: etree._Element) -> None:
        if BLOCK.fullmatch(tag):
            self.end_paragraph()
        if HEADING.fullmatch(tag):
            self._level = 0
        elif tag in {"td", "th"}:
            self._cell_depth -= 1
            if not self._cell_depth:
                columns, rows = _span(element, "colspan"), _span(element, "rowspan")
                self._grid.add(_cell_text(self._words), columns=columns, rows=rows)
                self._words.clear()
        elif tag == "tr" and not self._cell_depth:
            self._end_row()

    def _end_row(self) -> None:
        self._row += 1
        cells, filled = self._grid.end_row()
        if any(cells):
            place = Place(
                file=self.name,
                unit=Unit.TABLE_ROW,
                number=self._row,
                within=str(self._tables),
            )
            self.pieces.append(Row(cells=cells, place=place, table=self._tables, filled=filled))

    def _add(self, text: str | None) -> None:
        if text:
            # line ends in the source are blanks; only br and blocks end a line
            self._words.append(BLANK.sub(" ", text))


def _cell_text(words: list[str]) -> str:
    lines = [BLANK.sub(" ", line).strip() for line in "".join(words).split("\n")]
    return "\n".join(line for line in lines if line)


def _is_hidden(element: etree._Element) -> bool:
    return "hidden" in element.attrib or bool(HIDDEN.search(element.get("style", "")))


def _span(element: etree._Element, name: str) -> int:
    digits = element.get(name, "1").strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 6 else 1
