"""Rasa's SQL tracker store with the conversations of the moment kept in memory.

Stock SQL reads and rebuilds the whole conversation at every turn and counts it again at saving: a
quarter of a turn. Kept trackers are safe because one Rasa alone has a conversation (the desk routes
by its id); one that a failed turn left ahead of the database is read anew.
"""

import itertools
import json
from collections import OrderedDict
from typing import Any, NamedTuple, Optional, Text

import sqlalchemy as sa
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy.orm import sessionmaker
from sqlalchemy.pool import QueuePool

KEPT = 1000


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
            return kept.tracker
        tracker = await super().retrieve(sender_id)
        if tracker is not None:
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
