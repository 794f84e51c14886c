"""The agents' pages: the desk, and a sidebar that can sit beside any other system."""

from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import Response

from connectors.form_page import FormPages
from connectors.page_files import HEADERS, page, page_headers, serve_files

PAGE = Path(__file__).with_name("pages") / "desk"
FILES = (
    "desk.css",
    "sheet.css",
    "alarms.js",
    "alarms_line.js",
    "core.js",
    "customer.js",
    "desk.js",
    "help.js",
    "lines.js",
    "owed.js",
    "owed_more.js",
    "papers.js",
    "photos.js",
    "queue.js",
    "rated.js",
    "roles.js",
    "sheet.js",
    "sheet_moves.js",
    "sheet_verbs.js",
    "sidebar.js",
    "state.js",
    "talk.js",
    "tickets.js",
    "words.js",
    "writing.js",
)
# pictures are fetched with the session's token and shown from memory
POLICY = (
    "default-src 'self'; style-src 'self' {}; img-src 'self' blob:; "
    "base-uri 'none'; form-action 'none'; "
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
    def desk(request: Request) -> Response:
        headers = page_headers(POLICY.format(form_style, "'none'"))
        return page(request, PAGE / "desk.html", headers)

    @router.get("/desk/sidebar")
    def sidebar(request: Request) -> Response:
        framed_by = frame_ancestors or "'self'"
        return page(request, PAGE / "sidebar.html", page_headers(POLICY.format("", framed_by)))

    serve_files(router, PAGE, FILES, headers=HEADERS)
    return router
