"""The HTTP API of the test set: what an examination asks, as a table trainers can change."""

from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from connectors.api import LAST_SEQ, Centres
from connectors.sign_in import StaffDoor, StaffService
from conversations.people import Staff
from conversations.rights import Right
from knowledge.exam_question_service import ExamQuestions
from knowledge.exam_questions import MAX_ENTRIES, MAX_TEXT, ExamQuestion, Origin, found_by

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_TEXT)]
Id = Annotated[str, Path(max_length=64)]


class Only(StrEnum):
    """Which test questions are wanted."""

    NOT_ASKED = "not_asked"
    OUT_OF_SCOPE = "out_of_scope"
    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"


class QuestionForm(BaseModel):
    """Body of `POST /knowledge/tests` and `PUT /knowledge/tests/{question_id}`."""

    model_config = ConfigDict(extra="forbid")

    profile: str | None = None
    text: Text
    entries: list[Annotated[str, Field(max_length=80)]] = Field(
        [], max_length=MAX_ENTRIES, description="any of them is right; none: out of scope"
    )


def make_router(*, staff: StaffService, questions: ExamQuestions, centres: Centres) -> APIRouter:
    """`/knowledge/tests`."""
    router = APIRouter(tags=["trainer"])
    Trainer = Annotated[Staff, Depends(StaffDoor(staff, Right.TEACH))]

    @router.get("/knowledge/tests", summary="The test questions, the trainers' own first")
    async def list_questions(
        member: Trainer,
        profile: str | None = None,
        q: Annotated[str, Query(max_length=MAX_TEXT)] = "",
        only: Only | None = None,
        offset: Annotated[int, Query(ge=0, le=LAST_SEQ)] = 0,
        limit: Annotated[int, Query(ge=1, le=200)] = 30,
    ) -> dict[str, Any]:
        every = await questions.list_questions(centres.get(profile).name)
        found = [each for each in found_by(every, q) if only is None or _is(each, only)]
        shown = found[offset : offset + limit]
        return {
            "total": len(found),
            "asked": sum(each.is_asked for each in every),
            "not_asked": sum(_is(each, Only.NOT_ASKED) for each in every),
            "questions": [question_data(each) for each in shown],
        }

    @router.post("/knowledge/tests", status_code=201, summary="A new test question")
    async def add(member: Trainer, form: QuestionForm) -> dict[str, Any]:
        profile = centres.get(form.profile).name
        return question_data(
            await questions.add(profile, form.text, form.entries, author=member.name)
        )

    @router.put("/knowledge/tests/{question_id}", summary="Other words or entries for one")
    async def change(member: Trainer, question_id: Id, form: QuestionForm) -> dict[str, Any]:
        profile = centres.get(form.profile).name
        return question_data(
            await questions.change(
                profile, question_id, form.text, form.entries, author=member.name
            )
        )

    @router.delete("/knowledge/tests/{question_id}", status_code=204, summary="Ask it no more")
    async def remove(member: Trainer, question_id: Id, profile: str | None = None) -> Response:
        await questions.remove(centres.get(profile).name, question_id, author=member.name)
        return Response(status_code=204)

    @router.post(
        "/knowledge/tests/{question_id}/restore", status_code=204, summary="As the file has it"
    )
    async def restore(member: Trainer, question_id: Id, profile: str | None = None) -> Response:
        await questions.restore(centres.get(profile).name, question_id)
        return Response(status_code=204)

    return router


def question_data(question: ExamQuestion) -> dict[str, Any]:
    """A test question as trainers see it."""
    return {
        "question_id": question.question_id,
        "text": question.text,
        "entries": list(question.entries),
        "gone": list(question.gone),
        "origin": question.origin,
        "is_asked": question.is_asked,
        "author": question.author,
        "at": question.at.isoformat() if question.at else None,
    }


def _is(question: ExamQuestion, only: Only) -> bool:
    if only is Only.NOT_ASKED:
        return not question.is_asked and question.origin is not Origin.REMOVED
    if only is Only.OUT_OF_SCOPE:
        return not question.entries and question.origin is not Origin.REMOVED
    return question.origin == only.value
