"""`seatmate knowledge examine`: all of a publication but going live, as a run others can follow."""

import os
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from connectors.publication_data import run_data
from connectors.publications_api import run_told
from desk import steps
from desk.cli.common import (
    JsonOption,
    ProfileOption,
    load_settings,
    out,
    print_json,
    ready_database,
    run_async,
    say,
)
from desk.cli.following import followed
from desk.cli.rulings import show_ruling
from desk.clock import now
from desk.database import Database
from desk.settings import Settings
from knowledge.examined import Examined
from knowledge.run import Run
from knowledge.running import Runs

# a run beside the desk lets the answers go first
NICER = 5


def examine(
    profile: ProfileOption = "",
    by: Annotated[str, typer.Option("--by", help="your name, for the record")] = "command line",
    run: Annotated[int, typer.Option(hidden=True, help="do this run, which the desk began")] = 0,
) -> None:
    """Index, calibrate and examine the approved entries; `publish --examined` lets them go live."""
    settings = load_settings()
    if run:
        os.nice(NICER)

    async def work() -> None:
        async with ready_database(settings) as database:
            runs = runs_of(database)
            begun = (
                await runs.get(run)
                if run
                else await runs.begin(profile or settings.profile, author=by)
            )
            with out.status("indexing, learning the calibration, examining"):
                examined = await _followed(database, settings, runs, begun)
            show_ruling(examined.ruling)
            say(
                f"nothing is live yet: seatmate knowledge publish --examined {begun.no} "
                f"--profile {begun.profile}"
            )

    run_async(work())


def list_runs(
    profile: ProfileOption = "",
    no: Annotated[int, typer.Option(min=0, help="all that this run found, with its figures")] = 0,
    cancel: Annotated[int, typer.Option(min=0, help="stop this run instead")] = 0,
    by: Annotated[str, typer.Option("--by", help="your name, for the record")] = "command line",
    as_json: JsonOption = False,
) -> None:
    """List the last examinations and what became of them; show or cancel one."""
    settings = load_settings()

    async def work() -> None:
        async with ready_database(settings) as database:
            runs = runs_of(database)
            if cancel:
                stopped = await runs.cancel(cancel, by=by)
                say(f"run {stopped.no} is {stopped.state}")
                return
            if no:
                await _show_run(database, no, as_json=as_json)
                return
            found = await runs.list_last(profile or settings.profile)
            if as_json:
                print_json([run_data(run, now=now()) for run in found])
                return
            table = Table("run", "begun", "by", "state", "step", "publication", "why")
            for run in found:
                table.add_row(
                    str(run.no),
                    run.started_at.astimezone().strftime("%Y-%m-%d %H:%M"),
                    escape(run.author),
                    str(run.state),
                    run.step,
                    str(run.publication_no or ""),
                    escape(run.why),
                )
            out.print(table)

    run_async(work())


async def _show_run(database: Database, no: int, *, as_json: bool) -> None:
    """The run as the page shows it: progress, then figures, and who changed sides."""
    told = await run_told(await runs_of(database).get(no), database.read, now=now())
    if as_json:
        print_json(told)
        return
    say(f"run {no} of {told['profile']} by {told['author']}: {told['state']} {told['why']}")
    if "ruling" not in told:
        return
    against = "nothing" if told["against"] is None else f"publication {told['against']}"
    say(f"{told['entries']} entries, {told['questions']} questions, against {against}")
    both = told["compared"]
    table = Table(
        "figure", "now", f"now, of {both['questions']} asked both times", "live, of these"
    )
    for name, figure in told["ruling"]["figures"].items():
        # a figure is left out where no question of its kind was asked both times
        compared = (both[side].get(name) for side in ("now", "live"))
        told_of = ("" if each is None else f"{each:.3f}" for each in compared)
        table.add_row(name, f"{figure:.3f}", *told_of)
    out.print(table)
    changed = Table("", "question", "before", "now")
    for each in told["turned"]:
        sign = "worse" if each["is_worse"] else "better"
        before, after = each["before"]["heard"], each["now"]["heard"]
        changed.add_row(sign, escape(each["question"]), str(before), str(after))
    out.print(changed)


def runs_of(database: Database) -> Runs:
    """The runs of this installation."""
    return Runs(write=database.write, read=database.read, clock=now)


async def _followed(database: Database, settings: Settings, runs: Runs, run: Run) -> Examined:
    """Examine while the run says how far it has come; the run ends as the work does."""
    async with followed(runs, run) as on_step:
        examined = await steps.examine(database, settings, run.profile, on_step=on_step)
    await runs.finish(run.no, examined)
    return examined
