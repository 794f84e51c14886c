"""An agent's photo to the customer, over HTTP: once, as it was, and only by whose talk it is."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from connectors.sign_in import StaffService
from conversations.handover import Reason, Summary
from conversations.handover_store import HandoverStore
from conversations.people import Role
from desk.app import make_app
from desk.clock import now
from desk.database import Database
from desk.routes import API
from desk.settings import Settings
from tests.connectors.conftest import Colleague, Customer, problem_of

PHOTO = (Path(__file__).parent.parent / "tickets" / "files" / "meter.jpg").read_bytes()
PROGRAM = b"MZ\x90\x00" + b"\0" * 400


@dataclass
class Talk:
    """A customer's conversation that an agent has taken, and another agent beside it."""

    http: httpx.AsyncClient
    customer: Customer
    agent: Colleague
    other: Colleague

    async def send(
        self, content: bytes = PHOTO, *, by: Colleague | None = None, key: str = "1"
    ) -> httpx.Response:
        return await self.http.post(
            f"/desk{self.customer.path}/files",
            params={"key": key, "name": "电表.jpg"},
            content=content,
            headers={"Authorization": f"Bearer {(by or self.agent).token}"},
        )

    async def pictures(self) -> list[dict[str, Any]]:
        """What the customer's page shows of the agent's lines."""
        return [
            file
            for line in await self.customer.lines()
            if line["sender"] == "agent"
            for file in line["attachments"]
        ]


@pytest.fixture
async def talk(tmp_path: Path, database: Database, database_url: str) -> AsyncIterator[Talk]:
    settings = Settings(
        _env_file=None,  # type: ignore[call-arg]
        data_dir=tmp_path,
        database_url=database_url,
        encoder="none-here",
        bot_patience_s=0,
    )
    staff = StaffService(write=database.write, read=database.read, clock=now)
    transport = httpx.ASGITransport(make_app(settings))
    async with httpx.AsyncClient(transport=transport, base_url=f"http://desk{API}") as http:
        opened = (await http.post("/conversations", json={})).json()
        customer = Customer(http, opened["conversation_id"], opened["token"])
        agents = []
        for name in ("小李", "小王"):
            await staff.add(name, Role.AGENT, "电表-三零五")
            agents.append(Colleague(http, name, await staff.make_token(name)))
        async with database.write() as connection:
            await HandoverStore(connection).add(
                customer.conversation_id, "power", Reason.ASKED, Summary(matter="人工"), at=now()
            )
        await agents[0].post(f"/desk{customer.path}/claim", None)
        yield Talk(http, customer, *agents)


class TestFiles:
    async def test_reach_the_customer_as_they_were(self, talk: Talk) -> None:
        sent = await talk.send()

        assert sent.status_code == 200
        (picture,) = await talk.pictures()
        came = await talk.http.get(
            f"{talk.customer.path}/attachments/{picture['id']}", headers=talk.customer.headers
        )
        assert came.content == PHOTO

    async def test_are_sent_once_when_the_page_sends_them_twice(self, talk: Talk) -> None:
        first, second = [await talk.send() for _ in range(2)]

        assert second.json()["seq"] == first.json()["seq"]
        assert len(await talk.pictures()) == 1

    async def test_of_an_agent_whose_talk_it_is_not_are_refused(self, talk: Talk) -> None:
        refused = await talk.send(by=talk.other)

        assert problem_of(refused)["type"] == "/problems/NotYours"
        assert await talk.pictures() == []

    async def test_that_are_programs_are_refused_with_what_is_taken(self, talk: Talk) -> None:
        refused = await talk.send(PROGRAM)

        assert refused.status_code == 415
        assert "OGG" in problem_of(refused)["detail"]
        assert await talk.pictures() == []
