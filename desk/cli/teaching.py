"""`seatmate bot …`: misread lines, lessons, training beside the desk, and which bot serves."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer
from rich.markup import escape
from rich.table import Table

from connectors.bot_training_data import (
    plan_data,
    served_data,
    trained_data,
    training_data,
    utterance_data,
)
from conversations.bot_client import RasaClient
from conversations.bot_exam import Trained
from conversations.utterance import Doubt
from desk.bot_training import Training, train_and_examine
from desk.cli.common import (
    JsonOption,
    ProfileOption,
    load_settings,
    out,
    print_json,
    ready_database,
    run_async,
    say,
)
from desk.cli.examining import NICER
from desk.cli.following import followed
from desk.clock import now
from desk.school import School
from knowledge.run import Run, RunKind, RunNotFound, RunState

Result = TypeVar("Result")

ByOption = Annotated[str, typer.Option("--by", help="your name, for the record")]
LineArgument = Annotated[int, typer.Argument(help="the line's number")]
RunArgument = Annotated[int, typer.Argument(help="the training's number")]


def utterances(
    profile: ProfileOption = "",
    doubt: Annotated[Doubt | None, typer.Option(help="only these")] = None,
    limit: Annotated[int, typer.Option(min=1, help="lines that are shown")] = 20,
    decided: Annotated[bool, typer.Option("--decided", help="those decided last instead")] = False,
    as_json: JsonOption = False,
) -> None:
    """List what customers said and what the bot took it for, where that is doubtful."""

    async def work(school: School) -> None:
        chosen = profile or school.settings.profile
        if decided:
            await _show_decided(school, chosen, limit=limit, as_json=as_json)
            return
        page = await school.lessons.list_open(chosen, doubt, limit=limit)
        if as_json:
            told = [utterance_data(each) for each in page.utterances]
            print_json(told)
            return
        table = Table("line", "text", "taken for", "sure", "why", "times", "at")
        for each in page.utterances:
            table.add_row(
                str(each.utterance_id),
                escape(each.text),
                each.read.first,
                f"{each.read.confidence:.2f}",
                str(each.doubt),
                str(each.count),
                each.at.isoformat(timespec="minutes"),
            )
        out.print(table)
        say(f"{page.total} lines")

    with_school(work)


async def _show_decided(school: School, profile: str, *, limit: int, as_json: bool) -> None:
    found = await school.lessons.list_decided(profile, limit=limit)
    if as_json:
        print_json([utterance_data(each) for each in found])
        return
    table = Table("line", "text", "is", "by", "at")
    for each in found:
        at = each.decided_at.isoformat(timespec="minutes") if each.decided_at else ""
        table.add_row(
            *(str(each.utterance_id), escape(each.text), each.intent or str(each.verdict)),
            *(escape(each.decided_by or ""), at),
        )
    out.print(table)


def relabel(
    line: LineArgument,
    intent: Annotated[str, typer.Argument(help="what it is")],
    by: ByOption,
    profile: ProfileOption = "",
) -> None:
    """Say what a line is; it becomes a lesson."""
    decided = with_school(
        lambda school: school.lessons.relabel(
            profile or school.settings.profile, line, intent, by=by
        )
    )
    say(f"line {line} is {decided.intent}; write it with: seatmate bot lessons --write")


def reject(
    line: LineArgument,
    by: ByOption,
    profile: ProfileOption = "",
    undo: Annotated[bool, typer.Option("--undo", help="take a decision back instead")] = False,
) -> None:
    """Say that a line teaches nothing, or take a decision about it back."""

    async def work(school: School) -> None:
        lessons, chosen = school.lessons, profile or school.settings.profile
        await (lessons.undo if undo else lessons.reject)(chosen, line, by=by)

    with_school(work)
    say(f"line {line} is {'on the list again' if undo else 'rejected'}")


def lessons(
    write: Annotated[bool, typer.Option("--write", help="write them down")] = False,
    as_json: JsonOption = False,
) -> None:
    """List the accepted lines that are not in the training data, or write them there."""
    plan = with_school(lambda school: school.write() if write else school.plan())
    if as_json:
        print_json(plan_data(plan))
        return
    for example in plan.added:
        say(f"{'+ ' if write else ''}{example.lesson.intent}: {example.text}")
    for lesson, why in plan.doubtful:
        say(f"left out ({why}): {lesson.intent}: {lesson.text}")
    done = "written" if write else "to write; with --write they are"
    say(f"{len(plan.added)} {done}, {len(plan.doubtful)} left out")


def teach(
    by: ByOption = "command line",
    run: Annotated[int, typer.Option(hidden=True, help="do this run, which the desk began")] = 0,
    as_json: JsonOption = False,
) -> None:
    """Train on what is taught now and examine it beside the bot in service; swaps nothing."""
    if run:
        os.nice(NICER)

    async def work(school: School) -> Trained:
        runs, training = school.runs, Training()
        begun = await runs.get(run) if run else await runs.begin("", author=by, kind=RunKind.BOT)
        async with followed(runs, begun, on_stop=training.stop) as on_step:
            trained = await asyncio.to_thread(
                train_and_examine, school.settings, on_step=on_step, training=training, say=_quiet
            )
        await runs.finish_training(begun.no, trained.to_json())
        if as_json:
            print_json(trained_data(trained))
        else:
            _show(trained)
            say(f"nothing was swapped: seatmate bot swap {begun.no} --by NAME")
        return trained

    with_school(work)


def trainings(
    no: Annotated[int, typer.Option(min=0, help="what came of this training")] = 0,
    cancel: Annotated[int, typer.Option(min=0, help="stop this training instead")] = 0,
    by: ByOption = "command line",
    as_json: JsonOption = False,
) -> None:
    """List the last trainings and which bot serves; show or cancel one."""

    async def work(school: School) -> None:
        if cancel:
            stopped = await school.runs.cancel(cancel, by=by)
            say(f"training {stopped.no} is {stopped.state}")
            return
        if no:
            run = await school.runs.get(no)
            if run.kind is not RunKind.BOT:
                raise RunNotFound(f"run {no} trains no bot: seatmate knowledge runs --no {no}")
            _show_training(run, as_json=as_json)
            return
        found = await school.runs.list_last("", RunKind.BOT)
        if as_json:
            runs = [training_data(run, now=now()) for run in found]
            print_json({"runs": runs, **served_data(school.swapping.archives)})
            return
        table = Table("training", "begun", "by", "state", "step", "why")
        for run in found:
            table.add_row(
                str(run.no),
                run.started_at.astimezone().strftime("%Y-%m-%d %H:%M"),
                escape(run.author),
                "serves" if run.state is RunState.PUBLISHED else str(run.state),
                run.step,
                escape(run.why),
            )
        out.print(table)
        for each in school.swapping.archives.list_served():
            say(f"{each.at}  {each.archive}  {each.by}  {each.reason}")

    with_school(work)


def swap(
    run: RunArgument,
    by: ByOption,
    override: Annotated[str, typer.Option(help="why a worse bot may serve all the same")] = "",
) -> None:
    """Let the bot that was trained serve; a running desk loads it within seconds."""

    async def work(school: School) -> str:
        found = await school.runs.get(run)
        return (await school.swapping.choose(found, by=by, override=override)).name

    say(f"{with_school(work)} serves from now on")


def back(by: ByOption, reason: Annotated[str, typer.Option(help="for the record")] = "") -> None:
    """Let the bot that served before serve again; a running desk loads it within seconds."""
    before = with_school(lambda school: school.swapping.choose_before(by=by, reason=reason))
    say(f"{before.name} serves from now on")


def _show_training(run: Run, *, as_json: bool) -> None:
    told = training_data(run, now=now())
    if as_json:
        print_json(told)
        return
    say(f"training {run.no} by {run.author}: {run.state} {run.step} {run.why}".rstrip())
    if run.outcome is not None:
        trained = Trained.from_json(run.outcome)
        _show(trained)
        for each in trained.turned:
            say(f"{each.text}: is {each.wanted}; {each.before} → {each.after}")


def _show(trained: Trained) -> None:
    table = Table("", "before", "after")
    for name in ("accuracy", "macro_f1"):
        before, after = getattr(trained.before, name), getattr(trained.after, name)
        table.add_row(name, f"{before:.4f}", f"{after:.4f}")
    for each in trained.intents:
        if each.after < each.before:
            table.add_row(f"[red]{each.intent}[/]", f"{each.before:.3f}", f"{each.after:.3f}")
    out.print(table)
    say(f"{trained.held_out} held-out lines, {len(trained.turned)} read differently")


def _quiet(text: str) -> None:
    """What is done is told by the steps."""


def with_school(work: Callable[[School], Awaitable[Result]]) -> Result:
    """Do some work with the parts behind the page of the bot."""

    async def whole() -> Result:
        settings = load_settings()
        bot = RasaClient(
            [settings.bot_url], token=settings.bot_token, timeout_s=settings.bot_timeout_s
        )
        try:
            async with ready_database(settings) as database:
                return await work(School(settings=settings, database=database, bot=bot, clock=now))
        finally:
            await bot.close()

    result: Result = run_async(whole())
    return result
