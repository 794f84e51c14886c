"""The trainers' verbs about test questions: list them, add, change, remove, put back."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from knowledge.entry import EntryNotFound
from knowledge.entry_store import EntryStore
from knowledge.exam_question_store import ExamQuestionStore
from knowledge.exam_questions import (
    ExamQuestion,
    ExamQuestionNotFound,
    ExamQuestionThere,
    Kept,
    Origin,
    id_of,
    listed_questions,
    refuse_learned,
    refuse_taught,
)
from knowledge.gap_store import GapStore
from knowledge.gaps import Fate
from knowledge.importing.questions_yaml import LabelledQuestion
from knowledge.review import refuse_nameless
from knowledge.store import KnowledgeStore

Transaction = Callable[[], AbstractAsyncContextManager[AsyncConnection]]


class QuestionFiles(Protocol):
    """The labelled questions that come with the profiles."""

    def tests(self, profile: str) -> list[LabelledQuestion]:
        """Those the search is measured on."""
        ...

    def lessons(self, profile: str) -> list[LabelledQuestion]:
        """Those it learns from."""
        ...


class ExamQuestions:
    """Test questions of every centre; each change is one transaction."""

    def __init__(
        self,
        *,
        files: QuestionFiles,
        write: Transaction,
        read: Transaction,
        clock: Callable[[], datetime],
    ) -> None:
        self._files, self._write, self._read, self._clock = files, write, read, clock

    async def list_questions(self, profile: str) -> list[ExamQuestion]:
        """All test questions of a centre, removed ones too; the trainers' own first."""
        of_file = await asyncio.to_thread(self._files.tests, profile)
        async with self._read() as connection:
            return await _listed(connection, profile, of_file, self._clock())

    async def add(
        self, profile: str, text: str, entries: Sequence[str], *, author: str
    ) -> ExamQuestion:
        """A new test question; without entries it is one nobody should answer.

        Raises `ExamQuestionThere`, `ExamQuestionLearned` (of which `ExamQuestionTaught` is one) or
        `EntryNotFound`.
        """
        return await self._put(profile, text, entries, author=author, instead_of="")

    async def change(
        self, profile: str, question_id: str, text: str, entries: Sequence[str], *, author: str
    ) -> ExamQuestion:
        """Other words or entries for a test question; also raises `ExamQuestionNotFound`."""
        return await self._put(profile, text, entries, author=author, instead_of=question_id)

    async def remove(self, profile: str, question_id: str, *, author: str) -> None:
        """Ask it no more; one of the file can be put back."""
        refuse_nameless(author)
        of_file = await asyncio.to_thread(self._files.tests, profile)
        async with self._write() as connection:
            found = _get(await _listed(connection, profile, of_file, self._clock()), question_id)
            await self._take_away(connection, profile, found, of_file, author)

    async def restore(self, profile: str, question_id: str) -> None:
        """Let it be as the file has it; one that was added is gone then."""
        of_file = await asyncio.to_thread(self._files.tests, profile)
        async with self._write() as connection:
            _get(await _listed(connection, profile, of_file, self._clock()), question_id)
            await ExamQuestionStore(connection).forget(profile, question_id)

    async def _put(
        self, profile: str, text: str, entries: Sequence[str], *, author: str, instead_of: str
    ) -> ExamQuestion:
        refuse_nameless(author)
        of_file = await asyncio.to_thread(self._files.tests, profile)
        refuse_learned(text, await asyncio.to_thread(self._files.lessons, profile))
        kept = Kept(
            profile=profile,
            text=text.strip(),
            entries=tuple(dict.fromkeys(entries)),
            is_removed=False,
            author=author.strip(),
            at=self._clock(),
        )
        async with self._write() as connection:
            listed = await _listed(connection, profile, of_file, self._clock())
            await _refuse_learned_here(connection, kept, now=self._clock())
            await _refuse_unknown(connection, kept)
            _refuse_twice(kept, listed, instead_of)
            if instead_of:
                before = _get(listed, instead_of)
                if instead_of != kept.question_id:
                    await self._take_away(connection, profile, before, of_file, author)
            await ExamQuestionStore(connection).put(kept)
            return _get(
                await _listed(connection, profile, of_file, self._clock()), kept.question_id
            )

    async def _take_away(
        self,
        connection: AsyncConnection,
        profile: str,
        question: ExamQuestion,
        of_file: Sequence[LabelledQuestion],
        author: str,
    ) -> None:
        store = ExamQuestionStore(connection)
        if question.question_id not in {id_of(each.text) for each in of_file}:
            await store.forget(profile, question.question_id)
            return
        await store.put(
            Kept(
                profile=profile,
                text=question.text,
                entries=question.entries,
                is_removed=True,
                author=author.strip(),
                at=self._clock(),
            )
        )


async def _listed(
    connection: AsyncConnection,
    profile: str,
    of_file: Sequence[LabelledQuestion],
    now: datetime,
) -> list[ExamQuestion]:
    kept = await ExamQuestionStore(connection).list_kept(profile)
    approved = await KnowledgeStore(connection).list_approved(profile, now=now)
    return listed_questions(of_file, kept, approved={entry.entry_id for entry in approved})


async def _refuse_learned_here(connection: AsyncConnection, kept: Kept, *, now: datetime) -> None:
    """What the search learns from beside the files: the entries, and what was decided of gaps."""
    store = EntryStore(connection)
    refuse_taught(kept.text, await store.list_latest(kept.profile))
    refuse_taught(kept.text, await store.list_approved(kept.profile, now=now))
    decided = await GapStore(connection).list_wordings(kept.profile, Fate.OUT_OF_SCOPE)
    refuse_learned(
        kept.text,
        [
            LabelledQuestion(text=text, relevant=frozenset())
            for each in decided
            for text in each.decided.wordings
        ],
    )


async def _refuse_unknown(connection: AsyncConnection, kept: Kept) -> None:
    for entry_id in kept.entries:
        if await EntryStore(connection).find_latest(kept.profile, entry_id) is None:
            raise EntryNotFound(f"there is no entry {entry_id} in {kept.profile}")


def _refuse_twice(kept: Kept, listed: Sequence[ExamQuestion], instead_of: str) -> None:
    there = next((each for each in listed if each.question_id == kept.question_id), None)
    if there is None or there.origin is Origin.REMOVED or there.question_id == instead_of:
        return
    raise ExamQuestionThere(f"{there.text!r} is a test question already: change that one")


def _get(listed: Sequence[ExamQuestion], question_id: str) -> ExamQuestion:
    for each in listed:
        if each.question_id == question_id:
            return each
    raise ExamQuestionNotFound(f"there is no test question {question_id}")
