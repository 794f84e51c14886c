"""The command line: `python -m desk …`, installed as `seatmate`."""

import asyncio
import json
import secrets
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from connectors.sign_in import StaffService
from conversations.people import PeopleError, Role, new_password
from desk import steps
from desk.app import Desk, now
from desk.database import Database
from desk.settings import Settings
from desk.steps import StepError
from desk.supervisor import CannotStart
from knowledge.encoder import EncoderError, get_spec, list_encoders
from knowledge.entry import EntryKind, KnowledgeError
from profiles.document import DocumentError
from tickets.ticket import State

app = typer.Typer(no_args_is_help=True, help="Seatmate, the assistant beside every seat.")
knowledge_app = typer.Typer(no_args_is_help=True, help="The corpus: import, publish, measure.")
bot_app = typer.Typer(no_args_is_help=True, help="The Rasa bot: train and test.")
tickets_app = typer.Typer(no_args_is_help=True, help="Tickets.")
staff_app = typer.Typer(no_args_is_help=True, help="People who work here.")
encoder_app = typer.Typer(no_args_is_help=True, help="The sentence encoder.")
for name, group in (
    ("knowledge", knowledge_app),
    ("bot", bot_app),
    ("tickets", tickets_app),
    ("staff", staff_app),
    ("encoder", encoder_app),
):
    app.add_typer(group, name=name)

out, err = Console(soft_wrap=True), Console(stderr=True, soft_wrap=True)

EXPECTED = (
    StepError,
    CannotStart,
    KnowledgeError,
    EncoderError,
    DocumentError,
    PeopleError,
    ValueError,
)

ProfileOption = Annotated[str, typer.Option(help="profile; empty means the default one")]


def fail(error: Exception) -> typer.Exit:
    """Print one plain sentence and leave with 1."""
    err.print(str(error), style="red", markup=False)
    return typer.Exit(1)


