"""Numbers from the command line: how customers' turns ended, and the turns behind a number."""

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from connectors.numbers_api import figures_data, turn_data
from connectors.numbers_workbook import OF_DAY, day_data, load_words, numbers_workbook
from conversations.numbers import Ended, Figures
from conversations.numbers_store import Sought
from desk.cli.common import ProfileOption, load_settings, out, ready_database, run_async, say
from desk.parts import Desk
from knowledge.exporting.files import written_whole

DayOption = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"])]


def numbers_command(
    profile: ProfileOption = "",
    first: DayOption = None,
    last: DayOption = None,
    turns: Annotated[
        Ended | None, typer.Option(help="list the turns that ended so, without personal data")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="turns that are listed")] = 30,
    to: Annotated[Path | None, typer.Option(help="write an .xlsx workbook")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object")] = False,
) -> None:
    """Count how customers' turns ended, by day and by entry; the last two weeks without a wish."""
    settings = load_settings()
    if to is not None and to.suffix != ".xlsx":
        raise typer.BadParameter(f"{to} is no .xlsx file", param_hint="--to")

    async def work() -> None:
        await (await ready_database(settings)).close()
        desk = Desk(settings)
        try:
            await _tell(desk)
        finally:
            await desk.close()

    async def _tell(desk: Desk) -> None:
        name = profile or settings.profile
        if name not in desk.profiles:
            raise ValueError(f"there is no profile {name!r}; there are: {', '.join(desk.profiles)}")
        centre, numbers = desk.profiles[name], desk.reviewing.numbers
        begin, end = first.date() if first else None, last.date() if last else None
        period = numbers.period(centre, begin, end)
        if turns is not None:
            sought = Sought(profile=name, period=period, ended=turns, limit=limit)
            total, found = await numbers.list_turns(sought)
            told = [turn_data(turn, names_it=True) for turn in found]
            out.print_json(json.dumps({"total": total, "turns": told}, ensure_ascii=False))
            return
        figures = await numbers.count(name, period)
        if to is not None:
            with written_whole(to) as beside:
                beside.write_bytes(numbers_workbook(figures, load_words(), centre=centre.title))
            say(f"written to {to}")
        elif as_json:
            out.print_json(json.dumps(figures_data(figures, load_words()), ensure_ascii=False))
        else:
            _show(figures)

    run_async(work())


def _show(figures: Figures) -> None:
    table = Table("day", *OF_DAY)
    for day in figures.days:
        table.add_row(day.day.isoformat(), *map(str, day_data(day).values()))
    table.add_row("total", *map(str, day_data(figures.total).values()))
    out.print(table)
    said = Table("entry", "answered", "offered", "helped", "no help", "title")
    for each in figures.entries[:20]:
        counts = (each.answered, each.offered, each.helped, each.no_help)
        said.add_row(each.entry_id, *map(str, counts), escape(each.title))
    out.print(said)
    say(
        f"{figures.conversations} conversations; {figures.with_person} waited for a person; "
        "what each number means: conversations/numbers.py"
    )
