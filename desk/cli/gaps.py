"""Gaps from the command line: what nobody answered well, deciding about it, taking it back."""

import json
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer
from rich.markup import escape
from rich.table import Table

from connectors.gaps_api import decision_data, gap_data
from desk.cli.common import ProfileOption, load_settings, out, ready_database, run_async, say
from desk.parts import Desk
from desk.settings import Settings
from knowledge.entry import EntryKind
from knowledge.gap_service import Wanted
from knowledge.gap_store import Decision
from knowledge.gaps import Fate
from knowledge.importing.proposal import Proposal

Result = TypeVar("Result")

ByOption = Annotated[str, typer.Option("--by", help="your name, for the record")]
JsonOption = Annotated[bool, typer.Option("--json", help="one JSON array")]

app = typer.Typer(no_args_is_help=True, help="Questions nobody answered well: list, decide, undo.")


@app.command("list")
def list_(
    profile: ProfileOption = "",
    limit: Annotated[int, typer.Option(min=1, help="gaps that are shown")] = 20,
    as_json: JsonOption = False,
) -> None:
    """Gather what is new, and list the gaps, the one asked most often first."""
    settings = load_settings()

    async def work(desk: Desk) -> None:
        await desk.collecting.run()
        found = await desk.gaps.list_gaps(profile or settings.profile)
        if as_json:
            out.print_json(json.dumps([gap_data(gap) for gap in found[:limit]], ensure_ascii=False))
            return
        table = Table("gap", "lines", "last", "why", "examples")
        for gap in found[:limit]:
            table.add_row(
                str(gap.gap_id),
                str(len(gap.lines)),
                gap.last_at.date().isoformat(),
                ", ".join(f"{why} {count}" for why, count in gap.whys.items()),
                escape(" / ".join(gap.examples)),
            )
        out.print(table)
        say(f"{len(found)} gaps, {sum(len(gap.lines) for gap in found)} lines")

    _with_desk(settings, work)


@app.command()
def decide(
    gap: Annotated[int, typer.Argument(help="the gap's number")],
    fate: Annotated[Fate, typer.Argument(help="what becomes of it")],
    by: ByOption,
    profile: ProfileOption = "",
    entry: Annotated[str, typer.Option(help="with similar: the entry that answers it")] = "",
    title: Annotated[str, typer.Option(help="with entry: the new entry's title")] = "",
    answer: Annotated[
        str, typer.Option(help="with entry: its answer; empty takes what an agent said")
    ] = "",
    source: Annotated[str, typer.Option(help="with entry: where that is written")] = "",
    intent: Annotated[str, typer.Option(help="with business: the bot's intent")] = "",
) -> None:
    """Decide about a gap; it leaves the list, and who decided stays known."""
    settings = load_settings()

    async def work(desk: Desk) -> Decision:
        chosen = profile or settings.profile
        found = await desk.gaps.get_gap(chosen, gap)
        text = answer or found.answer
        if fate is Fate.ENTRY and not (title and text):
            raise ValueError("a new entry needs --title, and --answer where no agent gave one")
        draft = Proposal(
            title=title,
            questions=found.examples,
            answer=text,
            kind=EntryKind.FAQ,
            topic="",
            source=source,
            origin="",
        )
        wanted = Wanted(
            profile=chosen,
            line_ids=found.line_ids,
            fate=fate,
            wordings=found.examples if fate is Fate.SIMILAR else found.wordings,
            entry_id=entry,
            draft=draft if fate is Fate.ENTRY else None,
            intent=intent,
        )
        return await desk.gaps.decide(wanted, author=by)

    done = _with_desk(settings, work)
    what = (
        f", entry {done.decided.entry_id} v{done.decided.version}" if done.decided.entry_id else ""
    )
    say(f"decision {done.decision_id}: {done.decided.fate} for {done.count} lines{what}")


@app.command()
def undo(
    decision: Annotated[int, typer.Argument(help="the decision's number")],
    by: ByOption,
    profile: ProfileOption = "",
) -> None:
    """Put the lines of a decision on the list again."""
    settings = load_settings()
    done = _with_desk(
        settings, lambda desk: desk.gaps.undo(profile or settings.profile, decision, by=by)
    )
    kept = "; its entry was worked on since and stays as it is" if done.entry_kept else ""
    say(f"decision {decision} is taken back{kept}")


@app.command()
def decisions(
    profile: ProfileOption = "",
    limit: Annotated[int, typer.Option(min=1, help="decisions that are shown")] = 50,
    as_json: JsonOption = False,
) -> None:
    """List what was decided last: by whom, when, and what came of it."""
    settings = load_settings()
    found = _with_desk(
        settings,
        lambda desk: desk.gaps.list_decisions(profile or settings.profile, limit=limit),
    )
    if as_json:
        out.print_json(json.dumps([decision_data(each) for each in found], ensure_ascii=False))
        return
    table = Table("decision", "fate", "lines", "entry or intent", "by", "at", "undone by", "text")
    for each in found:
        decided = each.decided
        table.add_row(
            str(each.decision_id),
            str(decided.fate),
            str(each.count),
            decided.entry_id or decided.intent,
            escape(decided.author),
            decided.at.isoformat(timespec="minutes"),
            escape(each.undone_by or ""),
            escape(decided.text),
        )
    out.print(table)


def _with_desk(settings: Settings, work: Callable[[Desk], Awaitable[Result]]) -> Result:
    async def whole() -> Result:
        await (await ready_database(settings)).close()
        desk = Desk(settings)
        try:
            await desk.knowledge.refresh()
            return await work(desk)
        finally:
            await desk.close()

    result: Result = run_async(whole())
    return result
