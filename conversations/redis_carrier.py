"""News between desks by Redis's publish and subscribe."""

from collections.abc import AsyncIterator

from redis.asyncio import Redis
from redis.exceptions import RedisError

CHANNEL = "seatmate:live"


class RedisCarrier:
    """A `Carrier` over one Redis; nothing is opened before the first call."""

    def __init__(self, url: str) -> None:
        """A URL of another kind than redis://… raises `ValueError`."""
        self._redis = Redis.from_url(url)

    async def send(self, news: bytes) -> None:
        """Publish to all desks; raises `OSError` while Redis cannot be reached."""
        try:
            await self._redis.publish(CHANNEL, news)
        except RedisError as error:
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
        except RedisError as error:
            raise ConnectionError(str(error)) from error
