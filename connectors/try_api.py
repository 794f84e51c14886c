"""The HTTP API for trying a question out: the decision, the candidates, and why."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from connectors.api import LAST_SEQ, Centres
from connectors.sign_in import StaffDoor, StaffService
from connectors.staff_api import candidate_data
from conversations.people import Staff
from conversations.rights import Right
from knowledge.explaining import Explained, Explanation
from knowledge.running import Runs
from knowledge.trial import Trials


class TryForm(BaseModel):
    """Body of `POST /knowledge/try`."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(min_length=1, max_length=500)
    run: int | None = Field(
        None, ge=1, le=LAST_SEQ, description="beside what is live, what this run examined"
    )
    profile: str | None = None


def make_router(*, staff: StaffService, centres: Centres, trials: Trials, runs: Runs) -> APIRouter:
    """`POST /knowledge/try`."""
    router = APIRouter(tags=["trainer"])
    Trainer = Annotated[Staff, Depends(StaffDoor(staff, Right.TEACH))]

    @router.post("/knowledge/try", summary="What would be answered to a question, and why")
    async def try_out(member: Trainer, form: TryForm) -> dict[str, Any]:
        profile = centres.get(form.profile).name
        told: dict[str, Any] = {
            "live": explanation_data(await trials.of_live(form.text, profile=profile)),
            "examined": None,
        }
        if form.run is not None:
            run = await runs.get(form.run)
            told["examined"] = explanation_data(await trials.of_run(form.text, run))
        return told

    return router


def explanation_data(found: Explanation) -> dict[str, Any]:
    """The decision, its reason, the limits, and the candidates with the parts of their scores."""
    return {
        "decision": found.decision,
        "reason": found.reason,
        "inside": round(found.inside, 4),
        "limits": _rounded(found.limits),
        "question": _rounded(found.question),
        "candidates": [_candidate(each) for each in found.candidates],
    }


def _candidate(each: Explained) -> dict[str, Any]:
    parts = [
        {"name": part.name, "value": round(part.value, 4), "adds": round(part.adds, 4)}
        for part in each.parts
    ]
    return {
        **candidate_data(each),
        "score": round(each.score, 4),
        "parts": parts,
    }


def _rounded(figures: Mapping[Any, float]) -> dict[str, float]:
    return {str(name): round(figure, 4) for name, figure in figures.items()}
