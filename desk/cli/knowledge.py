"""The corpus from the command line: import, check, measure."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from desk import steps
from desk.cli.common import (
    EXPECTED,
    ProfileOption,
    err,
    fail,
    load_settings,
    out,
    ready_database,
    run_async,
    say,
)
from desk.cli.exchange import Wishes, export_command, import_exported, import_files
from desk.questions import labelled_questions
from knowledge.entry import EntryKind
from knowledge.evaluation import PROMISED

app = typer.Typer(no_args_is_help=True, help="The corpus: import, publish, measure.")


@app.command("import")
def import_(
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="documents; without any, the profile's corpus files are brought in"),
    ] = None,
    profile: ProfileOption = "",
    yes: Annotated[bool, typer.Option("--yes", help="record the drafts")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="only show them")] = False,
    kind: Annotated[EntryKind | None, typer.Option(help="of every entry; else found out")] = None,
    source: Annotated[str, typer.Option(help="of every entry; else the file's name")] = "",
    by: Annotated[str, typer.Option("--by", help="your name")] = "command line",
    without: Annotated[
        list[str] | None, typer.Option(help="digest of one not to record; may be repeated")
    ] = None,
    show_all: Annotated[bool, typer.Option("--all", help="show every change made")] = False,
    as_exported: Annotated[
        bool,
        typer.Option("--as-exported", help="an export, states and versions too; empty centre only"),
    ] = False,
) -> None:
    """Bring in documents (docx xlsx csv md txt pdf html) as drafts, or the corpus files."""
    if as_exported:
        return import_exported(files or [], profile=profile, author=by)
    if files:
        wishes = Wishes(
            profile=profile,
            record=yes,
            dry_run=dry_run,
            kind=kind,
            source=source,
            author=by,
            show_all=show_all,
            without=frozenset(without or ()),
        )
        return import_files(files, wishes)
    return _import_corpus(profile)


@app.command("check")
def check(profile: ProfileOption = "") -> None:
    """Read the corpus files and say whether they could be imported; changes nothing."""
    from knowledge.importing.corpus_yaml import read_corpus
    from knowledge.importing.floors_yaml import read_floors
    from tickets.profile import load_profile

    settings = load_settings()
    folder = settings.profiles_dir / (profile or settings.profile)
    try:
        entries = read_corpus(folder / "corpus", timezone=load_profile(folder).timezone)
        labelled, tests = labelled_questions(folder)
        read_floors(folder)
    except EXPECTED as error:
        raise fail(error) from error
    kinds = {kind: sum(entry.kind is kind for entry in entries) for kind in EntryKind}
    counted = ", ".join(f"{number} {kind}" for kind, number in kinds.items())
    say(
        f"{len(entries)} entries ({counted}); {len(labelled)} labelled questions and "
        f"{len(tests)} test questions"
    )


@app.command("evaluate")
def evaluate(
    corpus: Annotated[Path | None, typer.Option(help="corpus.jsonl {id, question}")] = None,
    queries: Annotated[
        Path | None, typer.Option(help="queries.jsonl {qid, query, relevant}")
    ] = None,
    out_of_scope: Annotated[Path | None, typer.Option(help="oos.jsonl {qid, query}")] = None,
    profile: ProfileOption = "",
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object")] = False,
) -> None:
    """Measure our search beside BM25 and dense-only: on the live publication, or any FAQ set."""
    from desk.measuring import evaluate_files, evaluate_live

    settings = load_settings()
    if (corpus is None) != (queries is None):
        raise fail(ValueError("--corpus and --queries go together"))

    async def work() -> dict[str, dict[str, float]]:
        if corpus is not None and queries is not None:
            with err.status("indexing and asking"):
                return evaluate_files(settings, corpus, queries, out_of_scope)
        async with ready_database(settings) as database:
            return await evaluate_live(database, settings, profile or settings.profile)

    figures = run_async(work())
    if as_json:
        promised = {
            search: {name: values[name] for name in PROMISED} for search, values in figures.items()
        }
        print(json.dumps(promised))
    else:
        out.print(_figures_table(figures))


app.command("export")(export_command)


def _figures_table(figures: dict[str, dict[str, float]]) -> Table:
    measures = list(next(iter(figures.values())))
    table = Table("search", *measures)
    for search, values in figures.items():
        table.add_row(search, *(f"{values[measure]:.3f}" for measure in measures))
    return table


def _import_corpus(profile: str) -> None:
    settings = load_settings()

    async def work() -> None:
        async with ready_database(settings) as database:
            report = await steps.bring_in(database, settings, profile or settings.profile)
        say(
            f"added {len(report.added)}, changed {len(report.changed)}, withdrawn "
            f"{len(report.withdrawn)}, unchanged {report.unchanged}"
        )
        for entry_id, version in report.renumbered:
            say(f"{entry_id}: the text changed but its version did not; stored as {version}")
        for entry_id in report.kept:
            say(f"{entry_id}: made or changed in the desk; it stands as it is there")
        for entry_id in report.conflicts:
            say(f"{entry_id}: changed in the files and in the desk; it stands as it is in the desk")
        if not report.is_empty:
            say("nothing is live yet: seatmate knowledge publish")

    run_async(work())
