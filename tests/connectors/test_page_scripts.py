"""The scripts of the pages: each is served, found at once, and leans on none that leans on it."""

import re
from collections.abc import AsyncIterator
from graphlib import TopologicalSorter

import httpx
import pytest
from fastapi import FastAPI

from connectors import agent_desk, web_chat
from connectors.page_files import COMMON, COMMON_FILES
from desk.app import make_app
from desk.settings import Settings

PAGES = ["/", "/desk", "/desk/sidebar", "/trainer"]
# what a phone or a frame beside another system opens; the trainer's console stays open all day
AT_ONCE = ["/", "/desk", "/desk/sidebar"]


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


async def text_of(browser: httpx.AsyncClient, path: str) -> str:
    """A file of the desk, which must be there."""
    return (await browser.get(path)).raise_for_status().text


async def first_script(browser: httpx.AsyncClient, page: str) -> str:
    """The script a page starts with."""
    (found,) = re.findall(r'<script type="module" src="([^"]+)"', await text_of(browser, page))
    return str(found)


async def modules(browser: httpx.AsyncClient, page: str) -> dict[str, set[str]]:
    """Every script a page comes to load, with those it imports itself."""
    waiting, graph = [await first_script(browser, page)], dict[str, set[str]]()
    while waiting:
        script = waiting.pop()
        named = re.findall(r'(?:from|import) "([^"]+)"', await text_of(browser, script))
        graph[script] = {httpx.URL(f"http://desk{script}").join(each).path for each in named}
        waiting += [each for each in graph[script] if each not in graph]
    return graph


@pytest.mark.parametrize("page", PAGES)
async def test_no_two_scripts_of_a_page_need_each_other(
    browser: httpx.AsyncClient, page: str
) -> None:
    graph = await modules(browser, page)

    in_order = list(TopologicalSorter(graph).static_order())  # raises on a circle

    assert in_order[-1] == await first_script(browser, page)


@pytest.mark.parametrize("page", AT_ONCE)
async def test_a_page_asks_for_all_its_scripts_at_once(
    browser: httpx.AsyncClient, page: str
) -> None:
    graph = await modules(browser, page)

    # a script found only inside another costs one more way to the desk and back
    links = r'<link rel="modulepreload" href="([^"]+)"'
    named = re.findall(links, await text_of(browser, page))

    assert sorted([await first_script(browser, page), *named]) == sorted(graph)


async def test_a_customer_loads_no_script_of_the_staffs(browser: httpx.AsyncClient) -> None:
    loaded = await modules(browser, "/")

    assert {script.split("/")[1] for script in loaded} == {"chat", "common"}


async def test_no_script_of_the_desk_is_left_that_no_page_loads(
    browser: httpx.AsyncClient,
) -> None:
    loaded = {script for page in PAGES for script in await modules(browser, page)}

    scripts = {
        f"/{folder.name}/{file.name}"
        for folder in (COMMON, web_chat.PAGE, agent_desk.PAGE)
        for file in folder.glob("*.js")
    }
    assert scripts <= loaded


def test_what_is_common_is_served_by_name() -> None:
    assert {file.name for file in COMMON.iterdir()} == set(COMMON_FILES)
