"""The HTTP API for thumbs: a customer says under an answer whether it helped."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field

from connectors.api import LAST_SEQ
from connectors.sign_in import bearer
from conversations.message import Conversation
from conversations.thumbs import Thumbs
from conversations.transcript import Transcript


class ThumbForm(BaseModel):
    """Body of `POST …/thumbs`; `seq` is the answer's number."""

    model_config = ConfigDict(extra="forbid")

    seq: int = Field(ge=1, le=LAST_SEQ)
    helped: bool


def make_router(*, transcript: Transcript, thumbs: Thumbs) -> APIRouter:
    """Thumbs of one's own conversation; a stranger's is not there."""
    router = APIRouter(tags=["customer"])

    async def own(conversation_id: str, request: Request) -> Conversation:
        return await transcript.get(conversation_id, token=bearer(request))

    Own = Annotated[Conversation, Depends(own)]

    @router.post("/conversations/{conversation_id}/thumbs", summary="Say whether an answer helped")
    async def give(conversation: Own, form: ThumbForm) -> dict[str, int | bool]:
        await thumbs.give(conversation, form.seq, helped=form.helped)
        return {"seq": form.seq, "helped": form.helped}

    return router
