"""Publications from the command line: publish, roll back, history and its plot."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import TypeAdapter
from rich.markup import escape
from rich.table import Table

from connectors.publication_data import publication_data
from connectors.publications_api import changes_told
from desk import steps
from desk.cli.common import (
    JsonOption,
    ProfileOption,
    fail,
    load_settings,
    out,
    print_json,
    ready_database,
    run_async,
    say,
)
from desk.cli.examining import runs_of
from desk.cli.rulings import show_ruling
from desk.clock import now
from desk.database import Database
from knowledge.editing import Editor
from knowledge.entry import HistoryLine, KnowledgeError, NothingPublished, PublicationRefused
from knowledge.gate import FIGURE_OF, Override
from knowledge.store import History, KnowledgeStore

ByOption = Annotated[str, typer.Option("--by", help="your name, for the record")]

COMMAND_LINE = "command line"


def publish(
    profile: ProfileOption = "",
    by: ByOption = COMMAND_LINE,
    override: Annotated[
        str, typer.Option(help="why it may go live below a floor; needs --reviewer")
    ] = "",
    reviewer: Annotated[str, typer.Option(help="who decided about the override")] = "",
    examined: Annotated[
        int, typer.Option(min=0, help="publish what this run examined, and nothing newer")
    ] = 0,
) -> None:
    """Publish the approved entries if the test questions allow; served within two seconds."""
    settings = load_settings()
    if bool(override) != bool(reviewer):
        raise fail(ValueError("--override REASON and --reviewer NAME go together"))
    decided = Override(reviewer=reviewer, reason=override) if override else None

    async def work() -> None:
        async with ready_database(settings) as database:
            try:
                if examined:
                    run = await runs_of(database).get(examined)
                    publication = await steps.publisher_of(database, settings).publish_run(
                        run, by=reviewer or by, now=now(), override=decided
                    )
                else:
                    with out.status("indexing, learning the calibration, examining"):
                        publication = await steps.publish(
                            database,
                            settings,
                            profile or settings.profile,
                            author=by,
                            override=decided,
                        )
                say(f"publication {publication.no} is live")
                show_ruling(publication.ruling)
            except PublicationRefused as error:
                if error.no:
                    async with database.read() as connection:
                        refused = await KnowledgeStore(connection).get_publication(error.no)
                    show_ruling(refused.ruling)
                raise

    run_async(work())


def changes(profile: ProfileOption = "", as_json: JsonOption = False) -> None:
    """List what a publication now would add, change and take out."""
    settings = load_settings()

    async def work() -> dict[str, Any]:
        async with ready_database(settings) as database:
            return await changes_told(database.read, profile or settings.profile, now=now())

    told = run_async(work())
    if as_json:
        print_json(told)
        return
    for sign, name in (("+", "added"), ("~", "changed"), ("-", "removed")):
        for each in told[name]:
            fields = ", ".join(one["field"] for one in each.get("differences", ()))
            say(f"{sign} {each['entry_id']} v{each['version']}  {each['title']}  {fields}".rstrip())
    say(
        f"{len(told['added'])} added, {len(told['changed'])} changed, {len(told['removed'])} "
        f"removed; {told['in_review']} wait for a review"
    )


def rollback(
    no: Annotated[int, typer.Argument(help="the publication to go back to")],
    profile: ProfileOption = "",
    by: ByOption = COMMAND_LINE,
    reason: Annotated[str, typer.Option(help="why, for the record")] = "",
) -> None:
    """Make an earlier publication live again."""
    settings = load_settings()

    async def work() -> None:
        async with ready_database(settings) as database:
            publication = await steps.publisher_of(database, settings).roll_back(
                profile or settings.profile, no, author=by, now=now(), reason=reason
            )
        say(f"publication {publication.no} is live again")

    run_async(work())


def history(
    profile: ProfileOption = "",
    entry: Annotated[str, typer.Option(help="the life of this entry instead")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="one JSON array")] = False,
) -> None:
    """List the publications with their figures, or all that was done to one entry."""
    settings = load_settings()
    chosen = profile or settings.profile

    async def work() -> None:
        async with ready_database(settings) as database:
            if entry:
                editor = Editor(write=database.write, read=database.read)
                life = await editor.history(chosen, entry)
                lines = [TypeAdapter(HistoryLine).dump_python(each, mode="json") for each in life]
                table = _life_table(life)
            else:
                listed = await _listed(database, chosen)
                lines = [publication_data(each, listed) for each in listed.publications]
                table = _history_table(listed)
        if as_json:
            print(json.dumps(lines, ensure_ascii=False))
        else:
            out.print(table)

    run_async(work())


def plot(
    to: Annotated[Path, typer.Option(help="the file to draw, ending in .svg")],
    profile: ProfileOption = "",
    no: Annotated[int, typer.Option(min=0, help="whose numbers; 0 means the live publication")] = 0,
) -> None:
    """Draw the figures of all publications, and how far one's numbers can be trusted."""
    from knowledge.plots import draw

    settings = load_settings()
    if to.suffix.lower() != ".svg":
        raise fail(ValueError(f"{to}: plots are drawn as SVG; name a file that ends in .svg"))

    async def work() -> None:
        async with ready_database(settings) as database:
            listed = await _listed(database, profile or settings.profile)
        drawing = draw(listed.publications[::-1], listed.pick(no or None))
        try:
            to.write_text(drawing, encoding="utf-8")
        except OSError as error:
            raise KnowledgeError(f"cannot write {to}: {error.strerror}") from error
        say(f"drew {len(listed.publications)} publications to {to}")

    run_async(work())


async def _listed(database: Database, profile: str) -> History:
    async with database.read() as connection:
        listed = await KnowledgeStore(connection).history(profile)
    if not listed.publications:
        raise NothingPublished(f"nothing was ever published for {profile}")
    return listed


def _history_table(listed: History) -> Table:
    names = list(FIGURE_OF.values())
    table = Table("no", "when", "author", "entries", "figures", "gate")
    table.add_column("reviewer, reason", overflow="fold")
    for each in listed.publications:
        ruling = each.ruling
        below = {shortfall.name for shortfall in ruling.below}
        figures = [
            f"[red]{name} {ruling.figures[name]:.3f}[/]"
            if name in below
            else f"{name} {ruling.figures[name]:.3f}"
            for name in names
            if name in ruling.figures
        ]
        table.add_row(
            f"{each.no}, live" if each.no == listed.live else str(each.no),
            each.published_at.astimezone().strftime("%Y-%m-%d %H:%M"),
            escape(each.author),
            str(listed.entries.get(each.no, 0)),
            "\n".join(figures) or "–",
            str(ruling.verdict),
            escape(f"{ruling.reviewer}: {ruling.reason}" if ruling.reviewer else ""),
        )
    return table


def _life_table(life: list[HistoryLine]) -> Table:
    table = Table("when", "version", "move", "state", "author", "reviewer")
    table.add_column("reason", overflow="fold")
    for line in life:
        table.add_row(
            line.at.astimezone().strftime("%Y-%m-%d %H:%M"),
            str(line.version),
            str(line.move),
            str(line.state),
            escape(line.author),
            escape(line.reviewer),
            escape(line.reason),
        )
    return table
