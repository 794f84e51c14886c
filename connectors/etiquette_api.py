"""The HTTP API for the check of an agent's draft."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from connectors.api import LONGEST_BODY_TEXT, Centres
from connectors.sign_in import StaffDoor, StaffService
from connectors.talks import Talks
from conversations.drafts import Asked, Drafts
from conversations.people import NotAllowed, Staff
from conversations.rights import Right, may
from tickets.informants import InformantSealed
from tickets.privacy import mask_data
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


def make_router(
    *, staff: StaffService, drafts: Drafts, centres: Centres, talks: Talks
) -> APIRouter:
    """`POST /etiquette`."""
    router = APIRouter(tags=["staff"])
    Anyone = Annotated[Staff, Depends(StaffDoor(staff, Right.HELP))]

    async def hides_numbers(member: Staff, conversation_id: str) -> bool:
        """Whether phones of this talk are hidden here, once it is sure that it may be read."""
        if not may(member.role, Right.READ_TALKS):
            raise NotAllowed(f"role {member.role} reads no conversations")
        try:
            return (await talks.open(member, conversation_id)).hides_numbers
        except InformantSealed:
            # the check itself puts nothing of what an informant said beside the draft
            return True

    @router.post("/etiquette", summary="What a draft should not say, and what to say instead")
    async def check(member: Anyone, form: DraftForm) -> dict[str, Any]:
        hides = form.conversation_id is not None and await hides_numbers(
            member, form.conversation_id
        )
        asked = Asked(
            text=form.text,
            profile=centres.get(form.profile).name,
            conversation_id=form.conversation_id,
            kind=form.kind,
            name=f"{form.surname}{form.honorific}" if form.surname else "",
        )
        findings = await drafts.check(asked)
        found = [{**asdict(each), "span": list(each.span)} for each in findings]
        return {"findings": mask_data(found) if hides else found}

    return router
