"""Telegram and the signed webhook keep the contract of a door."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from connectors.signed_webhook import SignedWebhook, make_router, signature
from connectors.telegram import TelegramDoor
from conversations.door import Connector
from desk.database import Database
from tests.conftest import Clock
from tests.connectors.bot_api import ANNA, BLOCKED, BROKEN, BotApi, Scripted, serve_bot_api
from tests.connectors.other_system import SECRET, OtherSystem, serve_other_system
from tests.connectors.post_office import PostOffice
from tests.contracts.connector_contract import ConnectorContract, FarSide
from tickets.profile import Profile


@pytest.fixture
def office(database: Database, clock: Clock, power: Profile, tmp_path: Path) -> PostOffice:
    return PostOffice(database, clock, power, tmp_path)


class Telegram:
    """Anna on Telegram."""

    customer = str(ANNA)

    def __init__(self, api: BotApi) -> None:
        self.api = api

    def customer_writes(self, text: str, *, message_id: int, times: int = 1) -> None:
        update = self.api.writes(text)
        for _ in range(times - 1):
            self.api.push_again(update)

    def customer_got(self) -> Sequence[str]:
        return self.api.texts()

    def will_be_away(self, *, seconds: int | None = None) -> None:
        busy = Scripted.error(429, "Too Many Requests", retry_after=seconds or 0)
        self.api.answer_next("sendMessage", BROKEN if seconds is None else busy)

    def will_say_gone(self) -> None:
        self.api.answer_next("sendMessage", BLOCKED)

    def will_refuse(self) -> None:
        self.api.answer_next("sendMessage", Scripted.error(400, "Bad Request: text is empty"))


class TestTelegram(ConnectorContract):
    @pytest.fixture
    def far_side(self) -> Iterator[Telegram]:
        with serve_bot_api() as api:
            yield Telegram(api)

    @asynccontextmanager
    async def open(self, office: PostOffice, far_side: FarSide) -> AsyncIterator[TelegramDoor]:
        assert isinstance(far_side, Telegram)
        async with office.with_telegram(far_side.api) as door:
            yield door


class Other:
    """Anna in another system, which speaks to the desk over HTTP."""

    customer = "anna@其他系统"

    def __init__(self, system: OtherSystem, clock: Clock) -> None:
        self.system, self.clock = system, clock
        self.app = FastAPI()
        self._calls: set[asyncio.Task[None]] = set()
        self._order = asyncio.Lock()

    def customer_writes(self, text: str, *, message_id: int, times: int = 1) -> None:
        task = asyncio.create_task(self._bring(text, message_id, times))
        self._calls.add(task)

    async def _bring(self, text: str, message_id: int, times: int) -> None:
        form = {"id": str(message_id), "customer": self.customer, "text": text}
        body = json.dumps(form).encode()
        time = str(int(self.clock().timestamp()))
        signed = {"X-Seatmate-Time": time, "X-Seatmate-Signature": signature(SECRET, time, body)}
        transport = httpx.ASGITransport(self.app)
        async with (
            self._order,
            httpx.AsyncClient(transport=transport, base_url="http://desk") as http,
        ):
            for _ in range(times):
                answer = await http.post("/webhook/messages", content=body, headers=signed)
                assert answer.status_code == 202

    def customer_got(self) -> Sequence[str]:
        return [line["text"] for line in self.system.lines if line["customer"] == self.customer]

    def will_be_away(self, *, seconds: int | None = None) -> None:
        headers = {} if seconds is None else {"Retry-After": str(seconds)}
        self.system.answers.append((503, headers))

    def will_say_gone(self) -> None:
        self.system.answers.append((410, {}))

    def will_refuse(self) -> None:
        self.system.answers.append((422, {}))


class TestSignedWebhook(ConnectorContract):
    @pytest.fixture
    def far_side(self, clock: Clock) -> Iterator[Other]:
        with serve_other_system() as system:
            yield Other(system, clock)

    @asynccontextmanager
    async def open(self, office: PostOffice, far_side: FarSide) -> AsyncIterator[Connector]:
        assert isinstance(far_side, Other)
        door = SignedWebhook(
            url=far_side.system.url, secret=SECRET, inbox=office.inbox, clock=office.clock
        )
        far_side.app.include_router(make_router(door))
        async with office.opened(door):
            yield door
        await door.close()
