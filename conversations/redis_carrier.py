"""News between desks by Redis's publish and subscribe."""

from collections.abc import AsyncIterator
from importlib import import_module

CHANNEL = "seatmate:live"


class RedisCarrier:
    """A `Carrier` over one Redis; nothing is opened before the first call.

    Raises `ValueError` when the library is not installed, which says what to do.
    """

    def __init__(self, url: str) -> None:
        try:
            redis = import_module("redis.asyncio")
        except ImportError as error:
            raise ValueError(
                "SEATMATE_REDIS_URL is set, but the package redis is not installed: "
                "install it into .venv, or leave the setting empty for one desk"
            ) from error
        self._errors: type[Exception] = import_module("redis.exceptions").RedisError
        self._redis = redis.from_url(url)

    async def send(self, news: bytes) -> None:
        """Publish to all desks; raises `OSError` while Redis cannot be reached."""
        try:
            await self._redis.publish(CHANNEL, news)
        except self._errors as error:
            raise ConnectionError(str(error)) from error

    async def listen(self) -> AsyncIterator[bytes]:
        """What is published from now on; raises `OSError` when the line breaks."""
        try:
            async with self._redis.pubsub(ignore_subscribe_messages=False) as listening:
                await listening.subscribe(CHANNEL)
                async for message in listening.listen():
                    if message["type"] == "subscribe":
                        yield b""
                    elif message["type"] == "message":
                        yield message["data"]
        except self._errors as error:
            raise ConnectionError(str(error)) from error
