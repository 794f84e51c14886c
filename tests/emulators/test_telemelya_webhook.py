"""The whole desk by webhook against an emulator that others wrote: PyPI's telemelya.

It knows no secret of a webhook (`adding_secret` puts it in between), no menu and no documents.
"""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn

from connectors.sign_in import StaffService
from connectors.telegram_webhook import PATH
from conversations.door_store import DoorStore
from conversations.handover import Reason, Summary
from conversations.handover_store import HandoverStore
from conversations.people import Role
from desk.app import make_app
from desk.clock import now
from desk.database import Database, migrate
from desk.routes import API
from desk.settings import Settings
from tests.conftest import free_port
from tests.connectors.bot_api import ANNA, TOKEN
from tests.connectors.post_office import until
from tests.emulators.telemelya_server import (
    FOLDER,
    Telemelya,
    adding_secret,
    serve_telemelya,
)
from tickets.profile import Profile

pytestmark = [
    pytest.mark.needs_emulators,
    pytest.mark.skipif(
        not (FOLDER / "made-from").exists(), reason="no telemelya: scripts/fetch_emulators.sh"
    ),
]
PHOTO = (Path(__file__).parent.parent / "tickets" / "files" / "meter.jpg").read_bytes()
SECRET, PASSWORD = "a-secret-of-this-test", "correct horse battery"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Telemelya]:
    with serve_telemelya(tmp_path_factory.mktemp("telemelya")) as served:
        yield served


@dataclass
class Served:
    """A desk of its own, as a process would serve it, and an agent who is signed in."""

    url: str
    database: Database
    agent: httpx.AsyncClient

    async def conversation_id(self) -> str:
        async with self.database.read() as connection:
            chat = await DoorStore(connection).find_chat("telegram", str(ANNA))
        assert chat is not None, "the customer has no conversation"
        return chat.conversation_id


@pytest.fixture
async def desk(tmp_path: Path, server: Telemelya) -> AsyncIterator[Served]:
    url = f"http://127.0.0.1:{free_port()}"
    with adding_secret(SECRET, to=lambda: url) as public:
        settings = Settings(
            _env_file=None,  # type: ignore[call-arg]
            data_dir=tmp_path,
            port=int(url.rpartition(":")[2]),
            bot_port=free_port(),
            encoder="none-here",
            bot_patience_s=0,
            telegram_token=TOKEN,
            telegram_api=server.url,
            telegram_webhook=f"{public}{PATH}",
            telegram_secret=SECRET,
        )
        migrate(settings.database)
        opened = uvicorn.Server(
            uvicorn.Config(make_app(settings), port=settings.port, log_level="warning")
        )
        serving = threading.Thread(target=opened.run, daemon=True)
        serving.start()
        database = Database(settings.database)
        async with httpx.AsyncClient(base_url=f"{url}{API}", trust_env=False) as http:
            await until(lambda: opened.started)
            await doors_are_open(http, url)
            await StaffService(write=database.write, read=database.read, clock=now).add(
                "小李", Role.AGENT, PASSWORD
            )
            signed = await http.post("/sign-in", json={"name": "小李", "password": PASSWORD})
            http.headers["Authorization"] = f"Bearer {signed.json()['token']}"
            yield Served(url, database, http)
        opened.should_exit = True
        await asyncio.to_thread(serving.join)
        await database.close()


async def doors_are_open(http: httpx.AsyncClient, url: str) -> None:
    """Wait until Telegram knows where to bring updates."""
    for _ in range(600):
        if (await http.get(f"{url}/readyz")).json()["doors"]["telegram"] == "open":
            return
        await asyncio.sleep(0.05)
    pytest.fail("the desk did not open its door to Telegram")


def since(server: Telemelya, seen: int, *methods: str) -> list[dict[str, Any]]:
    """What the desk asked of these methods, without the first `seen`."""
    return server.calls(*methods)[seen:]


class TestWebhook:
    async def test_a_text_is_answered(
        self, desk: Served, server: Telemelya, power: Profile
    ) -> None:
        seen = len(server.calls("sendMessage"))

        await asyncio.to_thread(server.push, text="查电费")

        await until(lambda: len(since(server, seen, "sendMessage")) == 1)
        assert since(server, seen, "sendMessage")[0]["text"] == power.wordings.bot_away

    async def test_what_comes_past_the_secret_is_refused(self, desk: Served) -> None:
        async with httpx.AsyncClient(trust_env=False) as http:
            refused = await http.post(f"{desk.url}{PATH}", json={"update_id": 1})

        assert refused.status_code == 403

    async def test_a_photo_comes_in_whole(self, desk: Served, server: Telemelya) -> None:
        seen = len(server.calls("sendMessage"))
        file_id = await asyncio.to_thread(server.upload, PHOTO)

        await asyncio.to_thread(server.push, photo_file_id=file_id, photo_caption="电表黑屏了")

        await until(lambda: len(since(server, seen, "sendMessage")) == 1)
        talk = f"/staff/conversations/{await desk.conversation_id()}"
        lines = (await desk.agent.get(f"{talk}/messages")).json()["messages"]
        (file,) = lines[0]["attachments"]
        came = await desk.agent.get(f"{talk}/attachments/{file['id']}")
        assert came.content == PHOTO

    async def test_a_button_is_pressed_and_answered(
        self, desk: Served, server: Telemelya, power: Profile
    ) -> None:
        seen = len(server.calls("sendMessage"))
        await asyncio.to_thread(server.push, command="/start")
        await until(lambda: len(since(server, seen, "sendMessage")) == 1)
        (greeting,) = since(server, seen, "sendMessage")
        button = greeting["reply_markup"]["inline_keyboard"][0][0]

        await asyncio.to_thread(
            server.push,
            callback_data=button["callback_data"],
            callback_message_id=greeting["message_id"],
        )

        await until(lambda: len(server.calls("answerCallbackQuery")) == 1)
        await until(lambda: len(server.calls("editMessageText")) == 1)
        (edited,) = server.calls("editMessageText")
        assert edited["message_id"] == greeting["message_id"]
        assert button["text"] in edited["text"]
        lines = await desk.agent.get(
            f"/staff/conversations/{await desk.conversation_id()}/messages"
        )
        assert power.starters[0].text in [line["text"] for line in lines.json()["messages"]]

    async def test_an_agents_photo_goes_out_whole(self, desk: Served, server: Telemelya) -> None:
        seen = len(server.calls("sendPhoto"))
        said = len(server.calls("sendMessage"))
        await asyncio.to_thread(server.push, text="我要找人工")
        await until(lambda: bool(since(server, said, "sendMessage")))
        conversation_id = await desk.conversation_id()
        async with desk.database.write() as connection:
            await HandoverStore(connection).add(
                conversation_id, "power", Reason.ASKED, Summary(matter="人工"), at=now()
            )
        await desk.agent.post(f"/desk/conversations/{conversation_id}/claim")

        sent = await desk.agent.post(
            f"/desk/conversations/{conversation_id}/files",
            params={"key": "1", "name": "电表.jpg"},
            content=PHOTO,
        )

        assert sent.status_code == 200
        await until(lambda: len(since(server, seen, "sendPhoto")) == 1)
        (photo,) = since(server, seen, "sendPhoto")
        assert await asyncio.to_thread(server.file, photo["file_id"]) == PHOTO
