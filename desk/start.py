"""`seatmate run`: the steps in order, then the supervisor, and a word when everything is ready."""

import asyncio
import time
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import TypeVar

import httpx
from rich.console import Console

from connectors.sign_in import StaffService
from desk import pieces, steps
from desk.bot_process import bot_command, bot_environment, desk_command, desk_environment
from desk.bot_training import archives_of, ensure_trained
from desk.centres import load_profiles
from desk.clock import now
from desk.database import Database
from desk.paths import Paths
from desk.settings import Settings
from desk.supervisor import Part, only_one, refuse_taken_port, supervise

READY_WITHIN_S = 180.0

Result = TypeVar("Result")


def prepare(settings: Settings, *, console: Console, later: Collection[str] = ()) -> list[str]:
    """Every step before serving; returns those pieces of `later` that are due, and not done."""
    with console.status("checking") as status:

        def say(text: str) -> None:
            console.print(f"· {text}", markup=False, highlight=False)
            status.update(text)

        load_profiles(settings)
        steps.check_data_dir(settings)
        steps.ensure_encoder(settings, say=say)
        steps.ensure_schema(settings)
        due = asyncio.run(
            pieces.with_database(settings, lambda each: pieces.due(each, settings, say=say))
        )
        now_due = [name for name in due if name not in later]
        asyncio.run(pieces.do_all(settings, now_due, say=say))
        return [name for name in due if name in later]


async def _first_password(database: Database) -> str | None:
    staff = StaffService(write=database.write, read=database.read, clock=now)
    return await steps.ensure_first_staff(staff)


def start(settings: Settings, *, console: Console) -> int:
    """Prepare, serve until Ctrl-C, stop both; returns the exit code."""
    begun = time.monotonic()
    steps.check_data_dir(settings)
    with only_one(Paths.of(settings).lock):
        refuse_taken_port(settings.host, settings.port, "SEATMATE_PORT")
        refuse_taken_port("127.0.0.1", settings.bot_port, "SEATMATE_BOT_PORT")
        others = set(steps.centres_of(settings)) - {settings.profile}
        rest = prepare(settings, console=console, later=others)

        def say(text: str) -> None:
            console.print(f"· {text}", markup=False, highlight=False)

        archive = ensure_trained(settings, say=say)
        password = asyncio.run(pieces.with_database(settings, _first_password))

        def when_ready() -> None:
            seconds = time.monotonic() - begun
            console.print(f"ready after {seconds:.0f} s", highlight=False)
            console.print(f"  chat page   http://{settings.host}:{settings.port}/", highlight=False)
            console.print(
                f"  API         http://{settings.host}:{settings.port}/api/openapi.json",
                highlight=False,
            )
            if settings.telegram_token:
                way = "webhook" if settings.telegram_webhook else "polling"
                console.print(f"  Telegram    on, by {way}; state: /readyz", highlight=False)
            else:
                console.print(
                    "  Telegram    off (set SEATMATE_TELEGRAM_TOKEN, see @BotFather)",
                    highlight=False,
                )
            if password:
                console.print(
                    f"  staff       {steps.FIRST_STAFF} / {password}   (shown this once; new one: "
                    "seatmate staff password admin)",
                    markup=False,
                    highlight=False,
                )
            console.print("  Ctrl-C stops everything", highlight=False)

        say("starting the desk and the bot")
        return asyncio.run(_serve(settings, archive, rest, say=say, when_ready=when_ready))


async def _serve(
    settings: Settings,
    archive: Path,
    rest: Sequence[str],
    *,
    say: Callable[[str], None],
    when_ready: Callable[[], None],
) -> int:
    """Run both until stopped; the rest of the pieces is done while customers are served."""
    doing: list[asyncio.Task[None]] = []

    async def do_rest() -> None:
        say(f"preparing meanwhile: {', '.join(rest)}")
        try:
            await pieces.do_all(settings, rest, say=say, polite=True)
        except steps.StepError as error:
            say(str(error))

    def begin() -> None:
        when_ready()
        if rest:
            doing.append(asyncio.create_task(do_rest()))

    parts = _parts(settings, archive)
    try:
        return await supervise(parts, ready_within_s=READY_WITHIN_S, say=say, when_ready=begin)
    finally:
        for task in doing:
            task.cancel()
        await asyncio.gather(*doing, return_exceptions=True)


def _parts(settings: Settings, archive: Path) -> list[Part]:
    logs = Paths.of(settings).logs
    host = "127.0.0.1" if settings.host == "0.0.0.0" else settings.host  # noqa: S104

    async def desk_is_ready() -> bool:
        return await _answers(f"http://{host}:{settings.port}/readyz")

    async def bot_is_ready() -> bool:
        return await _answers(f"{settings.bot_url}/webhooks/desk/")

    return [
        Part(
            name="the bot",
            command=lambda: bot_command(settings, _chosen(settings) or archive),
            environment=bot_environment(settings),
            log=logs / "bot.log",
            is_ready=bot_is_ready,
        ),
        Part(
            name="the desk",
            command=desk_command(),
            environment=desk_environment(settings),
            log=logs / "desk.log",
            is_ready=desk_is_ready,
        ),
    ]


def _chosen(settings: Settings) -> Path | None:
    """What the trainers let serve since the start, if it is there."""
    archives = archives_of(settings)
    serving = archives.serving()
    found = archives.find(serving.archive) if serving else None
    return archives.path_of(found.name) if found else None


async def _answers(url: str) -> bool:
    try:
        async with httpx.AsyncClient(trust_env=False, timeout=2.0) as http:
            return (await http.get(url)).is_success
    except httpx.HTTPError:
        return False
