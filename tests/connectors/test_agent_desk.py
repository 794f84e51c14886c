"""Which sites may show the agents' pages in a frame: the sidebar's own list, and none the desk."""

import httpx
import pytest
from fastapi import FastAPI

from connectors.agent_desk import make_router

SYSTEM = "https://workorders.example"


async def ancestors(path: str, *, allowed: str) -> str:
    """What a page says of who may frame it."""
    app = FastAPI()
    app.include_router(make_router(allowed))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://desk") as browser:
        policy = (await browser.get(path)).headers["content-security-policy"]
    return policy.partition("frame-ancestors ")[2].split(";")[0]


class TestFrame:
    async def test_of_another_system_may_hold_the_sidebar_where_it_is_named(self) -> None:
        assert await ancestors("/desk/sidebar", allowed=SYSTEM) == SYSTEM

    async def test_of_no_other_site_may_hold_the_sidebar(self) -> None:
        assert await ancestors("/desk/sidebar", allowed="") == "'self'"

    @pytest.mark.parametrize("allowed", ["", SYSTEM])
    async def test_of_no_site_at_all_may_hold_the_desk(self, allowed: str) -> None:
        assert await ancestors("/desk", allowed=allowed) == "'none'"
