"""Bringing the corpus files in beside what trainers did in the desk, which they never overwrite."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from knowledge.entry import Entry, EntryState, HistoryLine, Move
from knowledge.entry_store import EntryStore

# who is written down for what comes from the files
FILES = "corpus files"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What an import changed, by entry id; `renumbered` are versions raised for the trainer.

    `kept`: trainers changed these in the desk and the files still say what was before.
    `conflicts`: files and desk both changed them, each in its own way; the desk's stand.
    """

    added: tuple[str, ...]
    changed: tuple[str, ...]
    withdrawn: tuple[str, ...]
    unchanged: int
    renumbered: tuple[tuple[str, int], ...]
    kept: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing came in."""
        return not (self.added or self.changed or self.withdrawn)


async def import_corpus(
    store: EntryStore, profile: str, wanted: Sequence[Entry], *, at: datetime
) -> ImportReport:
    """Bring the stored entries of a profile to what its files say; nothing is ever overwritten.

    The files decide about an entry as long as it stands as they last brought it in. What trainers
    made or changed in the desk since stands, and is named. A changed text whose version was not
    raised gets the next version, so that a version always names one text.
    """
    return await _Import(store, profile, at).run(wanted)


@dataclass(slots=True)
class _Found:
    """What an import has found so far."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)
    renumbered: list[tuple[str, int]] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)
    unchanged: int = 0


class _Import:
    """One import: three texts of each entry are compared, the files' now and then, the desk's."""

    def __init__(self, store: EntryStore, profile: str, at: datetime) -> None:
        self._store, self._profile, self._at = store, profile, at
        self._found = _Found()

    async def run(self, wanted: Sequence[Entry]) -> ImportReport:
        """Take every entry of the files, then look at those the files do not hold."""
        stored = {entry.entry_id: entry for entry in await self._store.list_latest(self._profile)}
        filed = await self._store.list_in_files(self._profile)
        for entry_id, versions in _by_entry(wanted).items():
            await self._take(versions, stored.pop(entry_id, None), filed.get(entry_id))
        for entry in stored.values():
            await self._miss(entry, filed.get(entry.entry_id))
        found = self._found
        return ImportReport(
            added=tuple(found.added),
            changed=tuple(found.changed),
            withdrawn=tuple(found.withdrawn),
            unchanged=found.unchanged,
            renumbered=tuple(found.renumbered),
            kept=tuple(found.kept),
            conflicts=tuple(found.conflicts),
        )

    async def _take(
        self, versions: Sequence[Entry], desk: Entry | None, before: Entry | None
    ) -> None:
        """An entry of the files: `desk` is its latest version, `before` the files' last one."""
        file = versions[-1]
        if desk is None:
            self._found.added.append(file.entry_id)
            for entry in versions:
                await self._write(entry)
        elif desk.content_hash() == file.content_hash():
            self._found.unchanged += 1
            if before is None or not _is_same(desk, before):
                await self._store.mark_in_files(self._profile, desk)
        elif before is not None and _is_same(desk, before):
            await self._change(versions, desk)
        elif before is not None and before.content_hash() == file.content_hash():
            self._found.kept.append(file.entry_id)
        else:
            self._found.conflicts.append(file.entry_id)

    async def _change(self, versions: Sequence[Entry], desk: Entry) -> None:
        self._found.changed.append(desk.entry_id)
        is_said = any(entry.state is EntryState.APPROVED for entry in versions)
        if not is_said and desk.state is EntryState.APPROVED:
            # a draft in the files takes the entry out of the next publication
            await self._store.set_state(self._profile, desk, EntryState.WITHDRAWN)
        last = desk.version
        for entry in versions:
            if entry.content_hash() == desk.content_hash():
                # it stands there already, and is followed
                continue
            last = max(entry.version, last + 1)
            if last != entry.version:
                self._found.renumbered.append((entry.entry_id, last))
            await self._write(replace(entry, version=last))

    async def _miss(self, desk: Entry, before: Entry | None) -> None:
        """An entry that the files do not hold."""
        if before is None or not _is_same(desk, before):
            if desk.state is not EntryState.WITHDRAWN:
                self._found.kept.append(desk.entry_id)
            return
        if desk.state is EntryState.WITHDRAWN:
            return
        self._found.withdrawn.append(desk.entry_id)
        await self._store.set_state(self._profile, desk, EntryState.WITHDRAWN)
        await self._written(replace(desk, state=EntryState.WITHDRAWN))

    async def _write(self, entry: Entry) -> None:
        await self._store.add_version(self._profile, entry, at=self._at)
        await self._written(entry)

    async def _written(self, entry: Entry) -> None:
        await self._store.mark_in_files(self._profile, entry)
        line = HistoryLine(
            entry_id=entry.entry_id,
            version=entry.version,
            move=Move.IMPORT,
            state=entry.state,
            author=FILES,
            reviewer="",
            reason="",
            at=self._at,
        )
        await self._store.record(self._profile, line)


def _by_entry(wanted: Sequence[Entry]) -> dict[str, list[Entry]]:
    """The versions of each entry, the oldest first."""
    versions: dict[str, list[Entry]] = {}
    for entry in wanted:
        versions.setdefault(entry.entry_id, []).append(entry)
    return {
        entry_id: sorted(each, key=lambda entry: entry.version)
        for entry_id, each in versions.items()
    }


def _is_same(desk: Entry, before: Entry) -> bool:
    """Whether an entry still stands as the files last brought it in."""
    return desk.version == before.version and desk.state is before.state
