"""What every command shares: printing, failing, the database."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Annotated, Any

import typer
from fastapi.encoders import jsonable_encoder
from pydantic import ValidationError
from pydantic_core import ErrorDetails
from rich.console import Console

from conversations.bot_client import BotRefused, BotUnavailable
from conversations.message import ConversationError
from conversations.people import PeopleError
from conversations.utterance import LessonError
from desk import steps
from desk.database import Database, open_database
from desk.settings import Settings
from desk.steps import StepError
from desk.supervisor import CannotStart
from knowledge.encoder import EncoderError
from knowledge.entry import KnowledgeError, NoRoom
from knowledge.full_disk import is_full_disk
from profiles.document import DocumentError
from tickets.ticket import TicketError

# a table in a pipe or a file is for `grep` and `less`, which do not mind a long line
PIPE_COLUMNS = 200

out = Console(soft_wrap=True, width=None if sys.stdout.isatty() else PIPE_COLUMNS)
err = Console(stderr=True, soft_wrap=True)

EXPECTED = (
    StepError,
    CannotStart,
    KnowledgeError,
    EncoderError,
    DocumentError,
    ConversationError,
    PeopleError,
    TicketError,
    LessonError,
    BotUnavailable,
    BotRefused,
    ValueError,
)

FULL_DISK = (
    "the disk is full or cannot be written to, so this was not done; what was there stays. Make "
    "room and do it again"
)

JsonOption = Annotated[bool, typer.Option("--json", help="as JSON")]
ProfileOption = Annotated[str, typer.Option(help="profile; empty means the default one")]


def fail(error: Exception) -> typer.Exit:
    """Print one plain sentence and leave with 1."""
    err.print(str(error), style="red", markup=False)
    return typer.Exit(1)


def load_settings() -> Settings:
    """The settings; one that makes no sense is named in one sentence and ends the command."""
    try:
        return Settings()
    except ValidationError as error:
        # without what pydantic shows beside it: among the settings are tokens and secrets
        raise fail(ValueError(_why_not(error.errors()[0]))) from None


def _why_not(fault: ErrorDetails) -> str:
    said = fault["msg"].removeprefix("Value error, ")
    if not fault["loc"]:
        # settings that do not go together name themselves
        return said
    name = f"SEATMATE_{fault['loc'][0]}".upper()
    is_secret = name.endswith(("_TOKEN", "_SECRET", "_URL"))
    return f"{name}: {said}" if is_secret else f"{name}={fault['input']}: {said}"


def run_async(work: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine; an expected error becomes one sentence and exit code 1."""
    try:
        return asyncio.run(work)
    except EXPECTED as error:
        raise fail(error) from error
    except Exception as error:
        if not is_full_disk(error):
            raise
        raise fail(NoRoom(FULL_DISK)) from error


def say(text: str) -> None:
    """One line of progress."""
    out.print(text, markup=False, highlight=False)


def print_json(told: Any) -> None:
    """What the API would answer, for other programs."""
    out.print_json(json.dumps(jsonable_encoder(told), ensure_ascii=False))


async def ensure_database(settings: Settings) -> None:
    """Bring the database to its newest schema."""
    steps.check_data_dir(settings)
    await asyncio.to_thread(steps.ensure_schema, settings)


@asynccontextmanager
async def ready_database(settings: Settings) -> AsyncIterator[Database]:
    """The database, at its newest schema, for the time of some work."""
    await ensure_database(settings)
    async with open_database(settings.database) as database:
        yield database
