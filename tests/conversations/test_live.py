"""Telling what happens to whoever is watching."""

import asyncio

from conversations.live import LONGEST_QUEUE, Event, Live


def said(text: str) -> Event:
    return Event(name="message", data={"text": text})


def all_of(queue: asyncio.Queue[Event]) -> list[Event]:
    return [queue.get_nowait() for _ in range(queue.qsize())]


class TestPublish:
    async def test_reaches_everybody_who_watches(self) -> None:
        live = Live()

        async with live.watch("lihua") as phone, live.watch("lihua") as laptop:
            live.publish("lihua", said("您好"))

            assert all_of(phone) == all_of(laptop) == [said("您好")]

    async def test_keeps_the_order(self) -> None:
        live = Live()

        async with live.watch("lihua") as screen:
            for number in range(5):
                live.publish("lihua", said(str(number)))

            assert all_of(screen) == [said(str(number)) for number in range(5)]

    async def test_tells_nobody_of_another_conversation(self) -> None:
        live = Live()

        async with live.watch("lihua") as screen, live.watch("wangwei") as other:
            live.publish("wangwei", said("我家着火了"))

            assert all_of(screen) == []
            assert all_of(other) == [said("我家着火了")]

    async def test_waits_for_nobody(self) -> None:
        Live().publish("nobody watches this", said("您好"))


class TestWatch:
    async def test_tells_nothing_of_what_was_before(self) -> None:
        live = Live()
        live.publish("lihua", said("早"))

        async with live.watch("lihua") as screen:
            assert all_of(screen) == []

    async def test_ends_when_the_page_is_closed(self) -> None:
        live = Live()
        async with live.watch("lihua") as closed:
            pass

        async with live.watch("lihua") as screen:
            live.publish("lihua", said("您好"))

            assert all_of(closed) == []
            assert all_of(screen) == [said("您好")]

    async def test_tells_a_watcher_that_fell_behind_to_come_again(self) -> None:
        live = Live()

        async with live.watch("lihua") as slow:
            for number in range(LONGEST_QUEUE + 50):
                live.publish("lihua", said(str(number)))

            seen = all_of(slow)
            assert len(seen) <= LONGEST_QUEUE
            assert seen[-1].name == "lagging"

    async def test_tells_nothing_more_to_a_watcher_it_let_go(self) -> None:
        live = Live()

        async with live.watch("lihua") as slow:
            for number in range(LONGEST_QUEUE + 1):
                live.publish("lihua", said(str(number)))
            all_of(slow)
            live.publish("lihua", said("后来的话"))

            # what it missed in between is in the store, and it must not think it missed nothing
            assert all_of(slow) == []

    async def test_goes_on_for_the_others_when_one_falls_behind(self) -> None:
        live = Live()

        async with live.watch("lihua") as slow, live.watch("lihua") as quick:
            seen = []
            for number in range(LONGEST_QUEUE + 1):
                live.publish("lihua", said(str(number)))
                seen += all_of(quick)

            assert seen == [said(str(number)) for number in range(LONGEST_QUEUE + 1)]
            assert all_of(slow)[-1].name == "lagging"
