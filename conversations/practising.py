"""The case library and practice: cases made and mended by trainers, answered by trainees."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from conversations.case_store import Answered, CaseStore, Closed, Practice
from conversations.cases import (
    MAX_TITLE,
    Case,
    CaseChanged,
    CaseNotClosed,
    CaseNotFound,
    CaseSealed,
    Judged,
    NothingSaid,
    PracticeNotFound,
    Step,
    StepNotDue,
    judge,
    steps_of,
)
from conversations.drafts import Asked, Drafts
from conversations.message import clean
from conversations.store import ConversationStore
from knowledge.encoder import Vectors
from knowledge.entry import NothingPublished
from knowledge.gaps import likeness_of
from knowledge.service import Knowledge
from tickets.informants import Seal

Transaction = Callable[[], AbstractAsyncContextManager[AsyncConnection]]

CANDIDATES = 30
RESULTS = 200
# other answers of a centre that a wording is held against; each is encoded once
OTHERS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A closed conversation a case could be made of, without personal data."""

    closed: Closed
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A case as a trainer wants it; `version` is the one that was seen."""

    case_id: int
    title: str
    steps: tuple[Step, ...]
    is_ready: bool
    version: int


class Practising:
    """Cases and practices of every centre."""

    def __init__(
        self,
        *,
        knowledge: Knowledge,
        drafts: Drafts,
        seal: Seal,
        mask: Callable[[str], str],
        write: Transaction,
        read: Transaction,
        clock: Callable[[], datetime],
    ) -> None:
        self._knowledge, self._drafts, self._seal, self._mask = knowledge, drafts, seal, mask
        self._write, self._read, self._clock = write, read, clock
        self._others: dict[tuple[str, str], Sequence[Vectors]] = {}

    # ------------------------------------------------------------ the trainer's verbs

    async def list_candidates(self, profile: str) -> list[Candidate]:
        """Conversations that went well, newest first, as they would become cases."""
        async with self._read() as connection:
            closed = await self._store(connection).list_closed(profile, limit=CANDIDATES)
            found = [(each, await self._steps(connection, each)) for each in closed]
        return [Candidate(closed=each, steps=steps) for each, steps in found if steps]

    async def make(self, profile: str, conversation_id: str, *, author: str) -> Case:
        """A case of a closed conversation, not yet ready to be practised.

        Raises `CaseSealed`, `CaseNotClosed` or `NothingSaid`.
        """
        async with self._write() as connection:
            store = self._store(connection)
            if await store.is_sealed(conversation_id):
                raise CaseSealed(f"no case is made of {conversation_id}")
            closed = await store.list_closed(profile, limit=1, conversation_id=conversation_id)
            if not closed:
                raise CaseNotClosed(f"{conversation_id} is not closed, or is a case already")
            steps = await self._steps(connection, closed[0])
            if not steps:
                raise NothingSaid(f"in {conversation_id} an agent answered nothing")
            case = Case(
                case_id=0,
                profile=profile,
                title=steps[0].asked.split("\n")[-1][:MAX_TITLE],
                steps=steps,
                is_ready=False,
                version=1,
                author=author,
                at=self._clock(),
            )
            return await store.add(case, conversation_id=conversation_id)

    async def list_cases(self, profile: str) -> list[Case]:
        """The library of a centre, newest first."""
        async with self._read() as connection:
            return await self._store(connection).list_cases(profile)

    async def change(self, profile: str, change: Change, *, author: str) -> Case:
        """Mend a case, or let it be practised; what is typed is masked too.

        Raises `CaseNotFound` or `CaseChanged`.
        """
        steps = await asyncio.to_thread(self._masked, change.steps)
        async with self._write() as connection:
            store = self._store(connection)
            case = replace(
                await store.get(profile, change.case_id),
                title=self._mask(change.title),
                steps=steps,
                is_ready=change.is_ready,
                version=change.version,
                author=author,
                at=self._clock(),
            )
            if not await store.change(case):
                raise CaseChanged(f"case {change.case_id} was changed meanwhile")
            return await store.get(profile, change.case_id)

    async def retire(self, profile: str, case_id: int) -> None:
        """Take a case out of the library; results stay."""
        async with self._write() as connection:
            store = self._store(connection)
            await store.get(profile, case_id)
            await store.retire(case_id)

    # ------------------------------------------------------------ the trainee's verbs

    async def list_ready(self, profile: str) -> list[Case]:
        """What can be practised."""
        return [case for case in await self.list_cases(profile) if case.is_ready]

    async def begin(self, profile: str, case_id: int, *, person: str) -> Practice:
        """Begin a case; raises `CaseNotFound` also for one that is not ready."""
        async with self._write() as connection:
            store = self._store(connection)
            case = await store.get(profile, case_id)
            if not case.is_ready:
                raise CaseNotFound(f"case {case_id} is not ready to be practised")
            return await store.begin(case, person=person, at=self._clock())

    async def answer(
        self, practice_id: int, step: int, text: str, *, person: str
    ) -> tuple[Practice, list[Answered]]:
        """Reply to a step, counted from 0; the same step again changes nothing.

        Returns the practice and all its replies. Raises `PracticeNotFound`, `StepNotDue`,
        `EmptyMessage` or `MessageTooLong`.
        """
        practice, replies = await self.get(practice_id, person=person)
        if step < len(replies):
            return practice, replies
        if step != len(replies) or step >= len(practice.steps):
            raise StepNotDue(f"step {len(replies)} is due")
        reply = clean(text)
        judged = await self._judge(practice.profile, reply, practice.steps[step].wording)
        async with self._write() as connection:
            store = self._store(connection)
            known = await store.list_replies(practice_id)
            if len(known) == step:
                # two pages of one person may send at once: the first counts
                answered = Answered(step=step, text=reply, judged=asdict(judged))
                known.append(answered)
                await store.add_reply(practice_id, answered, at=self._clock())
                if len(known) == len(practice.steps):
                    score = round(sum(each.judged["score"] for each in known) / len(known))
                    await store.end_practice(practice_id, score=score, at=self._clock())
        return await self.get(practice_id, person=person)

    async def get(self, practice_id: int, *, person: str) -> tuple[Practice, list[Answered]]:
        """A person's own practice with its replies; raises `PracticeNotFound`."""
        async with self._read() as connection:
            store = self._store(connection)
            practice = await store.find_practice(practice_id)
            if practice is None or practice.person != person:
                raise PracticeNotFound(f"{person} has no practice {practice_id}")
            return practice, await store.list_replies(practice_id)

    async def list_results(self, profile: str, *, person: str | None = None) -> list[Practice]:
        """The last practices, newest first: a person's own, or everybody's."""
        async with self._read() as connection:
            return await self._store(connection).list_practices(
                profile, person=person, limit=RESULTS
            )

    # ------------------------------------------------------------ how a reply is judged

    async def _judge(self, profile: str, reply: str, wording: str) -> Judged:
        findings = await self._drafts.check(Asked(text=reply, profile=profile))
        ours, theirs = await self._knowledge.vector(reply), await self._knowledge.vector(wording)
        if ours is None or theirs is None:
            # the encoder is away: characters in common tell, and unlike answers share hardly any
            shared = float(likeness_of([reply, wording], None)[0, 1])
            return judge(reply, wording, nearness=shared, usual=0.0, findings=findings)
        others = [float(theirs @ each) for each in await self._other_answers(profile)]
        # an answer may be the wording itself, or nearly: the middle one is about something else
        usual = sorted(others)[len(others) // 2] if others else 0.0
        nearness = float(ours @ theirs)
        return judge(reply, wording, nearness=nearness, usual=usual, findings=findings)

    async def _other_answers(self, profile: str) -> Sequence[Vectors]:
        key = (profile, self._knowledge.encoder_fingerprint)
        if key not in self._others:
            try:
                texts = self._knowledge.answers(profile, count=OTHERS)
            except NothingPublished:
                return ()
            vectors = [await self._knowledge.vector(text) for text in texts]
            self._others[key] = [each for each in vectors if each is not None]
        return self._others[key]

    async def _steps(self, connection: AsyncConnection, closed: Closed) -> tuple[Step, ...]:
        lines = await ConversationStore(connection).list_messages(closed.conversation_id)
        until = [line for line in lines if line.at <= closed.ended_at]
        return await asyncio.to_thread(self._masked, steps_of(until))

    def _masked(self, steps: Sequence[Step]) -> tuple[Step, ...]:
        return tuple(
            Step(asked=self._mask(step.asked), wording=self._mask(step.wording)) for step in steps
        )

    def _store(self, connection: AsyncConnection) -> CaseStore:
        return CaseStore(connection, sealed=self._seal.kinds)
