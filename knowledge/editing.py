"""What people do to entries: propose, edit, review, withdraw; each with who, why and when."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from knowledge.entry import (
    WRITING_MOVES,
    Entry,
    EntryChanged,
    EntryNotFound,
    EntryState,
    EntryThere,
    HistoryLine,
    Move,
)
from knowledge.entry_store import EntryStore
from knowledge.proposing import Latest, Proposed, why_look_first
from knowledge.review import (
    refuse_backwards,
    refuse_nameless,
    refuse_own_review,
    refuse_unfit,
    refuse_without_reason,
    writers_of,
)

Transaction = Callable[[], AbstractAsyncContextManager[AsyncConnection]]

# where a text comes from that no file holds
DESK = "desk"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ref:
    """One version of one entry, as somebody saw it."""

    profile: str
    entry_id: str
    version: int


class Editor:
    """The trainers' verbs; each is one transaction and leaves its line in the entry's history."""

    def __init__(self, *, write: Transaction, read: Transaction) -> None:
        self._write, self._read = write, read

    async def propose(
        self, profile: str, proposals: Iterable[Proposed], *, author: str, now: datetime
    ) -> list[str]:
        """Record drafts; returns their ids, in the same order.

        A proposal with the id of an entry becomes a new draft of it. One that is there already,
        word for word, is found and not recorded again.
        """
        refuse_nameless(author)
        async with self._write() as connection:
            store = EntryStore(connection)
            latest = Latest(await store.list_latest(profile))
            # thousands of rows take a second or two, in which others are served
            ids, made = await asyncio.to_thread(_drafts, proposals, latest, author, now)
            await store.add_versions(profile, [entry for entry, _ in made], at=now)
            await store.record_all(profile, [line for _, line in made])
            return ids

    async def create(self, profile: str, wanted: Entry, *, author: str, now: datetime) -> Entry:
        """A new draft, with an id made of its title unless it has one; raises `EntryThere`."""
        refuse_nameless(author)
        refuse_backwards(wanted)
        async with self._write() as connection:
            store = EntryStore(connection)
            latest = Latest(await store.list_latest(profile))
            refuse_there(latest.find(wanted.entry_id) or latest.find_same_words(wanted))
            entry = replace(
                wanted,
                entry_id=wanted.entry_id or latest.new_id(wanted.title),
                version=1,
                state=EntryState.DRAFT,
                origin=wanted.origin or DESK,
            )
            await store.add_version(profile, entry, at=now)
            await store.record(profile, _line(entry, Move.PROPOSE, author=author, at=now))
        return entry

    async def edit(
        self, profile: str, wanted: Entry, *, author: str, reason: str, now: datetime
    ) -> Entry:
        """Write a new draft over the version that was seen (`wanted.version`); returns it."""
        refuse_backwards(wanted)
        wanted = replace(wanted, origin=wanted.origin or DESK)
        ref = Ref(profile=profile, entry_id=wanted.entry_id, version=wanted.version)
        return await self._move(ref, Move.EDIT, author=author, reason=reason, now=now, text=wanted)

    async def submit(self, ref: Ref, *, author: str, now: datetime, reason: str = "") -> Entry:
        """Ask for a review of a draft."""
        return await self._move(ref, Move.SUBMIT, author=author, reason=reason, now=now)

    async def approve(self, ref: Ref, *, reviewer: str, now: datetime, reason: str = "") -> Entry:
        """Let the next publication take this version; never by the one who wrote it."""
        return await self._review(ref, Move.APPROVE, reviewer=reviewer, reason=reason, now=now)

    async def reject(self, ref: Ref, *, reviewer: str, reason: str, now: datetime) -> Entry:
        """Send a version back to its author, with the reason."""
        return await self._review(ref, Move.REJECT, reviewer=reviewer, reason=reason, now=now)

    async def withdraw(self, ref: Ref, *, author: str, reason: str, now: datetime) -> Entry:
        """Stop saying an entry at once, in whatever publication it is."""
        return await self._move(ref, Move.WITHDRAW, author=author, reason=reason, now=now)

    async def restore(self, ref: Ref, *, author: str, reason: str, now: datetime) -> Entry:
        """Take up a withdrawn entry again, as a new draft."""
        return await self._move(ref, Move.RESTORE, author=author, reason=reason, now=now)

    async def history(self, profile: str, entry_id: str) -> list[HistoryLine]:
        """All that was done to an entry, oldest first; raises `EntryNotFound`."""
        async with self._read() as connection:
            store = EntryStore(connection)
            await _get(store, profile, entry_id)
            return await store.list_history(profile, entry_id)

    async def _move(
        self,
        ref: Ref,
        move: Move,
        *,
        author: str,
        reason: str,
        now: datetime,
        text: Entry | None = None,
    ) -> Entry:
        refuse_nameless(author)
        if move is not Move.SUBMIT:
            refuse_without_reason(move, reason)
        async with self._write() as connection:
            store = EntryStore(connection)
            seen = await _as_seen(store, ref)
            moved = replace(text or seen, state=seen.after(move))
            if move in WRITING_MOVES:
                moved = replace(moved, version=seen.version + 1)
                await store.add_version(ref.profile, moved, at=now)
            else:
                await store.set_state(ref.profile, seen, moved.state)
            if move is Move.WITHDRAW:
                await store.silence(ref.profile, moved, at=now)
            line = _line(moved, move, author=author, at=now)
            await store.record(ref.profile, replace(line, reason=reason))
        return moved

    async def _review(
        self, ref: Ref, move: Move, *, reviewer: str, reason: str, now: datetime
    ) -> Entry:
        refuse_nameless(reviewer)
        async with self._write() as connection:
            store = EntryStore(connection)
            seen = await _as_seen(store, ref)
            moved = replace(seen, state=seen.after(move))
            history = await store.list_history(ref.profile, ref.entry_id)
            author = author_of(seen, history)
            if move is Move.REJECT:
                refuse_without_reason(move, reason)
            else:
                refuse_own_review(seen, writers=writers_of(seen, history), reviewer=reviewer)
                refuse_unfit(moved)
            await store.set_state(ref.profile, seen, moved.state)
            line = _line(moved, move, author=author, at=now)
            await store.record(ref.profile, replace(line, reviewer=reviewer.strip(), reason=reason))
        return moved


async def _get(store: EntryStore, profile: str, entry_id: str) -> Entry:
    entry = await store.find_latest(profile, entry_id)
    if entry is None:
        raise EntryNotFound(f"there is no entry {entry_id} in {profile}")
    return entry


async def _as_seen(store: EntryStore, ref: Ref) -> Entry:
    """The latest version, which must be the one that was seen."""
    latest = await _get(store, ref.profile, ref.entry_id)
    if latest.version != ref.version:
        author = author_of(latest, await store.list_history(ref.profile, ref.entry_id))
        raise EntryChanged(
            f"{ref.entry_id} is at version {latest.version} by now, by "
            f"{author or 'nobody known'}; you saw version {ref.version}: look at it again",
            version=latest.version,
            changed_by=author,
        )
    return latest


def _drafts(
    proposals: Iterable[Proposed], latest: Latest, author: str, now: datetime
) -> tuple[list[str], list[tuple[Entry, HistoryLine]]]:
    """The ids of proposals, in order, and what is new: each draft with its line of the history."""
    ids, made = [], []
    for proposal in proposals:
        entry = latest.take(proposal, now)
        known = latest.find(entry.entry_id)
        if known is not entry:
            refuse_backwards(entry)
            line = _line(entry, Move.EDIT if known else Move.PROPOSE, author=author, at=now)
            made.append((entry, replace(line, reason=why_look_first(proposal))))
            latest.add(entry)
        ids.append(entry.entry_id)
    return ids, made


def refuse_there(known: Entry | None) -> None:
    """Raise `EntryThere` where an entry of these words, or this id, was found."""
    if known is not None:
        raise EntryThere(
            f"{known.entry_id} is there already and says the same: edit it instead",
            entry_id=known.entry_id,
            named=known.title,
        )


def author_of(entry: Entry, history: Sequence[HistoryLine]) -> str:
    """Who wrote this version; nobody known for versions of before there was a history."""
    return next(
        (
            line.author
            for line in history
            if line.version == entry.version and line.move in WRITING_MOVES
        ),
        "",
    )


def _line(entry: Entry, move: Move, *, author: str, at: datetime) -> HistoryLine:
    return HistoryLine(
        entry_id=entry.entry_id,
        version=entry.version,
        move=move,
        state=entry.state,
        author=author.strip(),
        reviewer="",
        reason="",
        at=at,
    )
