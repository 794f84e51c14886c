"""A paper: a document from outside as pieces of text, each with the place it stands at.

Errors
    KnowledgeError
    └── ImportRefused    a file cannot be imported; names the file and what to do
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from knowledge.entry import KnowledgeError
from knowledge.importing import telling

# told how much of a file has been read, from 0 to 1
Progress = Callable[[float], None]


class Refusal(StrEnum):
    """Why a file is not imported; rules/told.yml has the sentence for each."""

    UNREADABLE = "unreadable"
    NOT_A_FILE = "not_a_file"
    EMPTY = "empty"
    TOO_LARGE = "too_large"
    UNPACKS_TOO_LARGE = "unpacks_too_large"
    TOO_MANY_ROWS = "too_many_rows"
    TOO_MANY_PAGES = "too_many_pages"
    TOO_DEEP = "too_deep"
    TOO_SLOW = "too_slow"
    ENCRYPTED = "encrypted"
    LEGACY_OFFICE = "legacy_office"
    UNKNOWN_FORMAT = "unknown_format"
    DAMAGED = "damaged"
    ENTITIES = "entities"
    SCANNED = "scanned"
    GARBLED = "garbled"
    NUL_BYTES = "nul_bytes"
    UNKNOWN_ENCODING = "unknown_encoding"
    BROKEN_QUOTE = "broken_quote"
    NOTHING_FOUND = "nothing_found"
    ID_TWICE = "id_twice"
    BAD_DATE = "bad_date"
    BAD_VALUE = "bad_value"
    ENDS_BEFORE_IT_BEGINS = "ends_before_it_begins"


class ImportRefused(KnowledgeError):
    """A file cannot be imported: `reason` and `details` fill the sentence in rules/told.yml."""

    def __init__(self, reason: Refusal, file: str, **details: str | int) -> None:
        super().__init__(reason, file)
        self.reason, self.file, self.details = reason, file, details

    def __str__(self) -> str:
        return telling.refusal(self)

    @property
    def told(self) -> dict[str, str]:
        """The same sentence for people on a page."""
        return {"detail": telling.refusal(self, "zh")}


class Unit(StrEnum):
    """What places in a file are counted in."""

    PARAGRAPH = "paragraph"
    LINE = "line"
    ROW = "row"
    SHEET_ROW = "sheet_row"
    TABLE_ROW = "table_row"
    PAGE = "page"
    ENTRY = "entry"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a piece of text stands; `within` is the sheet or table it is in."""

    file: str
    unit: Unit
    number: int
    within: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A paragraph or line. `level` is that of a heading, 1 the highest; 0 is no heading."""

    text: str
    place: Place
    level: int = 0
    # wholly bold and short: perhaps a heading that nobody marked as one
    is_strong: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of a table; cells in `filled` repeat the value of a merged cell they belong to."""

    cells: tuple[str, ...]
    place: Place
    table: int
    filled: frozenset[int] = frozenset()
    # columns whose formula carries no stored value
    unknown: frozenset[int] = frozenset()


Piece = Passage | Row


class ChangeKind(StrEnum):
    """What was done to a text, or seen and left as it was; told.yml names each."""

    WIDTH = "width"
    SPACING = "spacing"
    BOILERPLATE = "boilerplate"
    LINK = "link"
    PAGE_MARK = "page_mark"
    REPEATED_LINE = "repeated_line"
    NUMBERING = "numbering"
    JOINED = "joined"
    MISREAD = "misread"
    REPEATED_TEXT = "repeated_text"
    CUT = "cut"
    MASKED = "masked"
    LEFT_OUT = "left_out"
    NOT_READ = "not_read"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing done to the text of a file, for the preview."""

    kind: ChangeKind
    place: Place
    before: str
    after: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A file as it was read; `changes` are what the reader could not take over."""

    name: str
    pieces: tuple[Piece, ...]
    changes: tuple[Change, ...] = ()
