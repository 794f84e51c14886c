"""Documents into the corpus, and the corpus into documents: what the commands and pages share."""

import asyncio
import re
from collections.abc import Callable, Collection, Sequence
from concurrent.futures.process import BrokenProcessPool
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from connectors.imports_api import Sent
from desk.clock import now
from desk.database import Database
from desk.reader_process import PATIENCE, ReaderProcess
from desk.settings import Settings
from knowledge.editing import Editor
from knowledge.entry import Entry, EntryState, KnowledgeError
from knowledge.entry_store import EntryStore
from knowledge.exporting.corpus_files import write_corpus_file, write_corpus_folder
from knowledge.exporting.files import refuse_taken
from knowledge.exporting.workbook import write_workbook
from knowledge.importing import telling
from knowledge.importing.exported import read_exported
from knowledge.importing.paper import ImportRefused, Refusal
from knowledge.importing.preparing import Centre, Preparation, Preview
from knowledge.importing.proposal import Drafts, Proposal
from knowledge.importing.rules import load_rules
from knowledge.taking_in import take_in
from tickets.profile import load_profile

WORKBOOK = ".xlsx"
CORPUS_FILE = {".yml", ".yaml"}
# of a file's name, as file systems hold it
LONGEST_NAME = 60
NUMBER = re.compile(r"\d[\d-]{3,}")


class DocumentExchange:
    """Documents sent by a page, read in a process of its own: a long one holds up no answer."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        *,
        clock: Callable[[], datetime],
        patience: timedelta = PATIENCE,
    ) -> None:
        self._database, self._settings, self._clock = database, settings, clock
        self._reader = ReaderProcess(patience)

    async def prepare(self, profile: str, sent: Sent) -> Preview:
        """What a file would add, beside what is there; raises `ImportRefused`."""
        existing = await list_entries(self._database, profile)
        work = partial(_prepare, self._settings, profile, existing, sent, self._clock())
        name = telling.printable(sent.name)
        try:
            return await self._reader.do(work)
        except TimeoutError as error:
            seconds = round(self._reader.patience.total_seconds())
            raise ImportRefused(Refusal.TOO_SLOW, name, seconds=seconds) from error
        except BrokenProcessPool as error:
            # the reader was killed, nearly always for the memory a file took
            raise ImportRefused(Refusal.DAMAGED, name, why="MemoryError") from error

    async def record(self, profile: str, proposals: Sequence[Proposal], *, by: str) -> list[str]:
        """Record proposals as drafts; returns the entries' ids."""
        return await drafts_of(self._database).propose(
            profile, proposals, author=by, now=self._clock()
        )

    async def export(self, profile: str, suffix: str, *, states: Collection[EntryState]) -> bytes:
        """What is latest or still said in these states (all, when none is named), as one file."""
        with TemporaryDirectory() as folder:
            path = Path(folder) / f"entries{suffix}"
            await export(self._database, self._settings, profile, path, states=states)
            return await asyncio.to_thread(path.read_bytes)

    def close(self) -> None:
        """Stop reading."""
        self._reader.close()


def _prepare(
    settings: Settings, profile: str, existing: Sequence[Entry], sent: Sent, moment: datetime
) -> Preview:
    preparation = prepare_for(settings, profile, existing, now=moment)
    # a name is only told, never a place: what is before the last stroke is somebody's folder
    name = telling.printable(re.split(r"[/\\\\]", sent.name)[-1]).strip(". ") or "file"
    with TemporaryDirectory() as folder:
        path = Path(folder) / name[-LONGEST_NAME:]
        path.write_bytes(sent.content)
        return preparation.prepare([path], kind=sent.kind, source=sent.source)


async def list_entries(database: Database, profile: str) -> list[Entry]:
    """Of every entry the latest version, after those of its versions that are still said."""
    async with database.read() as connection:
        return await EntryStore(connection).list_carried(profile, now=now())


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


async def take_in_exported(
    database: Database, settings: Settings, profile: str, path: Path, *, by: str
) -> int:
    """Take an export in as it was written, states and all; returns how many versions.

    Only into a centre without entries.
    """
    timezone = load_profile(settings.profiles_dir / profile).timezone
    entries = await asyncio.to_thread(read_exported, path, load_rules(), timezone=timezone)
    async with database.write() as connection:
        await take_in(EntryStore(connection), profile, entries, author=by, at=now())
    return len(entries)


async def export(
    database: Database,
    settings: Settings,
    profile: str,
    to: Path,
    *,
    states: Collection[EntryState] = (),
) -> tuple[int, list[Path]]:
    """Write a profile's entries in these states (all, when none is named).

    Each in its latest version and, before that, as it is said until that one is approved or begins.
    Returns how many versions, and the files.
    """
    refuse_taken(to)
    if to.suffix.lower() not in {WORKBOOK, *CORPUS_FILE, ""}:
        raise KnowledgeError(f"{to}: name a folder, or a file that ends in .xlsx or .yml")
    timezone = load_profile(settings.profiles_dir / profile).timezone
    carried = await list_entries(database, profile)
    entries = [entry for entry in carried if not states or entry.state in states]
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
