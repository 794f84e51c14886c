"""The command line: `python -m desk …`, installed as `seatmate`."""

import secrets
import sys
from typing import Annotated

import typer

from desk.cli import (
    cases,
    entries,
    entry_texts,
    exam_questions,
    examining,
    examples,
    gaps,
    knowledge,
    models,
    people,
    publications,
    teaching,
)
from desk.cli.asking import ask_command
from desk.cli.care import care
from desk.cli.common import (
    EXPECTED,
    fail,
    load_settings,
    out,
    run_async,
    say,
)
from desk.cli.forms import form_command
from desk.cli.numbers import numbers_command
from desk.cli.rehearse import rehearse_command
from desk.cli.tuning import tune_command

app = typer.Typer(no_args_is_help=True, help="Seatmate, the assistant beside every seat.")
app.add_typer(knowledge.app, name="knowledge")
for verb in (
    examining.examine,
    publications.changes,
    publications.publish,
    publications.rollback,
    publications.history,
    publications.plot,
):
    knowledge.app.command()(verb)
knowledge.app.command("runs")(examining.list_runs)
knowledge.app.command()(care)
knowledge.app.add_typer(entries.app, name="entries")
for text_verb in (entry_texts.show, entry_texts.diff, entry_texts.create, entry_texts.edit):
    entries.app.command()(text_verb)
entries.app.command()(entry_texts.check)
knowledge.app.add_typer(exam_questions.app, name="tests")
app.add_typer(gaps.app, name="gaps")
app.add_typer(cases.app, name="cases")
app.add_typer(models.bot_app, name="bot")
for command in (
    teaching.utterances,
    teaching.relabel,
    teaching.reject,
    teaching.lessons,
    examples.examples,
    examples.take_out,
    teaching.teach,
    teaching.trainings,
    teaching.swap,
    teaching.back,
):
    models.bot_app.command()(command)
app.add_typer(models.encoder_app, name="encoder")
app.add_typer(people.tickets_app, name="tickets")
app.add_typer(people.staff_app, name="staff")
people.tickets_app.command("form")(form_command)
app.command("ask")(ask_command)
app.command("audit")(people.audit_command)
app.command("numbers")(numbers_command)
app.command("rehearse")(rehearse_command)
knowledge.app.command("tune")(tune_command)


@app.command()
def run() -> None:
    """Set up what is missing, then run the desk and the bot until Ctrl-C."""
    from desk.start import start

    settings = load_settings()
    settings.bot_token = settings.bot_token or secrets.token_urlsafe(32)
    settings.action_token = settings.action_token or secrets.token_urlsafe(32)
    try:
        sys.exit(start(settings, console=out))
    except EXPECTED as error:
        raise fail(error) from error


@app.command()
def setup(
    piece: Annotated[
        str, typer.Argument(help="only this: bot, dangers, drafts, places, or a centre's name")
    ] = "",
) -> None:
    """Do every step of `run` except serving: encoder, schema, corpora, bot; or one of them."""
    from desk import pieces, steps
    from desk.start import prepare

    settings = load_settings()
    try:
        if piece:
            steps.check_data_dir(settings)
            steps.ensure_encoder(settings, say=say)
            steps.ensure_schema(settings)
            pieces.do(settings, piece, say=say)
        else:
            prepare(settings, console=out)
    except EXPECTED as error:
        raise fail(error) from error


@app.command()
def serve() -> None:
    """Run the desk process alone (pages, API, actions); `run` starts it with the bot."""
    import uvicorn

    from desk.app import make_app

    settings = load_settings()
    if not settings.action_token:
        # without a shared secret nobody may call the actions
        settings.action_token = secrets.token_urlsafe(32)
    try:
        app = make_app(settings)
    except EXPECTED as error:
        raise fail(error) from error
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        log_level="info",
        # open event streams never end by themselves
        timeout_graceful_shutdown=3,
    )


@app.command()
def doctor() -> None:
    """Tell what is ready, what is not, and what the encoder's licence allows."""
    from desk.diagnosis import diagnose

    settings = load_settings()
    findings = run_async(diagnose(settings))
    for finding in findings:
        mark = "[green]ok[/]  " if finding.ok else "[red]no[/]  "
        out.print(mark, end="")
        say(finding.text)
    if not all(finding.ok for finding in findings):
        raise typer.Exit(1)
