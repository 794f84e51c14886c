"""The HTTP API of gaps: what nobody answered well, what is decided about it, and taking it back."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from connectors.api import Centres
from connectors.sign_in import StaffDoor, StaffService
from connectors.staff_api import candidate_data
from conversations.people import Staff
from conversations.rights import Right
from knowledge.entry import EntryKind
from knowledge.gap_service import Gaps, Wanted
from knowledge.gap_store import Decision
from knowledge.gaps import MOST_LINES, Fate, Gap, GapLine
from knowledge.importing.proposal import MAX_ANSWER, MAX_LINE, Proposal
from knowledge.remains import without_remains

LAST_ID = 2**31 - 1

Id = Annotated[int, Path(ge=1, le=LAST_ID)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_LINE)]


class DraftForm(BaseModel):
    """A new entry as the trainer writes it; it becomes a draft, which another person approves."""

    model_config = ConfigDict(extra="forbid")

    title: Line
    answer: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_ANSWER)
    ]
    kind: EntryKind = EntryKind.FAQ
    topic: str = Field("", max_length=MAX_LINE)
    source: str = Field("", max_length=MAX_LINE)


class DecisionForm(BaseModel):
    """Body of `POST /gaps/decisions`; `line_ids` are the lines that were seen, none else."""

    model_config = ConfigDict(extra="forbid")

    profile: str | None = None
    line_ids: list[Annotated[int, Field(ge=1, le=LAST_ID)]] = Field(
        min_length=1, max_length=MOST_LINES
    )
    fate: Fate
    wordings: list[Line] = Field([], max_length=MOST_LINES)
    entry_id: str = Field("", max_length=80, description="with `similar`")
    version: int = Field(0, ge=0, le=LAST_ID, description="of the entry that was seen, if one was")
    entry: DraftForm | None = Field(None, description="with `entry`")
    intent: str = Field("", max_length=80, description="with `business`")


def make_router(
    *, staff: StaffService, gaps: Gaps, centres: Centres, intents: dict[str, str]
) -> APIRouter:
    """For those who keep the corpus right; no line here names a customer."""
    router = APIRouter(tags=["gaps"])
    Trainer = Annotated[Staff, Depends(StaffDoor(staff, Right.TEACH))]

    @router.get("/gaps", summary="Unanswered lines by meaning, most asked first")
    async def list_gaps(
        member: Trainer,
        profile: str | None = None,
        offset: Annotated[int, Query(ge=0, le=MOST_LINES)] = 0,
        limit: Annotated[int, Query(ge=1, le=50)] = 20,
    ) -> dict[str, Any]:
        centre = centres.get(profile).name
        found = await gaps.list_gaps(centre)
        shown = [
            {
                **gap_data(gap),
                "nearest": [candidate_data(each) for each in await gaps.nearest(centre, gap)],
            }
            for gap in found[offset : offset + limit]
        ]
        return {
            "gaps": shown,
            "total": len(found),
            "lines": sum(len(gap.lines) for gap in found),
            "most_lines": MOST_LINES,
            "intents": intents,
        }

    @router.get("/gaps/decisions", summary="What was decided last, by whom, and what came of it")
    async def decisions(
        member: Trainer,
        profile: str | None = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> dict[str, Any]:
        found = await gaps.list_decisions(centres.get(profile).name, limit=limit)
        return {"decisions": [decision_data(each) for each in found]}

    @router.post("/gaps/decisions", status_code=201, summary="Decide about lines; once, by one")
    async def decide(member: Trainer, form: DecisionForm) -> dict[str, Any]:
        wanted = Wanted(
            profile=centres.get(form.profile).name,
            line_ids=tuple(dict.fromkeys(form.line_ids)),
            fate=form.fate,
            wordings=tuple(form.wordings),
            entry_id=form.entry_id,
            version=form.version,
            draft=_proposal(form) if form.entry else None,
            intent=form.intent,
        )
        return decision_data(await gaps.decide(wanted, author=member.name))

    @router.delete("/gaps/decisions/{decision_id}", summary="Take a decision back")
    async def undo(member: Trainer, decision_id: Id, profile: str | None = None) -> dict[str, Any]:
        undone = await gaps.undo(centres.get(profile).name, decision_id, by=member.name)
        return {**decision_data(undone.decision), "entry_kept": undone.entry_kept}

    @router.get("/gaps/{gap_id}", summary="A gap with all its lines")
    async def get_gap(member: Trainer, gap_id: Id, profile: str | None = None) -> dict[str, Any]:
        gap = await gaps.get_gap(centres.get(profile).name, gap_id)
        return {
            **gap_data(gap),
            "all": [line_data(line) for line in gap.lines],
        }

    return router


def gap_data(gap: Gap) -> dict[str, Any]:
    """A gap as the list shows it."""
    return {
        "gap_id": gap.gap_id,
        "line_ids": list(gap.line_ids),
        "count": len(gap.lines),
        "first_at": gap.first_at.isoformat(),
        "last_at": gap.last_at.isoformat(),
        "whys": gap.whys,
        "examples": list(gap.examples),
        "wordings": len(gap.wordings),
        # the examples as they would be taught: without what masking left in them
        "teaches": list(filter(None, map(without_remains, gap.examples))),
        "answer": gap.answer,
    }


def line_data(line: GapLine) -> dict[str, Any]:
    """One line of a gap."""
    return {
        "line_id": line.line_id,
        "text": line.text,
        "teaches": without_remains(line.text),
        "why": line.why,
        "answer": line.answer,
        "at": line.at.isoformat(),
    }


def decision_data(decision: Decision) -> dict[str, Any]:
    """A decision with who made it and what came of it."""
    decided = decision.decided
    return {
        "decision_id": decision.decision_id,
        "fate": decided.fate,
        "text": decided.text,
        "wordings": list(decided.wordings),
        "count": decision.count,
        "entry_id": decided.entry_id,
        "version": decided.version,
        "intent": decided.intent,
        "author": decided.author,
        "at": decided.at.isoformat(),
        "undone_by": decision.undone_by,
        "undone_at": decision.undone_at.isoformat() if decision.undone_at else None,
    }


def _proposal(form: DecisionForm) -> Proposal:
    assert form.entry is not None
    return Proposal(
        title=form.entry.title,
        questions=tuple(form.wordings),
        answer=form.entry.answer,
        kind=form.entry.kind,
        topic=form.entry.topic,
        source=form.entry.source,
        origin="",
    )
