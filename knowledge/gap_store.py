"""All SQL about gaps: lines that nobody answered well, and what was decided about them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from sqlalchemy import (
    RowMapping,
    delete,
    func,
    insert,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from knowledge.encoder import Vectors
from knowledge.gap_tables import gap_decisions, gap_lines, gap_marks
from knowledge.gaps import Fate, GapLine, GapNotFound, NewLine, Why

_ADD = text(
    "INSERT INTO gap_lines (key, profile, asked_in, text, words, why, answer, at, decision_id) "
    "VALUES (:key, :profile, :asked_in, :text, :words, :why, :answer, :at, :decision_id) "
    # an agent may answer later than the line is collected
    "ON CONFLICT (key) DO UPDATE SET answer = excluded.answer "
    "WHERE gap_lines.decision_id IS NULL AND excluded.answer <> ''"
)
_MARK = text(
    "INSERT INTO gap_marks (name, value) VALUES (:name, :value) "
    "ON CONFLICT (name) DO UPDATE SET value = excluded.value"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDecision:
    """What somebody decides about a gap."""

    profile: str
    fate: Fate
    text: str
    wordings: tuple[str, ...]
    author: str
    at: datetime
    entry_id: str = ""
    version: int = 0
    intent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What was decided about how many lines; undone when `undone_at` is set."""

    decision_id: int
    decided: NewDecision
    count: int
    undone_by: str | None = None
    undone_at: datetime | None = None


