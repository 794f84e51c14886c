"""Scripted customers from the command line."""

import contextlib
import os
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import httpx
import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from connectors.sign_in import StaffService
from conversations.people import NameTaken, Role, new_password
from desk.cli.common import EXPECTED, err, fail, load_settings, out, ready_database, run_async, say
from desk.clock import now
from desk.rehearsal import Outcome, rehearse
from desk.rehearsal_script import read_scripts
from desk.settings import ROOT, Settings
from desk.steps import StepError

SCRIPTS = ROOT / "tests" / "rehearsals"
# the member of staff who looks at the tickets of rehearsals, confidential ones too
WATCHER = "rehearsal"
TOKEN_HOLDS = timedelta(hours=2)


def rehearse_command(
    files: Annotated[
        list[Path] | None, typer.Argument(help="scripts or folders; tests/rehearsals when empty")
    ] = None,
    url: Annotated[str, typer.Option(help="the running centre; this machine's when empty")] = "",
    token: Annotated[
        str, typer.Option(help="a supervisor's token; made in this installation when empty")
    ] = "",
    at_once: Annotated[int, typer.Option(min=1, max=64, help="customers at the same time")] = 4,
    verbose: Annotated[bool, typer.Option(help="print what was said in every script")] = False,
) -> None:
    """Play scripted customers against a running centre and say what went wrong.

    They are customers like others: their conversations and tickets stay.
    """
    settings = load_settings()
    url = (url or f"http://{settings.host}:{settings.port}").rstrip("/")
    try:
        rehearsals = read_scripts(files or [SCRIPTS])
        _check_is_up(url)
        token = token or os.environ.get("SEATMATE_STAFF_TOKEN", "") or _make_token(settings)
    except EXPECTED as error:
        raise fail(error) from error

    columns = (TextColumn("rehearsing"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err) as progress:
        bar = progress.add_task("rehearsing", total=len(rehearsals))

        def told(outcome: Outcome) -> None:
            progress.advance(bar)
            if outcome.faults or verbose:
                _show(outcome)

        outcomes = run_async(
            rehearse(rehearsals, url=url, staff_token=token, at_once=at_once, told=told)
        )
    failed = sum(bool(outcome.faults) for outcome in outcomes)
    say(f"{len(outcomes) - failed} of {len(outcomes)} scripts went as written")
    if failed:
        raise typer.Exit(1)


def _show(outcome: Outcome) -> None:
    style = "red" if outcome.faults else "green"
    script = outcome.rehearsal.script
    out.print(f"{script.profile}: {script.script}", style=style, markup=False, highlight=False)
    for line in outcome.transcript:
        out.print(f"    {line}", style="dim", markup=False, highlight=False)
    for fault in outcome.faults:
        out.print(f"  {fault}", style="red", markup=False, highlight=False)


def _check_is_up(url: str) -> None:
    try:
        answer = httpx.get(f"{url}/readyz", timeout=5.0, trust_env=False)
    except httpx.HTTPError as error:
        raise StepError(f"no centre answers at {url}: start it with `make run`") from error
    if answer.status_code != httpx.codes.OK:
        raise StepError(f"the centre at {url} is not ready yet: {answer.text}")


def _make_token(settings: Settings) -> str:
    async def work() -> str:
        async with ready_database(settings) as database:
            staff = StaffService(write=database.write, read=database.read, clock=now)
            # she may be here since an earlier rehearsal
            with contextlib.suppress(NameTaken):
                await staff.add(WATCHER, Role.SUPERVISOR, new_password())
            return await staff.make_token(WATCHER, expires_at=now() + TOKEN_HOLDS)

    return str(run_async(work()))
