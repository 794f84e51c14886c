"""The HTTP API for the check of an agent's draft."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from connectors.api import LONGEST_BODY_TEXT, Centres
from connectors.sign_in import StaffDoor, StaffService
from conversations.drafts import Asked, Drafts
from conversations.people import NotAllowed, Staff
from conversations.rights import Right, may
from tickets.ticket import Kind


class DraftForm(BaseModel):
    """Body of `POST /etiquette`; a conversation brings its own profile."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(max_length=LONGEST_BODY_TEXT)
    conversation_id: str | None = Field(None, max_length=40)
    kind: Kind | None = Field(None, description="of the ticket; without, of the newest one")
    profile: str | None = None
    surname: str = Field("", max_length=20, description="where no line and no ticket tells it")
    honorific: str = Field("", max_length=10)


def make_router(*, staff: StaffService, drafts: Drafts, centres: Centres) -> APIRouter:
    """`POST /etiquette`."""
    router = APIRouter(tags=["staff"])
    Anyone = Annotated[Staff, Depends(StaffDoor(staff, Right.HELP))]

    @router.post("/etiquette", summary="What a draft should not say, and what to say instead")
    async def check(member: Anyone, form: DraftForm) -> dict[str, Any]:
        if form.conversation_id is not None and not may(member.role, Right.READ_TALKS):
            raise NotAllowed(f"role {member.role} reads no conversations")
        asked = Asked(
            text=form.text,
            profile=centres.get(form.profile).name,
            conversation_id=form.conversation_id,
            kind=form.kind,
            name=f"{form.surname}{form.honorific}" if form.surname else "",
        )
        findings = await drafts.check(asked)
        return {"findings": [{**asdict(each), "span": list(each.span)} for each in findings]}

    return router
