"""Who is counted on to take a conversation."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.conftest import Clock
from tests.conversations.handed_over import HandingBot
from tests.conversations.scripted import Centre

pytestmark = pytest.mark.each_database

OpenCentre = Callable[..., Centre]


@pytest.fixture
async def centre(open_centre: OpenCentre) -> Centre:
    """A centre with 小李 at her desk."""
    opened = open_centre(HandingBot())
    await opened.duty.be_on_duty("小李", is_taking=True)
    return opened


class TestIsStaffed:
    async def test_answers_nobody_outside_the_hours(self, centre: Centre, clock: Clock) -> None:
        clock.move(timedelta(hours=12))  # 21:30
        await centre.duty.be_on_duty("小李", is_taking=True)

        assert not await centre.duty.is_staffed("power")

    async def test_does_not_count_on_who_is_on_a_break(self, centre: Centre) -> None:
        await centre.duty.be_on_duty("小李", is_taking=False)

        assert not await centre.duty.is_staffed("power")
