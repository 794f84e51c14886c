"""The files of a page: what the desk answers with, and what it tells the browser of them."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse, Response

MEDIA_TYPES = {".js": "text/javascript", ".css": "text/css"}
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    # pages are small: asking each time beats an old page speaking to a new API
    "Cache-Control": "no-cache",
}

COMMON = Path(__file__).with_name("pages") / "common"
COMMON_FILES = ("tools.js",)


def page_headers(policy: str) -> dict[str, str]:
    """The headers of a page that may load what `policy` says and nothing else."""
    return {**HEADERS, "Content-Security-Policy": policy}


def page(file: Path, headers: Mapping[str, str]) -> Response:
    """The page itself."""
    return FileResponse(file, media_type="text/html", headers=headers)


def make_router() -> APIRouter:
    """`/common/…`: what the customers' page shares with the staff's, and nothing of the staff's."""
    router = APIRouter(include_in_schema=False)
    serve_files(router, COMMON, COMMON_FILES, headers=HEADERS)
    return router


def serve_files(
    router: APIRouter, folder: Path, names: Iterable[str], *, headers: Mapping[str, str]
) -> None:
    """These `.js` and `.css` of a page's folder, under the folder's name."""
    for name in names:
        _serve(router, folder / name, headers)


def _serve(router: APIRouter, file: Path, headers: Mapping[str, str]) -> None:
    @router.get(f"/{file.parent.name}/{file.name}")
    async def answer() -> Response:
        return FileResponse(file, media_type=MEDIA_TYPES[file.suffix], headers=headers)
