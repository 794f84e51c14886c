"""All SQL about lines whose reading is doubtful, and what trainers say of them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    RowMapping,
    delete,
    func,
    select,
    text,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from conversations.handover_store import handovers
from conversations.message import Sender
from conversations.tables import messages
from conversations.utterance import Doubt, HeardLine, Read, Utterance, UtteranceNotFound, Verdict
from conversations.utterance_tables import bot_utterances
from tickets.tables import tickets
from tickets.ticket import Kind

_ADD = text(
    "INSERT INTO bot_utterances (profile, conversation_id, message_id, text, words, intent, first, "
    "confidence, model, at, doubt) VALUES (:profile, :conversation_id, :message_id, :text, :words, "
    ":intent, :first, :confidence, :model, :at, '') ON CONFLICT (conversation_id, message_id) "
    "DO NOTHING"
)


class UtteranceStore:
    """Lines and verdicts, inside the caller's transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, line: HeardLine) -> None:
        """Write a line down once, however often its turn is asked."""
        await self._connection.execute(
            _ADD,
            {
                "profile": line.profile,
                "conversation_id": line.conversation_id,
                "message_id": line.message_id,
                "text": line.text,
                "words": line.words,
                "intent": line.read.intent,
                "first": line.read.first,
                "confidence": line.read.confidence,
                "model": line.read.model,
                "at": line.at.isoformat(),
            },
        )

    async def list_undoubted(self) -> list[tuple[int, HeardLine]]:
        """The lines of which nothing is known yet, with their numbers, oldest first."""
        columns = bot_utterances.c
        query = select(bot_utterances).where(columns.doubt == "", columns.verdict.is_(None))
        rows = await self._connection.execute(query.order_by(columns.utterance_id))
        return [(row["utterance_id"], _heard(row)) for row in rows.mappings()]

    async def list_cards(
        self, conversation_ids: Collection[str]
    ) -> Mapping[tuple[str, str], set[str]]:
        """The kinds of cards among the answers, by conversation and the line they answer."""
        query = select(messages.c.conversation_id, messages.c.answers, messages.c.card).where(
            messages.c.conversation_id.in_(conversation_ids),
            messages.c.sender == Sender.BOT,
            messages.c.answers.is_not(None),
        )
        found: dict[tuple[str, str], set[str]] = {}
        for row in await self._connection.execute(query):
            kind = (row.card or {}).get("type")
            if kind:
                found.setdefault((row.conversation_id, row.answers), set()).add(kind)
        return found

    async def list_handed_over(
        self, conversation_ids: Collection[str]
    ) -> Mapping[str, list[datetime]]:
        """When each of these conversations was handed over, oldest first."""
        query = select(handovers.c.conversation_id, handovers.c.asked_at).where(
            handovers.c.conversation_id.in_(conversation_ids)
        )
        found: dict[str, list[datetime]] = {}
        for row in await self._connection.execute(query.order_by(handovers.c.handover_id)):
            found.setdefault(row.conversation_id, []).append(datetime.fromisoformat(row.asked_at))
        return found

    async def doubt(self, doubts: Mapping[int, Doubt]) -> None:
        """Write down why these lines are doubtful."""
        for utterance_id, doubt in doubts.items():
            await self._connection.execute(
                update(bot_utterances)
                .where(bot_utterances.c.utterance_id == utterance_id)
                .values(doubt=doubt)
            )

    async def settle_known(self, utterance_ids: Collection[int]) -> None:
        """A line whose words somebody decided about before needs no second decision."""
        before = bot_utterances.alias()
        known = (
            select(before.c.utterance_id)
            .where(
                before.c.profile == bot_utterances.c.profile,
                before.c.words == bot_utterances.c.words,
                before.c.verdict.is_not(None),
            )
            .exists()
        )
        await self._connection.execute(
            delete(bot_utterances).where(
                bot_utterances.c.utterance_id.in_(utterance_ids),
                bot_utterances.c.verdict.is_(None),
                known,
            )
        )

    async def forget(self, *, undoubted_before: datetime, open_before: datetime) -> None:
        """Delete lines nobody need look at: nothing was wrong with them, or they are old."""
        columns = bot_utterances.c
        is_open = columns.verdict.is_(None)
        old = (columns.doubt == "") & (columns.at < undoubted_before.isoformat())
        very_old = columns.at < open_before.isoformat()
        await self._connection.execute(delete(bot_utterances).where(is_open, old | very_old))

    async def forget_sealed(self, kinds: Collection[Kind]) -> None:
        """Delete whatever was kept of conversations in which somebody informs."""
        sealed = select(tickets.c.conversation_id).where(
            tickets.c.kind.in_(kinds), tickets.c.conversation_id.is_not(None)
        )
        await self._connection.execute(
            delete(bot_utterances).where(bot_utterances.c.conversation_id.in_(sealed))
        )

    async def list_open(
        self, profile: str, doubt: Doubt | None, *, offset: int, limit: int
    ) -> tuple[list[Utterance], int]:
        """Undecided lines, those of the same words as one, the newest first; and how many."""
        columns = bot_utterances.c
        open_ones: list[ColumnElement[bool]] = [
            columns.profile == profile,
            columns.verdict.is_(None),
            columns.doubt != "",
        ]
        if doubt is not None:
            open_ones.append(columns.doubt == doubt)
        newest = (
            select(
                func.max(columns.utterance_id).label("newest"),
                func.count(columns.utterance_id).label("count"),
            )
            .where(*open_ones)
            .group_by(columns.words)
            .subquery()
        )
        total = await self._connection.scalar(select(func.count()).select_from(newest)) or 0
        query = (
            select(bot_utterances, newest.c.count)
            .join(newest, newest.c.newest == columns.utterance_id)
            .order_by(columns.utterance_id.desc())
        )
        rows = await self._connection.execute(query.offset(offset).limit(limit))
        return [_utterance(row) for row in rows.mappings()], total

    async def list_decided(
        self, profile: str | None, verdict: Verdict | None, *, limit: int | None = None
    ) -> list[Utterance]:
        """Decided lines, one for each decision, newest first; of all centres without a profile."""
        columns = bot_utterances.c
        where: list[ColumnElement[bool]] = [columns.verdict.is_not(None)]
        if profile is not None:
            where.append(columns.profile == profile)
        if verdict is not None:
            where.append(columns.verdict == verdict)
        first = (
            select(
                func.max(columns.utterance_id).label("newest"),
                func.count(columns.utterance_id).label("count"),
            )
            .where(*where)
            .group_by(columns.profile, columns.words)
            .subquery()
        )
        query = select(bot_utterances, first.c.count).join(
            first, first.c.newest == columns.utterance_id
        )
        query = query.order_by(columns.decided_at.desc(), columns.utterance_id.desc()).limit(limit)
        return [_utterance(row) for row in (await self._connection.execute(query)).mappings()]

    async def get(self, profile: str, utterance_id: int) -> Utterance:
        """A line by its number; raises `UtteranceNotFound`."""
        query = select(bot_utterances).where(
            bot_utterances.c.utterance_id == utterance_id, bot_utterances.c.profile == profile
        )
        row = (await self._connection.execute(query)).mappings().first()
        if row is None:
            raise UtteranceNotFound(f"there is no line {utterance_id} in {profile}")
        return _utterance(row)

    async def decide(
        self,
        found: Utterance,
        words: str,
        verdict: Verdict | None,
        *,
        by: str,
        at: str,
        taught: str,
    ) -> int:
        """Decide about every line of these words, or with None take it back; how many there are."""
        columns = bot_utterances.c
        is_as_seen = columns.verdict.is_(None) if verdict else columns.verdict.is_not(None)
        changed = await self._connection.execute(
            update(bot_utterances)
            .where(columns.profile == found.profile, columns.words == words, is_as_seen)
            .values(
                verdict=verdict,
                taught=taught,
                decided_by=by if verdict else "",
                decided_at=at if verdict else None,
            )
        )
        return int(changed.rowcount)


def _heard(row: RowMapping) -> HeardLine:
    return HeardLine(
        profile=row["profile"],
        conversation_id=row["conversation_id"],
        message_id=row["message_id"],
        text=row["text"],
        read=_read(row),
        at=datetime.fromisoformat(row["at"]),
    )


def _read(row: RowMapping) -> Read:
    return Read(
        intent=row["intent"],
        first=row["first"],
        confidence=row["confidence"],
        model=row["model"],
    )


def _utterance(row: RowMapping) -> Utterance:
    decided_at = row["decided_at"]
    return Utterance(
        utterance_id=row["utterance_id"],
        profile=row["profile"],
        text=row["text"],
        read=_read(row),
        doubt=Doubt(row["doubt"]) if row["doubt"] else Doubt.UNSURE,
        at=datetime.fromisoformat(row["at"]),
        count=row.get("count", 1),
        verdict=Verdict(row["verdict"]) if row["verdict"] else None,
        intent=row["taught"],
        decided_by=row["decided_by"],
        decided_at=datetime.fromisoformat(decided_at) if decided_at else None,
    )


def ids_of(lines: Sequence[tuple[int, HeardLine]]) -> set[str]:
    """The conversations these lines were said in."""
    return {line.conversation_id for _, line in lines}
