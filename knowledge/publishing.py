"""The corpus's verbs: import what trainers wrote, publish a numbered snapshot, go back to one."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from knowledge.encoder import Encoder
from knowledge.entry import Entry, EntryState, KnowledgeError
from knowledge.evaluation import evaluate
from knowledge.fitting import fit_calibrations
from knowledge.importing.questions_yaml import LabelledQuestion
from knowledge.indexes.cache import IndexCache
from knowledge.search import make_searcher
from knowledge.store import KnowledgeStore, Publication

Transaction = Callable[[], AbstractAsyncContextManager[AsyncConnection]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What an import changed, by entry id; `renumbered` are versions raised for the trainer."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    withdrawn: tuple[str, ...]
    unchanged: int
    renumbered: tuple[tuple[str, int], ...]

    @property
    def is_empty(self) -> bool:
        """Whether the corpus was already as the files say."""
        return not (self.added or self.changed or self.withdrawn)


async def import_corpus(
    store: KnowledgeStore, profile: str, wanted: Sequence[Entry], *, at: datetime
) -> ImportReport:
    """Bring the stored entries of a profile to what its files say; nothing is ever overwritten.

    A changed text whose version was not raised gets the next version, so that a version always
    names one text.
    """
    stored = {entry.entry_id: entry for entry in await store.list_latest(profile)}
    added, changed, renumbered = [], [], []
    for entry in wanted:
        known = stored.pop(entry.entry_id, None)
        if known is None:
            added.append(entry.entry_id)
            await store.add_version(profile, entry, at=at)
        elif known.content_hash() != entry.content_hash():
            version = max(entry.version, known.version + 1)
            if version != entry.version:
                renumbered.append((entry.entry_id, version))
            changed.append(entry.entry_id)
            await store.add_version(profile, replace(entry, version=version), at=at)
    gone = [entry for entry in stored.values() if entry.state is not EntryState.WITHDRAWN]
    for entry in gone:
        await store.set_state(profile, entry, EntryState.WITHDRAWN)
    return ImportReport(
        added=tuple(added),
        changed=tuple(changed),
        withdrawn=tuple(entry.entry_id for entry in gone),
        unchanged=len(wanted) - len(added) - len(changed),
        renumbered=tuple(renumbered),
    )


class Publisher:
    """Makes publications; the database says which one is live."""

    def __init__(self, *, write: Transaction, read: Transaction, indexes: IndexCache) -> None:
        self._write, self._read, self._indexes = write, read, indexes

    async def publish(
        self,
        profile: str,
        *,
        encoder: Encoder,
        labelled: Sequence[LabelledQuestion],
        tests: Sequence[LabelledQuestion],
        author: str,
        now: datetime,
    ) -> Publication:
        """Index the approved entries, learn the calibration, measure, write and go live.

        The publication before stays in service until the last step commits.
        """
        async with self._read() as connection:
            latest = await KnowledgeStore(connection).list_latest(profile)
        content = [entry for entry in latest if entry.state is EntryState.APPROVED]
        if not content:
            raise KnowledgeError(
                f"profile {profile} has no approved entries: import a corpus first"
            )
        _refuse_unknown(content, [*labelled, *tests])
        searcher = make_searcher(content, self._indexes, encoder, lessons=labelled)
        calibrations = fit_calibrations(searcher, encoder, labelled, now=now)
        figures = evaluate(searcher, encoder, calibrations["full"], tests, now=now)
        async with self._write() as connection:
            store = KnowledgeStore(connection)
            no = await store.add_publication(
                profile,
                content,
                author=author,
                encoder=encoder.fingerprint,
                calibrations={name: each.to_json() for name, each in calibrations.items()},
                figures=figures,
                at=now,
            )
            await store.go_live(profile, no)
            return await store.get_publication(no)

    async def roll_back(self, profile: str, no: int) -> Publication:
        """Make an earlier publication live again."""
        async with self._write() as connection:
            store = KnowledgeStore(connection)
            publication = await store.get_publication(no)
            if publication.profile != profile:
                raise KnowledgeError(f"publication {no} belongs to profile {publication.profile}")
            await store.go_live(profile, no)
        return publication


def _refuse_unknown(content: Sequence[Entry], questions: Sequence[LabelledQuestion]) -> None:
    known = {entry.entry_id for entry in content}
    for question in questions:
        unknown = question.relevant - known
        if unknown:
            raise KnowledgeError(
                f"the labelled question {question.text!r} names entries that are not approved: "
                f"{', '.join(sorted(unknown))}"
            )
