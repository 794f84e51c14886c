"""Documents into the corpus, and the corpus into documents: what the commands and pages share."""

import re
from collections.abc import Collection, Sequence
from datetime import datetime
from pathlib import Path

from desk.database import Database
from desk.settings import Settings
from knowledge.editing import Editor
from knowledge.entry import Entry, EntryState, KnowledgeError
from knowledge.entry_store import EntryStore
from knowledge.exporting.corpus_files import write_corpus_file, write_corpus_folder
from knowledge.exporting.files import refuse_taken
from knowledge.exporting.workbook import write_workbook
from knowledge.importing.preparing import Centre, Preparation
from knowledge.importing.proposal import Drafts
from knowledge.importing.rules import load_rules
from tickets.profile import load_profile

WORKBOOK = ".xlsx"
CORPUS_FILE = {".yml", ".yaml"}
NUMBER = re.compile(r"\d[\d-]{3,}")


async def list_entries(database: Database, profile: str) -> list[Entry]:
    """The latest version of every entry of a profile."""
    async with database.read() as connection:
        return await EntryStore(connection).list_latest(profile)


def prepare_for(
    settings: Settings, profile: str, existing: Sequence[Entry], *, now: datetime
) -> Preparation:
    """What turns files into proposals for one profile; raises `DocumentError` for none such."""
    known = load_profile(settings.profiles_dir / profile)
    centre = Centre(
        profile=profile,
        timezone=known.timezone,
        numbers=frozenset(NUMBER.findall(known.hotline)),
    )
    return Preparation(load_rules(), centre, existing, now=now)


def drafts_of(database: Database) -> Drafts:
    """The verb that records proposals."""
    return Editor(write=database.write, read=database.read)


async def export(
    database: Database,
    settings: Settings,
    profile: str,
    to: Path,
    *,
    states: Collection[EntryState] = (),
) -> tuple[int, list[Path]]:
    """Write the latest version of a profile's entries; returns how many, and the files."""
    refuse_taken(to)
    if to.suffix.lower() not in {WORKBOOK, *CORPUS_FILE, ""}:
        raise KnowledgeError(f"{to}: name a folder, or a file that ends in .xlsx or .yml")
    timezone = load_profile(settings.profiles_dir / profile).timezone
    entries = [
        entry
        for entry in await list_entries(database, profile)
        if not states or entry.state in states
    ]
    if not entries:
        raise KnowledgeError(f"profile {profile} has no such entries: there is nothing to export")
    if to.suffix.lower() == WORKBOOK:
        write_workbook(to, entries, load_rules().columns, timezone=timezone)
        return len(entries), [to]
    if to.suffix.lower() in CORPUS_FILE:
        write_corpus_file(to, entries, timezone=timezone)
        return len(entries), [to]
    names = write_corpus_folder(to, entries, timezone=timezone)
    return len(entries), [to / name for name in names]
