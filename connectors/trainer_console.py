"""The trainers' console: its page, and the call that tells the page who works where."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import FileResponse, Response

from connectors.api import Centres
from connectors.sign_in import StaffDoor, StaffService
from conversations.people import Role, Staff
from tickets.profile import Profile

PAGE = Path(__file__).with_name("pages") / "trainer"
MEDIA_TYPES = {".js": "text/javascript", ".css": "text/css"}
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}
# who keeps the corpus right
TRAINER_ROLES = frozenset({Role.TRAINER, Role.SUPERVISOR, Role.ADMIN})


def make_page_router() -> APIRouter:
    """`/trainer` and its own files: each `.js` and `.css` beside it, so a new page is one file."""
    router = APIRouter(include_in_schema=False)

    @router.get("/trainer")
    async def page() -> Response:
        return FileResponse(PAGE / "trainer.html", media_type="text/html", headers=HEADERS)

    for path in sorted(PAGE.iterdir()):
        if path.suffix in MEDIA_TYPES:
            _serve(router, path)

    return router


def make_router(
    *, staff: StaffService, profiles: Mapping[str, Profile], centres: Centres
) -> APIRouter:
    """What the page must know before it shows anything."""
    router = APIRouter(tags=["trainer"])
    Trainer = Annotated[Staff, Depends(StaffDoor(staff, roles=TRAINER_ROLES))]

    @router.get("/trainer/labels", summary="Who I am, and the centres with their titles")
    async def labels(member: Trainer) -> dict[str, Any]:
        return {
            "me": member.name,
            "role": member.role,
            "default": centres.get(None).name,
            "centres": [{"name": each.name, "title": each.title} for each in profiles.values()],
        }

    return router


def _serve(router: APIRouter, path: Path) -> None:
    @router.get(f"/trainer/{path.name}")
    async def file() -> Response:
        return FileResponse(path, media_type=MEDIA_TYPES[path.suffix], headers=HEADERS)
