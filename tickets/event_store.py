"""All SQL about events and the tickets in them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from tickets.event import (
    Deed,
    Event,
    EventLine,
    EventNotFound,
    EventState,
    Member,
    News,
    Unsettled,
)
from tickets.event_rules import REPORTING
from tickets.event_tables import event_history, event_members, events
from tickets.store import NEXT_OF_DAY
from tickets.tables import tickets
from tickets.ticket import Kind, State, Ticket, new_number
from tickets.ticket_rows import ticket_of

# numbers of events are drawn beside those of tickets, and read out in another way
_LETTER = "E"


class EventStore:
    """Events in the database, inside the caller's transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def new_number(self, day: str) -> str:
        """The day's next number of an event; `day` is YYYYMMDD on the centre's clock."""
        sequence = await self._connection.scalar(NEXT_OF_DAY, {"day": f"{_LETTER}{day[1:]}"})
        return _LETTER + new_number(day, int(sequence or 1))

    async def add(self, event: Event, *, running_key: str) -> None:
        """Begin an event; a running key that is in use is refused."""
        await self._connection.execute(
            insert(events).values(
                no=event.no,
                profile=event.profile,
                began_at=event.began_at,
                running_key=running_key,
                **_changing(event),
            )
        )

    async def save(self, event: Event, *, running_key: str | None) -> None:
        """Keep everything about an event that can change; only a running one has its key."""
        changed = update(events).where(events.c.no == event.no)
        await self._connection.execute(changed.values(running_key=running_key, **_changing(event)))

    async def add_history(self, no: str, line: EventLine) -> None:
        """Write down what was done."""
        await self._connection.execute(
            insert(event_history).values(
                no=no,
                at=line.at,
                actor=line.actor,
                what=line.what,
                note=line.note,
                changes={name: list(pair) for name, pair in line.changes.items()} or None,
            )
        )

    async def get(self, no: str) -> Event:
        """The event with its history; raises `EventNotFound`."""
        return await self._get(no, for_change=False)

    async def get_for_change(self, no: str) -> Event:
        """The same, held until the transaction ends."""
        return await self._get(no, for_change=True)

    async def list_events(
        self, profile: str, *, state: EventState | None = None, limit: int = 100
    ) -> list[Event]:
        """The events of a centre, the newest first, without their history."""
        query = select(events).where(events.c.profile == profile)
        if state is not None:
            query = query.where(events.c.state == state)
        newest = query.order_by(events.c.began_at.desc(), events.c.no.desc()).limit(limit)
        return [_event(row) for row in (await self._connection.execute(newest)).mappings()]

    async def count_members(self, nos: Sequence[str]) -> dict[str, int]:
        """How many tickets are in each event."""
        query = (
            select(event_members.c.event_no, func.count())
            .where(event_members.c.event_no.in_(nos), event_members.c.removed_at.is_(None))
            .group_by(event_members.c.event_no)
        )
        counted = {no: count for no, count in (await self._connection.execute(query)).tuples()}
        return {no: counted.get(no, 0) for no in nos}

    async def find_member(self, ticket_no: str) -> Member | None:
        """Where a ticket is, or was until it was taken out."""
        query = select(event_members).where(event_members.c.ticket_no == ticket_no)
        row = (await self._connection.execute(query)).mappings().first()
        return None if row is None else _member(row)

    async def list_members(self, no: str) -> list[tuple[Member, Ticket]]:
        """The tickets in an event, in the order of their numbers, without their history."""
        of_event = event_members.c.event_no == no
        query = (
            select(event_members)
            .where(of_event, event_members.c.removed_at.is_(None))
            .order_by(event_members.c.ticket_no)
        )
        members = [_member(row) for row in (await self._connection.execute(query)).mappings()]
        joined = select(tickets).join(event_members, event_members.c.ticket_no == tickets.c.no)
        rows = await self._connection.execute(joined.where(of_event))
        by_no = {row["no"]: ticket_of(row) for row in rows.mappings()}
        return [(member, by_no[member.ticket_no]) for member in members]

    async def put(self, member: Member) -> None:
        """Put a ticket into an event, out of the one where it is or was."""
        values = {
            "event_no": member.event_no,
            "conversation_id": member.conversation_id,
            "added_at": member.added_at,
            "added_by": member.added_by,
            "removed_at": None,
            "settled_at": None,
        }
        is_there = event_members.c.ticket_no == member.ticket_no
        moved = await self._connection.execute(update(event_members).where(is_there).values(values))
        if not moved.rowcount:
            await self._connection.execute(
                insert(event_members).values(ticket_no=member.ticket_no, **values)
            )

    async def move_members(self, no: str, *, into: str) -> None:
        """Put all tickets of an event into another."""
        of_event = event_members.c.event_no == no
        moved = update(event_members).where(of_event, event_members.c.removed_at.is_(None))
        await self._connection.execute(moved.values(event_no=into))

    async def remove(self, no: str, ticket_no: str | None, *, at: datetime) -> None:
        """Take a ticket out of an event, or all of them."""
        taken = update(event_members).where(
            event_members.c.event_no == no, event_members.c.removed_at.is_(None)
        )
        if ticket_no is not None:
            taken = taken.where(event_members.c.ticket_no == ticket_no)
        await self._connection.execute(taken.values(removed_at=at))

    async def list_recent(self, profile: str, *, since: datetime) -> list[Ticket]:
        """Faults registered since then that are in no event or in a running one.

        Without their history, and without what a person took out of an event.
        """
        query = (
            select(tickets)
            .outerjoin(event_members, event_members.c.ticket_no == tickets.c.no)
            .outerjoin(events, events.c.no == event_members.c.event_no)
            .where(
                tickets.c.profile == profile,
                tickets.c.kind == Kind.FAULT,
                tickets.c.registered_at >= since.isoformat(),
                event_members.c.removed_at.is_(None),
                or_(events.c.no.is_(None), events.c.state == EventState.RUNNING),
            )
        )
        rows = await self._connection.execute(query)
        return [ticket_of(row) for row in rows.mappings()]

    async def list_unsettled(self, *, limit: int) -> list[Unsettled]:
        """Tickets of ended events that are not answered yet; of what ended first, first."""
        query = (
            select(event_members, events.c.closing, tickets.c.state)
            .join(events, events.c.no == event_members.c.event_no)
            .join(tickets, tickets.c.no == event_members.c.ticket_no)
            .where(
                events.c.state == EventState.ENDED,
                events.c.settled_at.is_(None),
                event_members.c.removed_at.is_(None),
                event_members.c.settled_at.is_(None),
            )
            .order_by(events.c.ended_at, event_members.c.ticket_no)
            .limit(limit)
        )
        rows = await self._connection.execute(query)
        return [
            Unsettled(
                member=_member(row),
                closing=row["closing"],
                is_wanted=State(row["state"]) is not State.WITHDRAWN,
            )
            for row in rows.mappings()
        ]

    async def list_news(self) -> list[News]:
        """What has changed of running events and has not been told to all who reported them."""
        query = (
            select(events.c.no, events.c.news, events.c.news_at, event_members.c.conversation_id)
            .join(event_members, event_members.c.event_no == events.c.no)
            .join(tickets, tickets.c.no == event_members.c.ticket_no)
            .where(
                events.c.state == EventState.RUNNING,
                events.c.news_at.is_not(None),
                event_members.c.removed_at.is_(None),
                event_members.c.added_at <= events.c.news_at,
                event_members.c.conversation_id.is_not(None),
                tickets.c.state.in_(REPORTING),
            )
            .order_by(events.c.news_at, event_members.c.ticket_no)
        )
        told: dict[tuple[str, str, datetime], dict[str, None]] = {}
        for *news, conversation_id in (await self._connection.execute(query)).tuples():
            told.setdefault(tuple(news), {})[conversation_id] = None
        return [
            News(event_no=no, words=words, since=since, conversations=tuple(conversations))
            for (no, words, since), conversations in told.items()
        ]

    async def note_told(self, news: News) -> None:
        """These news are told; what has changed since then is not."""
        is_it = events.c.no == news.event_no, events.c.news_at == news.since
        await self._connection.execute(update(events).where(*is_it).values(news="", news_at=None))

    async def settle(self, member: Member, *, at: datetime) -> None:
        """Note that a ticket is answered and its customer told; with the last, of the event too."""
        is_it = event_members.c.ticket_no == member.ticket_no
        await self._connection.execute(update(event_members).where(is_it).values(settled_at=at))
        rest = select(event_members.c.ticket_no).where(
            event_members.c.event_no == member.event_no,
            event_members.c.removed_at.is_(None),
            event_members.c.settled_at.is_(None),
        )
        if await self._connection.scalar(rest.limit(1)) is None:
            done = update(events).where(events.c.no == member.event_no)
            await self._connection.execute(done.values(settled_at=at))

    async def _get(self, no: str, *, for_change: bool) -> Event:
        query = select(events).where(events.c.no == no)
        query = query.with_for_update() if for_change else query
        row = (await self._connection.execute(query)).mappings().first()
        if row is None:
            raise EventNotFound(f"there is no event {no}")
        lines = await self._connection.execute(
            select(event_history).where(event_history.c.no == no).order_by(event_history.c.id)
        )
        return _event(row, tuple(_line(line) for line in lines.mappings()))


