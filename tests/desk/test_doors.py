"""The doors of a desk: off by default, told by /readyz, looked at by the doctor."""

import asyncio
import logging
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from pydantic import ValidationError

from connectors.telegram_webhook import PATH
from conversations.message import Incoming
from conversations.turn_store import TurnStore
from desk.app import make_app
from desk.clock import now
from desk.database import Database, migrate
from desk.door_diagnosis import diagnose_doors
from desk.doors import ELSEWHERE
from desk.settings import Settings
from tests.conftest import free_port
from tests.connectors.bot_api import (
    BROKEN,
    GARBAGE,
    SILENCE,
    TOKEN,
    BotApi,
    Scripted,
    serve_bot_api,
)
from tests.connectors.other_system import SECRET, serve_other_system
from tests.connectors.post_office import WITHIN_S, until
from tickets.profile import Profile

WEBHOOK = f"https://desk.example{PATH}"


@pytest.fixture
def api() -> Iterator[BotApi]:
    with serve_bot_api() as served:
        yield served


def settings_of(tmp_path: Path, **more: str) -> Settings:
    # no bot runs here: nobody is to wait for one
    return Settings(_env_file=None, data_dir=tmp_path, bot_patience_s=0, **more)  # type: ignore[arg-type]


class TestSettings:
    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("telegram_secret", "with spaces"),
            ("telegram_webhook", "https://desk.example/elsewhere"),
            ("webhook_url", "https://crm.example"),
        ],
    )
    def test_that_cannot_work_are_refused_by_name(
        self, tmp_path: Path, name: str, value: str
    ) -> None:
        with pytest.raises(ValidationError) as refused:
            settings_of(tmp_path, **{name: value})

        assert name.partition("_")[0].upper() in str(refused.value)


class TestReadiness:
    async def test_tells_that_doors_without_settings_are_off(self, tmp_path: Path) -> None:
        transport = httpx.ASGITransport(make_app(settings_of(tmp_path)))
        async with httpx.AsyncClient(transport=transport, base_url="http://desk") as http:
            told = (await http.get("/readyz")).json()
            nobody = await http.post(PATH, json={})

        assert told["doors"] == {"telegram": "off", "webhook": "off"}
        assert nobody.status_code == 404

    async def test_tells_of_a_telegram_that_was_not_reached_yet(self, tmp_path: Path) -> None:
        app = make_app(
            settings_of(tmp_path, telegram_token=TOKEN, telegram_api="http://127.0.0.1:9")
        )
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://desk"
        ) as http:
            told = (await http.get("/readyz")).json()

        assert told["doors"]["telegram"] == "not reached yet"


class TestDesk:
    async def test_answers_on_telegram_as_soon_as_it_runs(
        self, tmp_path: Path, api: BotApi, power: Profile
    ) -> None:
        settings = settings_of(
            tmp_path,
            telegram_token=TOKEN,
            telegram_api=api.url,
            bot_port=str(free_port()),
            encoder="none-here",
        )
        migrate(settings.database)
        app = make_app(settings)
        api.writes("查电费")

        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://desk") as http,
        ):
            await until(lambda: len(api.texts()) == 1)
            told = (await http.get("/readyz")).json()

        assert api.texts() == [power.wordings.bot_away]
        assert told["doors"]["telegram"] == "open"

    async def test_writes_its_token_into_no_log(
        self, tmp_path: Path, api: BotApi, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.INFO)
        logging.getLogger("httpx").setLevel(logging.NOTSET)
        settings = settings_of(
            tmp_path,
            telegram_token=TOKEN,
            telegram_api=api.url,
            bot_port=str(free_port()),
            encoder="none-here",
        )
        migrate(settings.database)
        app = make_app(settings)
        # Telegram tells where the photo lies, and there it is not
        api.writes(photo=[{"file_id": "gone", "file_unique_id": "u", "file_size": 9}])
        api.answer_next("getUpdates", BROKEN, GARBAGE, SILENCE)
        api.answer_next("sendMessage", BROKEN)

        async with app.router.lifespan_context(app):
            await until(lambda: len(api.texts()) == 1)

        assert "Internal Server Error" in caplog.text
        assert TOKEN.partition(":")[2] not in caplog.text

    async def test_runs_on_while_telegram_is_away_and_says_so(self, tmp_path: Path) -> None:
        settings = settings_of(
            tmp_path,
            telegram_token=TOKEN,
            telegram_api=f"http://127.0.0.1:{free_port()}",
            encoder="none-here",
        )
        migrate(settings.database)
        app = make_app(settings)
        seen: list[str] = []

        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://desk") as http,
        ):
            while "cannot be reached" not in "".join(seen):
                seen.append((await http.get("/readyz")).json()["doors"]["telegram"])
            opened = await http.post("/api/v1/conversations", json={})

        assert opened.status_code == 201


