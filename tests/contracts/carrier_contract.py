"""What every carrier of news between desks must do; a subclass gives `open_carrier`."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from conversations.live import Carrier, Event, Live

Opening = Callable[[], Carrier]
SOON_S = 30.0


def said(text: str) -> Event:
    return Event(name="message", data={"text": text, "seq": 1}, seq=1)


@asynccontextmanager
async def desk(carrier: Carrier) -> AsyncIterator[Live]:
    """A desk of its own that hears the others."""
    live = Live(carrier, again_s=0.05)
    carrying = asyncio.create_task(live.carry())
    yield live
    carrying.cancel()
    await asyncio.gather(carrying, return_exceptions=True)


async def joined(*desks: Live) -> None:
    """Wait until all hear each other."""
    async with asyncio.timeout(SOON_S):
        for one in desks:
            for other in desks:
                async with other.watch("probe") as heard:
                    while heard.empty():
                        one.publish("probe", said("喂"))
                        await asyncio.sleep(0.01)


class CarrierContract:
    async def test_brings_news_to_the_other_desk(self, open_carrier: Opening) -> None:
        async with desk(open_carrier()) as here, desk(open_carrier()) as there:
            await joined(here, there)
            async with there.watch("lihua") as screen:
                here.publish("lihua", said("您好"))

                async with asyncio.timeout(SOON_S):
                    assert await screen.get() == said("您好")

    async def test_keeps_the_order(self, open_carrier: Opening) -> None:
        async with desk(open_carrier()) as here, desk(open_carrier()) as there:
            await joined(here, there)
            async with there.watch("lihua") as screen:
                for number in range(50):
                    here.publish("lihua", said(str(number)))

                async with asyncio.timeout(SOON_S):
                    heard = [(await screen.get()).data["text"] for _ in range(50)]
        assert heard == [str(number) for number in range(50)]

    async def test_tells_nothing_twice_at_the_desk_it_came_from(
        self, open_carrier: Opening
    ) -> None:
        async with desk(open_carrier()) as here, desk(open_carrier()) as there:
            await joined(here, there)
            async with here.watch("lihua") as own, there.watch("lihua") as screen:
                here.publish("lihua", said("您好"))
                async with asyncio.timeout(SOON_S):
                    await screen.get()
                # the way back has had its time: the news there came later
                there.publish("lihua", said("收到"))
                async with asyncio.timeout(SOON_S):
                    heard = [await own.get(), await own.get()]

        assert heard == [said("您好"), said("收到")]
