"""The address at which Telegram brings updates: only with the secret, and only what it can be."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from connectors.telegram import TelegramDoor, secret_of
from connectors.telegram_bot import make_bot
from connectors.telegram_webhook import LARGEST_UPDATE, PATH, make_router
from tests.connectors.bot_api import ANNA, TOKEN, BotApi, Scripted
from tests.connectors.post_office import PostOffice, stop, until

URL = f"https://desk.example{PATH}"
HEADER = "X-Telegram-Bot-Api-Secret-Token"


@pytest.fixture
async def door(office: PostOffice, api: BotApi) -> AsyncIterator[TelegramDoor]:
    opened = TelegramDoor(
        make_bot(TOKEN, api=api.url),
        commands=office.terms.commands,
        inbox=office.inbox,
        clock=office.clock,
        webhook=URL,
    )
    async with office.opened(opened):
        yield opened
    await opened.close()


@pytest.fixture
async def http(door: TelegramDoor) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    app.include_router(make_router(door))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://desk") as client:
        yield client


class TestWebhook:
    async def test_is_told_to_telegram_with_its_secret(
        self, api: BotApi, office: PostOffice, door: TelegramDoor
    ) -> None:
        running = asyncio.create_task(door.run())
        await until(lambda: bool(api.called("setWebhook")) and door.trouble == "")
        running.cancel()

        told = api.called("setWebhook")[0].data
        assert (told["url"], told["secret_token"]) == (URL, secret_of(TOKEN))
        # lines brought side by side would lose their order
        assert told["max_connections"] == "1"

    async def test_that_telegram_cannot_reach_is_never_called_well(
        self, api: BotApi, office: PostOffice, door: TelegramDoor
    ) -> None:
        info = {
            "url": URL,
            "has_custom_certificate": False,
            "pending_update_count": 3,
            "last_error_date": int(office.clock().timestamp()),
            "last_error_message": "Connection refused",
        }
        api.answer_next("getWebhookInfo", *[Scripted(200, {"ok": True, "result": info})] * 9)
        running, states = asyncio.create_task(door.run()), set()

        while len(api.called("setWebhook")) < 3:
            states.add(door.trouble)
            await asyncio.sleep(0.02)
        await stop(running)

        said = "Telegram cannot reach our webhook: Connection refused"
        assert states == {"not reached yet", said}

    async def test_takes_what_brings_the_secret(
        self, api: BotApi, http: httpx.AsyncClient, door: TelegramDoor
    ) -> None:
        update = {"update_id": 1, "message": api.message("查电费")}

        for _ in range(5):
            answer = await http.post(PATH, json=update, headers={HEADER: door.secret})
            assert answer.status_code == 200

        await until(lambda: len(api.texts()) == 1)
        assert api.texts() == ["第1句：查电费"]

    @pytest.mark.parametrize("headers", [{}, {HEADER: "guessed"}, {HEADER: "é"}])
    async def test_takes_nothing_without_it(
        self,
        api: BotApi,
        http: httpx.AsyncClient,
        office: PostOffice,
        headers: dict[str, str],
    ) -> None:
        update = {"update_id": 1, "message": api.message("查电费")}
        raw = [(name.encode(), value.encode()) for name, value in headers.items()]

        answer = await http.post(PATH, json=update, headers=raw)

        assert answer.status_code == 403
        assert await office.said(ANNA) == []

    @pytest.mark.parametrize(
        ("body", "status"),
        [(b"{", 400), (b"[]", 200), (b'"x"', 200), (b" " * (LARGEST_UPDATE + 1), 413)],
    )
    async def test_survives_whatever_else_comes(
        self, http: httpx.AsyncClient, door: TelegramDoor, body: bytes, status: int
    ) -> None:
        answer = await http.post(PATH, content=body, headers={HEADER: door.secret})

        assert answer.status_code == status
