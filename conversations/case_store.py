"""All SQL about cases and how they were practised."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    RowMapping,
    and_,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from conversations.case_tables import cases, practice_replies, practices
from conversations.cases import Case, CaseNotFound, Step
from conversations.handover import HowEnded
from conversations.handover_store import handovers
from tickets.tables import tickets
from tickets.ticket import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """A conversation a person has closed: what a case could be made of."""

    conversation_id: str
    profile: str
    agent: str
    ended_at: datetime
    rating: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A trainee's reply to a step, and what it is worth, as plain values."""

    step: int
    text: str
    judged: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Practice:
    """One person's way through a case."""

    practice_id: int
    case_id: int
    profile: str
    person: str
    title: str
    steps: tuple[Step, ...]
    begun_at: datetime
    ended_at: datetime | None = None
    score: int | None = None


class CaseStore:
    """Cases and practices, inside the caller's transaction; `sealed` kinds tell of informants."""

    def __init__(self, connection: AsyncConnection, *, sealed: Collection[Kind]) -> None:
        self._connection, self._sealed = connection, sealed

    async def is_sealed(self, conversation_id: str) -> bool:
        """Whether somebody informed in a conversation."""
        query = select(func.count()).where(
            tickets.c.conversation_id == conversation_id, tickets.c.kind.in_(self._sealed)
        )
        return bool(await self._connection.scalar(query))

    async def list_closed(
        self, profile: str, *, limit: int, conversation_id: str = ""
    ) -> list[Closed]:
        """Conversations given back by a person and not called bad, newest first; no informant's.

        Those of which a case was made, or in which somebody waits again, are left out.
        """
        columns = handovers.c
        newest = select(func.max(columns.handover_id)).group_by(columns.conversation_id)
        query = select(handovers).where(
            columns.profile == profile,
            columns.handover_id.in_(newest),
            columns.how_ended == HowEnded.GIVEN_BACK,
            columns.agent.is_not(None),
            columns.conversation_id.not_in(select(cases.c.conversation_id)),
            columns.conversation_id.not_in(self._informed()),
        )
        if conversation_id:
            query = query.where(columns.conversation_id == conversation_id)
        else:
            query = query.where(or_(columns.rating.is_(None), columns.rating != "bad"))
        rows = await self._connection.execute(query.order_by(columns.ended_at.desc()).limit(limit))
        return [
            Closed(
                conversation_id=row["conversation_id"],
                profile=row["profile"],
                agent=row["agent"],
                ended_at=datetime.fromisoformat(row["ended_at"]),
                rating=row["rating"] or "",
            )
            for row in rows.mappings()
        ]

    async def add(self, case: Case, *, conversation_id: str) -> Case:
        """Put a new case into the library; its number is given here."""
        added = await self._connection.execute(
            insert(cases).values(
                profile=case.profile,
                title=case.title,
                steps=_plain(case.steps),
                is_ready=case.is_ready,
                is_retired=False,
                version=1,
                conversation_id=conversation_id,
                author=case.author,
                at=case.at.isoformat(),
            )
        )
        assert added.inserted_primary_key is not None
        return await self.get(case.profile, int(added.inserted_primary_key[0]))

    async def get(self, profile: str, case_id: int) -> Case:
        """A case of the library; raises `CaseNotFound`."""
        found = await self._list(and_(cases.c.profile == profile, cases.c.case_id == case_id))
        if not found:
            raise CaseNotFound(f"there is no case {case_id} in {profile}")
        return found[0]

    async def list_cases(self, profile: str) -> list[Case]:
        """The library, newest first."""
        return await self._list(cases.c.profile == profile)

    async def change(self, case: Case) -> bool:
        """Keep a case as it is now; False when another version of it was kept meanwhile."""
        as_seen = and_(cases.c.case_id == case.case_id, cases.c.version == case.version)
        changed = await self._connection.execute(
            update(cases)
            .where(as_seen)
            .values(
                title=case.title,
                steps=_plain(case.steps),
                is_ready=case.is_ready,
                version=case.version + 1,
                author=case.author,
                at=case.at.isoformat(),
            )
        )
        return bool(changed.rowcount)

    async def retire(self, case_id: int) -> None:
        """Take a case out of the library."""
        await self._connection.execute(
            update(cases).where(cases.c.case_id == case_id).values(is_retired=True)
        )

    async def begin(self, case: Case, *, person: str, at: datetime) -> Practice:
        """A new practice of a case."""
        added = await self._connection.execute(
            insert(practices).values(
                case_id=case.case_id,
                profile=case.profile,
                person=person,
                title=case.title,
                steps=_plain(case.steps),
                begun_at=at.isoformat(),
            )
        )
        assert added.inserted_primary_key is not None
        found = await self.find_practice(int(added.inserted_primary_key[0]))
        assert found is not None
        return found

    async def find_practice(self, practice_id: int) -> Practice | None:
        """A practice by its number; none of a case that tells of an informant by now."""
        found = await self._practices(practices.c.practice_id == practice_id, limit=1)
        return found[0] if found else None

    async def list_practices(
        self, profile: str, *, person: str | None, limit: int
    ) -> list[Practice]:
        """The last practices of a centre, newest first; of one person, or of all."""
        condition = practices.c.profile == profile
        if person is not None:
            condition = and_(condition, practices.c.person == person)
        return await self._practices(condition, limit=limit)

    async def list_replies(self, practice_id: int) -> list[Answered]:
        """The replies of a practice, in order."""
        query = select(practice_replies).where(practice_replies.c.practice_id == practice_id)
        rows = await self._connection.execute(query.order_by(practice_replies.c.step))
        return [
            Answered(step=row["step"], text=row["text"], judged=row["judged"])
            for row in rows.mappings()
        ]

    async def add_reply(self, practice_id: int, answered: Answered, *, at: datetime) -> None:
        """Keep a reply to a step that has none."""
        await self._connection.execute(
            insert(practice_replies).values(
                practice_id=practice_id,
                step=answered.step,
                text=answered.text,
                judged=answered.judged,
                at=at.isoformat(),
            )
        )

    async def end_practice(self, practice_id: int, *, score: int, at: datetime) -> None:
        """All its steps are answered."""
        await self._connection.execute(
            update(practices)
            .where(practices.c.practice_id == practice_id)
            .values(score=score, ended_at=at.isoformat())
        )

    async def _list(self, condition: ColumnElement[bool]) -> list[Case]:
        query = select(cases).where(
            condition,
            cases.c.is_retired.is_(False),
            cases.c.conversation_id.not_in(self._informed()),
        )
        rows = await self._connection.execute(query.order_by(cases.c.case_id.desc()))
        return [
            Case(
                case_id=row["case_id"],
                profile=row["profile"],
                title=row["title"],
                steps=_steps(row["steps"]),
                is_ready=row["is_ready"],
                version=row["version"],
                author=row["author"],
                at=datetime.fromisoformat(row["at"]),
            )
            for row in rows.mappings()
        ]

    async def _practices(self, condition: ColumnElement[bool], *, limit: int) -> list[Practice]:
        told = select(cases.c.case_id).where(cases.c.conversation_id.in_(self._informed()))
        query = select(practices).where(condition, practices.c.case_id.not_in(told))
        rows = await self._connection.execute(
            query.order_by(practices.c.practice_id.desc()).limit(limit)
        )
        return [_practice(row) for row in rows.mappings()]

    def _informed(self) -> Any:
        return select(tickets.c.conversation_id).where(
            tickets.c.kind.in_(self._sealed), tickets.c.conversation_id.is_not(None)
        )


def _practice(row: RowMapping) -> Practice:
    return Practice(
        practice_id=row["practice_id"],
        case_id=row["case_id"],
        profile=row["profile"],
        person=row["person"],
        title=row["title"],
        steps=_steps(row["steps"]),
        begun_at=datetime.fromisoformat(row["begun_at"]),
        ended_at=datetime.fromisoformat(row["ended_at"]) if row["ended_at"] else None,
        score=row["score"],
    )


def _plain(steps: Sequence[Step]) -> list[dict[str, str]]:
    return [asdict(step) for step in steps]


def _steps(plain: Sequence[dict[str, str]]) -> tuple[Step, ...]:
    return tuple(Step(**each) for each in plain)
