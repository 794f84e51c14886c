"""`seatmate cases`: the case library and everybody's results, at a terminal."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Annotated, Any, TypeVar

import typer
from rich.markup import escape
from rich.table import Table

from connectors.cases_api import candidate_data, case_data, practice_data
from conversations.cases import MAX_STEPS, MAX_TEXT, MAX_TITLE, Case, Step
from conversations.practising import Change, Practising
from desk.cli.common import JsonOption, ProfileOption, fail, out, print_json, say
from desk.cli.one_desk import with_desk

Result = TypeVar("Result")

ByOption = Annotated[str, typer.Option("--by", help="your name, for the record")]
CaseArgument = Annotated[int, typer.Argument(help="the case's number")]

app = typer.Typer(no_args_is_help=True, help="Good talks as cases to practise, and the results.")


@app.command()
def candidates(profile: ProfileOption = "") -> None:
    """List closed talks that a case could be made of, without personal data, as JSON."""
    found = _with_practising(profile, lambda practising, name: practising.list_candidates(name))
    print_json([candidate_data(each) for each in found])


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
def show(case: CaseArgument, profile: ProfileOption = "", as_json: JsonOption = False) -> None:
    """Show a case with its steps, and the number of the version that you read."""
    found = _with_practising(profile, lambda practising, name: _find(practising, name, case))
    if as_json:
        print_json(case_data(found))
        return
    say(f"{found.case_id} version {found.version} by {found.author}: {found.title}")
    for number, step in enumerate(found.steps, start=1):
        say(f"{number} customer: {step.asked}")
        say(f"{number} wording: {step.wording}")


@app.command()
def edit(
    case: CaseArgument,
    version: Annotated[int, typer.Option(help="the version you have read")],
    by: ByOption,
    title: Annotated[str, typer.Option(help="empty leaves it")] = "",
    step: Annotated[
        list[str] | None,
        typer.Option(metavar="N=CUSTOMER=>WORDING", help="step N in other words; N= drops it"),
    ] = None,
    profile: ProfileOption = "",
) -> None:
    """Mend a case: its title, a step's words, one step more or less; whether it is out stays."""
    wanted = dict(_step(each) for each in step or [])

    async def work(practising: Practising, name: str) -> Case:
        seen = await _find(practising, name, case)
        change = _change(seen, version=version)
        change = replace(change, title=(title or seen.title)[:MAX_TITLE])
        return await practising.change(name, replace(change, steps=_steps(seen, wanted)), author=by)

    made = _with_practising(profile, work)
    say(f"case {made.case_id} version {made.version} has {len(made.steps)} steps")


@app.command()
def ready(case: CaseArgument, by: ByOption, profile: ProfileOption = "") -> None:
    """Let a case be practised as it is."""
    made = _let_out(profile, case, by=by, is_ready=True)
    say(f"case {made.case_id} can be practised")


@app.command()
def hold(case: CaseArgument, by: ByOption, profile: ProfileOption = "") -> None:
    """Let a case be practised no more; it stays in the library."""
    made = _let_out(profile, case, by=by, is_ready=False)
    say(f"case {made.case_id} is practised no more")


@app.command()
def practise(
    case: Annotated[int, typer.Argument(help="a case's number; with --practice that case's")],
    person: Annotated[str, typer.Option("--by", help="who practises")],
    reply: Annotated[
        list[str] | None, typer.Option(help="to the customer's next line; asked for without")
    ] = None,
    practice: Annotated[int, typer.Option(min=0, help="go on with this practice")] = 0,
    profile: ProfileOption = "",
    as_json: JsonOption = False,
) -> None:
    """Answer the customer's lines of a case, and see what each reply is worth and why."""
    given = iter(reply or [])

    async def work(practising: Practising, name: str) -> dict[str, Any]:
        no = practice or (await practising.begin(name, case, person=person)).practice_id
        told = practice_data(*await practising.get(no, person=person))
        while told["next"] is not None:
            text = next(given, "") if reply else typer.prompt(told["next"])
            if not text:
                break
            answered = await practising.answer(no, len(told["replies"]), text, person=person)
            told = practice_data(*answered)
            if not as_json:
                _show_judged(told["replies"][-1])
        return told

    # what a reply is worth is measured against the other answers that are live
    told = _with_practising(profile, work, searches=True)
    if as_json:
        print_json(told)
    elif told["next"] is None:
        say(f"finished: {told['score']} points")
    else:
        say(f"next: {told['next']}")
        say(f"go on with: seatmate cases practise {case} --practice {told['practice_id']}")


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
        print_json([case_data(each) for each in found])
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


def _show_judged(told: Mapping[str, Any]) -> None:
    judged = told["judged"]
    say(f"{judged['score']} points; meaning {judged['meaning']:.2f}")
    for name in ("missing", "wrong", "opposite"):
        if judged[name]:
            say(f"  {name}: {judged[name]}")
    for each in judged["findings"]:
        say(f"  {each['severity']}: {each['message']}")
    say(f"  the wording: {told['wording']}")


def _let_out(profile: str, case: int, *, by: str, is_ready: bool) -> Case:
    async def work(practising: Practising, name: str) -> Case:
        change = _change(await _find(practising, name, case))
        return await practising.change(name, replace(change, is_ready=is_ready), author=by)

    return _with_practising(profile, work)


async def _find(practising: Practising, profile: str, case: int) -> Case:
    found = {each.case_id: each for each in await practising.list_cases(profile)}
    if case not in found:
        raise ValueError(f"there is no case {case} in {profile}: seatmate cases list")
    return found[case]


def _change(seen: Case, *, version: int = 0) -> Change:
    """The case as it is."""
    return Change(
        case_id=seen.case_id,
        title=seen.title,
        steps=seen.steps,
        is_ready=seen.is_ready,
        version=version or seen.version,
    )


def _step(written: str) -> tuple[int, Step | None]:
    """`2=What the customer says=>The wording`; `2=` for a step that is dropped."""
    number, _, words = written.partition("=")
    asked, _, wording = (part.strip() for part in words.partition("=>"))
    if not number.isdecimal() or bool(asked) != bool(wording):
        raise fail(ValueError(f"{written}: write N=CUSTOMER=>WORDING, or N= to drop step N"))
    if max(len(asked), len(wording)) > MAX_TEXT:
        raise fail(ValueError(f"step {number}: at most {MAX_TEXT} characters on each side"))
    return int(number), Step(asked=asked, wording=wording) if asked else None


def _steps(seen: Case, wanted: Mapping[int, Step | None]) -> tuple[Step, ...]:
    known: dict[int, Step | None] = dict(enumerate(seen.steps, start=1))
    strange = [number for number in wanted if not 1 <= number <= len(known) + 1]
    if strange:
        raise ValueError(f"there is no step {strange[0]}: the case has {len(known)}")
    steps = tuple(step for _, step in sorted((known | dict(wanted)).items()) if step is not None)
    if not 1 <= len(steps) <= MAX_STEPS:
        raise ValueError(f"a case has 1 to {MAX_STEPS} steps")
    return steps


def _with_practising(
    profile: str,
    work: Callable[[Practising, str], Awaitable[Result]],
    *,
    searches: bool = False,
) -> Result:
    return with_desk(
        profile, lambda desk, name: work(desk.reviewing.practising, name), searches=searches
    )
