"""The bot's model and the sentence encoder from the command line."""

import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from desk.bot_training import ensure_trained
from desk.cli.common import EXPECTED, fail, load_settings, out, say
from desk.settings import ROOT
from knowledge.encoder import get_spec, list_encoders
from knowledge.shelf import list_adopted, use

bot_app = typer.Typer(no_args_is_help=True, help="The Rasa bot: train, test and teach.")
encoder_app = typer.Typer(no_args_is_help=True, help="The sentence encoder.")


@bot_app.command("train")
def bot_train() -> None:
    """Train the bot when its inputs changed."""
    try:
        with out.status("training (about 20 s)"):
            archive = ensure_trained(load_settings(), say=say)
    except EXPECTED as error:
        raise fail(error) from error
    say(f"trained: {archive}")


@bot_app.command("test")
def bot_test() -> None:
    """Validate the training data and run the story and held-out tests."""
    command = [sys.executable, "-m", "pytest", "-q", "tests/bot"]
    sys.exit(subprocess.run(command, cwd=ROOT, check=False).returncode)


@encoder_app.command("list")
def encoder_list() -> None:
    """The encoders this desk knows, those adopted here, and what their licences allow."""
    settings = load_settings()
    adopted = {each.name: each for each in list_adopted(settings.encoders_dir)}
    for spec in list_encoders().values():
        if spec.name not in adopted:
            say(f"{spec.name}: {spec.licence}")
    for each in adopted.values():
        mark = " (in use)" if each.name == settings.encoder_dir.name else " (adopted)"
        origin = f", tuned from {each.base}" if each.base else ""
        say(f"{each.name}{mark}: {each.licence}{origin}")


@encoder_app.command("use")
def encoder_use(
    name: Annotated[str, typer.Argument(help="an adopted one from `encoder list`")],
) -> None:
    """Use another adopted encoder from the next start on; index, calibration and bot follow."""
    settings = load_settings()
    try:
        use(settings.encoders_dir, name, setting=settings.encoder)
    except EXPECTED as error:
        raise fail(error) from error
    say(f"{name} is used from the next start on: make run")


@encoder_app.command("adopt")
def encoder_adopt(
    name: Annotated[str, typer.Argument(help="a name from `encoder list`")],
    source: Annotated[
        Path | None,
        typer.Option("--from", help="a folder with the model's files, instead of a hub"),
    ] = None,
) -> None:
    """Fetch an encoder, export it and prove the export; `encoder use` then chooses it."""
    from knowledge.adoption import adopt

    settings = load_settings()
    try:
        folder = adopt(get_spec(name), settings.encoders_dir, say=say, source=source)
    except EXPECTED as error:
        raise fail(error) from error
    say(f"adopted in {folder}; use it with: seatmate encoder use {name}")
