"""All SQL about the clocks of tickets, and who was told of them."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Row, RowMapping, TextClause, bindparam, delete, func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from tickets.clocks import Clock
from tickets.escalation import Alarm, AlarmKind, Step
from tickets.limits import What
from tickets.moment_column import Moment, as_number
from tickets.sla import Doubt
from tickets.tables import ticket_alarms, ticket_clocks, tickets
from tickets.ticket import Ticket

# what is told with a time of its own, so that it says nothing of how far a limit has climbed
_OF_NO_LIMIT = (AlarmKind.EVENT, AlarmKind.WROTE, AlarmKind.PARKED)
_MICROSECOND = timedelta(microseconds=1)
# no more numbers than every database takes in one statement
_AT_ONCE = 500

_RAISE = text(
    "INSERT INTO ticket_alarms (no, what, due_at, kind, level, role, at, raised_at) "
    "VALUES (:no, :what, :due_at, :kind, :level, :role, :at, :raised_at) ON CONFLICT DO NOTHING"
).bindparams(*(bindparam(name, type_=Moment()) for name in ("due_at", "at", "raised_at")))
# how a database makes rows of a list in JSON: a thousand clocks are one value of one statement
_UNFOLD = {"sqlite": "json_each(:{0})", "postgresql": "jsonb_array_elements(CAST(:{0} AS jsonb))"}
# `looks` are [no, what, due, warn, which list of steps, next], `steps` [which list, step …], each
# unfolded once. Only one transaction writes at a time, so what was told before can be asked for
# first: on PostgreSQL that takes a fifth less than ON CONFLICT for each row. It is asked for a
# value and not by EXISTS, for which PostgreSQL reads all alarms that ever were. What is told of
# one clock is written together, for its keys lie side by side in the index.
_RAISE_MANY = """
    WITH said AS MATERIALIZED (
        SELECT value ->> 0 AS no, value ->> 1 AS what, CAST(value ->> 2 AS bigint) AS due_at,
            CAST(value ->> 3 AS bigint) AS warn_at, value ->> 4 AS list
        FROM {looks}
    ), look AS MATERIALIZED (
        SELECT said.*, (
            SELECT 1 FROM ticket_alarms AS told
            WHERE told.no = said.no AND told.what = said.what AND told.due_at = said.due_at
            LIMIT 1
        ) AS known
        FROM said
    ), step AS MATERIALIZED (
        SELECT value ->> 0 AS list, value ->> 1 AS kind, CAST(value ->> 2 AS integer) AS level,
            value ->> 3 AS role, CAST(value ->> 4 AS bigint) AS after
        FROM {steps}
    )
    INSERT INTO ticket_alarms (no, what, due_at, kind, level, role, at, raised_at)
    SELECT no, what, due_at, kind, level, role,
        CASE WHEN kind = 'warning' THEN warn_at ELSE due_at + after END, :raised_at
    FROM look JOIN step ON look.list = step.list
    WHERE known IS NULL OR (
        SELECT 1 FROM ticket_alarms AS told
        WHERE told.no = look.no AND told.what = look.what AND told.due_at = look.due_at
            AND told.kind = step.kind AND told.level = step.level
        LIMIT 1
    ) IS NULL
    ORDER BY no, what, 7, level
"""
_SET_NEXT = """
    UPDATE ticket_clocks SET alarm_at = CAST(look.value ->> 5 AS bigint)
    FROM {looks} AS look
    WHERE ticket_clocks.no = look.value ->> 0 AND ticket_clocks.what = look.value ->> 1
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptClock:
    """A clock in its row: of which ticket, and when the next of its alarms is to be raised."""

    no: str
    profile: str
    clock: Clock
    alarm_at: datetime | None