def run_async(work: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine; an expected error becomes one sentence and exit code 1."""
    try:
        return asyncio.run(work)
    except EXPECTED as error:
        raise fail(error) from error


def say(text: str) -> None:
    """One line of progress."""
    out.print(text, markup=False, highlight=False)


@app.command()
def run() -> None:
    """Set up what is missing, then run the desk and the bot until Ctrl-C."""
    from desk.start import start

    settings = Settings()
    settings.bot_token = settings.bot_token or secrets.token_urlsafe(32)
    settings.action_token = settings.action_token or secrets.token_urlsafe(32)
    try:
        sys.exit(start(settings, console=out))
    except EXPECTED as error:
        raise fail(error) from error


@app.command()
def setup() -> None:
    """Do every step of `run` except serving: encoder, schema, corpus, bot."""
    from desk.start import prepare

    try:
        prepare(Settings(), console=out)
    except EXPECTED as error:
        raise fail(error) from error


@app.command()
def serve() -> None:
    """Run the desk process alone (pages, API, actions); `run` starts it with the bot."""
    import uvicorn

    from desk.app import make_app

    settings = Settings()
    if not settings.action_token:
        # without a shared secret nobody may call the actions
        settings.action_token = secrets.token_urlsafe(32)
    uvicorn.run(make_app(settings), host=settings.host, port=settings.port, log_level="info")


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="what a customer would ask")],
    profile: ProfileOption = "",
) -> None:
    """Search the live publication as the bot does, and show why."""
    settings = Settings()

    async def work() -> None:
        desk = Desk(settings)
        await desk.knowledge.refresh()
        found = await desk.knowledge.search(question, profile=profile or settings.profile)
        say(f"decision: {found.decision}")
        for place, candidate in enumerate(found.candidates, start=1):
            entry = candidate.entry
            say(
                f"{place}. {candidate.probability:.2f}  {entry.title}  [{entry.entry_id} "
                f"v{entry.version}, {entry.source}]  similarity {candidate.parts.similarity:.3f}, "
                f"words {candidate.parts.words:.3f}, whole {candidate.parts.whole:.3f}"
            )
            say(f"   {entry.answer.strip()}")
        await desk.close()

    run_async(work())


@app.command()
def doctor() -> None:
    """Tell what is ready, what is not, and what the encoder's licence allows."""
    from desk.diagnosis import diagnose

    settings = Settings()
    findings = run_async(diagnose(settings))
    for finding in findings:
        mark = "[green]ok[/]  " if finding.ok else "[red]no[/]  "
        out.print(mark, end="")
        say(finding.text)
    if not all(finding.ok for finding in findings):
        raise typer.Exit(1)


@knowledge_app.command("import")
def knowledge_import(profile: ProfileOption = "") -> None:
    """Bring the corpus files into the database; `publish` makes them live."""
    settings = Settings()

    async def work() -> None:
        database = await _ready_database(settings)
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


@knowledge_app.command("check")
def knowledge_check(profile: ProfileOption = "") -> None:
    """Read the corpus files and say whether they could be imported; changes nothing."""
    from knowledge.importing.corpus_yaml import read_corpus
    from tickets.profile import load_profile

    settings = Settings()
    folder = settings.profiles_dir / (profile or settings.profile)
    try:
        entries = read_corpus(folder / "corpus", timezone=load_profile(folder).timezone)
        labelled, tests = steps.labelled_questions(folder)
    except EXPECTED as error:
        raise fail(error) from error
    kinds = {kind: sum(entry.kind is kind for entry in entries) for kind in EntryKind}
    counted = ", ".join(f"{number} {kind}" for kind, number in kinds.items())
    say(f"{len(entries)} entries ({counted}); {len(labelled)} labelled and {len(tests)} test questions")


@knowledge_app.command("publish")
def knowledge_publish(profile: ProfileOption = "") -> None:
    """Publish the approved entries; the running desk serves them within two seconds."""
    settings = Settings()

    async def work() -> None:
        database = await _ready_database(settings)
        with out.status("indexing, learning the calibration, measuring"):
            publication = await steps.publish(
                database, settings, profile or settings.profile, author="command line"
            )
        say(f"publication {publication.no} is live")
        out.print(_figures_table(publication.figures))
        await database.close()

    run_async(work())


@knowledge_app.command("rollback")
def knowledge_rollback(
    no: Annotated[int, typer.Argument(help="the publication to go back to")],
    profile: ProfileOption = "",
) -> None:
    """Make an earlier publication live again."""
    from knowledge.indexes.cache import IndexCache
    from knowledge.publishing import Publisher

    settings = Settings()

    async def work() -> None:
        database = await _ready_database(settings)
        indexes = IndexCache(settings.data_dir / "indexes")
        publisher = Publisher(write=database.write, read=database.read, indexes=indexes)
        publication = await publisher.roll_back(profile or settings.profile, no)
        say(f"publication {publication.no} is live again")
        await database.close()

    run_async(work())


@knowledge_app.command("evaluate")
def knowledge_evaluate(
    corpus: Annotated[Path | None, typer.Option(help="corpus.jsonl {id, question}")] = None,
    queries: Annotated[Path | None, typer.Option(help="queries.jsonl {qid, query, relevant}")] = None,
    out_of_scope: Annotated[Path | None, typer.Option(help="oos.jsonl {qid, query}")] = None,
    profile: ProfileOption = "",
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object")] = False,
) -> None:
    """Measure our search beside BM25 and dense-only: on the live publication, or any FAQ set."""
    from desk.measuring import evaluate_files, evaluate_live

    settings = Settings()
    if (corpus is None) != (queries is None):
        raise fail(ValueError("--corpus and --queries go together"))

    async def work() -> dict[str, dict[str, float]]:
        database = await _ready_database(settings)
        try:
            chosen = profile or settings.profile
            if corpus is None or queries is None:
                return await evaluate_live(database, settings, chosen)
            with err.status("indexing and asking"):
                files = (corpus, queries, out_of_scope)
                return await evaluate_files(database, settings, chosen, files)
        finally:
            await database.close()

    figures = run_async(work())
    if as_json:
        print(json.dumps(figures))
    else:
        out.print(_figures_table(figures))


@bot_app.command("train")
def bot_train() -> None:
    """Train the bot when its inputs changed."""
    try:
        with out.status("training (about 20 s)"):
            archive = steps.ensure_trained(Settings(), say=say)
    except EXPECTED as error:
        raise fail(error) from error
    say(f"trained: {archive}")


@bot_app.command("test")
def bot_test() -> None:
    """Validate the training data and run the story and held-out tests."""
    import subprocess

    from desk.settings import ROOT

    command = [sys.executable, "-m", "pytest", "-q", "tests/bot"]
    sys.exit(subprocess.run(command, cwd=ROOT, check=False).returncode)


@tickets_app.command("list")
def tickets_list(
    state: Annotated[State | None, typer.Option(help="only this state")] = None,
) -> None:
    """The newest tickets."""
    settings = Settings()

    async def work() -> None:
        desk = Desk(settings)
        table = Table("no", "kind", "state", "registered", "details")
        for ticket in await desk.tickets.list_tickets(state=state):
            details = "; ".join(f"{name}={value}" for name, value in ticket.fields.items())
            registered = ticket.registered_at.astimezone().strftime("%Y-%m-%d %H:%M")
            table.add_row(ticket.no, ticket.kind, ticket.state, registered, details)
        out.print(table)
        await desk.close()

    run_async(work())


@staff_app.command("add")
def staff_add(
    name: Annotated[str, typer.Argument(help="sign-in name")],
    role: Annotated[Role, typer.Option(help="what they do here")] = Role.AGENT,
) -> None:
    """Add somebody; prints a random password once."""
    password = new_password()

    async def work(staff: StaffService) -> None:
        await staff.add(name, role, password)

    _with_staff(work)
    say(f"{name} ({role}) may sign in with: {password}")


@staff_app.command("password")
def staff_password(name: Annotated[str, typer.Argument(help="sign-in name")]) -> None:
    """Give somebody a new random password; their sessions end."""
    password = new_password()

    async def work(staff: StaffService) -> None:
        await staff.set_password(name, password)

    _with_staff(work)
    say(f"{name} may sign in with: {password}")


@staff_app.command("token")
def staff_token(name: Annotated[str, typer.Argument(help="sign-in name")]) -> None:
    """Make an API token for somebody; printed once, holds until their password changes."""

    async def work(staff: StaffService) -> str:
        return await staff.make_token(name)

    say(_with_staff(work))


@encoder_app.command("list")
def encoder_list() -> None:
    """The encoders this desk knows, and what their licences allow."""
    for spec in list_encoders().values():
        say(f"{spec.name}: {spec.licence}")


@encoder_app.command("adopt")
def encoder_adopt(
    name: Annotated[str, typer.Argument(help="a name from `encoder list`")],
    source: Annotated[
        Path | None, typer.Option("--from", help="a folder with the model's files, instead of a hub")
    ] = None,
) -> None:
    """Fetch an encoder, export it and prove the export; then set SEATMATE_ENCODER to its name."""
    from knowledge.adoption import adopt

    settings = Settings()
    try:
        folder = adopt(get_spec(name), settings.encoder_dir.parent, say=say, source=source)
    except EXPECTED as error:
        raise fail(error) from error
    say(f"adopted in {folder}; use it with SEATMATE_ENCODER={name}")


async def _ready_database(settings: Settings) -> Database:
    steps.check_data_dir(settings)
    await asyncio.to_thread(steps.ensure_schema, settings)
    return Database(settings.database)


def _with_staff(work: Any) -> Any:
    settings = Settings()

    async def inside() -> Any:
        database = await _ready_database(settings)
        try:
            service = StaffService(write=database.write, read=database.read, clock=now)
            return await work(service)
        finally:
            await database.close()

    return run_async(inside())


def _figures_table(figures: dict[str, dict[str, float]]) -> Table:
    measures = list(next(iter(figures.values())))
    table = Table("search", *measures)
    for search, values in figures.items():
        table.add_row(search, *(f"{values[measure]:.3f}" for measure in measures))
    return table
