"""Word documents: paragraphs and tables in reading order.

python-docx opens the package and finds the styles; the text is collected here, because its own
`text` leaves out tracked insertions, content controls and text boxes, and keeps hidden text.
"""

import io
from collections.abc import Iterator

import docx
from docx.document import Document
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
from knowledge.importing.readers.grid import Grid

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"

# not what a reader sees: deletions, instructions, the older copy of a drawing, ruby above a word
UNSEEN = frozenset(
    {
        f"{W}del",
        f"{W}moveFrom",
        f"{W}delText",
        f"{W}instrText",
        f"{W}rPr",
        f"{W}pPr",
        f"{W}rt",
        f"{MC}Fallback",
    }
)
# what has paragraphs of its own
INNER = frozenset({f"{W}tbl", f"{W}tc", f"{W}p"})
BREAKS = {f"{W}tab": "\t", f"{W}br": "\n", f"{W}cr": "\n", f"{W}noBreakHyphen": "-"}
STRONG_LENGTH = 40


def read(content: bytes, name: str) -> Paper:
    """Paragraphs and table rows in order; headers, footers, notes and comments are left out."""
    try:
        document = docx.Document(io.BytesIO(content))
    except ValueError as error:
        # python-docx opens documents, and neither templates nor those with macros
        raise ImportRefused(Refusal.UNKNOWN_FORMAT, name, kind="macros") from error
    return Paper(name=name, pieces=tuple(_Walk(name, document).pieces()))


class _Walk:
    """Goes through the body once, counting paragraphs and tables."""

    def __init__(self, name: str, document: Document) -> None:
        self._name = name
        self._body = document.element.body
        self._levels = _heading_levels(document)
        self._paragraphs = self._tables = 0

    def pieces(self) -> Iterator[Piece]:
        for block in _blocks(self._body):
            if block.tag == f"{W}tbl":
                yield from self._rows(block)
            else:
                yield from self._passages(block)

    def _passages(self, paragraph: etree._Element) -> Iterator[Passage]:
        level = self._level(paragraph)
        if level is None:
            return
        yield from self._lines(_text(paragraph), level, _is_strong(paragraph))
        for box in _boxes(paragraph):
            for inner in _blocks(box):
                yield from self._lines(_block_text(inner), 0, False)

    def _lines(self, text: str, level: int, is_strong: bool) -> Iterator[Passage]:
        if not text.strip():
            return
        self._paragraphs += 1
        place = Place(file=self._name, unit=Unit.PARAGRAPH, number=self._paragraphs)
        for line in text.split("\n"):
            if line.strip():
                yield Passage(text=line.strip(), place=place, level=level, is_strong=is_strong)

    def _rows(self, table: etree._Element) -> Iterator[Row]:
        self._tables += 1
        for number, (cells, filled) in enumerate(_table_rows(table), start=1):
            if any(cells):
                place = Place(
                    file=self._name,
                    unit=Unit.TABLE_ROW,
                    number=number,
                    within=str(self._tables),
                )
                yield Row(cells=cells, place=place, table=self._tables, filled=filled)

    def _level(self, paragraph: etree._Element) -> int | None:
        """The level as a heading, 0 for text, None for a line of the table of contents."""
        outline = paragraph.find(f"{W}pPr/{W}outlineLvl")
        if outline is not None:
            return _outline(outline)
        style = paragraph.find(f"{W}pPr/{W}pStyle")
        return 0 if style is None else self._levels.get(style.get(f"{W}val", ""), 0)


def _heading_levels(document: Document) -> dict[str, int | None]:
    """The level of every style that makes a heading; None for those of a table of contents.

    The title is the one heading of level 1, so that all others stand below it.
    """
    levels: dict[str, int | None] = {}
    for style in document.styles.element.findall(f"{W}style"):
        identity = style.get(f"{W}styleId", "")
        named = style.find(f"{W}name")
        name = "" if named is None else named.get(f"{W}val", "").lower()
        outline = style.find(f"{W}pPr/{W}outlineLvl")
        if name.startswith("toc "):
            levels[identity] = None
        elif name == "title":
            levels[identity] = 1
        elif name.startswith("heading ") and name[8:].isdigit():
            levels[identity] = int(name[8:]) + 1
        elif outline is not None:
            levels[identity] = _outline(outline)
    return levels


