"""A centre with the bot a test asks for, and with or without something published."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime
from functools import partial
from pathlib import Path

import pytest

from conversations.bot_client import Bot
from conversations.danger_net import DangerNet
from desk.database import Database
from knowledge.encoder import OnnxEncoder
from knowledge.service import Knowledge
from tests.conversations.scripted import Centre, knowledge_of, publish_small_corpus
from tickets.places import Labeller
from tickets.profile import Profile

OpenCentre = Callable[..., Centre]


@pytest.fixture
async def nothing_published(
    database: Database, tmp_path: Path, clock: Callable[[], datetime]
) -> AsyncIterator[Knowledge]:
    knowledge = knowledge_of(database, tmp_path / "indexes", None, clock)
    yield knowledge
    knowledge.close()


@pytest.fixture
async def published(
    database: Database, tmp_path: Path, encoder: OnnxEncoder, clock: Callable[[], datetime]
) -> AsyncIterator[Knowledge]:
    await publish_small_corpus(database, encoder)
    knowledge = knowledge_of(database, tmp_path / "indexes", encoder, clock)
    await knowledge.refresh()
    yield knowledge
    knowledge.close()


@pytest.fixture
def open_centre(
    database: Database, clock: Callable[[], datetime], power: Profile, nothing_published: Knowledge
) -> OpenCentre:
    """A centre with this bot and no knowledge; called again it is the centre after a restart."""
    return partial(_centre, database, clock, power, nothing_published)


@pytest.fixture
def open_informed_centre(
    database: Database, clock: Callable[[], datetime], power: Profile, published: Knowledge
) -> OpenCentre:
    """A centre with this bot and the small corpus."""
    return partial(_centre, database, clock, power, published)


def _centre(
    database: Database,
    clock: Callable[[], datetime],
    power: Profile,
    knowledge: Knowledge,
    bot: Bot,
    *,
    burst_window_s: float = 0.0,
    net: DangerNet | None = None,
    labeller: Labeller | None = None,
    patience_s: float | None = None,
) -> Centre:
    return Centre(
        database,
        clock,
        power,
        bot,
        knowledge,
        burst_window_s,
        net,
        labeller,
        patience_s=patience_s,
    )
