"""All SQL about what those who lead are told of talks."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import (
    Column,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    and_,
    func,
    insert,
    not_,
    select,
    text,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from conversations.handover import Handover, Wait
from conversations.handover_store import handover_of, handovers
from conversations.people import Role
from conversations.talk_alarm import TalkAlarm, TalkAlarmKind, told_of_wait

metadata = MetaData()

_IS_NEW = text("noted_at IS NULL")

talk_alarms = Table(
    "talk_alarms",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("handover_id", Integer, nullable=False),
    Column("kind", String(20), nullable=False),
    # the post it is told to
    Column("role", String(20), nullable=False),
    Column("at", String(40), nullable=False),
    Column("noted_by", String(80)),
    Column("noted_at", String(40)),
    Index("ix_talk_alarms_handover", "handover_id"),
    Index("ix_talk_alarms_new", "role", "id", sqlite_where=_IS_NEW, postgresql_where=_IS_NEW),
)

_is_new = talk_alarms.c.noted_at.is_(None)
# who waits still is in the queue itself
_waits_still = and_(
    talk_alarms.c.kind == TalkAlarmKind.WAITED,
    handovers.c.agent.is_(None),
    handovers.c.ended_at.is_(None),
)


class TalkAlarmStore:
    """Alarms of talks, inside the caller's transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, handover_id: int, kind: TalkAlarmKind, role: Role, *, at: datetime) -> None:
        """Tell a post something of a hand-over."""
        await self._connection.execute(
            insert(talk_alarms).values(
                handover_id=handover_id, kind=kind, role=role, at=at.isoformat()
            )
        )

    async def add_wait(self, handover: Handover, wait: Wait, *, at: datetime) -> None:
        """Tell those whom a wait concerns now that it has gone so far."""
        for role in told_of_wait(handover.wait, wait):
            await self.add(handover.handover_id, TalkAlarmKind.WAITED, role, at=at)

    async def list_new(self, roles: Collection[Role], *, limit: int) -> list[TalkAlarm]:
        """What nobody has taken note of, the newest first: of each hand-over one of a kind.

        Not of those who wait still.
        """
        newest = (
            select(func.max(talk_alarms.c.id))
            .where(_is_new, talk_alarms.c.role.in_(list(roles)))
            .group_by(talk_alarms.c.handover_id, talk_alarms.c.kind)
        )
        told = ("id", "kind", "role", "at")
        query = (
            select(*(talk_alarms.c[name].label(f"alarm_{name}") for name in told), *handovers.c)
            .join_from(talk_alarms, handovers, talk_alarms.c.handover_id == handovers.c.handover_id)
            .where(talk_alarms.c.id.in_(newest), not_(_waits_still))
            .order_by(talk_alarms.c.id.desc())
            .limit(limit)
        )
        rows = await self._connection.execute(query)
        return [
            TalkAlarm(
                alarm_id=row["alarm_id"],
                kind=TalkAlarmKind(row["alarm_kind"]),
                role=Role(row["alarm_role"]),
                at=datetime.fromisoformat(row["alarm_at"]),
                handover=handover_of(row),
            )
            for row in rows.mappings()
        ]

    async def note(self, alarm_id: int, roles: Collection[Role], *, by: str, at: datetime) -> int:
        """Take note of an alarm, and of those of its kind before it of the same hand-over.

        Only of those told to these posts; what somebody took note of before stays theirs. Returns
        of how many.
        """
        seen = talk_alarms.alias()
        same = (
            select(seen.c.id)
            .where(
                seen.c.id == alarm_id,
                seen.c.handover_id == talk_alarms.c.handover_id,
                seen.c.kind == talk_alarms.c.kind,
            )
            .exists()
        )
        noted = await self._connection.execute(
            update(talk_alarms)
            .where(
                same,
                talk_alarms.c.id <= alarm_id,
                talk_alarms.c.role.in_(list(roles)),
                _is_new,
            )
            .values(noted_by=by, noted_at=at.isoformat())
        )
        return noted.rowcount
