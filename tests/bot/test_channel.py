"""The one door of Rasa, with the trained model behind it and no desk: who may in, what is obeyed.

In the desk's place stands an action server that only tells what the bot tells it.
"""

import hashlib
import json
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from conversations.asking import inform
from desk.bot_process import bot_command, bot_environment
from desk.bot_training import ensure_trained
from desk.paths import Paths
from desk.settings import ROOT, Settings
from tests.bot.slot_teller import Actions, TellSlots
from tests.conftest import free_port

pytestmark = pytest.mark.needs_rasa

READY_WITHIN_S = 120
TOKEN = "only-the-desk-knows-this"


@pytest.fixture(scope="module")
def actions() -> Iterator[Actions]:
    with Actions(("127.0.0.1", 0), TellSlots) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture(scope="module")
def settings(actions: Actions, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A folder of its own with the encoder and the model that `make setup` made."""
    made, data_dir = Settings(), tmp_path_factory.mktemp("bot")
    (data_dir / "encoders").symlink_to(made.data_dir / "encoders")
    own = Settings(
        data_dir=data_dir,
        port=actions.server_port,
        bot_port=free_port(),
        bot_token=TOKEN,
        action_token="nobody-asks",
    )
    archive = ensure_trained(made, say=print)
    Paths.of(own).models.mkdir(parents=True)
    (Paths.of(own).models / "today.tar.gz").write_bytes(archive.read_bytes())
    (Paths.of(own).models / "broken.tar.gz").write_bytes(b"not an archive")
    (data_dir / "outside.tar.gz").write_bytes(archive.read_bytes())
    return own


@pytest.fixture(scope="module")
def rasa(settings: Settings) -> Iterator[str]:
    """Rasa as the supervisor starts it; gives its address."""
    log = settings.data_dir / "bot.log"
    archive = Paths.of(settings).models / "today.tar.gz"
    with log.open("w") as output:
        process = subprocess.Popen(
            bot_command(settings, archive),
            cwd=ROOT,
            env=bot_environment(settings),
            stdout=output,
            stderr=output,
        )
    try:
        wait_until_ready(f"{settings.bot_url}/webhooks/desk/", process, log)
        yield settings.bot_url
    finally:
        process.terminate()
        process.wait(timeout=30)


@pytest.fixture
def stranger(rasa: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=rasa, trust_env=False, timeout=30) as http:
        yield http


@pytest.fixture
def desk(rasa: str) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with httpx.Client(base_url=rasa, headers=headers, trust_env=False, timeout=30) as http:
        yield http


class TestHealth:
    def test_tells_anyone_that_a_model_is_loaded(self, stranger: httpx.Client) -> None:
        answer = stranger.get("/webhooks/desk/")

        assert answer.status_code == 200
        assert answer.json()["ready"] is True


class TestDoor:
    @pytest.mark.parametrize("call", ["webhook", "reload"])
    def test_refuses_a_call_without_a_token(self, call: str, stranger: httpx.Client) -> None:
        answer = stranger.post(f"/webhooks/desk/{call}", json=line("王芳", "你好"))

        assert answer.status_code == 401

    @pytest.mark.parametrize("call", ["webhook", "reload"])
    @pytest.mark.parametrize(
        "token", ["Bearer wrong", f"Bearer {TOKEN}x", TOKEN, f"bearer {TOKEN}"]
    )
    def test_refuses_a_wrong_token(self, call: str, token: str, stranger: httpx.Client) -> None:
        answer = stranger.post(
            f"/webhooks/desk/{call}",
            json=line("王芳", "你好"),
            headers={"Authorization": token},
        )

        assert answer.status_code == 401

    @pytest.mark.parametrize(
        "path",
        [
            "/model",
            "/status",
            "/domain",
            "/conversations/x/tracker",
            "/conversations/x/tracker/events",
            "/conversations/x/messages",
            "/webhooks/rest/webhook",
            "/webhooks/rest/",
            "/socket.io/",
        ],
    )
    @pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
    def test_is_the_only_one(self, method: str, path: str, desk: httpx.Client) -> None:
        answer = desk.request(method, path, json={} if method != "GET" else None)

        assert answer.status_code == 404


class TestTurn:
    def test_answers_a_line(self, desk: httpx.Client) -> None:
        answer = desk.post("/webhooks/desk/webhook", json=line("王芳", "你好"))

        assert answer.status_code == 200
        assert texts(answer) == ["您好，请问有什么可以帮您？"]

    def test_obeys_a_payload_of_the_desk(self, desk: httpx.Client) -> None:
        answer = desk.post("/webhooks/desk/webhook", json={"sender": "王芳", "payload": "/thank"})

        assert texts(answer) == ["不客气。还有别的事请直接告诉我。"]

    @pytest.mark.parametrize("space", ["", "  "])
    def test_does_not_obey_a_command_a_customer_types(self, space: str, desk: httpx.Client) -> None:
        typed = f'{space}/inform{{"field": "phone", "value": "13800138000"}}'
        sender = f"张伟{len(space)}"

        answer = desk.post("/webhooks/desk/webhook", json=line(sender, typed))

        assert answer.status_code == 200
        (heard, _) = told(sender, desk)["heard"]
        assert heard["text"].startswith("／inform")
        assert heard["entities"] == []

    @pytest.mark.parametrize("command", ["/restart", "/session_start", "/back"])
    def test_forgets_nothing_when_a_customer_types_a_command(
        self, command: str, desk: httpx.Client
    ) -> None:
        remember(command, {"known": {"phone": "13800138000"}}, desk)

        desk.post("/webhooks/desk/webhook", json=line(command, command))

        assert told(command, desk)["slots"]["talk"] == {"known": {"phone": "13800138000"}}

    def test_hands_on_the_details_the_desk_has_read(self, desk: httpx.Client) -> None:
        said = line("周杰", "我的电话13912345678")
        said["metadata"]["details"] = {"phone": "13912345678"}

        desk.post("/webhooks/desk/webhook", json=said)

        (heard, _) = told("周杰", desk)["heard"]
        found = [(each["entity"], each["value"], each["extractor"]) for each in heard["entities"]]
        assert found == [("phone", "13912345678", "desk")]

    def test_hands_on_what_a_button_says(self, desk: httpx.Client) -> None:
        pressed = {"sender": "吴敏", "payload": inform("scope", "只有我家")}

        desk.post("/webhooks/desk/webhook", json=pressed)

        (heard, _) = told("吴敏", desk)["heard"]
        found = {each["entity"]: each["value"] for each in heard["entities"]}
        assert found == {"field": "scope", "value": "只有我家"}

    @pytest.mark.parametrize(
        "body",
        [
            {"sender": "王芳"},
            {"sender": "王芳", "text": "   "},
            {"sender": "", "text": "你好"},
            {"sender": 7, "text": "你好"},
            {"sender": "王" * 256, "text": "你好"},
            {"text": "你好"},
            {},
        ],
        ids=str,
    )
    def test_says_what_is_missing(self, body: dict[str, Any], desk: httpx.Client) -> None:
        answer = desk.post("/webhooks/desk/webhook", json=body)

        assert answer.status_code == 400
        assert "sender" in answer.json()["error"]

    def test_gives_the_earlier_answer_when_the_desk_asks_again(self, desk: httpx.Client) -> None:
        said = line("刘洋", "您好", message_id="m-1")
        first = desk.post("/webhooks/desk/webhook", json=said)
        desk.post("/webhooks/desk/webhook", json=line("刘洋", "谢谢", message_id="m-2"))

        again = desk.post("/webhooks/desk/webhook", json={**said, "again": True})

        assert texts(again) == texts(first)
        buttons = [[b["title"] for b in part["buttons"]] for part in again.json()["messages"]]
        assert buttons == [["故障报修", "查工单进度", "投诉", "转人工"]]

    def test_answers_a_line_it_never_heard_when_the_desk_asks_again(
        self, desk: httpx.Client
    ) -> None:
        said = {**line("陈静", "你好", message_id="m-9"), "again": True}

        answer = desk.post("/webhooks/desk/webhook", json=said)

        assert texts(answer) == ["您好，请问有什么可以帮您？"]

    def test_answers_a_line_whose_first_turn_failed_when_the_desk_asks_again(
        self, desk: httpx.Client, actions: Actions
    ) -> None:
        said = {"sender": "何静", "payload": "/query_progress", "metadata": {"message_id": "m-1"}}
        actions.is_broken = True
        failed = desk.post("/webhooks/desk/webhook", json=said)
        actions.is_broken = False

        again = desk.post("/webhooks/desk/webhook", json={**said, "again": True})

        assert texts(failed) == []
        assert len(texts(again)) == 1


class TestAfterAPerson:
    """The desk says that a person has talked since the bot did (`fresh`)."""

    def test_asks_no_more_for_what_was_being_filled_in(
        self, desk: httpx.Client, actions: Actions
    ) -> None:
        desk.post("/webhooks/desk/webhook", json={"sender": "冯刚", "payload": "/report_fault"})

        answer = desk.post("/webhooks/desk/webhook", json={**line("冯刚", "你好"), "fresh": True})

        assert texts(answer) == ["您好，请问有什么可以帮您？"]

    def test_keeps_what_was_told(self, desk: httpx.Client) -> None:
        talk = {"known": {"phone": "13800138000"}, "requests": [{"kind": "fault"}], "topic": "过户"}
        remember("蒋丽", talk, desk)

        desk.post("/webhooks/desk/webhook", json={**line("蒋丽", "你好"), "fresh": True})

        kept = {"known": {"phone": "13800138000"}, "requests": [], "topic": "过户"}
        assert told("蒋丽", desk)["slots"]["talk"] == kept

    def test_is_nothing_to_somebody_who_was_never_heard(self, desk: httpx.Client) -> None:
        answer = desk.post("/webhooks/desk/webhook", json={**line("韩雪", "你好"), "fresh": True})

        assert texts(answer) == ["您好，请问有什么可以帮您？"]


class TestLongConversation:
    def test_goes_on_with_all_that_was_known(self, desk: httpx.Client, settings: Settings) -> None:
        remember("杨光", {"known": {"phone": "13800138000"}}, desk)

        answers = [
            desk.post("/webhooks/desk/webhook", json=line("杨光", "你好", message_id=f"m-{number}"))
            for number in range(60)
        ]

        assert {tuple(texts(answer)) for answer in answers} == {("您好，请问有什么可以帮您？",)}
        assert told("杨光", desk)["slots"]["talk"] == {"known": {"phone": "13800138000"}}
        # a session is closed in time: an action is sent what was said lately and not everything
        assert len(told("杨光", desk)["heard"]) < 40

    def test_gives_every_earlier_answer_of_the_last_turn_again(self, desk: httpx.Client) -> None:
        """Whichever turn begins a new session, the desk may ask again right after it."""
        for number in range(40):
            said = line("郑和", "谢谢", message_id=f"m-{number}")
            first = desk.post("/webhooks/desk/webhook", json=said)

            again = desk.post("/webhooks/desk/webhook", json={**said, "again": True})

            assert texts(again) == texts(first)
        # what was only given again has not been heard again
        heard = [each["text"] for each in told("郑和", desk)["heard"]]
        assert heard[:-1] == ["谢谢"] * (len(heard) - 1)


class TestReload:
    @pytest.mark.parametrize(
        "model",
        ["../../outside.tar.gz", "/etc/passwd", "", "missing.tar.gz", "..", "today", None, 5],
    )
    def test_loads_nothing_but_an_archive_of_the_models_folder(
        self, model: object, desk: httpx.Client
    ) -> None:
        answer = desk.post("/webhooks/desk/reload", json={"model": model})

        assert answer.status_code == 404

    def test_keeps_answering_with_the_old_model_when_the_new_one_is_broken(
        self, desk: httpx.Client, settings: Settings
    ) -> None:
        before = desk.get("/webhooks/desk/").json()

        answer = desk.post("/webhooks/desk/reload", json=named(settings, "broken.tar.gz"))

        assert answer.status_code == 500
        assert answer.json()["error"]
        assert desk.get("/webhooks/desk/").json() == before
        greeted = desk.post("/webhooks/desk/webhook", json=line("赵敏", "你好"))
        assert texts(greeted) == ["您好，请问有什么可以帮您？"]

    def test_loads_no_archive_that_is_not_the_one_meant(
        self, desk: httpx.Client, settings: Settings
    ) -> None:
        before = desk.get("/webhooks/desk/").json()
        meant = named(settings, "broken.tar.gz")["sha256"]

        answer = desk.post("/webhooks/desk/reload", json={"model": "today.tar.gz", "sha256": meant})

        assert answer.status_code == 409
        assert desk.get("/webhooks/desk/").json() == before

    def test_swaps_the_model(self, desk: httpx.Client, settings: Settings) -> None:
        answer = desk.post("/webhooks/desk/reload", json=named(settings, "today.tar.gz"))

        assert answer.status_code == 200
        assert answer.json()["model"] == desk.get("/webhooks/desk/").json()["model"]
        greeted = desk.post("/webhooks/desk/webhook", json=line("孙磊", "你好"))
        assert texts(greeted) == ["您好，请问有什么可以帮您？"]


def named(settings: Settings, archive: str) -> dict[str, str]:
    """An archive as the desk names it."""
    content = (Paths.of(settings).models / archive).read_bytes()
    return {"model": archive, "sha256": hashlib.sha256(content).hexdigest()}


def line(sender: str, text: str, *, message_id: str = "m-0") -> dict[str, Any]:
    return {"sender": sender, "text": text, "metadata": {"message_id": message_id}}


def remember(sender: str, talk: dict[str, Any], desk: httpx.Client) -> None:
    """Have the action server fill the slot."""
    asked = {"sender": sender, "payload": "/query_progress", "metadata": {"remember": talk}}
    assert desk.post("/webhooks/desk/webhook", json=asked).status_code == 200


def told(sender: str, desk: httpx.Client) -> dict[str, Any]:
    """What the bot knows of a customer, as it tells any action: `slots`, and lines `heard`."""
    asked = {"sender": sender, "payload": "/query_progress"}
    return dict(json.loads(texts(desk.post("/webhooks/desk/webhook", json=asked))[-1]))


def texts(answer: httpx.Response) -> list[str]:
    return [part["text"] for part in answer.json()["messages"] if "text" in part]


def wait_until_ready(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < end:
        if process.poll() is not None:
            pytest.fail(f"Rasa did not start:\n{log.read_text()}")
        try:
            if httpx.get(url, trust_env=False).json().get("ready"):
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.2)
    pytest.fail(f"Rasa was not ready within {READY_WITHIN_S} s:\n{log.read_text()}")
