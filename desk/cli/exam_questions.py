"""`seatmate knowledge tests`: the test set from the command line."""

import json
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer
from rich.markup import escape
from rich.table import Table

from connectors.exam_questions_api import question_data
from desk.cli.common import (
    ProfileOption,
    fail,
    load_settings,
    out,
    ready_database,
    run_async,
    say,
)
from desk.clock import now
from desk.questions import QuestionFiles
from knowledge.exam_question_service import ExamQuestions
from knowledge.exam_questions import ExamQuestion, found_by, id_of

Result = TypeVar("Result")

ByOption = Annotated[str, typer.Option("--by", help="your name, for the record")]
TextArgument = Annotated[str, typer.Argument(help="the question, as it is listed")]
EntriesOption = Annotated[
    list[str] | None, typer.Option("--entry", help="an entry that answers it; none: out of scope")
]

app = typer.Typer(no_args_is_help=True, help="What an examination asks: list, add, change, remove.")


@app.command("list")
def list_(
    wanted: Annotated[str, typer.Argument(help="words or an entry; empty for all")] = "",
    profile: ProfileOption = "",
    as_json: Annotated[bool, typer.Option("--json", help="one JSON array")] = False,
) -> None:
    """List the test questions, the trainers' own first; one whose entries are gone is marked."""
    found = found_by(
        _with_questions(profile, lambda questions, name: questions.list_questions(name)), wanted
    )
    if as_json:
        told = [question_data(each) for each in found]
        out.print_json(json.dumps(told, ensure_ascii=False))
        return
    table = Table("question", "entries", "from", "by", "asked")
    for each in found:
        entries = ", ".join(
            f"{entry} (gone)" if entry in each.gone else entry for entry in each.entries
        )
        asked = "yes" if each.is_asked else "no"
        table.add_row(
            escape(each.text),
            escape(entries) or "none: out of scope",
            str(each.origin),
            escape(each.author),
            asked,
        )
    out.print(table)
    say(f"{len(found)} test questions, {sum(each.is_asked for each in found)} of them asked")


@app.command()
def add(
    text: TextArgument,
    by: ByOption,
    entry: EntriesOption = None,
    profile: ProfileOption = "",
) -> None:
    """Ask this too, from the next examination on."""
    made = _with_questions(
        profile, lambda questions, name: questions.add(name, text, entry or [], author=by)
    )
    say(f"{made.text}: asked from the next examination on")


@app.command()
def change(
    text: TextArgument,
    by: ByOption,
    to: Annotated[str, typer.Option(help="other words; empty leaves them")] = "",
    entry: EntriesOption = None,
    out_of_scope: Annotated[
        bool, typer.Option("--out-of-scope", help="no entry answers it, and none may")
    ] = False,
    profile: ProfileOption = "",
) -> None:
    """Give a test question other words or other entries; what is not named stays."""
    if entry and out_of_scope:
        raise fail(ValueError("--entry and --out-of-scope contradict each other: give one"))

    async def changed(questions: ExamQuestions, name: str) -> ExamQuestion:
        listed = await questions.list_questions(name)
        now_of = next((list(each.entries) for each in listed if each.text == text), [])
        entries = [] if out_of_scope else entry or now_of
        return await questions.change(name, id_of(text), to or text, entries, author=by)

    made = _with_questions(profile, changed)
    say(f"{made.text}: {', '.join(made.entries) or 'out of scope'}")


@app.command()
def remove(text: TextArgument, by: ByOption, profile: ProfileOption = "") -> None:
    """Ask this no more; one of the file can be put back with `restore`."""
    _with_questions(profile, lambda questions, name: questions.remove(name, id_of(text), author=by))
    say("it is asked no more")


@app.command()
def restore(text: TextArgument, profile: ProfileOption = "") -> None:
    """Let a question be as the file has it."""
    _with_questions(profile, lambda questions, name: questions.restore(name, id_of(text)))
    say("it is as the file has it")


def _with_questions(
    profile: str, work: Callable[[ExamQuestions, str], Awaitable[Result]]
) -> Result:
    settings = load_settings()

    async def whole() -> Result:
        async with ready_database(settings) as database:
            questions = ExamQuestions(
                files=QuestionFiles(settings.profiles_dir),
                write=database.write,
                read=database.read,
                clock=now,
            )
            return await work(questions, profile or settings.profile)

    result: Result = run_async(whole())
    return result
