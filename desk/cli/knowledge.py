"""The corpus from the command line: import, check, publish, roll back, measure."""

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
from knowledge.entry import EntryKind

app = typer.Typer(no_args_is_help=True, help="The corpus: import, publish, measure.")


@app.command("import")
def import_(profile: ProfileOption = "") -> None:
    """Bring the corpus files into the database; `publish` makes them live."""
    settings = load_settings()

    async def work() -> None:
        database = await ready_database(settings)
        report = await steps.bring_in(database, settings, profile or settings.profile)
        say(
            f"added {len(report.added)}, changed {len(report.changed)}, withdrawn "
            f"{len(report.withdrawn)}, unchanged {report.unchanged}"
        )
        for entry_id, version in report.renumbered:
            say(f"{entry_id}: the text changed but its version did not; stored as {version}")
        if not report.is_empty:
            say("nothing is live yet: seatmate knowledge publish")
        await database.close()

    run_async(work())


@app.command("check")
def check(profile: ProfileOption = "") -> None:
    """Read the corpus files and say whether they could be imported; changes nothing."""
    from knowledge.importing.corpus_yaml import read_corpus
    from tickets.profile import load_profile

    settings = load_settings()
    folder = settings.profiles_dir / (profile or settings.profile)
    try:
        entries = read_corpus(folder / "corpus", timezone=load_profile(folder).timezone)
        labelled, tests = steps.labelled_questions(folder)
    except EXPECTED as error:
        raise fail(error) from error
    kinds = {kind: sum(entry.kind is kind for entry in entries) for kind in EntryKind}
    counted = ", ".join(f"{number} {kind}" for kind, number in kinds.items())
    say(
        f"{len(entries)} entries ({counted}); {len(labelled)} labelled questions and "
        f"{len(tests)} test questions"
    )


@app.command("publish")
def publish(profile: ProfileOption = "") -> None:
    """Publish the approved entries; the running desk serves them within two seconds."""
    settings = load_settings()

    async def work() -> None:
        database = await ready_database(settings)
        with out.status("indexing, learning the calibration, measuring"):
            publication = await steps.publish(
                database, settings, profile or settings.profile, author="command line"
            )
        say(f"publication {publication.no} is live")
        out.print(_figures_table(publication.figures))
        await database.close()

    run_async(work())


@app.command("rollback")
def rollback(
    no: Annotated[int, typer.Argument(help="the publication to go back to")],
    profile: ProfileOption = "",
) -> None:
    """Make an earlier publication live again."""
    from knowledge.indexes.cache import IndexCache
    from knowledge.publishing import Publisher

    settings = load_settings()

    async def work() -> None:
        database = await ready_database(settings)
        indexes = IndexCache(settings.data_dir / "indexes")
        publisher = Publisher(write=database.write, read=database.read, indexes=indexes)
        publication = await publisher.roll_back(profile or settings.profile, no)
        say(f"publication {publication.no} is live again")
        await database.close()

    run_async(work())


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
        database = await ready_database(settings)
        try:
            return await evaluate_live(database, settings, profile or settings.profile)
        finally:
            await database.close()

    figures = run_async(work())
    if as_json:
        print(json.dumps(figures))
    else:
        out.print(_figures_table(figures))


def _figures_table(figures: dict[str, dict[str, float]]) -> Table:
    measures = list(next(iter(figures.values())))
    table = Table("search", *measures)
    for search, values in figures.items():
        table.add_row(search, *(f"{values[measure]:.3f}" for measure in measures))
    return table
