"""An export read back as the entries it was made of: versions, states and all."""

import re
from collections.abc import Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from knowledge.entry import Entry, EntryState, KnowledgeError
from knowledge.importing.corpus_yaml import read_corpus, read_corpus_files
from knowledge.importing.entry_sheet import EntrySheet
from knowledge.importing.intake import read_paper
from knowledge.importing.paper import Change
from knowledge.importing.rules import ImportRules
from knowledge.review import refuse_unfit
from knowledge.succession import why_not_beside

CORPUS_SUFFIXES = {".yml", ".yaml"}


def read_exported(path: Path, rules: ImportRules, *, timezone: str) -> list[Entry]:
    """The entries of a folder, a .yml or an .xlsx that `knowledge export` wrote.

    All or none: raises `KnowledgeError` or `ImportRefused` for a file that is no export, and for
    the first row that no entry can be made of.
    """
    if path.is_dir():
        return read_corpus(path, timezone=timezone)
    if path.suffix.lower() in CORPUS_SUFFIXES:
        return read_corpus_files([path], timezone=timezone)
    entries = _of_workbook(path, rules, ZoneInfo(timezone))
    _refuse_unfit(path, entries)
    return entries


def _of_workbook(path: Path, rules: ImportRules, zone: ZoneInfo) -> list[Entry]:
    sheet = EntrySheet(read_paper(path), rules.columns, zone, re.compile(rules.doubts.date))
    if not sheet.is_one:
        raise KnowledgeError(f"{path}: not written by `knowledge export`; import it as drafts")
    changes: list[Change] = []
    entries = []
    for values, place in sheet.read(changes):
        if not values["entry_id"] or values["valid_from"] is None:
            raise KnowledgeError(
                f"{path}: row {place.number} has no id or no beginning, so that it was not "
                "exported: import it as drafts"
            )
        entries.append(Entry(**values))
    if changes:
        raise KnowledgeError(
            f"{path}: row {changes[0].place.number} lacks a column: {changes[0].after}"
        )
    return entries


def _refuse_unfit(path: Path, entries: Sequence[Entry]) -> None:
    """What a corpus file would be refused for, a workbook is refused for too."""
    versions: dict[str, list[Entry]] = {}
    for entry in entries:
        if entry.state is EntryState.APPROVED:
            refuse_unfit(entry)
        for other in versions.setdefault(entry.entry_id, []):
            earlier, later = sorted((other, entry), key=lambda each: each.version)
            if why := why_not_beside(earlier, later):
                raise KnowledgeError(f"{path}: two rows of {entry.entry_id}: {why}")
        versions[entry.entry_id].append(entry)