def two_desks(folder: Path, api: BotApi) -> tuple[Settings, FastAPI, FastAPI]:
    """Two desks with the same token on the same database, and their settings."""
    settings = settings_of(
        folder,
        telegram_token=TOKEN,
        telegram_api=api.url,
        bot_port=str(free_port()),
        encoder="none-here",
    )
    migrate(settings.database)
    return settings, make_app(settings), make_app(settings)


class TestTwoDesks:
    async def test_of_one_database_answer_each_line_once_and_follow_each_other(
        self, tmp_path: Path, api: BotApi, power: Profile
    ) -> None:
        _, first, second = two_desks(tmp_path, api)
        away = power.wordings.bot_away

        async with second.router.lifespan_context(second):
            async with first.router.lifespan_context(first):
                api.writes("查电费")
                await until(lambda: api.texts() == [away])
                states = [await telegram_of(each) for each in (first, second)]
            api.writes("过户")
            await until(lambda: len(api.texts()) == 2)
            left = await telegram_of(second)

        assert sorted(states) == [ELSEWHERE, "open"]
        assert (api.texts(), left) == ([away, away], "open")

    async def test_of_which_one_goes_the_other_warns_of_a_danger_it_left(
        self, tmp_path: Path, api: BotApi, power: Profile
    ) -> None:
        settings, first, second = two_desks(tmp_path, api)

        async with AsyncExitStack() as goes:
            await goes.enter_async_context(first.router.lifespan_context(first))
            await until_telegram_is("open", first)
            async with second.router.lifespan_context(second):
                await until_telegram_is(ELSEWHERE, second)
                async with httpx.AsyncClient(
                    transport=httpx.ASGITransport(second), base_url="http://desk/api/v1"
                ) as http:
                    opened = (await http.post("/conversations", json={})).json()
                await leave_unanswered(settings, opened["conversation_id"], "变压器着火了")
                await goes.aclose()
                said = await until_answered(settings, opened["conversation_id"])

        assert said.startswith(power.dangers["fire"].call)


async def leave_unanswered(settings: Settings, conversation_id: str, text: str) -> None:
    """A desk was killed right after it stored this line."""
    database = Database(settings.database)
    async with database.write() as connection:
        line = Incoming(message_id="left", text=text)
        await TurnStore(connection).add_incoming(conversation_id, line, at=now())
    await database.close()


async def until_answered(settings: Settings, conversation_id: str) -> str:
    """The first answer to the line that was left."""
    database = Database(settings.database)
    async with asyncio.timeout(WITHIN_S):
        while True:
            async with database.read() as connection:
                answers = await TurnStore(connection).list_answers(conversation_id, "left")
            if answers:
                break
            await asyncio.sleep(0.05)
    await database.close()
    return answers[0].reply.text


async def until_telegram_is(state: str, app: FastAPI) -> None:
    async with asyncio.timeout(WITHIN_S):
        while True:
            if await telegram_of(app) == state:
                return
            await asyncio.sleep(0.05)


async def telegram_of(app: FastAPI) -> str:
    """What a desk says of its door to Telegram."""
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://desk"
    ) as http:
        told: str = (await http.get("/readyz")).json()["doors"]["telegram"]
    return told


