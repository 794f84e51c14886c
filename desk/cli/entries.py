"""Entries from the command line: list them, and move them through review."""

from collections.abc import Awaitable, Callable
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from desk.cli.common import ProfileOption, load_settings, out, ready_database, run_async, say
from desk.clock import now
from desk.settings import Settings
from knowledge.editing import Editor, Ref
from knowledge.entry import Entry, EntryState
from knowledge.store import KnowledgeStore

EntryArgument = Annotated[str, typer.Argument(help="the entry's id")]
SeenOption = Annotated[int, typer.Option("--version", help="the version you have read")]
ByOption = Annotated[str, typer.Option("--by", help="your name")]
WhyOption = Annotated[str, typer.Option("--reason", help="why, for the record")]

app = typer.Typer(no_args_is_help=True, help="Entries: list, submit, approve, reject, withdraw.")


@app.command("list")
def list_(
    profile: ProfileOption = "",
    state: Annotated[EntryState | None, typer.Option(help="only those in this state")] = None,
) -> None:
    """List the latest version of every entry, with its state and where it came from."""
    settings = load_settings()

    async def work() -> None:
        database = await ready_database(settings)
        try:
            async with database.read() as connection:
                store = KnowledgeStore(connection)
                latest = await store.list_latest(profile or settings.profile)
                live = await store.find_live(profile or settings.profile)
                published = await store.list_published(live) if live else []
        finally:
            await database.close()
        versions = {entry.entry_id: entry.version for entry in published}
        table = Table("entry", "version", "state", "published", "title", "origin")
        for entry in latest:
            if state in (None, entry.state):
                table.add_row(
                    entry.entry_id,
                    str(entry.version),
                    str(entry.state),
                    str(versions.get(entry.entry_id, "")),
                    escape(entry.title),
                    escape(entry.origin),
                )
        out.print(table)

    run_async(work())


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
        database = await ready_database(settings)
        try:
            moved = await verb(Editor(write=database.write, read=database.read))
        finally:
            await database.close()
        say(f"{moved.entry_id} version {moved.version} is {moved.state}")

    run_async(work())
