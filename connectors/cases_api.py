"""The HTTP API of the case library and of practice."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from connectors.api import LAST_SEQ, LONGEST_BODY_TEXT, Centres
from connectors.sign_in import StaffDoor, StaffService
from conversations.case_store import Answered, Practice
from conversations.cases import MAX_STEPS, MAX_TEXT, MAX_TITLE, Case, Step
from conversations.people import Staff
from conversations.practising import Candidate, Change, Practising
from conversations.rights import Right

Id = Annotated[int, Path(ge=1, le=LAST_SEQ)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_TEXT)]
Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_TITLE)]


class CaseForm(BaseModel):
    """Body of `POST /cases`."""

    model_config = ConfigDict(extra="forbid")

    profile: str | None = None
    conversation_id: str = Field(max_length=40)


class StepForm(BaseModel):
    """What the customer says, and the wording that answers it."""

    model_config = ConfigDict(extra="forbid")

    asked: Text
    wording: Text


class CaseChange(BaseModel):
    """Body of `PUT /cases/{case_id}`."""

    model_config = ConfigDict(extra="forbid")

    profile: str | None = None
    title: Title
    steps: list[StepForm] = Field(min_length=1, max_length=MAX_STEPS)
    is_ready: bool = Field(description="whether it may be practised")
    version: int = Field(ge=1, le=LAST_SEQ, description="the version that was seen")


class PracticeForm(BaseModel):
    """Body of `POST /practice`."""

    model_config = ConfigDict(extra="forbid")

    profile: str | None = None
    case_id: int = Field(ge=1, le=LAST_SEQ)


class ReplyForm(BaseModel):
    """Body of `POST /practice/{practice_id}/replies`; the same step again changes nothing."""

    model_config = ConfigDict(extra="forbid")

    step: int = Field(ge=0, le=MAX_STEPS, description="counted from 0")
    text: str = Field(max_length=LONGEST_BODY_TEXT)


def make_router(*, staff: StaffService, practising: Practising, centres: Centres) -> APIRouter:
    """`/cases`, for trainers."""
    router = APIRouter(tags=["trainer"])
    Trainer = Annotated[Staff, Depends(StaffDoor(staff, Right.TEACH))]

    @router.get("/cases/candidates", summary="Closed talks a case could be made of, masked")
    async def list_candidates(member: Trainer, profile: str | None = None) -> dict[str, Any]:
        found = await practising.list_candidates(centres.get(profile).name)
        return {"candidates": [candidate_data(each) for each in found]}

    @router.get("/cases", summary="The case library")
    async def list_cases(member: Trainer, profile: str | None = None) -> dict[str, Any]:
        found = await practising.list_cases(centres.get(profile).name)
        return {"cases": [case_data(case) for case in found]}

    @router.post("/cases", status_code=201, summary="Make a case of a closed talk")
    async def make(member: Trainer, form: CaseForm) -> dict[str, Any]:
        profile = centres.get(form.profile).name
        return case_data(await practising.make(profile, form.conversation_id, author=member.name))

    @router.put("/cases/{case_id}", summary="Mend a case, or let it be practised")
    async def change(member: Trainer, case_id: Id, form: CaseChange) -> dict[str, Any]:
        wanted = Change(
            case_id=case_id,
            title=form.title,
            steps=tuple(Step(asked=each.asked, wording=each.wording) for each in form.steps),
            is_ready=form.is_ready,
            version=form.version,
        )
        profile = centres.get(form.profile).name
        return case_data(await practising.change(profile, wanted, author=member.name))

    @router.delete("/cases/{case_id}", status_code=204, summary="Take it out of the library")
    async def retire(member: Trainer, case_id: Id, profile: str | None = None) -> Response:
        await practising.retire(centres.get(profile).name, case_id)
        return Response(status_code=204)

    return router


def make_practice_router(
    *, staff: StaffService, practising: Practising, centres: Centres
) -> APIRouter:
    """`/practice`, for trainees; everybody's results for trainers."""
    router = APIRouter(tags=["practice"])
    Trainee = Annotated[Staff, Depends(StaffDoor(staff, Right.PRACTISE))]
    Trainer = Annotated[Staff, Depends(StaffDoor(staff, Right.TEACH))]

    @router.get("/practice", summary="What can be practised, and one's own results")
    async def overview(member: Trainee, profile: str | None = None) -> dict[str, Any]:
        name = centres.get(profile).name
        ready = await practising.list_ready(name)
        own = await practising.list_results(name, person=member.name)
        return {
            "cases": [
                {"case_id": case.case_id, "title": case.title, "steps": len(case.steps)}
                for case in ready
            ],
            "results": [result_data(each) for each in own],
        }

    @router.get("/practice/results", summary="Everybody's results, newest first")
    async def results(member: Trainer, profile: str | None = None) -> dict[str, Any]:
        found = await practising.list_results(centres.get(profile).name)
        return {"results": [result_data(each) for each in found]}

    @router.post("/practice", status_code=201, summary="Begin a case")
    async def begin(member: Trainee, form: PracticeForm) -> dict[str, Any]:
        profile = centres.get(form.profile).name
        practice = await practising.begin(profile, form.case_id, person=member.name)
        return practice_data(practice, [])

    @router.get("/practice/{practice_id}", summary="One's own practice, as far as it has come")
    async def look(member: Trainee, practice_id: Id) -> dict[str, Any]:
        return practice_data(*await practising.get(practice_id, person=member.name))

    @router.post("/practice/{practice_id}/replies", summary="Reply to the customer's line")
    async def answer(member: Trainee, practice_id: Id, form: ReplyForm) -> dict[str, Any]:
        return practice_data(
            *await practising.answer(practice_id, form.step, form.text, person=member.name)
        )

    return router


def candidate_data(candidate: Candidate) -> dict[str, Any]:
    """A closed talk as it would become a case."""
    closed = candidate.closed
    return {
        "conversation_id": closed.conversation_id,
        "agent": closed.agent,
        "ended_at": closed.ended_at.isoformat(),
        "rating": closed.rating,
        "steps": [_step_data(step) for step in candidate.steps],
    }


def case_data(case: Case) -> dict[str, Any]:
    """A case as trainers see it."""
    return {
        "case_id": case.case_id,
        "title": case.title,
        "steps": [_step_data(step) for step in case.steps],
        "is_ready": case.is_ready,
        "version": case.version,
        "author": case.author,
        "at": case.at.isoformat(),
    }


def result_data(practice: Practice) -> dict[str, Any]:
    """How somebody did; without a score it is not finished."""
    return {
        "practice_id": practice.practice_id,
        "case_id": practice.case_id,
        "title": practice.title,
        "person": practice.person,
        "begun_at": practice.begun_at.isoformat(),
        "score": practice.score,
    }


def practice_data(practice: Practice, replies: list[Answered]) -> dict[str, Any]:
    """A practice: what was replied beside the wordings, and the customer's next line.

    A wording is told only once its step is answered.
    """
    is_over = len(replies) >= len(practice.steps)
    return {
        **result_data(practice),
        "steps": len(practice.steps),
        "replies": [
            {
                **_step_data(practice.steps[each.step]),
                "text": each.text,
                "judged": each.judged,
            }
            for each in replies
        ],
        "next": None if is_over else practice.steps[len(replies)].asked,
    }


def _step_data(step: Step) -> dict[str, str]:
    return {"asked": step.asked, "wording": step.wording}