# read by the hundred thousand after a long pause, and quicker to make than a dataclass
class DueClock(NamedTuple):
    """Of a clock, what has to be known to tell of it; the names are those of its columns."""

    no: str
    what: str
    profile: str
    # of its ticket, as it stands in the database
    kind: str
    due_at: datetime | None
    warn_at: datetime | None
    closed_at: datetime | None
    is_unset: bool
    alarm_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RaisedAlarm:
    """Something that was told, and of which limit on which ticket."""

    id: int
    no: str
    what: str
    due_at: datetime
    alarm: Alarm
    raised_at: datetime
    # who took note of it, and when; nobody when the ticket was over before
    noted_by: str = ""
    noted_at: datetime | None = None


class ClockStore:
    """Clocks and alarms in the database, inside the caller's transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def list_clocks(self, nos: Sequence[str]) -> dict[str, list[KeptClock]]:
        """The clocks of these tickets, in the order in which things are owed."""
        found: dict[str, list[KeptClock]] = {no: [] for no in nos}
        for start in range(0, len(nos), _AT_ONCE):
            some = nos[start : start + _AT_ONCE]
            query = select(ticket_clocks).where(ticket_clocks.c.no.in_(some))
            for row in await self._connection.execute(query):
                found[row.no].append(_kept_clock(row))
        order = list(What)
        for clocks in found.values():
            clocks.sort(key=lambda each: order.index(each.clock.what))
        return found

    async def replace(self, nos: Sequence[str], clocks: Iterable[KeptClock]) -> None:
        """Let these tickets have exactly these clocks."""
        for start in range(0, len(nos), _AT_ONCE):
            gone = delete(ticket_clocks).where(
                ticket_clocks.c.no.in_(nos[start : start + _AT_ONCE])
            )
            await self._connection.execute(gone)
        rows = [_row_of(each) for each in clocks]
        if rows:
            await self._connection.execute(insert(ticket_clocks), rows)

    async def list_due(
        self, profiles: Sequence[str], *, now: datetime, after: datetime | None, limit: int
    ) -> list[DueClock]:
        """Clocks that have something to tell by now, in a transaction that may write.

        Those that had it before `after` are left out: what is done with need not be passed again.
        """
        alarm_at = ticket_clocks.c.alarm_at
        # asked for each clock that is due, so that the clocks alone decide which index is used
        kind = select(tickets.c.kind).where(tickets.c.no == ticket_clocks.c.no).scalar_subquery()
        columns = {**ticket_clocks.c, "kind": kind}
        query = (
            select(*(columns[name].label(name) for name in DueClock._fields))
            .where(alarm_at <= now, ticket_clocks.c.profile.in_(profiles))
            .order_by(alarm_at, ticket_clocks.c.no)
            .limit(limit)
        )
        if after is not None:
            query = query.where(alarm_at >= after)
        rows = await self._connection.execute(query)
        return [DueClock._make(row) for row in rows]

    async def tell(
        self,
        looks: Iterable[tuple[DueClock, tuple[Step, ...], datetime | None]],
        *,
        now: datetime,
    ) -> None:
        """Write down what is told of each clock, and when the next of its alarms is to be raised.

        What was told before stays as it was.
        """
        lists: dict[int, tuple[Step, ...]] = {}
        rows = []
        for clock, told, next_at in looks:
            lists[id(told)] = told
            moments = (clock.due_at, clock.warn_at, next_at)
            due, warn, ahead = (None if each is None else as_number(each) for each in moments)
            rows.append((clock.no, clock.what, due, warn, id(told), ahead))
        steps = [
            (of, step.kind, step.level, step.role, step.after // _MICROSECOND)
            for of, told in lists.items()
            for step in told
        ]
        given = {"looks": json.dumps(rows), "steps": json.dumps(steps), "raised_at": as_number(now)}
        for statement in (_RAISE_MANY, _SET_NEXT):
            await self._connection.execute(self._unfolding(statement), given)

    async def raise_now(
        self, ticket: Ticket, alarm: Alarm, *, about: datetime | None = None
    ) -> bool:
        """Tell something of a ticket that no clock knows; whether it was not told before.

        It is told once for `about`, or else for the ticket's due time.
        """
        row = _alarm_row(ticket.no, alarm, about or ticket.due_at or alarm.at)
        return (await self._connection.execute(_RAISE, row)).rowcount > 0

    async def raise_each(self, told: Iterable[tuple[str, Alarm, datetime]]) -> None:
        """Tell something of many tickets, by their numbers, each once for a moment of its own."""
        rows = [_alarm_row(no, alarm, about) for no, alarm, about in told]
        if rows:
            await self._connection.execute(_RAISE, rows)

    async def list_alarms(self, nos: Sequence[str]) -> list[RaisedAlarm]:
        """What was told of these tickets, in order."""
        query = select(ticket_alarms).where(ticket_alarms.c.no.in_(nos))
        rows = await self._connection.execute(query.order_by(ticket_alarms.c.id))
        return [raised_of(row) for row in rows.mappings()]

    async def list_highest_told(self, nos: Sequence[str]) -> dict[str, str]:
        """The highest role that was told of a limit of each ticket, of the one due last."""
        order = ticket_alarms.c.due_at.desc(), ticket_alarms.c.level.desc(), ticket_alarms.c.id
        place = func.row_number().over(partition_by=ticket_alarms.c.no, order_by=order)
        told = select(ticket_alarms.c.no, ticket_alarms.c.role, place.label("place")).where(
            ticket_alarms.c.no.in_(nos), ticket_alarms.c.kind.not_in(_OF_NO_LIMIT)
        )
        ranked = told.subquery()
        query = select(ranked.c.no, ranked.c.role).where(ranked.c.place == 1)
        return {no: role for no, role in (await self._connection.execute(query)).tuples()}

    def _unfolding(self, statement: str) -> TextClause:
        unfold = _UNFOLD[self._connection.dialect.name]
        lists = {name: unfold.format(name) for name in ("looks", "steps")}
        return text(statement.format(**lists))


def _alarm_row(no: str, alarm: Alarm, about: datetime) -> Mapping[str, object]:
    row = {"no": no, "what": "", "due_at": about, "at": alarm.at, "raised_at": alarm.at}
    return row | {"kind": alarm.kind.value, "level": alarm.level, "role": alarm.role}


def _row_of(kept: KeptClock) -> Mapping[str, object]:
    clock = kept.clock
    return {
        "no": kept.no,
        "what": clock.what,
        "profile": kept.profile,
        "started_at": clock.started_at,
        "due_at": clock.due_at,
        "warn_at": clock.warn_at,
        "closed_at": clock.closed_at,
        "is_met": clock.is_met,
        "is_unset": clock.is_unset,
        "doubts": " ".join(sorted(clock.doubts)),
        "alarm_at": kept.alarm_at,
    }


def _kept_clock(row: Row[Any]) -> KeptClock:
    clock = Clock(
        what=What(row.what),
        started_at=row.started_at,
        due_at=row.due_at,
        warn_at=row.warn_at,
        closed_at=row.closed_at,
        is_met=row.is_met,
        is_unset=row.is_unset,
        doubts=frozenset(Doubt(doubt) for doubt in row.doubts.split()),
    )
    return KeptClock(no=row.no, profile=row.profile, clock=clock, alarm_at=row.alarm_at)


def raised_of(row: RowMapping, prefix: str = "") -> RaisedAlarm:
    """The alarm of a row whose columns may begin with a prefix."""
    alarm = Alarm(
        kind=AlarmKind(row[f"{prefix}kind"]),
        level=row[f"{prefix}level"],
        role=row[f"{prefix}role"],
        at=row[f"{prefix}at"],
    )
    return RaisedAlarm(
        id=row[f"{prefix}id"],
        no=row[f"{prefix}no"],
        what=row[f"{prefix}what"],
        due_at=row[f"{prefix}due_at"],
        alarm=alarm,
        raised_at=row[f"{prefix}raised_at"],
        noted_by=row[f"{prefix}noted_by"] or "",
        noted_at=row[f"{prefix}noted_at"],
    )
