"""Collecting gaps: walking through the conversations for lines nobody answered well.

A run can be broken off at any moment and begun again: what it finds is written together with how
far it has come, in one transaction, and a line that is found twice is kept once.
"""

import asyncio
from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np
from sqlalchemy.ext.asyncio import AsyncConnection

from conversations.masking import Mask
from conversations.missed import REST, Missed, Seen, find_missed, missed_by_suggestions
from conversations.missed_store import MissedStore, OfCalls
from conversations.store import ConversationStore
from conversations.thumb_store import ThumbStore
from knowledge.encoder import Vectors
from knowledge.gap_store import GapStore
from knowledge.gaps import MOST_LINES, NewLine, likeness_of, still_settles
from knowledge.service import Knowledge
from knowledge.settling import settled_by
from knowledge.settling_store import Encoded, SettlingStore
from knowledge.store import KnowledgeStore
from tickets.informants import Seal

Transaction = Callable[[], AbstractAsyncContextManager[AsyncConnection]]

# what is looked at in one transaction, so that nobody who writes waits long
AT_ONCE = 500
# lines of a conversation that are looked at, however long it is
LINES_BACK = 400
# what was asked longer ago is asked again, or matters to nobody
OLDEST = timedelta(days=90)
# lines whose vectors are written in one transaction
ENCODED_AT_ONCE = 200


@dataclass(slots=True)
class _Batch:
    """What happened since the last time, and how far that goes."""

    marks: dict[str, str] = field(default_factory=dict)
    seen: dict[str, tuple[str, Seen]] = field(default_factory=dict)
    calls: list[OfCalls] = field(default_factory=list)


