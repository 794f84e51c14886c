"""`seatmate cases`: the case library and everybody's results, at a terminal."""

import json
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer
from rich.markup import escape
from rich.table import Table

from connectors.cases_api import candidate_data, case_data
from conversations.cases import Case
from conversations.practising import Change, Practising
from desk.cli.common import ProfileOption, load_settings, out, ready_database, run_async, say
from desk.parts import Desk

Result = TypeVar("Result")

ByOption = Annotated[str, typer.Option("--by", help="your name, for the record")]
JsonOption = Annotated[bool, typer.Option("--json", help="one JSON array")]
CaseArgument = Annotated[int, typer.Argument(help="the case's number")]

app = typer.Typer(no_args_is_help=True, help="Good talks as cases to practise, and the results.")


@app.command()
def candidates(profile: ProfileOption = "") -> None:
    """List closed talks that a case could be made of, without personal data, as JSON."""
    found = _with_practising(profile, lambda practising, name: practising.list_candidates(name))
    out.print_json(json.dumps([candidate_data(each) for each in found], ensure_ascii=False))


@app.command()
def make(
    conversation: Annotated[str, typer.Argument(help="its id")],
    by: ByOption,
    profile: ProfileOption = "",
) -> None:
    """Make a case of a closed talk; it is practised once it is let out with `ready`."""
    case = _with_practising(
        profile, lambda practising, name: practising.make(name, conversation, author=by)
    )
    say(f"case {case.case_id} with {len(case.steps)} steps: read it, then seatmate cases ready")


@app.command()
def ready(case: CaseArgument, by: ByOption, profile: ProfileOption = "") -> None:
    """Let a case be practised as it is."""

    async def work(practising: Practising, name: str) -> Case:
        found = {each.case_id: each for each in await practising.list_cases(name)}
        if case not in found:
            raise ValueError(f"there is no case {case} in {name}: seatmate cases list")
        seen = found[case]
        change = Change(
            case_id=case, title=seen.title, steps=seen.steps, is_ready=True, version=seen.version
        )
        return await practising.change(name, change, author=by)

    made = _with_practising(profile, work)
    say(f"case {made.case_id} can be practised")


@app.command()
def retire(case: CaseArgument, profile: ProfileOption = "") -> None:
    """Take a case out of the library; results stay."""
    _with_practising(profile, lambda practising, name: practising.retire(name, case))
    say(f"case {case} is out of the library")


@app.command("list")
def list_(profile: ProfileOption = "", as_json: JsonOption = False) -> None:
    """List the library, newest first."""
    found = _with_practising(profile, lambda practising, name: practising.list_cases(name))
    if as_json:
        out.print_json(json.dumps([case_data(each) for each in found], ensure_ascii=False))
        return
    table = Table("case", "steps", "ready", "by", "title")
    for each in found:
        is_ready = "yes" if each.is_ready else "no"
        table.add_row(
            *(str(each.case_id), str(len(each.steps)), is_ready),
            *(escape(each.author), escape(each.title)),
        )
    out.print(table)


@app.command()
def results(
    person: Annotated[str, typer.Option(help="of one person alone")] = "",
    profile: ProfileOption = "",
) -> None:
    """List who practised what and how well, newest first."""
    found = _with_practising(
        profile, lambda practising, name: practising.list_results(name, person=person or None)
    )
    table = Table("begun", "person", "score", "case")
    for each in found:
        score = "not finished" if each.score is None else str(each.score)
        begun = each.begun_at.isoformat(timespec="minutes")
        table.add_row(begun, escape(each.person), score, escape(each.title))
    out.print(table)


def _with_practising(profile: str, work: Callable[[Practising, str], Awaitable[Result]]) -> Result:
    settings = load_settings()

    async def whole() -> Result:
        await (await ready_database(settings)).close()
        desk = Desk(settings)
        try:
            return await work(desk.reviewing.practising, profile or settings.profile)
        finally:
            await desk.close()

    result: Result = run_async(whole())
    return result
