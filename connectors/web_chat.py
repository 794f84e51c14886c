"""The customer's chat page: four static files and a policy that lets nothing else in."""

from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse, Response

PAGE = Path(__file__).with_name("pages") / "chat"
FILES = {"chat.css": "text/css", "chat.js": "text/javascript", "photos.js": "text/javascript"}
POLICY = (
    # a photo of the customer's own is shown out of the page's memory
    "default-src 'self'; img-src 'self' blob:; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    # the page is small: asking each time beats an old page speaking to a new API
    "Cache-Control": "no-cache",
}


def make_router() -> APIRouter:
    """`/` and the page's own files."""
    router = APIRouter(include_in_schema=False)

    @router.get("/")
    async def page() -> Response:
        return FileResponse(PAGE / "index.html", media_type="text/html", headers=HEADERS)

    @router.get("/favicon.ico")
    async def no_icon() -> Response:
        return Response(status_code=204)

    for name, media_type in FILES.items():
        _serve(router, name, media_type)

    return router


def _serve(router: APIRouter, name: str, media_type: str) -> None:
    @router.get(f"/chat/{name}")
    async def file() -> Response:
        return FileResponse(PAGE / name, media_type=media_type, headers=HEADERS)
