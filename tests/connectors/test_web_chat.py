"""The chat page: its files are served, and nothing else gets in."""

import re
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from connectors.page_files import COMMON_FILES
from connectors.web_chat import FILES, PAGE
from desk.app import make_app
from desk.settings import Settings

SERVED = ["/", *(f"/chat/{name}" for name in FILES)]
SHARED = [f"/common/{name}" for name in COMMON_FILES]
SCRIPTS = [path for path in SERVED + SHARED if path.endswith(".js")]


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    """The real desk; looking at its pages changes nothing in it."""
    return make_app(Settings(_env_file=None, data_dir=tmp_path_factory.mktemp("data")))


@pytest.fixture
async def browser(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody who looks at the desk."""
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://desk") as client:
        yield client


class TestPage:
    @pytest.mark.parametrize(
        ("path", "kind"),
        [
            ("/", "text/html; charset=utf-8"),
            ("/chat/chat.css", "text/css; charset=utf-8"),
            ("/chat/chat.js", "text/javascript; charset=utf-8"),
            ("/common/tools.js", "text/javascript; charset=utf-8"),
        ],
    )
    async def test_comes_as_what_it_is(
        self, browser: httpx.AsyncClient, path: str, kind: str
    ) -> None:
        served = await browser.get(path)

        assert (served.status_code, served.headers["content-type"]) == (200, kind)
        assert served.text

    async def test_names_only_files_that_are_served(self, browser: httpx.AsyncClient) -> None:
        named = set(re.findall(r'(?:src|href)="([^"#]+)"', (await browser.get("/")).text))

        assert named == {*SERVED[1:], *SHARED}

    def test_has_no_file_that_nobody_serves(self) -> None:
        assert {file.name for file in PAGE.iterdir()} == {"index.html", *FILES}

    async def test_speaks_chinese_to_machines_too(self, browser: httpx.AsyncClient) -> None:
        assert '<html lang="zh-CN">' in (await browser.get("/")).text

    async def test_spares_the_log_a_missing_icon(self, browser: httpx.AsyncClient) -> None:
        assert (await browser.get("/favicon.ico")).status_code == 204

    @pytest.mark.parametrize(
        "path",
        ["/chat/", "/chat/index.html", "/chat/secret.js", "/chat/..%2f..%2fweb_chat.py", "/chat"],
    )
    async def test_serves_nothing_else(self, browser: httpx.AsyncClient, path: str) -> None:
        assert (await browser.get(path)).status_code == 404


class TestPolicy:
    @pytest.mark.parametrize("path", SERVED)
    async def test_lets_nothing_from_outside_in(
        self, browser: httpx.AsyncClient, path: str
    ) -> None:
        headers = (await browser.get(path)).headers

        policy = {
            name: words
            for name, *words in (
                rule.split() for rule in headers["content-security-policy"].split(";")
            )
        }
        assert policy["default-src"] == ["'self'"]
        assert policy["frame-ancestors"] == policy["base-uri"] == ["'none'"]
        assert not any("unsafe" in word for words in policy.values() for word in words)
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"

    @pytest.mark.parametrize("path", SERVED)
    async def test_never_leaves_an_old_page_with_a_new_desk(
        self, browser: httpx.AsyncClient, path: str
    ) -> None:
        assert (await browser.get(path)).headers["cache-control"] == "no-cache"

    @pytest.mark.parametrize("path", SERVED)
    async def test_is_needed_for_no_address_outside(
        self, browser: httpx.AsyncClient, path: str
    ) -> None:
        text = (await browser.get(path)).text

        # the name of SVG's vocabulary looks like an address and is never fetched
        addresses = re.findall(r"(?:https?|wss?):\\?/\\?/[^\s\"'`]*|[\"'(]//\w[^\s\"'`]*", text)
        assert [each for each in addresses if "www.w3.org" not in each] == []

    async def test_would_stop_no_part_of_the_page_itself(self, browser: httpx.AsyncClient) -> None:
        page = (await browser.get("/")).text

        assert (
            re.findall(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)|javascript:", page)
            == []
        )

    @pytest.mark.parametrize("path", SCRIPTS)
    async def test_is_not_undermined_by_a_script(
        self, browser: httpx.AsyncClient, path: str
    ) -> None:
        script = (await browser.get(path)).text

        forbidden = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function"
        assert re.findall(forbidden, script) == []
