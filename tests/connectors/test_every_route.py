"""Who may call what: every route of the desk, walked as nobody, as a trainer and as an agent."""

import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from conversations.people import Role
from desk.app import API, Desk, make_app
from desk.database import migrate
from desk.settings import Settings

# what anybody on the network may call: pages, health, signing in, and a customer's own talk
OPEN = {
    "/",
    "/favicon.ico",
    "/desk",
    "/desk/sidebar",
    "/trainer",
    "/healthz",
    "/readyz",
    "/metrics",
    "/api/openapi.json",
    f"{API}/sign-in",
    f"{API}/profile",
    f"{API}/conversations",
}
PAGE_FILES = re.compile(r"/(chat|desk|trainer)/[a-z]+\.(js|css)")
# Rasa alone, with a token of its own
RASA = "/actions/webhook"
# a customer's own conversation, with the token it was opened with
CUSTOMERS = f"{API}/conversations/"
# what a trainer, who has no business with customers, may call
TRAINERS = {
    f"{API}/knowledge/search",
    f"{API}/suggestions",
    f"{API}/suggestions/outcome",
    f"{API}/etiquette",
    f"{API}/trainer/labels",
    f"{API}/knowledge/entries",
    f"{API}/knowledge/entries/check",
    f"{API}/knowledge/imports",
    f"{API}/knowledge/export",
    f"{API}/knowledge/publications",
    f"{API}/knowledge/publications/plot.svg",
    f"{API}/knowledge/publications/2026112100012/live",
    f"{API}/knowledge/changes",
    f"{API}/knowledge/runs",
    f"{API}/knowledge/runs/2026112100012/publish",
    f"{API}/knowledge/entries/2026112100012",
    f"{API}/knowledge/entries/2026112100012/2026112100012",
    f"{API}/knowledge/try",
    f"{API}/gaps",
    f"{API}/gaps/decisions",
    f"{API}/gaps/2026112100012",
    f"{API}/gaps/decisions/2026112100012",
}
# ends the session the rest is walked with
LEAVES = f"{API}/sign-out"
# a role without this may not even know whether there is something
INFORMANTS = re.compile(r".*/informant(/looks)?")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = Settings(_env_file=None, data_dir=tmp_path, action_token="rasa")
    migrate(settings.database)
    return settings


@pytest.fixture
def app(settings: Settings) -> FastAPI:
    return make_app(settings)


@pytest.fixture
async def outside(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://desk") as client:
        yield client


async def token_of(settings: Settings, role: Role) -> str:
    desk = Desk(settings)
    await desk.staff.add(f"小{role}", role, "a long password")
    token = await desk.staff.make_token(f"小{role}")
    await desk.close()
    return token


def calls(app: FastAPI) -> Iterator[tuple[str, str]]:
    """Every method and path, with something in the place of each parameter."""
    for route in app.routes:
        # FastAPI keeps an included router whole and knows its routes when it is asked
        within = getattr(route, "effective_route_contexts", None)
        for each in within() if within else (route,):
            for method in sorted((each.methods or set()) - {"HEAD"}):
                yield method, re.sub(r"\{[^}]*\}", "2026112100012", each.path)


def is_open(path: str) -> bool:
    return path in OPEN or PAGE_FILES.fullmatch(path) is not None


async def answers(
    outside: httpx.AsyncClient, app: FastAPI, token: str = ""
) -> dict[tuple[str, str], int]:
    """The status of every call that is not open to all."""
    headers: dict[str, Any] = {"Authorization": f"Bearer {token}"} if token else {}
    found = {}
    for method, path in calls(app):
        if not is_open(path) and path != LEAVES and not path.endswith("/events"):
            answer = await outside.request(method, path, headers=headers)
            found[method, path] = answer.status_code
    return found


class TestNobody:
    async def test_gets_nowhere_without_a_token(
        self, outside: httpx.AsyncClient, app: FastAPI
    ) -> None:
        found = await answers(outside, app)

        # a conversation that is not theirs is not there
        refused = {404 if path.startswith(CUSTOMERS) else 401 for _, path in found}
        assert refused == {401, 404}
        wrong = {
            call: status
            for call, status in found.items()
            if status != (404 if call[1].startswith(CUSTOMERS) else 401)
        }
        assert wrong == {}

    async def test_hears_no_live_events(self, outside: httpx.AsyncClient) -> None:
        assert (await outside.get(f"{API}/desk/events")).status_code == 401
        assert (await outside.post(LEAVES)).status_code == 401
        assert (await outside.get(f"{CUSTOMERS}x/events")).status_code == 404


class TestTrainer:
    async def test_sees_no_customer_and_no_ticket(
        self, outside: httpx.AsyncClient, app: FastAPI, settings: Settings
    ) -> None:
        found = await answers(outside, app, await token_of(settings, Role.TRAINER))

        allowed = {
            path
            for (_, path), status in found.items()
            if status not in (401, 403, 404) and not path.startswith(CUSTOMERS)
        }
        assert {each for each in allowed if each not in TRAINERS} == set()

    async def test_hears_no_live_events(
        self, outside: httpx.AsyncClient, settings: Settings
    ) -> None:
        headers = {"Authorization": f"Bearer {await token_of(settings, Role.TRAINER)}"}

        assert (await outside.get(f"{API}/desk/events", headers=headers)).status_code == 403


class TestAgent:
    async def test_is_told_of_no_informant(
        self, outside: httpx.AsyncClient, app: FastAPI, settings: Settings
    ) -> None:
        found = await answers(outside, app, await token_of(settings, Role.AGENT))

        assert len(found) > 30

        told = {path: status for (_, path), status in found.items() if INFORMANTS.fullmatch(path)}
        assert told
        assert set(told.values()) <= {403, 404}
