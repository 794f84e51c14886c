"""All SQL about what trainers changed of the test questions."""

from datetime import datetime

from sqlalchemy import JSON, Boolean, Column, MetaData, String, Table, Text, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from knowledge.exam_questions import Kept

metadata = MetaData()

exam_questions = Table(
    "exam_questions",
    metadata,
    Column("profile", String(40), primary_key=True),
    # by its letters (knowledge/exam_questions.py)
    Column("question_id", String(64), primary_key=True),
    Column("text", Text, nullable=False),
    Column("entries", JSON, nullable=False),
    # one of the file that is not asked any more
    Column("is_removed", Boolean, nullable=False),
    Column("author", String(80), nullable=False),
    Column("at", String(40), nullable=False),
)


class ExamQuestionStore:
    """Trainers' changes, inside the caller's transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def put(self, kept: Kept) -> None:
        """Keep what was made of a question, in the place of what was kept of it before."""
        await self.forget(kept.profile, kept.question_id)
        await self._connection.execute(
            insert(exam_questions).values(
                profile=kept.profile,
                question_id=kept.question_id,
                text=kept.text,
                entries=list(kept.entries),
                is_removed=kept.is_removed,
                author=kept.author,
                at=kept.at.isoformat(),
            )
        )

    async def forget(self, profile: str, question_id: str) -> None:
        """Let the question be as the file has it, or not at all."""
        await self._connection.execute(
            delete(exam_questions).where(
                exam_questions.c.profile == profile, exam_questions.c.question_id == question_id
            )
        )

    async def list_kept(self, profile: str) -> list[Kept]:
        """All that was changed in a centre, in the order of when."""
        query = select(exam_questions).where(exam_questions.c.profile == profile)
        rows = await self._connection.execute(
            query.order_by(exam_questions.c.at, exam_questions.c.question_id)
        )
        return [
            Kept(
                profile=row["profile"],
                text=row["text"],
                entries=tuple(row["entries"]),
                is_removed=row["is_removed"],
                author=row["author"],
                at=datetime.fromisoformat(row["at"]),
            )
            for row in rows.mappings()
        ]