class TestDoctor:
    async def test_says_that_telegram_is_off(self, tmp_path: Path) -> None:
        (finding,) = await diagnose_doors(settings_of(tmp_path))

        assert finding.ok
        assert "SEATMATE_TELEGRAM_TOKEN" in finding.text

    async def test_names_the_bot_the_way_and_the_clock(self, tmp_path: Path, api: BotApi) -> None:
        settings = settings_of(tmp_path, telegram_token=TOKEN, telegram_api=api.url)

        clock, token, way = await diagnose_doors(settings)

        assert (token.ok, "@seatmate_bot" in token.text) == (True, True)
        assert (way.ok, "polls" in way.text) == (True, True)
        assert clock.ok
        assert "s off Telegram" in clock.text

    async def test_sees_a_clock_that_is_off(self, tmp_path: Path, api: BotApi) -> None:
        api.ahead_s = 300
        settings = settings_of(tmp_path, telegram_token=TOKEN, telegram_api=api.url)

        clock, *_ = await diagnose_doors(settings)

        assert not clock.ok
        assert "set this machine's clock" in clock.text

    async def test_looks_at_the_clock_where_there_is_only_a_signed_webhook(
        self, tmp_path: Path
    ) -> None:
        with serve_other_system() as system:
            settings = settings_of(tmp_path, webhook_url=system.url, webhook_secret=SECRET)

            *_, clock = await diagnose_doors(settings)

        assert clock.ok
        assert "s off the other system's" in clock.text

    async def test_says_that_a_webhook_must_be_https(self, tmp_path: Path, api: BotApi) -> None:
        settings = settings_of(
            tmp_path,
            telegram_token=TOKEN,
            telegram_api=api.url,
            telegram_webhook=WEBHOOK.replace("https", "http"),
        )

        *_, way = await diagnose_doors(settings)

        assert not way.ok
        assert "must begin with https://" in way.text

    async def test_sees_that_telegram_knows_another_webhook_than_the_settings(
        self, tmp_path: Path, api: BotApi
    ) -> None:
        api.answer_next("getWebhookInfo", told(url="https://old.example/hook"))
        settings = settings_of(
            tmp_path, telegram_token=TOKEN, telegram_api=api.url, telegram_webhook=WEBHOOK
        )

        *_, way = await diagnose_doors(settings)

        assert not way.ok
        assert "another webhook (https://old.example/hook)" in way.text

    async def test_says_of_a_wrong_token_what_to_do_and_not_what_it_is(
        self, tmp_path: Path, api: BotApi, caplog: pytest.LogCaptureFixture
    ) -> None:
        wrong = "999:nobody-knows-me"
        with caplog.at_level(logging.DEBUG, logger="connectors"):
            findings = await diagnose_doors(
                settings_of(tmp_path, telegram_token=wrong, telegram_api=api.url)
            )

        assert not findings[-1].ok
        assert "SEATMATE_TELEGRAM_TOKEN" in findings[-1].text
        assert wrong not in findings[-1].text + caplog.text

    async def test_says_that_a_webhook_works_and_how_much_waits(
        self, tmp_path: Path, api: BotApi
    ) -> None:
        api.answer_next("getWebhookInfo", told(url=WEBHOOK))
        settings = settings_of(
            tmp_path, telegram_token=TOKEN, telegram_api=api.url, telegram_webhook=WEBHOOK
        )

        *_, way = await diagnose_doors(settings)

        assert (way.ok, way.text) == (
            True,
            f"Telegram: the webhook {WEBHOOK} works; 3 updates wait",
        )

    async def test_does_not_wait_for_ever_for_who_says_nothing(
        self, tmp_path: Path, api: BotApi, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("desk.door_diagnosis.WITHIN_S", 0.5)
        settings = settings_of(tmp_path, telegram_token=TOKEN, telegram_api=api.url)

        with api.holding("getMe"):
            findings = await diagnose_doors(settings)

        assert not findings[-1].ok
        assert "SEATMATE_TELEGRAM_PROXY" in findings[-1].text

    async def test_says_that_nobody_answers(self, tmp_path: Path) -> None:
        settings = settings_of(tmp_path, telegram_token=TOKEN, telegram_api="http://127.0.0.1:9")

        findings = await diagnose_doors(settings)

        assert not findings[-1].ok
        assert "cannot be reached" in findings[-1].text

    async def test_sees_a_webhook_that_takes_what_polling_should_get(
        self, tmp_path: Path, api: BotApi
    ) -> None:
        api.answer_next("getWebhookInfo", told(url="https://elsewhere.example"))
        settings = settings_of(tmp_path, telegram_token=TOKEN, telegram_api=api.url)

        *_, way = await diagnose_doors(settings)

        assert not way.ok
        assert "https://elsewhere.example" in way.text

    async def test_tells_what_telegram_says_of_our_webhook(
        self, tmp_path: Path, api: BotApi
    ) -> None:

        failed = {"last_error_date": int(time.time()), "last_error_message": "SSL error"}
        api.answer_next("getWebhookInfo", told(url=WEBHOOK, **failed))
        settings = settings_of(
            tmp_path, telegram_token=TOKEN, telegram_api=api.url, telegram_webhook=WEBHOOK
        )

        *_, way = await diagnose_doors(settings)

        assert not way.ok
        assert "SSL error" in way.text


def told(**more: object) -> Scripted:
    info = {"has_custom_certificate": False, "pending_update_count": 3, **more}
    return Scripted(200, {"ok": True, "result": info})
