"""The trainers' verbs about gaps: list them, decide about one, take a decision back."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from sqlalchemy.ext.asyncio import AsyncConnection

from knowledge.editing import Editor, Ref, refuse_there
from knowledge.entry import Entry, EntryNotFound, EntryState, HistoryLine, NothingPublished
from knowledge.entry_store import EntryStore
from knowledge.gap_store import Decision, GapStore, NewDecision
from knowledge.gaps import (
    EXAMPLES,
    MOST_LINES,
    Fate,
    Gap,
    GapDecided,
    GapLine,
    GapNotFound,
    NotAnIntent,
    put_together,
)
from knowledge.importing.proposal import Proposal
from knowledge.lexical import letters_of
from knowledge.proposing import Latest
from knowledge.review import refuse_nameless
from knowledge.search import Candidate
from knowledge.service import Knowledge

Transaction = Callable[[], AbstractAsyncContextManager[AsyncConnection]]

# where an entry's text came from, before the gap's number
ORIGIN = "gap"
# entries shown beside a gap
NEAREST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody wants done with the lines of a gap.

    `wordings` are the lines as the trainer left them, the examples when empty. `entry_id` names the
    entry that gets them as similar questions; `draft` is the new entry; `intent` is the bot's.
    """

    profile: str
    line_ids: tuple[int, ...]
    fate: Fate
    wordings: tuple[str, ...] = ()
    entry_id: str = ""
    # the version of the entry that was seen; 0 for whatever it is
    version: int = 0
    draft: Proposal | None = None
    intent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """A decision taken back; `entry_kept` when others had worked on its entry since."""

    decision: Decision
    entry_kept: bool


class Gaps:
    """Gaps of every centre; each decision is one transaction, its entry's new draft included."""

    def __init__(
        self,
        *,
        knowledge: Knowledge,
        write: Transaction,
        read: Transaction,
        clock: Callable[[], datetime],
        intents: Collection[str],
    ) -> None:
        self._knowledge, self._intents = knowledge, frozenset(intents)
        self._write, self._read, self._clock = write, read, clock
        # the last list of each centre, and the lines it was made from
        self._listed: dict[str, tuple[object, list[Gap]]] = {}

    async def list_gaps(self, profile: str) -> list[Gap]:
        """All gaps of a centre, the one asked most often first."""
        async with self._read() as connection:
            lines = await GapStore(connection).list_open(profile, limit=MOST_LINES)
        made_from = [(line.line_id, line.answer, line.vector is None) for line in lines]
        known = self._listed.get(profile)
        if known is not None and known[0] == made_from:
            return known[1]
        gaps = await asyncio.to_thread(self._group, profile, lines)
        self._listed[profile] = (made_from, gaps)
        return gaps

    async def get_gap(self, profile: str, gap_id: int) -> Gap:
        """The gap that holds this line; raises `GapNotFound`."""
        for gap in await self.list_gaps(profile):
            if gap_id in gap.line_ids:
                return gap
        raise GapNotFound(f"there is no gap {gap_id} in {profile}")

    async def nearest(self, profile: str, gap: Gap) -> list[Candidate]:
        """The entries likeliest to answer a gap, best first; none before the first publication."""
        try:
            found = await self._knowledge.search(gap.lines[0].text, profile=profile, count=NEAREST)
        except NothingPublished:
            return []
        return list(found.candidates)

    async def decide(self, wanted: Wanted, *, author: str) -> Decision:
        """Take the lines from the list and do what is wanted, or nothing of it.

        Raises `GapDecided` when somebody was first, `GapNotFound`, `EntryNotFound`, `EntryThere`,
        `NotAnIntent`, `EntryChanged`, or what the editor raises.
        """
        refuse_nameless(author)
        if wanted.fate is Fate.BUSINESS and wanted.intent not in self._intents:
            raise NotAnIntent(f"there is no intent {wanted.intent!r} in the bot")
        async with self._write() as connection:
            store = GapStore(connection)
            lines = await _still_open(store, wanted)
            wordings = _wordings(wanted, lines)
            new = NewDecision(
                profile=wanted.profile,
                fate=wanted.fate,
                text=wordings[0] if wordings else lines[0].text,
                wordings=wordings,
                author=author.strip(),
                at=self._clock(),
                intent=wanted.intent if wanted.fate is Fate.BUSINESS else "",
            )
            if wanted.fate is Fate.SIMILAR:
                new = await self._add_similar(connection, new, wanted)
            elif wanted.fate is Fate.ENTRY:
                new = await self._add_entry(connection, new, wanted)
            return await store.decide(new, wanted.line_ids)

    async def undo(self, profile: str, decision_id: int, *, by: str) -> Undone:
        """Put a decision's lines on the list again; raises `GapNotFound`, `GapDecided`.

        A draft that nobody has touched since is taken back too.
        """
        refuse_nameless(by)
        now = self._clock()
        async with self._write() as connection:
            store = GapStore(connection)
            decision = await store.get_decision(profile, decision_id)
            if decision.undone_by is not None:
                raise GapDecided(decision.undone_by)
            kept = await self._take_back(connection, decision.decided, by=by, now=now)
            await store.undo(decision_id, by=by.strip(), at=now)
            return Undone(decision=await store.get_decision(profile, decision_id), entry_kept=kept)

    async def list_decisions(self, profile: str, *, limit: int = 50) -> list[Decision]:
        """What was decided last, newest first, undone decisions included."""
        async with self._read() as connection:
            return await GapStore(connection).list_decisions(profile, limit=limit)

    def _group(self, profile: str, lines: Sequence[GapLine]) -> list[Gap]:
        encoder = self._knowledge.encoder_fingerprint
        if not encoder:
            return put_together(lines, None)
        # the others are encoded by the next run of the collecting, seconds later
        encoded = [(line, line.vector) for line in lines if line.encoder == encoder]
        vectors = [vector for _, vector in encoded if vector is not None]
        if not vectors:
            return []
        placed = self._knowledge.place(np.stack(vectors), encoder=encoder, profile=profile)
        return put_together([line for line, _ in encoded], placed)

    async def _add_similar(
        self, connection: AsyncConnection, new: NewDecision, wanted: Wanted
    ) -> NewDecision:
        latest = await EntryStore(connection).find_latest(new.profile, wanted.entry_id)
        if latest is None:
            raise EntryNotFound(f"there is no entry {wanted.entry_id} in {new.profile}")
        known = {letters_of(each) for each in (latest.title, *latest.questions)}
        added = tuple(each for each in new.wordings if letters_of(each) not in known)
        entry = replace(latest, version=wanted.version or latest.version)
        if added:
            entry = await _editor(connection).edit(
                new.profile,
                replace(entry, questions=(*latest.questions, *added)),
                author=new.author,
                reason=_reason(new),
                now=new.at,
            )
        return replace(new, wordings=added, entry_id=entry.entry_id, version=entry.version)

    async def _add_entry(
        self, connection: AsyncConnection, new: NewDecision, wanted: Wanted
    ) -> NewDecision:
        draft = wanted.draft
        if draft is None:
            raise EntryNotFound("a new entry needs a title and an answer")
        proposal = replace(draft, origin=f"{ORIGIN} {min(wanted.line_ids)}", entry_id="")
        store = EntryStore(connection)
        known = Latest(await store.list_latest(new.profile)).find_same_words(proposal)
        if known is not None and _was_undone(known, proposal):
            # the same gap, decided, undone and decided again: its draft comes back
            entry = await _editor(connection).edit(
                new.profile,
                replace(known, questions=tuple(draft.questions)),
                author=new.author,
                reason=_reason(new),
                now=new.at,
            )
        else:
            # its wordings would be lost, and an undo would withdraw somebody else's text
            refuse_there(known)
            (entry_id,) = await _editor(connection).propose(
                new.profile, [proposal], author=new.author, now=new.at
            )
            made = await store.find_latest(new.profile, entry_id)
            assert made is not None
            entry = made
        wordings = tuple(draft.questions)
        return replace(new, wordings=wordings, entry_id=entry.entry_id, version=entry.version)

    async def _take_back(
        self, connection: AsyncConnection, decided: NewDecision, *, by: str, now: datetime
    ) -> bool:
        """Take back what the decision wrote; whether that had to be left as it is."""
        if not decided.entry_id or not (decided.wordings or decided.fate is Fate.ENTRY):
            return False
        store = EntryStore(connection)
        latest = await store.find_latest(decided.profile, decided.entry_id)
        history = await store.list_history(decided.profile, decided.entry_id)
        if latest is None or not _is_untouched(latest, decided, history):
            return True
        editor = _editor(connection)
        ref = Ref(profile=decided.profile, entry_id=latest.entry_id, version=latest.version)
        if decided.fate is Fate.ENTRY:
            await editor.withdraw(ref, author=by, reason=_reason(decided), now=now)
            return False
        questions = tuple(each for each in latest.questions if each not in decided.wordings)
        await editor.edit(
            decided.profile,
            replace(latest, questions=questions),
            author=by,
            reason=_reason(decided),
            now=now,
        )
        return False


