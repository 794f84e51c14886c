"""The HTTP API for attachments: photos and papers of a ticket go in and come out."""

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Request, Response

from connectors.ticket_door import Opened, TicketDoor
from conversations.auditing import Act
from conversations.rights import Right
from tickets.attachment_service import AttachmentService
from tickets.attachments import MAX_BYTES, Attachment, AttachmentTooLarge

# a browser saves the file: it neither shows it, nor guesses at it, nor runs what is inside
_SAVED_ONLY = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cache-Control": "private, no-store",
}


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
        openapi_extra={
            "requestBody": {
                "required": True,
                "content": {
                    "application/octet-stream": {"schema": {"type": "string", "format": "binary"}}
                },
            }
        },
    )
    async def attach(
        opened: OpenToWork, request: Request, name: Annotated[str, Query(max_length=500)] = ""
    ) -> dict[str, Any]:
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


def saved_only(content: bytes, *, name: str, media_type: str) -> Response:
    """A file on its way out, under the name and type it was kept with."""
    saved_as = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    headers = {**_SAVED_ONLY, "Content-Disposition": saved_as}
    return Response(content, media_type=media_type, headers=headers)


async def read_body(request: Request, *, at_most: int) -> bytes:
    """The body; raises `AttachmentTooLarge` as soon as it is known to be, and reads no further."""
    announced = request.headers.get("content-length", "")
    if announced.isascii() and announced.isdigit() and int(announced) > at_most:
        raise AttachmentTooLarge
    content = bytearray()
    async for piece in request.stream():
        content += piece
        if len(content) > at_most:
            raise AttachmentTooLarge
    return bytes(content)


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
