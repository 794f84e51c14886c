"""Gaps from the command line: what nobody answered well, deciding about it, taking it back."""

from collections.abc import Sequence
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from connectors.gaps_api import decision_data, gap_data, line_data
from connectors.staff_api import candidate_data
from desk.cli.common import JsonOption, ProfileOption, out, print_json, say
from desk.cli.one_desk import with_desk
from desk.parts import Desk
from knowledge.entry import EntryKind
from knowledge.gap_service import Wanted
from knowledge.gap_store import Decision
from knowledge.gaps import EXAMPLES, Fate, Gap
from knowledge.importing.proposal import Proposal

ByOption = Annotated[str, typer.Option("--by", help="your name, for the record")]
GapArgument = Annotated[int, typer.Argument(help="the gap's number")]

app = typer.Typer(
    no_args_is_help=True, help="Questions nobody answered well: list, show, decide, undo."
)


@app.command("list")
def list_(
    profile: ProfileOption = "",
    limit: Annotated[int, typer.Option(min=1, help="gaps that are shown")] = 20,
    as_json: JsonOption = False,
) -> None:
    """Gather what is new, and list the gaps, the one asked most often first."""

    async def work(desk: Desk, name: str) -> list[Gap]:
        await desk.collecting.run()
        return await desk.gaps.list_gaps(name)

    found = with_desk(profile, work)
    if as_json:
        print_json([gap_data(gap) for gap in found[:limit]])
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


@app.command()
def show(gap: GapArgument, profile: ProfileOption = "", as_json: JsonOption = False) -> None:
    """Show every line of a gap, what an agent answered, and the entries nearest to it."""

    async def work(desk: Desk, name: str) -> dict[str, Any]:
        found = await desk.gaps.get_gap(name, gap)
        return {
            **gap_data(found),
            "all": [line_data(line) for line in found.lines],
            "nearest": [candidate_data(each) for each in await desk.gaps.nearest(name, found)],
        }

    told = with_desk(profile, work)
    if as_json:
        print_json(told)
        return
    table = Table("line", "at", "why", "text", "an agent said")
    for line in told["all"]:
        table.add_row(
            *(str(line["line_id"]), line["at"][:16], line["why"]),
            *(escape(line["text"]), escape(line["answer"])),
        )
    out.print(table)
    for each in told["nearest"]:
        say(f"{each['probability']:.2f}  {each['entry_id']} v{each['version']}  {each['title']}")


@app.command()
def decide(
    gap: GapArgument,
    fate: Annotated[Fate, typer.Argument(help="what becomes of it")],
    by: ByOption,
    profile: ProfileOption = "",
    without: Annotated[
        list[int] | None, typer.Option(help="a line that is something else; it stays on the list")
    ] = None,
    wording: Annotated[
        list[str] | None, typer.Option(help="in place of the lines' own words; may be repeated")
    ] = None,
    entry: Annotated[str, typer.Option(help="with similar: the entry that answers it")] = "",
    version: Annotated[int, typer.Option(min=0, help="of that entry, the one you read")] = 0,
    title: Annotated[str, typer.Option(help="with entry: the new entry's title")] = "",
    answer: Annotated[
        str, typer.Option(help="with entry: its answer; empty takes what an agent said")
    ] = "",
    source: Annotated[str, typer.Option(help="with entry: where that is written")] = "",
    kind: Annotated[EntryKind, typer.Option(help="with entry: its kind")] = EntryKind.FAQ,
    topic: Annotated[str, typer.Option(help="with entry: its topic")] = "",
    intent: Annotated[str, typer.Option(help="with business: the bot's intent")] = "",
) -> None:
    """Decide about a gap; it leaves the list, and who decided stays known."""

    async def work(desk: Desk, name: str) -> Decision:
        found = await desk.gaps.get_gap(name, gap)
        lines = tuple(each for each in found.line_ids if each not in (without or ()))
        text = answer or found.answer
        if fate is Fate.ENTRY and not (title and text):
            raise ValueError("a new entry needs --title, and --answer where no agent gave one")
        said = tuple(wording or ()) or _said(found, lines, fate=fate)
        draft = Proposal(
            title=title,
            questions=said,
            answer=text,
            kind=kind,
            topic=topic,
            source=source,
            origin="",
        )
        wanted = Wanted(
            profile=name,
            line_ids=lines,
            fate=fate,
            wordings=said,
            entry_id=entry,
            version=version,
            draft=draft if fate is Fate.ENTRY else None,
            intent=intent,
        )
        return await desk.gaps.decide(wanted, author=by)

    done = with_desk(profile, work)
    what = (
        f", entry {done.decided.entry_id} v{done.decided.version}" if done.decided.entry_id else ""
    )
    say(f"decision {done.decision_id}: {done.decided.fate} for {done.count} lines{what}")


def _said(gap: Gap, line_ids: Sequence[int], *, fate: Fate) -> tuple[str, ...]:
    """What is kept of the lines: for an entry a few, the typical ones first."""
    said = dict.fromkeys(line.text for line in gap.lines if line.line_id in line_ids)
    return tuple(said)[: EXAMPLES if fate in (Fate.SIMILAR, Fate.ENTRY) else None]


@app.command()
def undo(
    decision: Annotated[int, typer.Argument(help="the decision's number")],
    by: ByOption,
    profile: ProfileOption = "",
) -> None:
    """Put the lines of a decision on the list again."""
    done = with_desk(
        profile, lambda desk, name: desk.gaps.undo(name, decision, by=by), searches=False
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
    found = with_desk(
        profile, lambda desk, name: desk.gaps.list_decisions(name, limit=limit), searches=False
    )
    if as_json:
        print_json([decision_data(each) for each in found])
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
