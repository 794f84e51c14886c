"""A page's files go over the wire packed, and only when the browser lacks them."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.testclient import TestClient

from connectors.page_files import COMMON_FILES, serve_files
from connectors.web_chat import FILES
from desk.app import make_app
from desk.settings import Settings

FOLDERS = {"chat": FILES, "common": COMMON_FILES}
WEIGHS_AT_MOST = 60_000  # bytes, of the customers' whole page: design of the pages


@pytest.fixture
def script(tmp_path: Path) -> Path:
    """A script of a page, on the disk of a desk."""
    file = tmp_path / "chat" / "greeting.js"
    file.parent.mkdir()
    file.write_text('export const greeting = "您好";\n' * 40)
    return file


@pytest.fixture
def browser(script: Path) -> Iterator[TestClient]:
    """Somebody who opens a page with that script."""
    app, router = FastAPI(), APIRouter()
    serve_files(router, script.parent, [script.name], headers={"Cache-Control": "no-cache"})
    app.include_router(router)
    with TestClient(app) as client:
        yield client


class TestFile:
    def test_is_not_sent_to_a_browser_that_has_it(self, browser: TestClient) -> None:
        had = browser.get("/chat/greeting.js")

        asked = {"If-None-Match": had.headers["etag"]}
        again = browser.get("/chat/greeting.js", headers=asked)

        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["cache-control"] == "no-cache"

    def test_is_sent_anew_when_it_changed_though_its_time_did_not(
        self, browser: TestClient, script: Path
    ) -> None:
        had, times = browser.get("/chat/greeting.js"), script.stat()
        script.write_text(script.read_text().replace("您好", "再见"))
        os.utime(script, ns=(times.st_atime_ns, times.st_mtime_ns))

        asked = {"If-None-Match": had.headers["etag"]}
        again = browser.get("/chat/greeting.js", headers=asked)

        assert (again.status_code, again.text) == (200, script.read_text())

    def test_comes_packed_to_a_browser_that_can_unpack(
        self, browser: TestClient, script: Path
    ) -> None:
        packed = browser.get("/chat/greeting.js", headers={"Accept-Encoding": "gzip, br"})

        assert packed.headers["content-encoding"] == "gzip"
        assert packed.num_bytes_downloaded < script.stat().st_size
        assert packed.text == script.read_text()

    def test_comes_as_it_is_to_one_that_cannot(self, browser: TestClient, script: Path) -> None:
        plain = browser.get("/chat/greeting.js", headers={"Accept-Encoding": "identity"})

        assert "content-encoding" not in plain.headers
        assert plain.content == script.read_bytes()


def test_the_customers_whole_page_is_light(tmp_path: Path) -> None:
    phone = TestClient(make_app(Settings(_env_file=None, data_dir=tmp_path)))
    chat, common = ((f"/{folder}/{name}" for name in names) for folder, names in FOLDERS.items())

    weight = sum(phone.get(file).num_bytes_downloaded for file in ("/", *chat, *common))

    assert 0 < weight < WEIGHS_AT_MOST
