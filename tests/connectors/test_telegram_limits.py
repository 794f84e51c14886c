"""Telegram's limits on a clock of the test's own: one a second and chat, thirty a second in all."""

import asyncio
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram.error import RetryAfter

from connectors.telegram_limits import EACH_CHAT_S, IN_ALL_S, Limits

# moments are sums of thirtieths
ALMOST = 1e-9


def most_in_a_second(moments: list[float]) -> int:
    return max(sum(begin <= each < begin + 1 - ALMOST for each in moments) for begin in moments)


class TestMoments:
    def test_of_one_chat_are_a_second_apart(self) -> None:
        limits = Limits()

        first, second, third = (limits._moment("anna", 100.0) for _ in range(3))

        assert (first, second, third) == (100.0, 100.0 + EACH_CHAT_S, 100.0 + 2 * EACH_CHAT_S)

    def test_of_all_chats_are_no_more_than_thirty_in_any_second(self) -> None:
        limits = Limits()
        # fifteen chats that write twice at once, and others that come while those wait
        moments = [limits._moment(f"busy {n}", 100.0) for n in [*range(15), *range(15)]]
        moments += [limits._moment(f"later {n}", 100.9) for n in range(40)]

        assert most_in_a_second(moments) <= 30
        apart = sorted(moments)
        gaps = [after - before for before, after in zip(apart, apart[1:], strict=False)]
        assert min(gaps) >= IN_ALL_S - ALMOST

    def test_that_a_waiting_chat_does_not_need_are_another_chats(self) -> None:
        limits = Limits()
        for _ in range(5):
            limits._moment("anna", 100.0)

        assert limits._moment("wang", 100.5) == 100.5

    @given(
        st.lists(
            # seconds since the one before, and who is written to
            st.tuples(st.sampled_from([0.0, 0.0, 0.01, 0.3, 1.0, 40.0]), st.integers(0, 40)),
            max_size=150,
        )
    )
    def test_are_kept_whoever_is_written_to_and_when(self, asked: list[tuple[float, int]]) -> None:
        limits, now = Limits(), 100.0
        taken: dict[int, list[float]] = {}
        for later, chat in asked:
            now += later
            moment = limits._moment(str(chat), now)
            assert moment >= now
            taken.setdefault(chat, []).append(moment)

        moments = [each for own in taken.values() for each in own]
        assert not moments or most_in_a_second(moments) <= 30
        for own in taken.values():
            assert all(after - before >= EACH_CHAT_S for before, after in pairwise(own))


class TestTooMany:
    async def test_stops_also_a_message_that_waited_for_its_moment(self) -> None:
        limits, sent = Limits(), []

        async def send(chat: str) -> None:
            if chat == "too many":
                raise RetryAfter(5)
            sent.append(chat)

        def asks(chat: str) -> asyncio.Task[None]:
            request = limits.process_request(
                send, (chat,), {}, "sendMessage", {"chat_id": chat}, None
            )
            return asyncio.create_task(request)

        await asks("anna")
        waits = asks("anna")
        with pytest.raises(RetryAfter):
            await asks("too many")

        with pytest.raises(RetryAfter):
            await waits
        assert sent == ["anna"]
