"""Entries from the command line: list them, and move them through review."""

from collections.abc import Awaitable, Callable
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from connectors.entries_api import EntryDesk
from connectors.entry_data import row_data
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
from desk.cli.one_desk import with_entries
from desk.clock import now
from desk.settings import Settings
from knowledge.editing import Editor, Ref
from knowledge.entry import Entry, EntryKind, EntryState
from knowledge.entry_list import Only, Wanted, pick

EntryArgument = Annotated[str, typer.Argument(help="the entry's id")]
SeenOption = Annotated[int, typer.Option("--version", help="the version you have read")]
ByOption = Annotated[str, typer.Option("--by", help="your name")]
WhyOption = Annotated[str, typer.Option("--reason", help="why, for the record")]

app = typer.Typer(no_args_is_help=True, help="Entries: look, write, have reviewed.")


@app.command("list")
def list_(
    words: Annotated[str, typer.Argument(help="what is looked for; empty for all")] = "",
    profile: ProfileOption = "",
    state: Annotated[EntryState | None, typer.Option(help="only those in this state")] = None,
    kind: Annotated[EntryKind | None, typer.Option(help="only of this kind")] = None,
    only: Annotated[Only | None, typer.Option(help="only those that want a look for this")] = None,
    as_json: JsonOption = False,
) -> None:
    """List the latest version of every entry, or of those that are looked for."""

    async def work(pages: EntryDesk, name: str) -> None:
        entries, known = await pages.catalogue.latest(name), await pages.known(name)
        moment = pages.clock()
        found = pick(
            entries,
            Wanted(text=words, kind=kind, state=state, only=only),
            known,
            now=moment,
            today=moment.astimezone(pages.zone(name)).date(),
        )
        if as_json:
            print_json([row_data(entry, known, now=moment) for entry in found])
            return
        table = Table("entry", "version", "state", "published", "title", "hits", "wrong", "origin")
        for entry in found:
            table.add_row(
                entry.entry_id,
                str(entry.version),
                str(entry.state),
                str(known.live.get(entry.entry_id, "")),
                escape(entry.title),
                str(known.hits.get(entry.entry_id, "")),
                str(known.wrong.get(entry.entry_id, "")),
                escape(entry.origin),
            )
        out.print(table)
        say(f"{len(found)} of {len(entries)} entries")

    with_entries(profile, work)


@app.command()
def submit(
    entry: EntryArgument, version: SeenOption, by: ByOption, profile: ProfileOption = ""
) -> None:
    """Ask for the review of a draft."""
    settings = load_settings()
    ref = _ref(settings, profile, entry, version)
    _do(settings, lambda editor: editor.submit(ref, author=by, now=now()))


@app.command()
def approve(
    entry: EntryArgument,
    version: SeenOption,
    by: ByOption,
    reason: WhyOption = "",
    profile: ProfileOption = "",
) -> None:
    """Let the next publication take a version; never your own."""
    settings = load_settings()
    ref = _ref(settings, profile, entry, version)
    _do(settings, lambda editor: editor.approve(ref, reviewer=by, reason=reason, now=now()))


@app.command()
def reject(
    entry: EntryArgument,
    version: SeenOption,
    by: ByOption,
    reason: WhyOption,
    profile: ProfileOption = "",
) -> None:
    """Send a version back to its author."""
    settings = load_settings()
    ref = _ref(settings, profile, entry, version)
    _do(settings, lambda editor: editor.reject(ref, reviewer=by, reason=reason, now=now()))


@app.command()
def withdraw(
    entry: EntryArgument,
    version: SeenOption,
    by: ByOption,
    reason: WhyOption,
    profile: ProfileOption = "",
) -> None:
    """Stop saying an entry: the running desk is silent about it within two seconds."""
    settings = load_settings()
    ref = _ref(settings, profile, entry, version)
    _do(settings, lambda editor: editor.withdraw(ref, author=by, reason=reason, now=now()))


@app.command()
def restore(
    entry: EntryArgument,
    version: SeenOption,
    by: ByOption,
    reason: WhyOption,
    profile: ProfileOption = "",
) -> None:
    """Take up a withdrawn entry again, as a new draft."""
    settings = load_settings()
    ref = _ref(settings, profile, entry, version)
    _do(settings, lambda editor: editor.restore(ref, author=by, reason=reason, now=now()))


def _ref(settings: Settings, profile: str, entry: str, version: int) -> Ref:
    return Ref(profile=profile or settings.profile, entry_id=entry, version=version)


def _do(settings: Settings, verb: Callable[[Editor], Awaitable[Entry]]) -> None:
    async def work() -> None:
        async with ready_database(settings) as database:
            moved = await verb(Editor(write=database.write, read=database.read))
        say(f"{moved.entry_id} version {moved.version} is {moved.state}")

    run_async(work())
