"""The way in for a file: refused by size unread, told by its content, unpacked with care.

A name is no proof: the content decides which reader takes a file.
"""

import io
import os
import zipfile
from enum import StrEnum
from pathlib import Path

from knowledge.importing import telling
from knowledge.importing.paper import (
    Change,
    ChangeKind,
    ImportRefused,
    Paper,
    Place,
    Progress,
    Refusal,
    Unit,
)
from knowledge.importing.readers import commas, markdown, pages, plain, sheets, web, word
from knowledge.importing.readers.decoding import decode

MEGABYTE = 1024 * 1024
MAX_FILE = 50 * MEGABYTE
# an honest docx or xlsx unpacks to some ten times its size
MAX_UNPACKED = 200 * MEGABYTE
MAX_RATIO = 150
# under this a high ratio does no harm: an empty form is mostly repetition
RATIO_FROM = 10 * MEGABYTE
MAX_MEMBERS = 5000
# of paragraphs and rows; comparing each with each takes minutes from here on
MAX_PIECES = 50_000

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\0", b"MM\0*")
ARCHIVES = (b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b")
BYTE_ORDER_MARKS = (b"\xff\xfe", b"\xfe\xff")
# text, but none to make entries of
OTHER_TEXT = {
    ".json": "data",
    ".jsonl": "data",
    ".xml": "data",
    ".mht": "web_archive",
    ".mhtml": "web_archive",
    ".eml": "mail",
}


class Format(StrEnum):
    """What a file holds."""

    DOCX = "docx"
    XLSX = "xlsx"
    PDF = "pdf"
    HTML = "html"
    MARKDOWN = "md"
    CSV = "csv"
    TEXT = "txt"


SUFFIXES = {
    ".docx": Format.DOCX,
    ".xlsx": Format.XLSX,
    ".pdf": Format.PDF,
    ".html": Format.HTML,
    ".htm": Format.HTML,
    ".md": Format.MARKDOWN,
    ".markdown": Format.MARKDOWN,
    ".csv": Format.CSV,
    ".tsv": Format.CSV,
    ".txt": Format.TEXT,
}


def read_paper(path: Path, *, on_progress: Progress = lambda share: None) -> Paper:
    """A file as text with places; raises `ImportRefused` with what to do."""
    name = telling.printable(path.name)
    content = _content(path, name)
    kind = tell_format(content, path.suffix.lower(), name)
    try:
        paper = _read(content, kind, name, on_progress)
    except ImportRefused:
        raise
    except Exception as error:
        # readers of foreign formats raise anything at all on damaged files
        raise ImportRefused(Refusal.DAMAGED, name, why=_why(error)) from error
    if not paper.pieces:
        raise ImportRefused(Refusal.NOTHING_FOUND, name)
    if len(paper.pieces) > MAX_PIECES:
        raise ImportRefused(Refusal.TOO_MANY_ROWS, name, limit=MAX_PIECES)
    return paper if _is_named_so(path, kind) else _misnamed(paper, kind)


def tell_format(content: bytes, suffix: str, name: str) -> Format:
    """What the content is; the suffix decides only between kinds of plain text."""
    if content.startswith(OLE):
        raise _ole_refusal(content, name)
    if b"%PDF-" in content[:1024]:
        return Format.PDF
    if content.startswith(b"PK"):
        return _tell_package(content, name)
    if content.startswith(b"{\\rtf"):
        raise ImportRefused(Refusal.UNKNOWN_FORMAT, name, kind="rtf")
    if content.startswith(PICTURES):
        raise ImportRefused(Refusal.UNKNOWN_FORMAT, name, kind="picture")
    if content.startswith(ARCHIVES):
        raise ImportRefused(Refusal.UNKNOWN_FORMAT, name, kind="archive")
    return _tell_text(content, suffix, name)


def _content(path: Path, name: str) -> bytes:
    try:
        if path.exists() and not path.is_file():
            raise ImportRefused(Refusal.NOT_A_FILE, name)
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_size > MAX_FILE:
                raise ImportRefused(Refusal.TOO_LARGE, name, limit=MAX_FILE // MEGABYTE)
            # it may grow while it is read
            content = file.read(MAX_FILE + 1)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise ImportRefused(Refusal.UNREADABLE, name, why=why) from error
    if len(content) > MAX_FILE:
        raise ImportRefused(Refusal.TOO_LARGE, name, limit=MAX_FILE // MEGABYTE)
    if not content.strip():
        raise ImportRefused(Refusal.EMPTY, name)
    return content


def _read(content: bytes, kind: Format, name: str, on_progress: Progress) -> Paper:
    match kind:
        case Format.DOCX:
            return word.read(content, name)
        case Format.XLSX:
            return sheets.read(content, name)
        case Format.PDF:
            return pages.read(content, name, on_progress)
        case Format.HTML:
            return web.read(content, name)
        case Format.MARKDOWN:
            return markdown.read(decode(content, name), name)
        case Format.CSV:
            return commas.read(decode(content, name), name)
        case Format.TEXT:
            return plain.read(decode(content, name), name)


def _ole_refusal(content: bytes, name: str) -> ImportRefused:
    """Old office files and encrypted new ones share one container; the streams tell them apart."""

    def has(stream: str) -> bool:
        return stream.encode("utf-16-le") in content

    if has("EncryptedPackage") or has("EncryptionInfo"):
        return ImportRefused(Refusal.ENCRYPTED, name)
    kind, instead = next(
        (
            (kind, instead)
            for stream, kind, instead in (
                ("WordDocument", "Word .doc", "docx"),
                ("Workbook", "Excel .xls", "xlsx"),
                ("PowerPoint Document", "PowerPoint .ppt", "pdf"),
            )
            if has(stream)
        ),
        ("Office", "docx / xlsx"),
    )
    return ImportRefused(Refusal.LEGACY_OFFICE, name, kind=kind, instead=instead)


def _tell_package(content: bytes, name: str) -> Format:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            members = package.infolist()
            names = {member.filename for member in members}
            _refuse_bomb(members, len(content), name)
            if "word/document.xml" in names:
                found = Format.DOCX
            elif "xl/workbook.xml" in names:
                found = Format.XLSX
            else:
                raise ImportRefused(Refusal.UNKNOWN_FORMAT, name, kind="archive")
            _refuse_entities(package, members, name)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError) as error:
        raise ImportRefused(Refusal.DAMAGED, name, why=_why(error)) from error
    return found


def _refuse_bomb(members: list[zipfile.ZipInfo], packed: int, name: str) -> None:
    # zipfile never reads past the size a member declares, so the declared sum is a true bound
    unpacked = sum(member.file_size for member in members)
    is_steep = unpacked > RATIO_FROM and unpacked > packed * MAX_RATIO
    if unpacked > MAX_UNPACKED or is_steep or len(members) > MAX_MEMBERS:
        raise ImportRefused(Refusal.UNPACKS_TOO_LARGE, name, size=unpacked // MEGABYTE)
    if any(member.flag_bits & 1 for member in members):
        raise ImportRefused(Refusal.ENCRYPTED, name)


def _refuse_entities(package: zipfile.ZipFile, members: list[zipfile.ZipInfo], name: str) -> None:
    """Office programs write no DTD; a part that has one was made to do harm."""
    for member in members:
        if member.filename.lower().endswith((".xml", ".rels")):
            part = package.read(member)
            if any(mark in part for mark in _DECLARATIONS):
                raise ImportRefused(Refusal.ENTITIES, name)


_DECLARATIONS = tuple(
    word.encode(encoding)
    for word in ("<!DOCTYPE", "<!ENTITY")
    for encoding in ("utf-8", "utf-16-le", "utf-16-be")
)


def _tell_text(content: bytes, suffix: str, name: str) -> Format:
    if b"\0" in content and not content.startswith(BYTE_ORDER_MARKS):
        if suffix in SUFFIXES:
            raise ImportRefused(Refusal.NUL_BYTES, name)
        raise ImportRefused(Refusal.UNKNOWN_FORMAT, name, kind="binary")
    if suffix in OTHER_TEXT:
        raise ImportRefused(Refusal.UNKNOWN_FORMAT, name, kind=OTHER_TEXT[suffix])
    start = content[:2048].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    named = SUFFIXES.get(suffix)
    if start.startswith((b"<!doctype html", b"<html", b"<head", b"<body", b"<table")):
        return Format.HTML
    if named in {Format.HTML, Format.MARKDOWN, Format.CSV}:
        return named
    if b"<html" in start or b"<body" in start:
        return Format.HTML
    return Format.TEXT


def _is_named_so(path: Path, kind: Format) -> bool:
    return SUFFIXES.get(path.suffix.lower(), Format.TEXT) is kind


def _misnamed(paper: Paper, kind: Format) -> Paper:
    place = Place(file=paper.name, unit=Unit.LINE, number=1)
    note = Change(
        kind=ChangeKind.NOT_READ, place=place, before=telling.not_read("misnamed", kind=kind)
    )
    return Paper(name=paper.name, pieces=paper.pieces, changes=(note, *paper.changes))


def _why(error: Exception) -> str:
    words = " ".join(str(error).split())[:120]
    return f"{type(error).__name__}: {words}" if words else type(error).__name__
