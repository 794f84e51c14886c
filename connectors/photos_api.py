"""The HTTP API for photos in a chat: the customer's own go in and come out, and staff see them."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from connectors.file_transfer import BODY_IS_THE_FILE, FileName, read_body, saved_only
from connectors.sign_in import StaffDoor, StaffService, bearer
from connectors.talks import Talks
from conversations.auditing import Act
from conversations.live import file_data
from conversations.message import Conversation
from conversations.people import Staff
from conversations.rights import Right
from conversations.transcript import Transcript
from tickets.attachments import MAX_BYTES
from tickets.informants import InformantSealed
from tickets.sent_file_service import SentFiles


def make_router(
    *, transcript: Transcript, files: SentFiles, staff: StaffService, talks: Talks
) -> APIRouter:
    """Files of one conversation; a stranger's conversation is not there."""
    router = APIRouter(tags=["customer"])
    Reader = Annotated[Staff, Depends(StaffDoor(staff, Right.READ_TALKS, Act.READ_FILE))]

    async def own(conversation_id: str, request: Request) -> Conversation:
        return await transcript.get(conversation_id, token=bearer(request))

    Own = Annotated[Conversation, Depends(own)]

    @router.post(
        "/conversations/{conversation_id}/attachments",
        status_code=201,
        summary="Choose a picture or PDF to be sent: the body is the file itself",
        openapi_extra=BODY_IS_THE_FILE,
    )
    async def choose(conversation: Own, request: Request, name: FileName = "") -> dict[str, Any]:
        content = await read_body(request, at_most=MAX_BYTES)
        return file_data(await files.add(conversation.conversation_id, content, name=name))

    @router.get(
        "/conversations/{conversation_id}/attachments/{file_id}",
        summary="A file of one's own",
        response_class=Response,
    )
    async def fetch(conversation: Own, file_id: int) -> Response:
        found, content = await files.read(conversation.conversation_id, file_id)
        return saved_only(content, name=found.name, media_type=found.media_type)

    @router.get(
        "/staff/conversations/{conversation_id}/attachments/{file_id}",
        summary="A file of a conversation, for staff",
        response_class=Response,
    )
    async def look(member: Reader, conversation_id: str, file_id: int) -> Response:
        if (await talks.open(member, conversation_id)).is_sealed:
            raise InformantSealed(f"somebody informed in {conversation_id}")
        found, content = await files.read(conversation_id, file_id)
        return saved_only(content, name=found.name, media_type=found.media_type)

    return router
