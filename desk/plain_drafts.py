"""Stands in for `knowledge.editing.Editor` until that is merged; then this file goes."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from pypinyin import lazy_pinyin

from desk.database import Database
from knowledge.entry import Entry, EntryState, KnowledgeError
from knowledge.importing.proposal import Proposal
from knowledge.store import KnowledgeStore


class PlainDrafts:
    """Records new drafts; it cannot change what is there."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def propose(
        self, profile: str, proposals: Sequence[Proposal], *, author: str, now: datetime
    ) -> list[str]:
        """Record each as a draft; returns the entry ids, in the same order."""
        async with self._database.write() as connection:
            store = KnowledgeStore(connection)
            known = {entry.entry_id for entry in await store.list_latest(profile)}
            ids: list[str] = []
            for proposal in proposals:
                entry_id = proposal.entry_id or _new_id(proposal)
                if entry_id in known:
                    raise KnowledgeError(f"{entry_id} is there already, and is not changed")
                known.add(entry_id)
                ids.append(entry_id)
                await store.add_version(profile, _draft(entry_id, proposal, now), at=now)
            return ids


def _new_id(proposal: Proposal) -> str:
    sounds = "-".join(
        each for each in lazy_pinyin(proposal.title) if each.isascii() and each.isalnum()
    )
    mark = hashlib.sha256(f"{proposal.title}\n{proposal.answer}".encode()).hexdigest()[:8]
    return f"{sounds.lower()[:48].strip('-')}-{mark}".lstrip("-")


def _draft(entry_id: str, proposal: Proposal, now: datetime) -> Entry:
    return Entry(
        entry_id=entry_id,
        version=1,
        kind=proposal.kind,
        topic=proposal.topic,
        title=proposal.title,
        questions=proposal.questions,
        answer=proposal.answer,
        source=proposal.source,
        grade=proposal.grade,
        region=proposal.region,
        phase=proposal.phase,
        valid_from=proposal.valid_from or now.replace(second=0, microsecond=0),
        valid_until=proposal.valid_until,
        state=EntryState.DRAFT,
    )