def _changing(event: Event) -> dict[str, Any]:
    return {
        name: getattr(event, name)
        for name in (
            *("matter", "area", "state", "ended_at", "cause", "restore_at"),
            *("closing", "merged_into", "version", "news", "news_at"),
        )
    }


def _event(row: RowMapping, history: tuple[EventLine, ...] = ()) -> Event:
    return Event(
        no=row["no"],
        profile=row["profile"],
        matter=row["matter"],
        area=row["area"],
        state=EventState(row["state"]),
        began_at=row["began_at"],
        ended_at=row["ended_at"],
        cause=row["cause"],
        restore_at=row["restore_at"],
        closing=row["closing"],
        merged_into=row["merged_into"],
        news=row["news"],
        news_at=row["news_at"],
        version=row["version"],
        history=history,
    )


def _member(row: RowMapping) -> Member:
    return Member(
        ticket_no=row["ticket_no"],
        event_no=row["event_no"],
        conversation_id=row["conversation_id"],
        added_at=row["added_at"],
        added_by=row["added_by"],
        removed_at=row["removed_at"],
        settled_at=row["settled_at"],
    )


def _line(row: RowMapping) -> EventLine:
    return EventLine(
        at=row["at"],
        actor=row["actor"],
        what=Deed(row["what"]),
        note=row["note"],
        changes={name: (was, now) for name, (was, now) in (row["changes"] or {}).items()},
    )
