"""The trainers' verbs about misread lines: list them, relabel or reject one, take that back."""

from collections.abc import Callable, Collection
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from conversations.utterance import (
    Doubt,
    HeldOutLine,
    NothingToTeach,
    UnknownIntent,
    Utterance,
    UtteranceDecided,
    Verdict,
    example_of,
    words_of,
)
from conversations.utterance_store import UtteranceStore
from knowledge.gap_store import GapStore
from knowledge.gaps import Fate
from knowledge.review import refuse_nameless

Transaction = Callable[[], AbstractAsyncContextManager[AsyncConnection]]
# words the bot is examined with, as `words_of` makes them
HeldOut = Callable[[], Collection[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """An example of an intent that a trainer accepted; `origin` is `relabelled` or `gap`."""

    intent: str
    text: str
    by: str
    at: datetime
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some of the lines, and how many there are."""

    utterances: list[Utterance]
    total: int


class Lessons:
    """Misread lines of every centre; one bot serves them all, so lessons are of no centre."""

    def __init__(
        self,
        *,
        write: Transaction,
        read: Transaction,
        clock: Callable[[], datetime],
        intents: Collection[str],
        held_out: HeldOut,
    ) -> None:
        self._write, self._read, self._clock = write, read, clock
        self._intents, self._held_out = frozenset(intents), held_out

    async def list_open(
        self, profile: str, doubt: Doubt | None = None, *, offset: int = 0, limit: int = 20
    ) -> Page:
        """Doubtful lines nobody has decided about, the newest first."""
        async with self._read() as connection:
            found, total = await UtteranceStore(connection).list_open(
                profile, doubt, offset=offset, limit=limit
            )
        return Page(utterances=found, total=total)

    async def list_decided(self, profile: str, *, limit: int = 50) -> list[Utterance]:
        """What was decided last, newest first."""
        async with self._read() as connection:
            return await UtteranceStore(connection).list_decided(profile, None, limit=limit)

    async def relabel(self, profile: str, utterance_id: int, intent: str, *, by: str) -> Utterance:
        """Say what a line is; it becomes a lesson.

        Raises `UnknownIntent`, `HeldOutLine`, `NothingToTeach`, `UtteranceNotFound`,
        `UtteranceDecided`.
        """
        if intent not in self._intents:
            raise UnknownIntent(f"there is no intent {intent!r} in the bot")
        held_out = self._held_out()

        def check(found: Utterance) -> None:
            if words_of(example_of(found.text)) in held_out:
                raise HeldOutLine("the bot is examined with this line: it may not be taught it")

        return await self._decide(profile, utterance_id, Verdict.RELABELLED, by, intent, check)

    async def reject(self, profile: str, utterance_id: int, *, by: str) -> Utterance:
        """Say that a line teaches nothing."""
        return await self._decide(profile, utterance_id, Verdict.REJECTED, by, "", _anything)

    async def undo(self, profile: str, utterance_id: int, *, by: str) -> Utterance:
        """Put a line on the list again; what was written to the training data stays there."""
        refuse_nameless(by)
        async with self._write() as connection:
            store = UtteranceStore(connection)
            found = await store.get(profile, utterance_id)
            await store.decide(found, words_of(found.text), None, by=by, at="", taught="")
            return await store.get(profile, utterance_id)

    async def disown(self, intent: str, text: str, *, by: str) -> None:
        """Accept these words as an example of the intent no more, whoever did.

        A relabelled line is on the list again; a gap's decision stands without the wording.
        """
        refuse_nameless(by)
        words = words_of(text)

        def is_it(said: str) -> bool:
            try:
                return words_of(example_of(said)) == words
            except NothingToTeach:
                return False

        async with self._write() as connection:
            utterances, gaps = UtteranceStore(connection), GapStore(connection)
            for each in await utterances.list_decided(None, Verdict.RELABELLED):
                if each.intent == intent and is_it(each.text):
                    await utterances.decide(
                        each, words_of(each.text), None, by=by, at="", taught=""
                    )
            for decision in await gaps.list_wordings(None, Fate.BUSINESS):
                kept = [each for each in decision.decided.wordings if not is_it(each)]
                if decision.decided.intent == intent and len(kept) < len(decision.decided.wordings):
                    await gaps.keep_wordings(decision.decision_id, kept)

    async def list_lessons(self) -> list[Lesson]:
        """Every example that was accepted, in the order in which that was done."""
        async with self._read() as connection:
            relabelled = await UtteranceStore(connection).list_decided(None, Verdict.RELABELLED)
            settled = await GapStore(connection).list_wordings(None, Fate.BUSINESS)
        lessons = [
            Lesson(
                intent=each.intent,
                text=each.text,
                by=each.decided_by,
                at=each.decided_at or each.at,
                origin="relabelled",
            )
            for each in relabelled
        ]
        lessons += [
            Lesson(intent=each.decided.intent, text=text, by=by, at=each.decided.at, origin="gap")
            for each in settled
            for by in [each.decided.author]
            for text in each.decided.wordings
        ]
        return sorted(lessons, key=lambda lesson: (lesson.at, lesson.intent, lesson.text))

    async def _decide(
        self,
        profile: str,
        utterance_id: int,
        verdict: Verdict,
        by: str,
        intent: str,
        check: Callable[[Utterance], None],
    ) -> Utterance:
        refuse_nameless(by)
        async with self._write() as connection:
            store = UtteranceStore(connection)
            found = await store.get(profile, utterance_id)
            if found.verdict is not None:
                raise UtteranceDecided(found.decided_by)
            check(found)
            await store.decide(
                found,
                words_of(found.text),
                verdict,
                by=by.strip(),
                at=self._clock().isoformat(),
                taught=intent,
            )
            return await store.get(profile, utterance_id)


def _anything(found: Utterance) -> None:
    """A line may be rejected whatever it is."""
