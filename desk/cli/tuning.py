"""Tuning the sentence encoder from the command line."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from conversations.people import Role
from desk.cli.common import EXPECTED, err, fail, load_settings, out, ready_database, run_async, say
from desk.database import Database
from desk.questions import labelled_questions, with_changes
from desk.said import said_of
from desk.settings import Settings
from knowledge.entry import Entry, KnowledgeError, NothingPublished
from knowledge.shelf import use
from knowledge.store import KnowledgeStore
from knowledge.tuning_proof import Centre, Proof
from knowledge.tuning_said import Said
from tickets.informants import load_seal


def tune_command(
    minutes: Annotated[
        float, typer.Option(min=0.1, max=600, help="the longest it may take; less learns less")
    ] = 10.0,
    seed: Annotated[int, typer.Option(min=0, help="another one mixes the texts anew")] = 0,
) -> None:
    """Tune the sentence encoder on what is live; adopt it when held-out questions prove it better.

    Learns from titles, questions and answers of every profile's live publication, from questions
    trainers put to its entries and from lines agents sent its wordings for. Index, calibration and
    bot follow at the next start.
    """
    from knowledge.tuning import Plan, Tuned, tune

    settings = load_settings()
    centres = run_async(live_centres(settings))

    def work(bar: Progress) -> Tuned:
        task = bar.add_task("starting", total=1.0)
        return tune(
            centres,
            settings.encoders_dir,
            settings.encoder_dir,
            Plan(minutes=minutes, seed=seed),
            tell=lambda what, done: bar.update(task, description=what, completed=done),
        )

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    try:
        with Progress(*columns, TimeRemainingColumn(), console=err) as bar:
            tuned = work(bar)
        out.print(_proof_table(tuned.proof))
        say(
            f"{tuned.said} questions that people asked were learned from; {tuned.kept_away} were "
            "not, since they are those of the test or near to them"
        )
        if tuned.steps < tuned.planned:
            say(f"time was up after {tuned.steps} of {tuned.planned} steps (--minutes)")
        if tuned.folder is None:
            raise KnowledgeError(
                f"not adopted: {'; '.join(tuned.proof.objections)}. Everything is as it was."
            )
        use(settings.encoders_dir, tuned.folder.name, setting=settings.encoder)
    except EXPECTED as error:
        raise fail(error) from error
    say(
        f"adopted {tuned.folder.name}: at the next start (make run) index, calibration and bot "
        f"follow. Back: seatmate encoder use {settings.encoder_dir.name}"
    )


async def live_centres(settings: Settings) -> list[Centre]:
    """Each profile's live entries, what people said, and its questions, those of the test apart."""
    sealed = load_seal(settings.profiles_dir / "informants.yml", roles=list(Role)).kinds
    async with ready_database(settings) as database:
        async with database.read() as connection:
            store = KnowledgeStore(connection)
            live = {
                profile: await store.list_published(await store.get_publication(no))
                for profile, no in sorted((await store.live_numbers()).items())
                if (settings.profiles_dir / profile / "questions").is_dir()
            }
            said = {profile: await said_of(connection, profile, sealed=sealed) for profile in live}
        if not live:
            raise NothingPublished("nothing is published yet: seatmate setup")
        return [
            await _centre(database, settings.profiles_dir / profile, entries, said[profile])
            for profile, entries in live.items()
        ]


async def _centre(
    database: Database, folder: Path, entries: Sequence[Entry], said: Sequence[Said]
) -> Centre:
    labelled, tests = labelled_questions(folder)
    return Centre(
        profile=folder.name,
        entries=entries,
        held_out=labelled,
        # what a trainer took out of the test today may have been asked yesterday
        tests=[*tests, *await with_changes(database, folder.name, tests)],
        said=said,
    )


def _proof_table(proof: Proof) -> Table:
    table = Table(
        f"{proof.questions} held-out questions, by meaning alone",
        *("hit@1", "hit@3", "mrr@10", "separation"),
    )
    for name, figures in (("in use", proof.before), ("tuned", proof.after)):
        values = (figures.hit_at_1, figures.hit_at_3, figures.mrr_at_10, figures.separation)
        table.add_row(name, *(f"{value:.3f}" for value in values))
    return table
