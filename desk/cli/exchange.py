"""Documents into the corpus and out of it, from the command line."""

import os
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Column, Table

from desk.cli.common import (
    ProfileOption,
    err,
    fail,
    load_settings,
    out,
    ready_database,
    run_async,
    say,
)
from desk.clock import now
from knowledge.entry import EntryKind, EntryState
from knowledge.importing import telling
from knowledge.importing.paper import Change
from knowledge.importing.proposal import Proposal, leave_out

if TYPE_CHECKING:
    from knowledge.importing.preparing import Preparation, Preview

FIRST_WORDS = 24
EXAMPLES = 3
# so many changes can be read at once
FEW = 30
LEAST_QUESTIONS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """How somebody wants an import to be done."""

    profile: str
    record: bool
    dry_run: bool
    kind: EntryKind | None
    source: str
    author: str
    show_all: bool
    # digests of proposals that are not wanted
    without: frozenset[str] = frozenset()


def import_files(files: Sequence[Path], wishes: Wishes) -> None:
    """Show what the files would add; record it as drafts when told so, or asked and answered."""
    # readers of five formats: no other command should wait for them
    from desk import exchange

    if wishes.record and wishes.dry_run:
        raise fail(ValueError("--yes records the drafts and --dry-run does not: choose one"))
    settings = load_settings()
    profile = wishes.profile or settings.profile

    async def work() -> None:
        async with ready_database(settings) as database:
            existing = await exchange.list_entries(database, profile)
            preparation = exchange.prepare_for(settings, profile, existing, now=now())
            preview = _prepared(preparation, files, wishes)
            _show(preview, show_all=wishes.show_all)
            wanted = leave_out(preview.proposals, wishes.without)
            if not wanted:
                say("there is nothing new to record")
            elif wishes.record or (not wishes.dry_run and _is_wanted(len(wanted))):
                ids = await exchange.drafts_of(database).propose(
                    profile, wanted, author=wishes.author, now=now()
                )
                say(f"{len(ids)} drafts recorded: have them reviewed, then publish")
            else:
                say("nothing is recorded yet: run the same command with --yes")

    run_async(work())


def import_exported(files: Sequence[Path], *, profile: str, author: str) -> None:
    """Take one export in as it was written, into a centre without entries."""
    from desk import exchange

    if len(files) != 1:
        raise fail(ValueError("--as-exported takes one file or folder"))
    settings = load_settings()
    chosen = profile or settings.profile

    async def work() -> None:
        async with ready_database(settings) as database:
            count = await exchange.take_in_exported(database, settings, chosen, files[0], by=author)
        say(f"{count} versions taken in as they were exported: seatmate knowledge publish")

    run_async(work())


def export_command(
    to: Annotated[Path, typer.Option(help="a new folder, or a file: .xlsx or .yml")],
    profile: ProfileOption = "",
    state: Annotated[
        list[EntryState] | None, typer.Option(help="only entries in this state; may be repeated")
    ] = None,
) -> None:
    """Write every entry of a profile, all fields, to files: the latest version and what is said."""
    from desk import exchange

    settings = load_settings()

    async def work() -> None:
        async with ready_database(settings) as database:
            count, files = await exchange.export(
                database, settings, profile or settings.profile, to, states=state or ()
            )
        many = f" ({len(files)} files)" if len(files) > 1 else ""
        say(f"{count} entries written to {to}{many}")

    run_async(work())


def _prepared(preparation: "Preparation", files: Sequence[Path], wishes: Wishes) -> "Preview":
    bar = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        console=err,
        transient=True,
    )
    with bar:
        task = bar.add_task("reading", total=len(files))

        def on_progress(number: int, share: float) -> None:
            is_read = number == len(files)
            name = "comparing" if is_read else escape(telling.printable(files[number].name))
            bar.update(task, completed=number + share, description=name)

        return preparation.prepare(
            files, kind=wishes.kind, source=wishes.source, on_progress=on_progress
        )


def _is_wanted(count: int) -> bool:
    return sys.stdin.isatty() and typer.confirm(f"Record these {count} as drafts?")


def _show(preview: "Preview", *, show_all: bool) -> None:
    if preview.proposals:
        out.print(_table(preview.proposals))
    _show_findings(preview.proposals)
    _show_changes(preview.changes, show_all=show_all)
    if preview.unchanged:
        say(f"{preview.unchanged} entries are as the corpus has them")
    waiting = sum(proposal.needs_a_decision for proposal in preview.proposals)
    if waiting:
        say(f"{waiting} must not be published before a person has decided on them")
    few = sum(len(proposal.questions) < LEAST_QUESTIONS for proposal in preview.proposals)
    if few:
        say(f"{few} have fewer than {LEAST_QUESTIONS} similar questions: add some before review")


def _table(proposals: Sequence[Proposal]) -> Table:
    table = Table(
        "", Column("digest", no_wrap=True), "title", "kind", "origin", "look at", "first words"
    )
    for number, proposal in enumerate(proposals, start=1):
        flags = dict.fromkeys(telling.flag_name(finding.flag) for finding in proposal.flags)
        table.add_row(
            str(number),
            proposal.digest,
            escape(proposal.title),
            proposal.kind,
            escape(proposal.origin),
            ", ".join(flags),
            escape(_first_words(proposal.answer)),
        )
    return table


def _show_findings(proposals: Sequence[Proposal]) -> None:
    for number, proposal in enumerate(proposals, start=1):
        for finding in proposal.flags:
            if finding.detail:
                say(f"{number}  {telling.flag_name(finding.flag)}: {finding.detail}")


def _show_changes(changes: Sequence[Change], *, show_all: bool) -> None:
    """How many of each kind, and each one, or some examples when there are too many to read."""
    if changes:
        say("cleaned:")
    shows_each = show_all or len(changes) <= FEW
    for kind, count in Counter(change.kind for change in changes).items():
        say(f"  {count} × {telling.change_name(kind)}")
        those = [change for change in changes if change.kind is kind]
        for change in those if shows_each else those[:EXAMPLES]:
            before, after = _differing(change.before, change.after)
            arrow = f" → {after}" if change.after else ""
            say(f"      {telling.where(change.place)}: {before}{arrow}")
    if not shows_each:
        say("  --all shows every one of them")


def _differing(before: str, after: str) -> tuple[str, str]:
    """Both texts from a little before they begin to differ, short enough for one line."""
    same = len(os.path.commonprefix((before, after)))
    start = max(0, same - FIRST_WORDS // 2)
    lead = "…" if start else ""
    return lead + _first_words(before[start:]), lead + _first_words(after[start:])


def _first_words(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= FIRST_WORDS else f"{line[: FIRST_WORDS - 1]}…"
