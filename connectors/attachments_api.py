"""The HTTP API for attachments: photos and papers of a ticket go in and come out."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from connectors.file_transfer import BODY_IS_THE_FILE, FileName, read_body, saved_only
from connectors.ticket_door import Opened, TicketDoor
from conversations.auditing import Act
from conversations.rights import Right
from tickets.attachment_service import AttachmentService
from tickets.attachments import MAX_BYTES, Attachment


def make_router(*, door: TicketDoor, attachments: AttachmentService) -> APIRouter:
    """A ticket's attachments."""
    router = APIRouter(tags=["tickets"])
    Open = Annotated[Opened, Depends(door.to(Right.READ_TICKETS, Act.READ_TICKET))]
    OpenFile = Annotated[Opened, Depends(door.to(Right.READ_TICKETS, Act.READ_FILE))]
    OpenToWork = Annotated[Opened, Depends(door.to(Right.WORK_TICKETS, Act.CHANGED_TICKET))]

    @router.post(
        "/tickets/{no}/attachments",
        status_code=201,
        summary="Attach a picture or PDF: the body is the file itself",
        openapi_extra=BODY_IS_THE_FILE,
    )
    async def attach(opened: OpenToWork, request: Request, name: FileName = "") -> dict[str, Any]:
        content = await read_body(request, at_most=MAX_BYTES)
        added = await attachments.add(
            opened.ticket.no, content, name=name, actor=opened.member.name
        )
        return attachment_data(added)

    @router.get("/tickets/{no}/attachments", summary="A ticket's attachments")
    async def list_attachments(opened: Open) -> dict[str, Any]:
        found = await attachments.list_attachments(opened.ticket.no)
        return {"attachments": [attachment_data(each) for each in found]}

    @router.get(
        "/tickets/{no}/attachments/{attachment_id}",
        summary="The file",
        response_class=Response,
    )
    async def fetch(opened: OpenFile, attachment_id: int) -> Response:
        attachment, content = await attachments.read(opened.ticket.no, attachment_id)
        return saved_only(content, name=attachment.name, media_type=attachment.media_type)

    return router


def attachment_data(attachment: Attachment) -> dict[str, Any]:
    """An attachment as staff see it."""
    return {
        "id": attachment.attachment_id,
        "name": attachment.name,
        "type": attachment.media_type,
        "size": attachment.size,
        "sha256": attachment.sha256,
        "added_by": attachment.added_by,
        "added_at": attachment.added_at.isoformat(),
    }