async def _still_open(store: GapStore, wanted: Wanted) -> list[GapLine]:
    """The lines, of which nobody may have decided about any."""
    decided = await store.find_decided(wanted.line_ids)
    if decided is not None:
        raise GapDecided(decided.decided.author)
    lines = await store.list_by_id(wanted.profile, wanted.line_ids)
    if not lines or len(lines) != len(set(wanted.line_ids)):
        raise GapNotFound("some of these lines are no longer there: look at the list again")
    first = wanted.line_ids[0]
    return sorted(lines, key=lambda line: line.line_id != first)


def _is_untouched(entry: Entry, decided: NewDecision, history: Sequence[HistoryLine]) -> bool:
    """Whether the entry still is the draft that the decision wrote, and nobody else's."""
    if entry.version != decided.version or entry.state is not EntryState.DRAFT:
        return False
    wrote = (line for line in history if line.version == entry.version)
    first = next(wrote, None)
    return first is not None and (first.author, first.at) == (decided.author, decided.at)


def _was_undone(known: Entry, proposal: Proposal) -> bool:
    return known.state is EntryState.WITHDRAWN and known.origin == proposal.origin


def _wordings(wanted: Wanted, lines: Sequence[GapLine]) -> tuple[str, ...]:
    """What the trainer left of the lines; else all, or for an entry the first few."""
    every = _different(wanted.wordings or [line.text for line in lines])
    return every[:EXAMPLES] if wanted.fate is Fate.SIMILAR and not wanted.wordings else every


def _different(wordings: Sequence[str]) -> tuple[str, ...]:
    """Each wording once, in order."""
    kept: dict[str, str] = {}
    for each in wordings:
        if each.strip():
            kept.setdefault(letters_of(each), each.strip())
    return tuple(kept.values())


def _reason(decided: NewDecision) -> str:
    return f"{ORIGIN}: {decided.text}"


def _editor(connection: AsyncConnection) -> Editor:
    """The editor's verbs inside this transaction, so that a decision is whole or nothing."""

    @asynccontextmanager
    async def same() -> AsyncIterator[AsyncConnection]:
        yield connection

    return Editor(write=same, read=same)
