"""The agents' pages: the desk, and a sidebar that can sit beside any other system."""

from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse, Response

PAGE = Path(__file__).with_name("pages") / "desk"
FILES = {
    "desk.css": "text/css",
    "core.js": "text/javascript",
    "help.js": "text/javascript",
    "desk.js": "text/javascript",
    "sidebar.js": "text/javascript",
}
POLICY = "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors {}"
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


def make_router(frame_ancestors: str) -> APIRouter:
    """`/desk`, `/desk/sidebar` and their own files.

    Only the sidebar may be framed, and only by the addresses of `frame_ancestors`; the session is
    a token of the page's own and no cookie, so that a frame on another site can sign in, and no
    other site can act in its name.
    """
    router = APIRouter(include_in_schema=False)

    @router.get("/desk")
    async def desk() -> Response:
        return _page("desk.html", "'none'")

    @router.get("/desk/sidebar")
    async def sidebar() -> Response:
        return _page("sidebar.html", frame_ancestors or "'self'")

    for name, media_type in FILES.items():
        _serve(router, name, media_type)

    return router


def _page(name: str, ancestors: str) -> Response:
    headers = {**HEADERS, "Content-Security-Policy": POLICY.format(ancestors)}
    return FileResponse(PAGE / name, media_type="text/html", headers=headers)


def _serve(router: APIRouter, name: str, media_type: str) -> None:
    @router.get(f"/desk/{name}")
    async def file() -> Response:
        return FileResponse(PAGE / name, media_type=media_type, headers=HEADERS)
