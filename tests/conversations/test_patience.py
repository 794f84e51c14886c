"""A line at which the bot went waits for it, and is not heard twice."""

import asyncio

import pytest

from conversations.emergency import find_emergency
from conversations.patience import MOST_TRIES
from tests.connectors.post_office import until
from tests.conversations.conftest import OpenCentre
from tests.conversations.scripted import Customer, KilledBot
from tickets.profile import Profile

LONG_S, SHORT_S = 60.0, 0.01


async def asking(customer: Customer, bot: KilledBot, text: str) -> asyncio.Task[list[str]]:
    """A line at which the bot has gone."""
    task = asyncio.create_task(customer.says(text))
    await until(lambda: len(bot.turns) == 1)
    return task


class TestPatience:
    @pytest.mark.parametrize("may_have_heard", [True, False])
    async def test_a_line_is_asked_again_when_the_bot_is_back(
        self, open_centre: OpenCentre, *, may_have_heard: bool
    ) -> None:
        bot = KilledBot(may_have_heard)
        lihua = await open_centre(bot, patience_s=LONG_S).opens()
        waiting = await asking(lihua, bot, "我家停电了")

        bot.is_back = True

        assert await waiting == ["答：我家停电了"]
        assert [turn.again for turn in bot.turns] == [False, True]

    async def test_a_bot_that_stays_away_is_waited_for_no_longer(
        self, open_centre: OpenCentre, power: Profile
    ) -> None:
        bot = KilledBot(may_have_heard=False)
        lihua = await open_centre(bot, patience_s=SHORT_S).opens()

        assert await lihua.says("我家停电了") == [power.wordings.bot_away]

    async def test_the_next_line_waits_no_longer_than_the_first(
        self, open_centre: OpenCentre, power: Profile
    ) -> None:
        bot = KilledBot(may_have_heard=False, goes=2)
        lihua = await open_centre(bot, patience_s=SHORT_S).opens()
        await lihua.says("我家停电了")
        bot.is_back = True

        assert await lihua.says("还没来电") == [power.wordings.bot_away]

    async def test_a_line_that_kills_the_bot_each_time_is_given_up(
        self, open_centre: OpenCentre, power: Profile
    ) -> None:
        bot = KilledBot(may_have_heard=True, is_back=True, goes=100)
        lihua = await open_centre(bot, patience_s=LONG_S).opens()

        assert await lihua.says("毒") == [power.wordings.bot_away]

        assert len(bot.turns) == 1 + MOST_TRIES

    async def test_a_danger_waits_for_nothing(
        self, open_centre: OpenCentre, power: Profile
    ) -> None:
        bot = KilledBot(may_have_heard=False)
        lihua = await open_centre(bot, patience_s=LONG_S).opens()
        waiting = await asking(lihua, bot, "我家停电了")

        steps, _ = await lihua.says("电线断了掉在地上")

        danger = find_emergency("电线断了掉在地上", power)
        assert danger is not None
        assert danger.call in steps
        assert not waiting.done()
        waiting.cancel()
