"""Polling against an emulator that others wrote: npm's telegram-api-mock-server.

It cannot give files (getFile is unknown to it), edit (its answer has no date) or take a menu.
"""

import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from connectors.telegram import TelegramDoor
from conversations.door import OutFile, Part
from desk.database import Database
from tests.conftest import Clock
from tests.connectors.bot_api import ANNA
from tests.connectors.post_office import PostOffice, until
from tests.emulators.npm_server import FOLDER, NpmServer, serve_npm
from tickets.attachments import MediaType
from tickets.profile import Profile

pytestmark = [
    pytest.mark.needs_emulators,
    pytest.mark.skipif(
        not (FOLDER / "made-from").exists(), reason="no emulator: scripts/fetch_emulators.sh"
    ),
]
PHOTO = (Path(__file__).parent.parent / "tickets" / "files" / "meter.jpg").read_bytes()


@pytest.fixture
def server() -> Iterator[NpmServer]:
    with serve_npm() as served:
        yield served


@pytest.fixture
def office(database: Database, clock: Clock, power: Profile, tmp_path: Path) -> PostOffice:
    return PostOffice(database, clock, power, tmp_path)


@pytest.fixture
async def door(office: PostOffice, server: NpmServer) -> AsyncIterator[TelegramDoor]:
    async with office.with_telegram(server) as opened:
        yield opened


def message(number: int, **content: Any) -> dict[str, Any]:
    return {
        "message_id": number,
        "date": int(time.time()),
        "chat": {"id": ANNA, "type": "private"},
        "from": {"id": ANNA, "is_bot": False, "first_name": "安娜"},
        **content,
    }


def texts(server: NpmServer) -> list[str]:
    return [each["payload"]["text"] for each in server.calls("sendMessage")]


@pytest.mark.usefixtures("door")
class TestPolling:
    async def test_a_text_is_answered(self, server: NpmServer) -> None:
        server.push(message=message(1, text="查电费"))

        await until(lambda: texts(server) == ["第1句：查电费"])

    async def test_a_place_is_the_address(self, server: NpmServer) -> None:
        server.push(message=message(1, location={"latitude": 31.23, "longitude": 121.47}))

        await until(lambda: len(texts(server)) == 1)
        assert "address=（31.23000，121.47000）" in texts(server)[0]

    async def test_a_contact_is_the_phone(self, server: NpmServer) -> None:
        contact = {"phone_number": "13812345678", "first_name": "安娜", "user_id": ANNA}

        server.push(message=message(1, contact=contact))

        await until(lambda: len(texts(server)) == 1)
        assert "phone=13812345678" in texts(server)[0]

    async def test_a_photo_that_cannot_be_fetched_is_asked_for_again(
        self, server: NpmServer, office: PostOffice
    ) -> None:
        photo = {"file_id": "p", "file_unique_id": "u", "file_size": 9, "width": 1, "height": 1}

        server.push(message=message(1, photo=[photo]))

        await until(lambda: texts(server) == [office.terms.words.file_lost])

    async def test_a_button_is_pressed_and_answered(
        self, server: NpmServer, office: PostOffice, power: Profile
    ) -> None:
        server.push(message=message(1, text="/start"))
        await until(lambda: len(texts(server)) == 1)
        line = (await office.transcript("telegram", str(ANNA)))[-1]

        server.push(
            callback_query={
                "id": "q1",
                "from": {"id": ANNA, "is_bot": False, "first_name": "安娜"},
                "chat_instance": "1",
                "data": f"b:{line.seq}:0",
                "message": message(2, text="…"),
            }
        )

        await until(lambda: len(texts(server)) == 2)
        assert power.starters[0].text in texts(server)[1]
        await until(lambda: len(server.calls("editMessageText")) == 1)
        assert len(server.calls("answerCallbackQuery")) == 1

    async def test_a_photo_goes_out(self, server: NpmServer, door: TelegramDoor) -> None:
        file = OutFile(name="a.jpg", media_type=MediaType.JPEG, content=PHOTO)

        await door.send(str(ANNA), Part(key="k", text="", file=file))

        assert len(server.calls("sendPhoto")) == 1
