"""All SQL of settling lines by what was decided about others like them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from sqlalchemy import RowMapping, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from knowledge.encoder import Vectors
from knowledge.gap_tables import gap_decisions, gap_lines
from knowledge.gaps import Fate


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoded:
    """A line with its vector; a decided one with what was decided about it, and when."""

    line_id: int
    profile: str
    text: str
    at: datetime
    vector: Vectors
    decision_id: int = 0
    fate: Fate | None = None
    decided_at: datetime | None = None


class SettlingStore:
    """Open and decided lines side by side, inside the caller's transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def list_open(self, line_ids: Sequence[int]) -> list[Encoded]:
        """Those of these lines that nobody has decided about."""
        query = select(gap_lines).where(
            gap_lines.c.line_id.in_(line_ids),
            gap_lines.c.decision_id.is_(None),
            gap_lines.c.vector.is_not(None),
        )
        rows = await self._connection.execute(query.order_by(gap_lines.c.line_id))
        return [_encoded(row) for row in rows.mappings()]

    async def list_decided(self, profile: str, *, encoder: str, limit: int) -> list[Encoded]:
        """The last lines of a centre that somebody decided about, as long as that stands."""
        query = (
            select(gap_lines, gap_decisions.c.fate, gap_decisions.c.at.label("decided_at"))
            .join(gap_decisions, gap_decisions.c.decision_id == gap_lines.c.decision_id)
            .where(gap_lines.c.profile == profile, gap_lines.c.encoder == encoder)
            .where(gap_lines.c.vector.is_not(None), gap_decisions.c.undone_at.is_(None))
            # as shown to who decided: what was settled since draws no further lines after it
            .where(gap_lines.c.at <= gap_decisions.c.at)
            .order_by(gap_lines.c.decision_id.desc(), gap_lines.c.line_id)
            .limit(limit)
        )
        return [_encoded(row) for row in (await self._connection.execute(query)).mappings()]

    async def settle(self, decisions: Mapping[int, int]) -> int:
        """Take open lines, by number, from the list by these decisions; returns how many."""
        count = 0
        for line_id, decision_id in decisions.items():
            standing = select(gap_decisions.c.decision_id).where(
                gap_decisions.c.decision_id == decision_id, gap_decisions.c.undone_at.is_(None)
            )
            changed = await self._connection.execute(
                update(gap_lines)
                .where(gap_lines.c.line_id == line_id, gap_lines.c.decision_id.is_(None))
                .where(standing.exists())
                .values(decision_id=decision_id)
            )
            count += changed.rowcount
        return count


def _encoded(row: RowMapping) -> Encoded:
    fate, decided_at = row.get("fate"), row.get("decided_at")
    return Encoded(
        line_id=row["line_id"],
        profile=row["profile"],
        text=row["text"],
        at=datetime.fromisoformat(row["at"]),
        vector=np.frombuffer(row["vector"], dtype=np.float32),
        decision_id=row["decision_id"] or 0,
        fate=Fate(fate) if fate else None,
        decided_at=datetime.fromisoformat(decided_at) if decided_at else None,
    )
