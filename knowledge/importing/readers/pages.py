"""PDF: the lines of each page. A page without text is told, never silently empty."""

import io
import logging
import unicodedata

from pypdf import PdfReader
from pypdf.errors import DependencyError

from knowledge.importing import telling
from knowledge.importing.paper import (
    Change,
    ChangeKind,
    ImportRefused,
    Paper,
    Passage,
    Place,
    Progress,
    Refusal,
    Unit,
)

MAX_PAGES = 2000
# fewer letters than this on a page are a stamp or a page number over a picture
LEAST_LETTERS = 8
MOST_UNREADABLE = 0.2


def read(content: bytes, name: str, on_progress: Progress) -> Paper:
    """The lines of every page; raises `ImportRefused` when it is pictures or locked."""
    # pypdf warns about every small oddity of a file, to the terminal
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    reader = PdfReader(io.BytesIO(content))
    _unlock(reader, name)
    count = len(reader.pages)
    if count > MAX_PAGES:
        raise ImportRefused(Refusal.TOO_MANY_PAGES, name, limit=MAX_PAGES)
    passages: list[Passage] = []
    without: list[Change] = []
    for number, page in enumerate(reader.pages, start=1):
        text = page.extract_text()
        place = Place(file=name, unit=Unit.PAGE, number=number)
        if sum(not letter.isspace() for letter in text) < LEAST_LETTERS and page.images:
            reason = telling.not_read("pages_without_text")
            without.append(Change(kind=ChangeKind.NOT_READ, place=place, before=reason))
            continue
        lines = (line.strip() for line in text.split("\n"))
        passages += [Passage(text=line, place=place) for line in lines if line]
        on_progress(number / count)
    if not passages:
        raise ImportRefused(Refusal.SCANNED, name, pages=count)
    _refuse_garbled(passages, name)
    return Paper(name=name, pieces=tuple(passages), changes=tuple(without))


def _unlock(reader: PdfReader, name: str) -> None:
    if not reader.is_encrypted:
        return
    try:
        # many are locked against printing only, and open with an empty password
        opened = reader.decrypt("")
    except (DependencyError, NotImplementedError):
        opened = None
    if not opened:
        raise ImportRefused(Refusal.ENCRYPTED, name)


def _refuse_garbled(passages: list[Passage], name: str) -> None:
    letters = [letter for passage in passages for letter in passage.text if not letter.isspace()]
    unreadable = sum(
        letter == "\ufffd" or unicodedata.category(letter) in {"Co", "Cn", "Cc"}
        for letter in letters
    )
    if unreadable > MOST_UNREADABLE * len(letters):
        raise ImportRefused(Refusal.GARBLED, name)
