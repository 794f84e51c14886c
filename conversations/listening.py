"""Listening to what the bot takes lines for, and keeping what is doubtful for the trainers.

Nothing is written inside a customer's turn: readings wait in memory for the next run, which takes
personal data out of them. A process that is killed loses the readings of those seconds, no line.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from conversations.bot_client import Turn
from conversations.handover import MISSED
from conversations.masking import Mask
from conversations.utterance import Doubt, HeardLine, Read, find_doubt
from conversations.utterance_store import UtteranceStore, ids_of
from tickets.informants import Seal

log = logging.getLogger(__name__)

Transaction = Callable[[], AbstractAsyncContextManager[AsyncConnection]]

# a hand-over right after, and the answer to a line, are known by then
KNOWN_AFTER = timedelta(minutes=5)
# what was misread longer ago is misread again, or by an earlier bot
OLDEST = timedelta(days=90)
# readings that wait for a database that is away; the oldest go first
MOST_WAITING = 10_000


class Listening:
    """Gathers readings turn by turn; `run` writes them down and says what is doubtful."""

    def __init__(
        self,
        *,
        mask: Mask,
        seal: Seal,
        write: Transaction,
        clock: Callable[[], datetime],
    ) -> None:
        self._mask, self._seal = mask, seal
        self._write, self._clock = write, clock
        self._waiting: deque[tuple[Turn, Read, datetime]] = deque(maxlen=MOST_WAITING)

    def hear(self, turn: Turn, read: Read) -> None:
        """The bot has taken a line for something."""
        if turn.text:
            self._waiting.append((turn, read, self._clock()))

    async def run(self) -> int:
        """Write down what was heard since the last run; returns how many lines are doubtful."""
        waiting = list(self._waiting)
        heard = await asyncio.to_thread(lambda: [self._line(*each) for each in waiting])
        async with self._write() as connection:
            store = UtteranceStore(connection)
            for line in heard:
                await store.add(line)
            doubts = await _doubts(store)
            await store.doubt(doubts)
            await store.settle_known(doubts.keys())
            now = self._clock()
            await store.forget(undoubted_before=now - KNOWN_AFTER, open_before=now - OLDEST)
            await store.forget_sealed(self._seal.kinds)
        for _ in waiting:
            self._waiting.popleft()
        return len(doubts)

    def _line(self, turn: Turn, read: Read, at: datetime) -> HeardLine:
        return HeardLine(
            profile=turn.profile,
            conversation_id=turn.conversation_id,
            message_id=turn.message_id,
            text=self._mask(turn.text),
            read=read,
            at=at,
        )


async def _doubts(store: UtteranceStore) -> Mapping[int, Doubt]:
    """The lines that are doubtful by now, with why."""
    lines = await store.list_undoubted()
    cards, handed_over = (
        (await store.list_cards(ids_of(lines)), await store.list_handed_over(ids_of(lines)))
        if lines
        else ({}, {})
    )
    doubts: dict[int, Doubt] = {}
    for utterance_id, line in lines:
        later = (at for at in handed_over.get(line.conversation_id, []) if at >= line.at)
        found = find_doubt(
            line.read,
            line.at,
            was_missed=MISSED in cards.get((line.conversation_id, line.message_id), set()),
            handed_over_at=next(later, None),
        )
        if found is not None:
            doubts[utterance_id] = found
    return doubts
