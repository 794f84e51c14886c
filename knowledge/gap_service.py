"""The trainers' verbs about gaps: list them, decide about one, take a decision back."""

import asyncio
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from sqlalchemy.ext.asyncio import AsyncConnection

from knowledge.entry import EntryNotFound, NothingPublished
from knowledge.exam_question_service import QuestionFiles
from knowledge.exam_question_store import ExamQuestionStore
from knowledge.exam_questions import asked_questions
from knowledge.gap_store import Decision, GapStore, NewDecision
from knowledge.gap_writing import ORIGIN, add_entry, add_similar, take_back
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
from knowledge.importing.questions_yaml import LabelledQuestion
from knowledge.lexical import letters_of
from knowledge.remains import without_remains
from knowledge.review import refuse_nameless
from knowledge.search import Candidate
from knowledge.service import Knowledge

Transaction = Callable[[], AbstractAsyncContextManager[AsyncConnection]]

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
        files: QuestionFiles,
        write: Transaction,
        read: Transaction,
        clock: Callable[[], datetime],
        intents: Collection[str],
    ) -> None:
        self._knowledge, self._files, self._intents = knowledge, files, frozenset(intents)
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
        `NotAnIntent`, `EntryChanged`, `NothingToLearn`, `WordingTested`, or what the editor raises.
        """
        refuse_nameless(author)
        if wanted.fate is Fate.BUSINESS and wanted.intent not in self._intents:
            raise NotAnIntent(f"there is no intent {wanted.intent!r} in the bot")
        of_file = await asyncio.to_thread(self._files.tests, wanted.profile)
        async with self._write() as connection:
            store = GapStore(connection)
            lines = await _still_open(store, wanted)
            tested = await _tested(connection, wanted.profile, of_file)
            wordings = _wordings(wanted, lines)
            if wanted.fate is Fate.OUT_OF_SCOPE:
                # the lines leave the list; what the search is measured on, it does not learn
                wordings = tuple(each for each in wordings if letters_of(each) not in tested)
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
                new = await add_similar(
                    connection,
                    new,
                    entry_id=wanted.entry_id,
                    version=wanted.version,
                    tested=tested,
                )
            elif wanted.fate is Fate.ENTRY:
                new = await add_entry(connection, new, _draft_of(wanted), tested=tested)
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
            kept = await take_back(connection, decision.decided, by=by.strip(), now=now)
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


async def _tested(
    connection: AsyncConnection, profile: str, of_file: Sequence[LabelledQuestion]
) -> frozenset[str]:
    """The letters of every question that examinations ask."""
    kept = await ExamQuestionStore(connection).list_kept(profile)
    return frozenset(letters_of(each.text) for each in asked_questions(of_file, kept))


def _draft_of(wanted: Wanted) -> Proposal:
    """The new entry as it was written, its questions without what masking left in them."""
    if wanted.draft is None:
        raise EntryNotFound("a new entry needs a title and an answer")
    return replace(
        wanted.draft,
        questions=_different(wanted.draft.questions),
        origin=f"{ORIGIN} {min(wanted.line_ids)}",
        entry_id="",
    )


def _wordings(wanted: Wanted, lines: Sequence[GapLine]) -> tuple[str, ...]:
    """What the trainer left of the lines; else all, or for an entry the first few."""
    every = _different(wanted.wordings or [line.text for line in lines])
    return every[:EXAMPLES] if wanted.fate is Fate.SIMILAR and not wanted.wordings else every


def _different(wordings: Sequence[str]) -> tuple[str, ...]:
    """Each wording once, in order, without what masking left in it: that asks for nobody's."""
    kept: dict[str, str] = {}
    for each in map(without_remains, wordings):
        if letters_of(each):
            kept.setdefault(letters_of(each), each)
    return tuple(kept.values())
