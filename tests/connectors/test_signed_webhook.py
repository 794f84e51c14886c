"""The signed webhook's own: who may bring something, and numbers instead of buttons."""

import json
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from connectors.signed_webhook import MessageForm, SignedWebhook, make_router, signature
from conversations.door import Letter
from desk.database import Database
from tests.conftest import Clock
from tests.connectors.other_system import SECRET, OtherSystem, serve_other_system
from tests.connectors.post_office import PostOffice, until
from tests.conversations.scripted import OfferingBot
from tickets.profile import Profile

WANG = {"id": "1", "customer": "小王", "text": "我要报修"}


@pytest.fixture
def system() -> Iterator[OtherSystem]:
    with serve_other_system() as served:
        yield served


@pytest.fixture
def office(database: Database, clock: Clock, power: Profile, tmp_path: Path) -> PostOffice:
    return PostOffice(database, clock, power, tmp_path, bot=OfferingBot())


@pytest.fixture
async def http(office: PostOffice, system: OtherSystem) -> AsyncIterator[httpx.AsyncClient]:
    door = SignedWebhook(
        url=system.url,
        secret=SECRET,
        commands=office.terms.commands,
        inbox=office.inbox,
        clock=office.clock,
    )
    app = FastAPI()
    app.include_router(make_router(door))
    transport = httpx.ASGITransport(app)
    async with (
        office.opened(door),
        httpx.AsyncClient(transport=transport, base_url="http://desk") as client,
    ):
        yield client
    await door.close()


async def bring(
    http: httpx.AsyncClient,
    clock: Clock,
    form: dict[str, Any],
    *,
    secret: str = SECRET,
    age_s: int = 0,
) -> httpx.Response:
    body = json.dumps(form).encode()
    time = str(int(clock().timestamp()) - age_s)
    headers = {"X-Seatmate-Time": time, "X-Seatmate-Signature": signature(secret, time, body)}
    return await http.post("/webhook/messages", content=body, headers=headers)


class TestTake:
    async def test_keeps_what_is_signed_and_knows_it_again(
        self, http: httpx.AsyncClient, clock: Clock
    ) -> None:
        first, second = await bring(http, clock, WANG), await bring(http, clock, WANG)

        assert (first.status_code, first.json()) == (202, {"is_new": True})
        assert (second.status_code, second.json()) == (202, {"is_new": False})

    async def test_refuses_another_secret(self, http: httpx.AsyncClient, clock: Clock) -> None:
        assert (await bring(http, clock, WANG, secret="guessed-by-somebody")).status_code == 403

    async def test_refuses_what_somebody_recorded_before(
        self, http: httpx.AsyncClient, clock: Clock
    ) -> None:
        assert (await bring(http, clock, WANG, age_s=301)).status_code == 403

    async def test_refuses_what_is_not_signed_at_all(self, http: httpx.AsyncClient) -> None:
        assert (await http.post("/webhook/messages", json=WANG)).status_code == 403

    async def test_names_what_is_wrong_with_a_signed_message(
        self, http: httpx.AsyncClient, clock: Clock
    ) -> None:
        answer = await bring(http, clock, {**WANG, "id": "", "colour": "red"})

        assert answer.status_code == 422
        assert {fault["loc"][0] for fault in answer.json()["detail"]} == {"id", "colour"}


class TestChoosing:
    async def test_goes_by_number_where_no_buttons_are_shown(
        self, http: httpx.AsyncClient, clock: Clock, system: OtherSystem, office: PostOffice
    ) -> None:
        await bring(http, clock, WANG)
        await until(lambda: len(system.lines) == 1)
        assert "1. 确认提交" in system.lines[0]["text"]

        clock.move(timedelta(seconds=1))
        await bring(http, clock, {"id": "2", "customer": "小王", "text": "1"})

        await until(lambda: len(system.lines) == 2)
        assert ("customer", "确认提交") in await office.said("小王", "webhook")

    async def test_is_done_once_though_the_letter_is_read_again(
        self,
        http: httpx.AsyncClient,
        clock: Clock,
        system: OtherSystem,
        office: PostOffice,
    ) -> None:
        door = SignedWebhook(url=system.url, secret=SECRET, inbox=office.inbox, clock=clock)
        await bring(http, clock, WANG)
        await until(lambda: len(system.lines) == 1)
        number = Letter(
            channel=door.name,
            key="2",
            address="小王",
            place=2,
            sent_at=clock(),
            body={**MessageForm(id="2", customer="小王", text="1").model_dump()},
        )

        # a desk that is killed before it has noted that the letter was read
        await office.inbox._receiving.handle(door, number)
        await until(lambda: len(system.lines) == 2)
        await office.inbox._receiving.handle(door, number)
        await door.close()

        said = [text for who, text in await office.said("小王", "webhook") if who == "customer"]
        assert said == ["我要报修", "确认提交"]


class TestCommands:
    async def test_stop_what_nobody_asked_for(
        self, http: httpx.AsyncClient, clock: Clock, system: OtherSystem, office: PostOffice
    ) -> None:
        await bring(http, clock, {**WANG, "text": "/mute"})

        await until(lambda: len(system.lines) == 1)
        assert system.lines[0]["text"] == office.terms.words.muted
        conversation_id = (await office.transcript("webhook", "小王"))[0].conversation_id
        assert not await office.centre.chats.wants_news(conversation_id)
