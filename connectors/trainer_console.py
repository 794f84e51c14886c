"""The trainers' console: its page, and the call that tells the page who works where."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from connectors.api import Centres
from connectors.page_files import MEDIA_TYPES, page, page_headers, serve_files
from connectors.sign_in import StaffDoor, StaffService
from conversations.people import Staff
from conversations.rights import RIGHTS, Right
from tickets.profile import Profile

PAGE = Path(__file__).with_name("pages") / "trainer"
HEADERS = page_headers(
    "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def make_page_router() -> APIRouter:
    """`/trainer` and its own files: each `.js` and `.css` beside it, so a new page is one file."""
    router = APIRouter(include_in_schema=False)

    @router.get("/trainer")
    def console(request: Request) -> Response:
        return page(request, PAGE / "trainer.html", HEADERS)

    files = sorted(file.name for file in PAGE.iterdir() if file.suffix in MEDIA_TYPES)
    serve_files(router, PAGE, files, headers=HEADERS)
    return router


def make_router(
    *, staff: StaffService, profiles: Mapping[str, Profile], centres: Centres
) -> APIRouter:
    """What the page must know before it shows anything."""
    router = APIRouter(tags=["trainer"])
    # some of its pages are for others too: each page names the right it needs
    Anyone = Annotated[Staff, Depends(StaffDoor(staff, Right.HELP))]

    @router.get(
        "/trainer/labels", summary="Who I am, what I may, and the centres with their titles"
    )
    async def labels(member: Anyone) -> dict[str, Any]:
        return {
            "me": member.name,
            "role": member.role,
            "rights": sorted(RIGHTS[member.role]),
            "default": centres.get(None).name,
            "centres": [
                {"name": each.name, "title": each.title, "timezone": each.timezone}
                for each in profiles.values()
            ],
        }

    return router
