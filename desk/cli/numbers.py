"""Numbers from the command line: how customers' turns ended, and the turns behind a number."""

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
from desk.cli.common import JsonOption, ProfileOption, out, print_json, say
from desk.cli.one_desk import with_desk
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
    entry: Annotated[
        str, typer.Option(help="list the turns in which this entry was said, in the same way")
    ] = "",
    limit: Annotated[int, typer.Option(min=1, max=1000, help="turns that are listed")] = 30,
    offset: Annotated[int, typer.Option(min=0, help="turns that are passed over")] = 0,
    to: Annotated[Path | None, typer.Option(help="write an .xlsx workbook")] = None,
    as_json: JsonOption = False,
) -> None:
    """Count how customers' turns ended, by day and by entry; the last two weeks without a wish."""
    if to is not None and to.suffix != ".xlsx":
        raise typer.BadParameter(f"{to} is no .xlsx file", param_hint="--to")

    async def work(desk: Desk, name: str) -> None:
        centre, numbers = desk.profiles[name], desk.reviewing.numbers
        begin, end = first.date() if first else None, last.date() if last else None
        period = numbers.period(centre, begin, end)
        if turns is not None or entry:
            sought = Sought(
                profile=name,
                period=period,
                ended=turns,
                entry_id=entry,
                offset=offset,
                limit=limit,
            )
            total, found = await numbers.list_turns(sought)
            told = [turn_data(turn, names_it=True) for turn in found]
            print_json({"total": total, "turns": told})
            return
        figures = await numbers.count(name, period)
        if to is not None:
            with written_whole(to) as beside:
                beside.write_bytes(numbers_workbook(figures, load_words(), centre=centre.title))
            say(f"written to {to}")
        elif as_json:
            print_json(figures_data(figures, load_words()))
        else:
            _show(figures)

    with_desk(profile, work, searches=False)


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
