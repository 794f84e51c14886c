"""No body is read without end: a request that brings more than its call takes is refused.

JSON is read whole before anybody is asked who they are, so without this a stranger could fill the
desk's memory. Calls whose body is a file count by themselves (`file_transfer.read_body`).
"""

from collections.abc import Mapping
from http import HTTPStatus

from fastapi import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MEGABYTE = 1024 * 1024
# the most that a page sends: 2,000 lines of 300 signs each, put into a gap (gaps_api.py)
LARGEST_JSON = 4 * MEGABYTE
# in the scope of a request whose call counts what it reads
_IS_COUNTED = "seatmate.body_is_counted"


def is_counted_by_its_reader(scope: Scope) -> None:
    """Say, before the body is read, that whoever reads it has a limit of their own."""
    scope[_IS_COUNTED] = True


class BodyLimit:
    """ASGI middleware: `at_most` bytes of a body, other calls by their paths in `but`."""

    def __init__(
        self, app: ASGIApp, *, at_most: int = LARGEST_JSON, but: Mapping[str, int] | None = None
    ) -> None:
        self._app, self._at_most, self._but = app, at_most, but or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 413 where the body is read, as soon as it is known to be."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        at_most = self._but.get(scope["path"], self._at_most)
        announced, read = _announced(scope), 0

        async def receive_some() -> Message:
            nonlocal read
            if _IS_COUNTED in scope:
                return await receive()
            if announced > at_most:
                raise _too_large(at_most)
            message = await receive()
            read += len(message.get("body", b""))
            if read > at_most:
                raise _too_large(at_most)
            return message

        await self._app(scope, receive_some, send)


def _too_large(at_most: int) -> HTTPException:
    """What FastAPI lets through from where it reads a body; desk/errors.py finds the words."""
    return HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, {"limit_mb": at_most // MEGABYTE})


def _announced(scope: Scope) -> int:
    """How long the request says its body is; 0 when it does not say."""
    given = dict(scope["headers"]).get(b"content-length", b"")
    return int(given) if given.isdigit() else 0
