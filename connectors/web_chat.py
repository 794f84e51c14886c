"""The customer's chat page: static files and a policy that lets nothing else in."""

from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import Response

from connectors.page_files import page, page_headers, serve_files

PAGE = Path(__file__).with_name("pages") / "chat"
FILES = (
    "chat.css",
    "chat.js",
    "composer.js",
    "conversation.js",
    "drawing.js",
    "log.js",
    "page.js",
    "photos.js",
    "scrolling.js",
    "sending.js",
    "status.js",
    "stream.js",
)
HEADERS = page_headers(
    # a photo of the customer's own is shown out of the page's memory
    "default-src 'self'; img-src 'self' blob:; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)


def make_router() -> APIRouter:
    """`/` and the page's own files."""
    router = APIRouter(include_in_schema=False)

    @router.get("/")
    def chat(request: Request) -> Response:
        return page(request, PAGE / "index.html", HEADERS)

    @router.get("/favicon.ico")
    async def no_icon() -> Response:
        return Response(status_code=204)

    serve_files(router, PAGE, FILES, headers=HEADERS)
    return router
