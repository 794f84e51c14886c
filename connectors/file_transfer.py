"""Files over HTTP: one goes in as the body of a request, and comes out to be saved."""

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Query, Request, Response

from connectors.body_limit import is_counted_by_its_reader
from tickets.attachments import AttachmentTooLarge

# what a reader of the API is told of a request whose body is the file
BODY_IS_THE_FILE: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
FileName = Annotated[str, Query(max_length=500, description="what the sender calls it")]
# a browser saves the file: it neither shows it, nor guesses at it, nor runs what is inside
_SAVED_ONLY = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cache-Control": "private, no-store",
}


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
    is_counted_by_its_reader(request.scope)
    content = bytearray()
    async for piece in request.stream():
        content += piece
        if len(content) > at_most:
            raise AttachmentTooLarge
    return bytes(content)
