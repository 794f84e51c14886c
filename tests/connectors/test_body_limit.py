"""A body that is too large is refused by the real desk before it is read to its end."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from threading import Thread

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from connectors.body_limit import LARGEST_JSON, MEGABYTE
from desk.app import make_app
from desk.settings import Settings
from tests.conftest import free_port
from tests.journeys.processes import eventually, gives_success

SIGN_IN = "/api/v1/sign-in"
PIECE = b" " * MEGABYTE
JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    return make_app(Settings(_env_file=None, data_dir=tmp_path_factory.mktemp("data")))


@pytest.fixture
async def stranger(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody whom the desk does not know."""
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://desk") as client:
        yield client


class Sent:
    """Fifty megabytes of JSON, and how many of them somebody asked for."""

    def __init__(self) -> None:
        self.pieces = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for _ in range(50):
            self.pieces += 1
            yield PIECE


def check_refusal(refused: httpx.Response) -> None:
    assert refused.status_code == 413
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.headers["x-content-type-options"] == "nosniff"
    problem = refused.json()
    assert problem["type"] == "/problems/body_too_large"
    assert (problem["limit_mb"], "请分几次送" in problem["detail"]) == (4, True)


class TestFiftyMegabytes:
    async def test_are_refused_unread_when_they_say_so(self, stranger: httpx.AsyncClient) -> None:
        sent = Sent()

        refused = await stranger.post(
            SIGN_IN, content=sent, headers={**JSON, "Content-Length": str(50 * MEGABYTE)}
        )

        check_refusal(refused)
        assert sent.pieces == 0

    async def test_that_do_not_say_so_are_read_no_further_than_the_limit(
        self, stranger: httpx.AsyncClient
    ) -> None:
        sent = Sent()

        refused = await stranger.post(SIGN_IN, content=sent, headers=JSON)

        check_refusal(refused)
        assert sent.pieces <= LARGEST_JSON // MEGABYTE + 1

    async def test_from_rasa_have_a_limit_of_their_own(
        self, app: FastAPI, stranger: httpx.AsyncClient
    ) -> None:
        sent, token = Sent(), Settings(_env_file=None).action_token

        refused = await stranger.post(
            "/actions/webhook", content=sent, headers={"X-Action-Token": token}
        )

        assert refused.status_code == 413
        assert sent.pieces == 33


async def test_what_is_just_small_enough_is_read(stranger: httpx.AsyncClient) -> None:
    body = b'{"name": "", "password": ""}'

    answered = await stranger.post(
        SIGN_IN, content=body + b" " * (LARGEST_JSON - len(body)), headers=JSON
    )

    assert answered.status_code != 413


class TestOverTheNetwork:
    @pytest.fixture(scope="class")
    def port(self, app: FastAPI) -> Iterator[int]:
        port = free_port()
        config = uvicorn.Config(app, host="127.0.0.1", port=port, lifespan="off", log_level="error")
        server = uvicorn.Server(config)
        thread = Thread(target=server.run)
        thread.start()
        eventually(lambda: gives_success(f"http://127.0.0.1:{port}/healthz"))
        yield port
        server.should_exit = True
        thread.join()

    async def test_a_body_in_chunks_is_refused_while_it_is_being_sent(self, port: int) -> None:
        head = (
            f"POST {SIGN_IN} HTTP/1.1\r\nHost: desk\r\nContent-Type: application/json\r\n"
            "Transfer-Encoding: chunked\r\n\r\n"
        )
        chunk = f"{len(PIECE):x}\r\n".encode() + PIECE + b"\r\n"

        def send() -> bytes:
            with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
                line.sendall(head.encode())
                # never ended: nobody could answer who waits for all of it
                for _ in range(5):
                    line.sendall(chunk)
                return line.recv(100)

        answer = await asyncio.to_thread(send)

        assert answer.startswith(b"HTTP/1.1 413 ")
