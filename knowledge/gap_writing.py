"""What a decision about a gap writes into the corpus, and taking that back, in its transaction."""

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from knowledge.editing import Editor, Ref, refuse_there
from knowledge.entry import Entry, EntryNotFound, EntryState, HistoryLine
from knowledge.entry_store import EntryStore
from knowledge.exam_questions import refuse_tested
from knowledge.gap_store import NewDecision
from knowledge.gaps import Fate, NothingToLearn
from knowledge.importing.proposal import Proposal
from knowledge.lexical import letters_of
from knowledge.proposing import Latest

# where an entry's text came from, before the gap's number
ORIGIN = "gap"


async def add_similar(
    connection: AsyncConnection,
    new: NewDecision,
    *,
    entry_id: str,
    version: int,
    tested: Collection[str],
) -> NewDecision:
    """The wordings the entry had not, as its questions; `tested` are the letters of test questions.

    `version` is the one that was seen, 0 for whatever it is.
    """
    latest = await EntryStore(connection).find_latest(new.profile, entry_id)
    if latest is None:
        raise EntryNotFound(f"there is no entry {entry_id} in {new.profile}")
    if not new.wordings:
        raise NothingToLearn("nothing is left of these lines without personal data")
    known = {letters_of(each) for each in (latest.title, *latest.questions)}
    added = tuple(each for each in new.wordings if letters_of(each) not in known)
    refuse_tested(added, tested)
    entry = replace(latest, version=version or latest.version)
    if added:
        entry = await _edit(connection, new, replace(entry, questions=(*latest.questions, *added)))
    return replace(new, wordings=added, entry_id=entry.entry_id, version=entry.version)


async def add_entry(
    connection: AsyncConnection, new: NewDecision, draft: Proposal, *, tested: Collection[str]
) -> NewDecision:
    """A draft of its own; raises `EntryThere` where an entry has its words already."""
    refuse_tested((draft.title, *draft.questions), tested)
    store = EntryStore(connection)
    known = Latest(await store.list_latest(new.profile)).find_same_words(draft)
    if known is not None and known.state is EntryState.WITHDRAWN and known.origin == draft.origin:
        # the same gap, decided, undone and decided again: its draft comes back
        entry = await _edit(connection, new, replace(known, questions=draft.questions))
    else:
        # its wordings would be lost, and an undo would withdraw somebody else's text
        refuse_there(known)
        (entry_id,) = await _editor(connection).propose(
            new.profile, [draft], author=new.author, now=new.at
        )
        made = await store.find_latest(new.profile, entry_id)
        assert made is not None
        entry = made
    return replace(new, wordings=draft.questions, entry_id=entry.entry_id, version=entry.version)


async def take_back(
    connection: AsyncConnection, decided: NewDecision, *, by: str, now: datetime
) -> bool:
    """Take back what the decision wrote; whether that had to be left as it is."""
    if not decided.entry_id or not (decided.wordings or decided.fate is Fate.ENTRY):
        return False
    store = EntryStore(connection)
    latest = await store.find_latest(decided.profile, decided.entry_id)
    history = await store.list_history(decided.profile, decided.entry_id)
    if latest is None or not _is_untouched(latest, decided, history):
        return True
    if decided.fate is Fate.ENTRY:
        ref = Ref(profile=decided.profile, entry_id=latest.entry_id, version=latest.version)
        await _editor(connection).withdraw(ref, author=by, reason=_reason(decided), now=now)
        return False
    questions = tuple(each for each in latest.questions if each not in decided.wordings)
    undoing = replace(decided, author=by, at=now)
    await _edit(connection, undoing, replace(latest, questions=questions))
    return False


def _is_untouched(entry: Entry, decided: NewDecision, history: Sequence[HistoryLine]) -> bool:
    """Whether the entry still is the draft that the decision wrote, and nobody else's."""
    if entry.version != decided.version or entry.state is not EntryState.DRAFT:
        return False
    first = next((line for line in history if line.version == entry.version), None)
    return first is not None and (first.author, first.at) == (decided.author, decided.at)


async def _edit(connection: AsyncConnection, new: NewDecision, wanted: Entry) -> Entry:
    return await _editor(connection).edit(
        new.profile, wanted, author=new.author, reason=_reason(new), now=new.at
    )


def _reason(decided: NewDecision) -> str:
    return f"{ORIGIN}: {decided.text}"


def _editor(connection: AsyncConnection) -> Editor:
    """The editor's verbs inside this transaction, so that a decision is whole or nothing."""

    @asynccontextmanager
    async def same() -> AsyncIterator[AsyncConnection]:
        yield connection

    return Editor(write=same, read=same)
