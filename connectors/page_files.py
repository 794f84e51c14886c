"""The files of a page: what the desk answers with, and what it tells the browser of them."""

import gzip
from collections.abc import Iterable, Mapping
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import Response

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


def page(request: Request, file: Path, headers: Mapping[str, str]) -> Response:
    """The page itself."""
    return _answer(request, file, "text/html", headers)


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
    def answer(request: Request) -> Response:
        return _answer(request, file, MEDIA_TYPES[file.suffix], headers)


def _answer(request: Request, file: Path, media_type: str, headers: Mapping[str, str]) -> Response:
    """The file, packed where the browser can unpack it; nothing of it where it has it already.

    A phone asks for a dozen small scripts: what they weigh is what the customer waits for.
    """
    content = file.read_bytes()
    # of the content: a file's time may be that of the package it came in, old and new alike
    tag = f'W/"{sha256(content).hexdigest()[:32]}"'
    about = {**headers, "ETag": tag, "Vary": "Accept-Encoding"}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=about)
    if "gzip" in request.headers.get("accept-encoding", ""):
        content, about = _packed(content), {**about, "Content-Encoding": "gzip"}
    return Response(content, media_type=media_type, headers=about)


@lru_cache(maxsize=128)
def _packed(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)
