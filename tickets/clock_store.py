"""All SQL about the clocks of tickets, and who was told of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ClauseElement,
    Row,
    RowMapping,
    bindparam,
    delete,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.compiler import SQLCompiler

from tickets.clocks import Clock
from tickets.escalation import Alarm, AlarmKind
from tickets.limits import What
from tickets.moment_column import Moment, as_number
from tickets.sla import Doubt
from tickets.store import ticket_of
from tickets.tables import ticket_alarms, ticket_clocks, tickets
from tickets.ticket import Kind, Ticket

_Values = Mapping[str, str | int | None]

# no more numbers than every database takes in one statement
_AT_ONCE = 500

_RAISE = text(
    "INSERT INTO ticket_alarms (no, what, due_at, kind, level, role, at, raised_at) "
    "VALUES (:no, :what, :due_at, :kind, :level, :role, :at, :raised_at) ON CONFLICT DO NOTHING"
).bindparams(*(bindparam(name, type_=Moment()) for name in ("due_at", "at", "raised_at")))
_SET_NEXT = (
    update(ticket_clocks)
    .where(ticket_clocks.c.no == bindparam("of_no"), ticket_clocks.c.what == bindparam("of_what"))
    .values(alarm_at=bindparam("next_at", type_=Moment()))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptClock:
    """A clock in its row: of which ticket, and when the next of its alarms is to be raised."""

    no: str
    profile: str
    clock: Clock
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
        self, profiles: Sequence[str], *, now: datetime, limit: int
    ) -> list[KeptClock]:
        """Clocks that have something to tell by now, held until the transaction ends."""
        query = (
            select(ticket_clocks)
            .where(ticket_clocks.c.alarm_at <= now, ticket_clocks.c.profile.in_(profiles))
            .order_by(ticket_clocks.c.alarm_at, ticket_clocks.c.no)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        rows = await self._connection.execute(query)
        return [_kept_clock(row) for row in rows]

    async def raise_alarms(
        self, told: Sequence[tuple[str, Clock, Alarm]], *, now: datetime
    ) -> None:
        """Write down what is told; what was told before stays as it was."""
        rows: list[_Values] = []
        for no, clock, alarm in told:
            assert clock.due_at is not None  # nothing is told of a clock that stands
            rows.append(
                {
                    "no": no,
                    "what": clock.what.value,
                    "due_at": as_number(clock.due_at),
                    "kind": alarm.kind.value,
                    "level": alarm.level,
                    "role": alarm.role,
                    "at": as_number(alarm.at),
                    "raised_at": as_number(now),
                }
            )
        await self._run_many(_RAISE, rows)

    async def raise_now(self, ticket: Ticket, alarm: Alarm) -> None:
        """Tell something of a ticket that no clock knows."""
        row = {"no": ticket.no, "what": "", "due_at": ticket.due_at or alarm.at, "at": alarm.at}
        row |= {"kind": alarm.kind.value, "level": alarm.level, "role": alarm.role}
        await self._connection.execute(_RAISE, {**row, "raised_at": alarm.at})

    async def set_next(self, clocks: Sequence[tuple[KeptClock, datetime | None]]) -> None:
        """When the next alarm of each clock is to be raised."""
        rows: list[_Values] = [
            {
                "of_no": kept.no,
                "of_what": kept.clock.what.value,
                "next_at": None if at is None else as_number(at),
            }
            for kept, at in clocks
        ]
        await self._run_many(_SET_NEXT, rows)

    async def list_alarms(self, nos: Sequence[str]) -> list[RaisedAlarm]:
        """What was told of these tickets, in order."""
        query = select(ticket_alarms).where(ticket_alarms.c.no.in_(nos))
        rows = await self._connection.execute(query.order_by(ticket_alarms.c.id))
        return [_raised(row) for row in rows.mappings()]

    async def list_told(
        self,
        profile: str,
        *,
        roles: Iterable[str],
        after: int,
        without: Kind | None = None,
        limit: int = 100,
    ) -> list[tuple[RaisedAlarm, Ticket]]:
        """What these roles were told past the given number, with the tickets."""
        columns = [column.label(f"alarm_{column.name}") for column in ticket_alarms.columns]
        query = (
            select(*columns, *tickets.columns)
            .join_from(ticket_alarms, tickets, ticket_alarms.c.no == tickets.c.no)
            .where(
                ticket_alarms.c.id > after,
                ticket_alarms.c.role.in_(list(roles)),
                tickets.c.profile == profile,
            )
        )
        if without is not None:
            query = query.where(tickets.c.kind != without)
        rows = await self._connection.execute(query.order_by(ticket_alarms.c.id).limit(limit))
        return [(_raised(row, "alarm_"), ticket_of(row)) for row in rows.mappings()]

    async def _run_many(self, statement: ClauseElement, rows: Sequence[_Values]) -> None:
        """One statement for many rows of plain values.

        SQLAlchemy's own way takes longer to bind the values than SQLite to write them.
        """
        if not rows:
            return
        compiled = statement.compile(dialect=self._connection.dialect)
        assert isinstance(compiled, SQLCompiler)
        given: Any = rows
        if compiled.positiontup is not None:
            names = compiled.positiontup
            given = [tuple(row[name] for name in names) for row in rows]
        await self._connection.exec_driver_sql(str(compiled), given)


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


def _raised(row: RowMapping, prefix: str = "") -> RaisedAlarm:
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
    )
