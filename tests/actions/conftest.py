"""The real domain, the power centre, tickets on a real database, and a small corpus gone live."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from actions.conversation import Centres
from actions.filing import Filing
from actions.requests import Requests
from desk.database import Database
from knowledge.encoder import OnnxEncoder
from knowledge.service import Knowledge
from tests.actions.rasa_side import load_domain
from tests.conversations.scripted import knowledge_of, publish_small_corpus
from tickets.attachment_files import AttachmentFiles
from tickets.event_rules import Watch, watch_of
from tickets.event_service import Events
from tickets.follow_up import FollowUp
from tickets.profile import Profile
from tickets.sent_file_service import SentFiles
from tickets.service import TicketService


@pytest.fixture(scope="session")
def domain() -> dict[str, Any]:
    return load_domain()


@pytest.fixture
def centres(power: Profile) -> Centres:
    return Centres({"power": power}, default="power")


@pytest.fixture
def tickets(
    database: Database, clock: Callable[[], datetime], watches: dict[str, Watch]
) -> TicketService:
    return TicketService(write=database.write, read=database.read, clock=clock, watches=watches)


@pytest.fixture
def watches(power: Profile) -> dict[str, Watch]:
    watch = watch_of(power)
    assert watch is not None
    return {"power": watch}


@pytest.fixture
def events(
    database: Database,
    clock: Callable[[], datetime],
    power: Profile,
    watches: dict[str, Watch],
) -> Events:
    return Events(
        write=database.write,
        read=database.read,
        clock=clock,
        terms={},
        watches=watches,
        profiles={"power": power},
    )


@pytest.fixture
def follow_up(database: Database, clock: Callable[[], datetime]) -> FollowUp:
    return FollowUp(write=database.write, clock=clock, terms={})


@pytest.fixture
def files(database: Database, clock: Callable[[], datetime], tmp_path: Path) -> SentFiles:
    kept = AttachmentFiles(tmp_path / "attachments")
    return SentFiles(files=kept, write=database.write, read=database.read, clock=clock)


@pytest.fixture
async def knowledge(
    database: Database, tmp_path: Path, encoder: OnnxEncoder, clock: Callable[[], datetime]
) -> AsyncIterator[Knowledge]:
    await publish_small_corpus(database, encoder)
    opened = knowledge_of(database, tmp_path / "indexes", encoder, clock)
    await opened.refresh()
    yield opened
    opened.close()


@pytest.fixture
def requests(
    tickets: TicketService,
    events: Events,
    knowledge: Knowledge,
    centres: Centres,
    clock: Callable[[], datetime],
) -> Requests:
    return Requests(
        tickets=tickets, events=events, knowledge=knowledge, centres=centres, clock=clock
    )


@pytest.fixture
def filing(
    tickets: TicketService,
    events: Events,
    follow_up: FollowUp,
    clock: Callable[[], datetime],
) -> Filing:
    return Filing(tickets, events, follow_up, clock=clock)