def _outline(outline: etree._Element) -> int:
    value = outline.get(f"{W}val", "9")
    # 9 is what Word writes for text
    return int(value) + 2 if value.isdigit() and int(value) < 9 else 0


def _blocks(parent: etree._Element) -> Iterator[etree._Element]:
    """Paragraphs and tables in order, also inside content controls and tracked insertions."""
    for child in parent:
        if child.tag in {f"{W}p", f"{W}tbl"}:
            yield child
        elif child.tag not in UNSEEN and isinstance(child.tag, str):
            yield from _blocks(child)


def _text(element: etree._Element) -> str:
    """What is seen of one paragraph; what stands in its text boxes is not part of it."""
    parts: list[str] = []
    for child in element:
        if child.tag in UNSEEN or child.tag == f"{W}txbxContent" or _is_hidden(child):
            continue
        if child.tag in {f"{W}t", f"{M}t"}:
            parts.append(child.text or "")
        elif child.tag in BREAKS:
            parts.append(BREAKS[child.tag])
        else:
            parts.append(_text(child))
    return "".join(parts)


def _block_text(block: etree._Element) -> str:
    if block.tag == f"{W}p":
        return _text(block)
    rows = ("\t".join(cells) for cells, _ in _table_rows(block))
    return "\n".join(rows)


def _is_hidden(element: etree._Element) -> bool:
    vanish = element.find(f"{W}rPr/{W}vanish") if element.tag == f"{W}r" else None
    return vanish is not None and vanish.get(f"{W}val") not in {"0", "false"}


def _is_strong(paragraph: etree._Element) -> bool:
    runs = [run for run in paragraph.iter(f"{W}r") if _text(run).strip()]
    return (
        bool(runs)
        and len(_text(paragraph)) <= STRONG_LENGTH
        and all(_has_bold(run) for run in runs)
    )


def _has_bold(run: etree._Element) -> bool:
    bold = run.find(f"{W}rPr/{W}b")
    return bold is not None and bold.get(f"{W}val") not in {"0", "false"}


def _boxes(paragraph: etree._Element) -> Iterator[etree._Element]:
    for box in paragraph.iter(f"{W}txbxContent"):
        if not any(above.tag == f"{MC}Fallback" for above in box.iterancestors()):
            yield box


def _table_rows(table: etree._Element) -> Iterator[tuple[tuple[str, ...], frozenset[int]]]:
    # a cell that goes on downwards says so in every row, so the grid is told of one row at a time
    above: dict[int, str] = {}
    for row in _below(table, f"{W}tr"):
        grid, column, current, falling = Grid(), 0, {}, set()
        for cell in _below(row, f"{W}tc"):
            span = cell.find(f"{W}tcPr/{W}gridSpan")
            width = int(span.get(f"{W}val", "1")) if span is not None else 1
            merge = cell.find(f"{W}tcPr/{W}vMerge")
            text = "\n".join(filter(None, (_block_text(each).strip() for each in _blocks(cell))))
            if merge is not None and merge.get(f"{W}val", "continue") == "continue":
                text = above.get(column, text)
                falling.add(column)
            current[column] = text
            grid.add(text, columns=width)
            column += width
        cells, filled = grid.end_row()
        above = current
        yield cells, filled | falling


def _below(parent: etree._Element, tag: str) -> Iterator[etree._Element]:
    """Rows of a table or cells of a row, also in content controls; not of inner tables."""
    for child in parent:
        if child.tag == tag:
            yield child
        elif isinstance(child.tag, str) and child.tag not in UNSEEN | INNER:
            yield from _below(child, tag)
