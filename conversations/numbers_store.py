"""All SQL about how customers' turns ended."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, case, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from conversations.handover import EMERGENCY, HAND_OVER, MISSED
from conversations.handover_store import handovers
from conversations.missed import CHOICE
from conversations.numbers import Counted, Ended, EntryNumbers, Period, TurnTold
from conversations.tables import conversations, messages
from conversations.thumb_store import thumbs
from tickets.tables import tickets
from tickets.ticket import Kind

# an ISO moment up to its minute: 2026-11-21T01:30
_MINUTE = 16
_ENTRY = messages.c.sources[(0, "entry_id")].as_string()
_TITLE = messages.c.sources[(0, "title")].as_string()
_CARD = messages.c.card["type"].as_string()
# lines are numbered as they come, give or take what the clocks of two desks differ
_SKEW = timedelta(hours=1)
# the card of a filed ticket (actions/cards.py)
FILED_CARD = "ticket"
_ORDER = tuple(Ended)
# of one line; the least of a turn's lines is how the turn ended
_PLACE = case(
    (_CARD == EMERGENCY, _ORDER.index(Ended.EMERGENCY)),
    (_CARD == HAND_OVER, _ORDER.index(Ended.HANDED_OVER)),
    (_CARD == FILED_CARD, _ORDER.index(Ended.FILED)),
    (_ENTRY.is_not(None), _ORDER.index(Ended.ANSWERED)),
    (
        messages.c.buttons[(0, "payload")].as_string().startswith(CHOICE, autoescape=True),
        _ORDER.index(Ended.CLARIFIED),
    ),
    (_CARD == MISSED, _ORDER.index(Ended.NONE)),
    else_=_ORDER.index(Ended.OTHER),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """Which turns somebody wants to look at; conversations of informants are never among them."""

    profile: str
    period: Period
    ended: Ended | None = None
    entry_id: str = ""
    offset: int = 0
    limit: int = 50


class NumbersStore:
    """Counts over conversations, inside the caller's transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def count_turns(self, profile: str, period: Period) -> list[Counted]:
        """Turns by how they ended and by the minute."""
        turns = (await self._turns(profile, period)).subquery()
        minute = func.substr(turns.c.at, 1, _MINUTE)
        query = select(turns.c.place, minute.label("minute"), func.count().label("count"))
        rows = await self._connection.execute(query.group_by(turns.c.place, minute))
        return [
            Counted(name=_ORDER[row.place], at=_moment(row.minute), count=row._mapping["count"])
            for row in rows
        ]

    async def count_tickets(
        self, profile: str, period: Period, *, but: Collection[Kind]
    ) -> list[Counted]:
        """Registered tickets by kind and by the minute, without some kinds."""
        minute = func.substr(tickets.c.registered_at, 1, _MINUTE)
        query = (
            select(tickets.c.kind, minute.label("minute"), func.count().label("count"))
            .where(tickets.c.profile == profile, tickets.c.kind.not_in(but))
            .where(_within(tickets.c.registered_at, period))
            .group_by(tickets.c.kind, minute)
        )
        rows = await self._connection.execute(query)
        return [
            Counted(name=row.kind, at=_moment(row.minute), count=row._mapping["count"])
            for row in rows
        ]

    async def count_conversations(self, profile: str, period: Period) -> tuple[int, int]:
        """How many conversations there were turns in, and how many waited for a person."""
        turns = (await self._turns(profile, period)).subquery()
        all_of_them = select(func.count(turns.c.conversation_id.distinct()))
        waited = select(func.count(handovers.c.conversation_id.distinct())).where(
            handovers.c.profile == profile, _within(handovers.c.asked_at, period)
        )
        return (
            await self._connection.scalar(all_of_them) or 0,
            await self._connection.scalar(waited) or 0,
        )

    async def count_entries(self, profile: str, period: Period) -> list[EntryNumbers]:
        """How often each entry was said, and what customers called it; the most said first."""
        query = (
            select(
                _ENTRY.label("entry_id"),
                func.max(_TITLE).label("title"),
                func.count(messages.c.seq).label("answered"),
                func.count(case((thumbs.c.helped.is_(True), 1))).label("helped"),
                func.count(case((thumbs.c.helped.is_(False), 1))).label("no_help"),
            )
            .join(conversations, conversations.c.conversation_id == messages.c.conversation_id)
            .outerjoin(thumbs, thumbs.c.seq == messages.c.seq)
            .where(conversations.c.profile == profile, await self._said_in(period))
            .where(messages.c.answers.is_not(None), _ENTRY.is_not(None))
            .group_by(_ENTRY)
        )
        rows = await self._connection.execute(query)
        found = [EntryNumbers(**row) for row in rows.mappings()]
        return sorted(found, key=lambda each: (-each.answered, each.entry_id))

    async def list_turns(
        self, sought: Sought, *, sealed: Collection[Kind]
    ) -> tuple[int, list[TurnTold]]:
        """How many turns there are, and a page of them, newest first; no informant's."""
        turns = (
            await self._turns(sought.profile, sought.period, entry_id=sought.entry_id)
        ).subquery()
        informed = select(tickets.c.conversation_id).where(
            tickets.c.kind.in_(sealed), tickets.c.conversation_id.is_not(None)
        )
        wanted: list[ColumnElement[bool]] = [turns.c.conversation_id.not_in(informed)]
        if sought.ended is not None:
            wanted.append(turns.c.place == _ORDER.index(sought.ended))
        total = await self._connection.scalar(
            select(func.count()).select_from(turns).where(*wanted)
        )
        query = select(turns).where(*wanted).order_by(turns.c.at.desc(), turns.c.seq.desc())
        page = query.offset(sought.offset).limit(sought.limit)
        rows = (await self._connection.execute(page)).all()
        return total or 0, [await self._told(row.conversation_id, row.answers, row) for row in rows]

    async def _told(self, conversation_id: str, answers: str, turn: object) -> TurnTold:
        of_it = messages.c.conversation_id == conversation_id
        asked = func.coalesce(messages.c.merged_into, messages.c.message_id) == answers
        said = messages.c.answers == answers
        query = select(messages.c.answers, messages.c.text).where(of_it, asked | said)
        lines = (await self._connection.execute(query.order_by(messages.c.seq))).all()
        row = turn._mapping  # type: ignore[attr-defined]
        return TurnTold(
            conversation_id=conversation_id,
            at=datetime.fromisoformat(row["at"]),
            ended=_ORDER[row["place"]],
            asked="\n".join(line.text for line in lines if line.answers is None),
            answered="\n".join(line.text for line in lines if line.answers is not None),
            entry_id=row["entry_id"] or "",
        )

    async def _turns(
        self, profile: str, period: Period, *, entry_id: str = ""
    ) -> Select[tuple[object, ...]]:
        """Every turn with the place of how it ended; lines of persons answer no message id."""
        query = (
            select(
                messages.c.conversation_id,
                messages.c.answers,
                func.min(messages.c.at).label("at"),
                func.min(messages.c.seq).label("seq"),
                func.min(_PLACE).label("place"),
                func.max(_ENTRY).label("entry_id"),
            )
            .join(conversations, conversations.c.conversation_id == messages.c.conversation_id)
            .where(conversations.c.profile == profile, await self._said_in(period))
            .where(messages.c.answers.is_not(None))
            .group_by(messages.c.conversation_id, messages.c.answers)
        )
        if entry_id:
            query = query.having(func.max(case((_ENTRY.in_([entry_id]), 1), else_=0)) == 1)
        return query

    async def _said_in(self, period: Period) -> ColumnElement[bool]:
        """Said in a period: found by the numbers of lines, since no index tells of moments.

        An index of them would be taken by the collecting of gaps too, which walks by numbers.
        """
        first = await self._first_since(period.since - _SKEW)
        last = await self._first_since(period.until + _SKEW)
        return and_(messages.c.seq >= first, messages.c.seq <= last, _within(messages.c.at, period))

    async def _first_since(self, moment: datetime) -> int:
        """The number of the first line said at a moment or later, by halving; else the last's."""
        wanted = moment.isoformat()
        low, high = 0, await self._connection.scalar(select(func.max(messages.c.seq))) or 0
        while low < high:
            middle = (low + high) // 2
            query = select(messages.c.seq, messages.c.at).where(messages.c.seq > middle)
            line = (await self._connection.execute(query.order_by(messages.c.seq).limit(1))).one()
            if line.at < wanted:
                low = line.seq
            else:
                high = middle
        return low


def _within(column: ColumnElement[str], period: Period) -> ColumnElement[bool]:
    return and_(column >= period.since.isoformat(), column < period.until.isoformat())


def _moment(minute: str) -> datetime:
    return datetime.fromisoformat(minute).replace(tzinfo=UTC)