class Collecting:
    """Finds missed lines, takes personal data out of them, and encodes them for grouping."""

    def __init__(
        self,
        *,
        knowledge: Knowledge,
        mask: Mask,
        seal: Seal,
        write: Transaction,
        read: Transaction,
        clock: Callable[[], datetime],
    ) -> None:
        self._knowledge, self._mask, self._seal = knowledge, mask, seal
        self._write, self._read, self._clock = write, read, clock

    async def run(self) -> int:
        """Collect all that is new; returns how many lines were added."""
        added, is_behind = 0, True
        while is_behind:
            before, batch = await self._look()
            found = await asyncio.to_thread(self._find, batch)
            added += await self._keep(found, batch.marks)
            is_behind = batch.marks != before
        await self._encode()
        return added

    async def _look(self) -> tuple[dict[str, str], _Batch]:
        now = self._clock()
        async with self._read() as connection:
            marks = await GapStore(connection).read_marks()
            store = MissedStore(connection)
            oldest = now - OLDEST
            fresh = await store.touched_by_lines(
                marks.get("lines", ""), since=oldest, until=now, limit=AT_ONCE
            )
            # looked at a second time when nothing more will be said: who left cannot tell us
            at_rest = await store.touched_by_lines(
                marks.get("at_rest", ""), since=oldest, until=now - REST, limit=AT_ONCE
            )
            thumbs = await store.touched_by_thumbs(marks.get("thumbs", ""), limit=AT_ONCE)
            outcomes, calls = await store.touched_by_outcomes(
                marks.get("outcomes", ""), since=oldest, limit=AT_ONCE
            )
            touched = {"lines": fresh, "at_rest": at_rest, "thumbs": thumbs, "outcomes": outcomes}
            batch = _Batch(marks={name: each.mark for name, each in touched.items()}, calls=calls)
            every = frozenset[str]().union(*(each.conversation_ids for each in touched.values()))
            batch.seen = await self._read_all(connection, every)
        return marks, batch

    async def _read_all(
        self, connection: AsyncConnection, conversation_ids: Collection[str]
    ) -> dict[str, tuple[str, Seen]]:
        """The conversations by id, each with its profile; those of informants are not read."""
        store, talks = MissedStore(connection), ConversationStore(connection)
        sealed = await store.list_sealed(conversation_ids, self._seal.kinds)
        profiles = await store.profiles_of(set(conversation_ids) - sealed)
        thumbs = await ThumbStore(connection).list_of(list(profiles))
        return {
            each: (
                profile,
                Seen(
                    lines=await talks.list_messages(each, limit=LINES_BACK),
                    thumbs=thumbs,
                    taken_over=await store.list_taken_over(each),
                    outcomes=await store.list_outcomes(each),
                ),
            )
            for each, profile in profiles.items()
        }

    def _find(self, batch: _Batch) -> list[NewLine]:
        now = self._clock()
        found = [
            self._line(profile, conversation_id, missed)
            for conversation_id, (profile, seen) in batch.seen.items()
            for missed in find_missed(seen, now)
            if missed.at >= now - OLDEST
        ]
        told_by_profile: dict[str, list[OfCalls]] = {}
        for each in batch.calls:
            told_by_profile.setdefault(each.profile, []).append(each)
        found += [
            self._line(profile, "", missed)
            for profile, calls in told_by_profile.items()
            for missed in missed_by_suggestions(call.told for call in calls)
        ]
        return sorted(found, key=lambda line: line.at)

    def _line(self, profile: str, asked_in: str, missed: Missed) -> NewLine:
        return NewLine(
            profile=profile,
            asked_in=asked_in,
            text=self._mask(missed.text),
            why=missed.why,
            answer=self._mask(missed.answer) if missed.answer else "",
            at=missed.at,
        )

    async def _keep(self, found: list[NewLine], marks: Mapping[str, str]) -> int:
        async with self._write() as connection:
            store = GapStore(connection)
            before = await store.count_lines()
            live_since = await _live_since(connection, {line.profile for line in found})
            for line in found:
                known = await store.find_settled(line.profile, line.words)
                settles = known is not None and still_settles(
                    known.decided.fate,
                    decided_at=known.decided.at,
                    asked_at=line.at,
                    live_since=live_since[line.profile],
                )
                await store.add(line, decision_id=known.decision_id if known and settles else None)
            added = await store.count_lines() - before
            # somebody may have informed in a conversation after it was collected from
            sealed = await MissedStore(connection).list_sealed_later(self._seal.kinds)
            if sealed:
                await store.forget_conversations(sealed)
            await store.write_marks(marks)
        return added

    async def _encode(self) -> None:
        """Vectors for new lines, one by one: each waits its turn behind customers' questions."""
        encoder = self._knowledge.encoder_fingerprint
        for _ in range(MOST_LINES // ENCODED_AT_ONCE if encoder else 0):
            async with self._read() as connection:
                waiting = await GapStore(connection).list_to_encode(encoder, limit=ENCODED_AT_ONCE)
            vectors: dict[int, Vectors] = {}
            for line_id, text in waiting:
                vector = await self._knowledge.vector(text)
                if vector is not None:
                    vectors[line_id] = vector
            if not vectors:
                return
            async with self._write() as connection:
                await GapStore(connection).save_vectors(vectors, encoder=encoder)
            await self._settle(list(vectors), encoder)

    async def _settle(self, line_ids: list[int], encoder: str) -> None:
        """Take new lines from the list that say the same as a group somebody decided about."""
        async with self._read() as connection:
            store = SettlingStore(connection)
            new = await store.list_open(line_ids)
            profiles = {line.profile for line in new}
            live_since = await _live_since(connection, profiles)
            decided = {
                profile: await store.list_decided(profile, encoder=encoder, limit=MOST_LINES)
                for profile in profiles
            }
        found: dict[int, int] = {}
        for profile, those in decided.items():
            lines = [line for line in new if line.profile == profile]
            found |= await asyncio.to_thread(
                self._settled, lines, those, live_since[profile], encoder
            )
        if found:
            async with self._write() as connection:
                await SettlingStore(connection).settle(found)

    def _settled(
        self,
        lines: list[Encoded],
        decided: list[Encoded],
        live_since: datetime | None,
        encoder: str,
    ) -> dict[int, int]:
        """The decision that settles each of these lines of one centre, by the line's number."""
        every = [*lines, *decided]
        placed = self._knowledge.place(
            np.stack([line.vector for line in every]), encoder=encoder, profile=every[0].profile
        )
        if placed is None or not decided:
            return {}
        likeness = likeness_of([line.text for line in every], placed)[: len(lines), len(lines) :]
        settled = settled_by(likeness, [line.decision_id for line in decided])
        of_decision = {line.decision_id: line for line in decided}
        found = {}
        for place, decision_id in settled.items():
            known = of_decision[decision_id]
            assert known.fate is not None
            assert known.decided_at is not None
            # one asked before was seen with the group, and left on the list
            if lines[place].at > known.decided_at and still_settles(
                known.fate,
                decided_at=known.decided_at,
                asked_at=lines[place].at,
                live_since=live_since,
            ):
                found[lines[place].line_id] = decision_id
        return found


async def _live_since(
    connection: AsyncConnection, profiles: Collection[str]
) -> dict[str, datetime | None]:
    store = KnowledgeStore(connection)
    changes = {profile: await store.list_live_changes(profile) for profile in profiles}
    return {profile: each[-1].at if each else None for profile, each in changes.items()}
