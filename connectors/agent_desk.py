"""The agents' pages: the desk, and a sidebar that can sit beside any other system."""

from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import Response

from connectors.form_page import FormPages
from connectors.page_files import HEADERS, page, page_headers, serve_files

PAGE = Path(__file__).with_name("pages") / "desk"
FILES = (
    "desk.css",
    "sheet.css",
    "core.js",
    "help.js",
    "desk.js",
    "owed.js",
    "owed_more.js",
    "papers.js",
    "roles.js",
    "sheet.js",
    "sheet_moves.js",
    "sheet_verbs.js",
    "sidebar.js",
    "words.js",
)
POLICY = (
    "default-src 'self'; style-src 'self' {}; base-uri 'none'; form-action 'none'; "
    "frame-ancestors {}"
)


def make_router(frame_ancestors: str) -> APIRouter:
    """`/desk`, `/desk/sidebar` and their own files.

    Only the sidebar may be framed, and only by the addresses of `frame_ancestors`; the session is
    a token of the page's own and no cookie, so that a frame on another site can sign in, and no
    other site can act in its name.
    """
    router = APIRouter(include_in_schema=False)
    # a form that is printed opens under the policy of the page that fetched it
    form_style = FormPages().form_style

    @router.get("/desk")
    async def desk() -> Response:
        return page(PAGE / "desk.html", page_headers(POLICY.format(form_style, "'none'")))

    @router.get("/desk/sidebar")
    async def sidebar() -> Response:
        framed_by = frame_ancestors or "'self'"
        return page(PAGE / "sidebar.html", page_headers(POLICY.format("", framed_by)))

    serve_files(router, PAGE, FILES, headers=HEADERS)
    return router
