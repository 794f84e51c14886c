"""Rasa's SQL tracker store with the conversations of the moment kept in memory.

Stock SQL reads and rebuilds the whole conversation at every turn and counts it again at saving: a
quarter of a turn. Kept trackers are safe because one Rasa alone has a conversation (the desk routes
by its id); one that a failed turn left ahead of the database is read anew.

A long conversation goes on in a new session of Rasa's, with all it knew: the policies walk through
every event of a session and every action is sent all of them, so a turn would cost more and more.
"""

import copy
import itertools
import json
import time
from collections import OrderedDict
from typing import Any, List, NamedTuple, Optional, Text

import sqlalchemy as sa
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    Event,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy.orm import sessionmaker
from sqlalchemy.pool import QueuePool

KEPT = 1000
# a session of more events than this is closed before the next turn
LONGEST_SESSION = 100
# … and the next one begins with the last turns of it: the channel looks there for earlier answers
TURNS_TAKEN_OVER = 2
A_MOMENT_S = 1e-5


class Kept(NamedTuple):
    """A tracker, how many of its events the database has, and the domain it was built with."""

    tracker: DialogueStateTracker
    stored: int
    domain: Optional[Domain]


class KeptTrackers(SQLTrackerStore):
    """Reads a conversation once and then only writes what is new."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._kept: "OrderedDict[Text, Kept]" = OrderedDict()
        if self.engine.dialect.name == "sqlite":
            self._hold_one_connection()

    async def retrieve(self, sender_id: Text) -> Optional[DialogueStateTracker]:
        """The tracker of the present session, from memory when that is what the database has."""
        kept = self._kept.pop(sender_id, None)
        if kept and kept.stored == len(kept.tracker.events) and kept.domain is self.domain:
            self._kept[sender_id] = kept
            tracker: Optional[DialogueStateTracker] = kept.tracker
        else:
            tracker = await super().retrieve(sender_id)
        if tracker is None:
            return None
        if len(tracker.events) > LONGEST_SESSION:
            tracker = self._begin_session(tracker)
        self._keep(tracker)
        return tracker

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Write the events the database does not have, in one statement."""
        await self.stream_events(tracker)
        kept = self._kept.pop(tracker.sender_id, None)
        with self.session_scope() as session:
            if kept is not None and kept.tracker is tracker:
                fresh = itertools.islice(tracker.events, kept.stored, None)
            else:
                fresh = self._additional_events(session, tracker)
            rows = [self._row(tracker.sender_id, event.as_dict()) for event in fresh]
            if rows:
                session.execute(sa.insert(self.SQLEvent.__table__), rows)
            session.commit()
        self._keep(tracker)

    def _begin_session(self, tracker: DialogueStateTracker) -> DialogueStateTracker:
        """The same conversation in a new session, as the database now has it too."""
        events = _carried_over(tracker, self.domain)
        with self.session_scope() as session:
            rows = [self._row(tracker.sender_id, event.as_dict()) for event in events]
            session.execute(sa.insert(self.SQLEvent.__table__), rows)
            session.commit()
        return DialogueStateTracker.from_events(
            tracker.sender_id, events, self.domain.slots, domain=self.domain
        )

    def _keep(self, tracker: DialogueStateTracker) -> None:
        self._kept[tracker.sender_id] = Kept(tracker, len(tracker.events), self.domain)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)

    @staticmethod
    def _row(sender_id: Text, data: Any) -> Any:
        intent = data.get("parse_data", {}).get("intent", {}).get("name")
        return {
            "sender_id": sender_id,
            "type_name": data["event"],
            "timestamp": data.get("timestamp"),
            "intent_name": intent,
            "action_name": data.get("name"),
            "data": json.dumps(data, ensure_ascii=False),
        }

    def _hold_one_connection(self) -> None:
        """SQLite opened once, with a write-ahead log: a killed process loses nothing."""
        self.engine = sa.create_engine(
            self.engine.url,
            poolclass=QueuePool,
            pool_size=1,
            connect_args={"check_same_thread": False},
        )

        @sa.event.listens_for(self.engine, "connect")
        def prepare(connection: Any, _: Any) -> None:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=NORMAL")

        self.sessionmaker = sessionmaker(bind=self.engine)


def _carried_over(tracker: DialogueStateTracker, domain: Domain) -> List[Event]:
    """A session's first events: what was known before the last turns, then those turns."""
    events = list(tracker.events)
    heard = [place for place, event in enumerate(events) if isinstance(event, UserUttered)]
    cut = heard[-TURNS_TAKEN_OVER] if len(heard) >= TURNS_TAKEN_OVER else len(events)
    before = DialogueStateTracker.from_events(
        tracker.sender_id, events[:cut], domain.slots, domain=domain
    )
    known: List[Event] = [
        SlotSet(name, slot.value) for name, slot in before.slots.items() if slot.value is not None
    ]
    loop: List[Event] = [ActiveLoop(before.active_loop_name)] if before.active_loop_name else []
    session = [
        ActionExecuted(ACTION_SESSION_START_NAME),
        SessionStarted(),
        *loop,
        *known,
        ActionExecuted(ACTION_LISTEN_NAME),
        *(copy.copy(event) for event in events[cut:]),
    ]
    # the store reads back what is not older than the newest session's start
    for place, event in enumerate(session):
        event.timestamp = time.time() + place * A_MOMENT_S
    return session