class GapStore:
    """Gap lines and decisions, inside the caller's transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, line: NewLine, *, decision_id: int | None = None) -> None:
        """Write a line down once; one that is there gets the answer it had not."""
        row = {
            "key": line.key,
            "profile": line.profile,
            "asked_in": line.asked_in,
            "text": line.text,
            "words": line.words,
            "why": line.why,
            "answer": line.answer,
            "at": line.at.isoformat(),
            "decision_id": decision_id,
        }
        await self._connection.execute(_ADD, row)

    async def count_lines(self) -> int:
        """How many lines there are, decided about or not."""
        return await self._connection.scalar(select(func.count(gap_lines.c.line_id))) or 0

    async def list_open(self, profile: str, *, limit: int) -> list[GapLine]:
        """The newest lines nobody has decided about, oldest first."""
        query = select(gap_lines).where(
            gap_lines.c.profile == profile, gap_lines.c.decision_id.is_(None)
        )
        rows = await self._connection.execute(
            query.order_by(gap_lines.c.line_id.desc()).limit(limit)
        )
        return [_line(row) for row in reversed(rows.mappings().all())]

    async def list_by_id(self, profile: str, line_ids: Sequence[int]) -> list[GapLine]:
        """These lines, decided about or not, oldest first."""
        query = select(gap_lines).where(
            gap_lines.c.profile == profile, gap_lines.c.line_id.in_(line_ids)
        )
        rows = await self._connection.execute(query.order_by(gap_lines.c.line_id))
        return [_line(row) for row in rows.mappings()]

    async def forget_conversations(self, conversation_ids: Sequence[str]) -> None:
        """Delete whatever was collected from these."""
        await self._connection.execute(
            delete(gap_lines).where(gap_lines.c.asked_in.in_(conversation_ids))
        )

    async def list_to_encode(self, encoder: str, *, limit: int) -> list[tuple[int, str]]:
        """Numbers and texts of open lines without a vector of this encoder, newest first."""
        columns = gap_lines.c
        query = select(columns.line_id, columns.text).where(
            columns.decision_id.is_(None),
            or_(columns.vector.is_(None), columns.encoder != encoder),
        )
        rows = await self._connection.execute(query.order_by(columns.line_id.desc()).limit(limit))
        return [(row["line_id"], row["text"]) for row in rows.mappings()]

    async def save_vectors(self, vectors: Mapping[int, Vectors], *, encoder: str) -> None:
        """Keep the vectors of lines."""
        for line_id, vector in vectors.items():
            await self._connection.execute(
                update(gap_lines)
                .where(gap_lines.c.line_id == line_id)
                .values(vector=vector.astype(np.float32).tobytes(), encoder=encoder)
            )

    async def decide(self, new: NewDecision, line_ids: Sequence[int]) -> Decision:
        """Write a decision down and take these open lines from the list."""
        values = {
            "profile": new.profile,
            "fate": new.fate,
            "text": new.text,
            "wordings": list(new.wordings),
            "entry_id": new.entry_id,
            "version": new.version,
            "intent": new.intent,
            "author": new.author,
            "at": new.at.isoformat(),
        }
        added = await self._connection.execute(insert(gap_decisions).values(**values))
        assert added.inserted_primary_key is not None
        decision_id = int(added.inserted_primary_key[0])
        await self._connection.execute(
            update(gap_lines)
            .where(gap_lines.c.line_id.in_(line_ids), gap_lines.c.decision_id.is_(None))
            .values(decision_id=decision_id)
        )
        return await self.get_decision(new.profile, decision_id)

    async def find_decided(self, line_ids: Sequence[int]) -> Decision | None:
        """The newest decision about any of these lines, if there is one."""
        query = (
            select(gap_decisions.c.profile, gap_decisions.c.decision_id)
            .join(gap_lines, gap_lines.c.decision_id == gap_decisions.c.decision_id)
            .where(gap_lines.c.line_id.in_(line_ids))
            .order_by(gap_decisions.c.decision_id.desc())
        )
        row = (await self._connection.execute(query.limit(1))).mappings().first()
        return await self.get_decision(row["profile"], row["decision_id"]) if row else None

    async def find_settled(self, profile: str, words: str) -> Decision | None:
        """The newest decision about a line of the same words, unless it was undone."""
        query = (
            select(gap_decisions.c.decision_id)
            .join(gap_lines, gap_lines.c.decision_id == gap_decisions.c.decision_id)
            .where(gap_lines.c.profile == profile, gap_lines.c.words == words)
            .order_by(gap_decisions.c.decision_id.desc())
        )
        decision_id = await self._connection.scalar(query.limit(1))
        return await self.get_decision(profile, decision_id) if decision_id else None

    async def get_decision(self, profile: str, decision_id: int) -> Decision:
        """A decision by its number; raises `GapNotFound`."""
        found = await self._decisions(profile, gap_decisions.c.decision_id == decision_id, limit=1)
        if not found:
            raise GapNotFound(f"there is no decision {decision_id} in {profile}")
        return found[0]

    async def list_decisions(self, profile: str, *, limit: int) -> list[Decision]:
        """The last decisions of a centre, newest first, undone ones included."""
        return await self._decisions(profile, gap_decisions.c.decision_id > 0, limit=limit)

    async def undo(self, decision_id: int, *, by: str, at: datetime) -> bool:
        """Put the lines of a decision on the list again; false when that was done before."""
        changed = await self._connection.execute(
            update(gap_decisions)
            .where(gap_decisions.c.decision_id == decision_id, gap_decisions.c.undone_at.is_(None))
            .values(undone_by=by, undone_at=at.isoformat())
        )
        await self._connection.execute(
            update(gap_lines).where(gap_lines.c.decision_id == decision_id).values(decision_id=None)
        )
        return bool(changed.rowcount)

    async def list_wordings(self, profile: str | None, fate: Fate) -> list[Decision]:
        """The standing decisions of one kind, oldest first; of all centres without a profile."""
        condition = (gap_decisions.c.fate == fate) & gap_decisions.c.undone_at.is_(None)
        return (await self._decisions(profile, condition, limit=None))[::-1]

    async def keep_wordings(self, decision_id: int, wordings: Sequence[str]) -> None:
        """Let a decision stand with these of its wordings."""
        await self._connection.execute(
            update(gap_decisions)
            .where(gap_decisions.c.decision_id == decision_id)
            .values(wordings=list(wordings))
        )

    async def read_marks(self) -> dict[str, str]:
        """How far the collecting has come."""
        rows = await self._connection.execute(select(gap_marks))
        return {row["name"]: row["value"] for row in rows.mappings()}

    async def write_marks(self, marks: Mapping[str, str]) -> None:
        """Keep how far it has come."""
        for name, value in marks.items():
            await self._connection.execute(_MARK, {"name": name, "value": value})

    async def _decisions(
        self, profile: str | None, condition: object, *, limit: int | None
    ) -> list[Decision]:
        count = (
            select(func.count(gap_lines.c.line_id))
            .where(gap_lines.c.decision_id == gap_decisions.c.decision_id)
            .scalar_subquery()
        )
        query = select(gap_decisions, count.label("count")).where(condition)  # type: ignore[arg-type]
        if profile is not None:
            query = query.where(gap_decisions.c.profile == profile)
        query = query.order_by(gap_decisions.c.decision_id.desc()).limit(limit)
        return [_decision(row) for row in (await self._connection.execute(query)).mappings()]


def _line(row: RowMapping) -> GapLine:
    vector = row["vector"]
    return GapLine(
        line_id=row["line_id"],
        asked_in=row["asked_in"],
        text=row["text"],
        why=Why(row["why"]),
        answer=row["answer"],
        at=datetime.fromisoformat(row["at"]),
        vector=None if vector is None else np.frombuffer(vector, dtype=np.float32),
        encoder=row["encoder"],
    )


def _decision(row: RowMapping) -> Decision:
    return Decision(
        decision_id=row["decision_id"],
        decided=NewDecision(
            profile=row["profile"],
            fate=Fate(row["fate"]),
            text=row["text"],
            wordings=tuple(row["wordings"]),
            author=row["author"],
            at=datetime.fromisoformat(row["at"]),
            entry_id=row["entry_id"],
            version=row["version"],
            intent=row["intent"],
        ),
        count=row["count"],
        undone_by=row["undone_by"],
        undone_at=datetime.fromisoformat(row["undone_at"]) if row["undone_at"] else None,
    )
