"""`seatmate bot examples` and `take-out`: what the bot is taught, and mistakes out of it again."""

from typing import Annotated

import typer

from desk.cli.common import JsonOption, print_json, say
from desk.cli.teaching import ByOption, with_school


def examples(
    words: Annotated[str, typer.Argument(help="words of theirs; none: the accepted ones")] = "",
    limit: Annotated[int, typer.Option(min=1, help="examples that are shown")] = 50,
    as_json: JsonOption = False,
) -> None:
    """List examples of the training data, by their words or those that were accepted last."""
    found = with_school(lambda school: school.find(words))
    if as_json:
        print_json([each._asdict() for each in found[:limit]])
        return
    for each in found[:limit]:
        say(f"{each.intent}: {each.text}")
    say(f"{len(found)} examples")


def take_out(
    intent: Annotated[str, typer.Argument(help="what it is taught as")],
    text: Annotated[str, typer.Argument(help="the example")],
    by: ByOption,
) -> None:
    """Take an example out of the training data again; the bot in service stays as it is."""
    with_school(lambda school: school.take_out(intent, text, by=by))
    say(f"taken out of {intent}: {text}")
