"""What the gate saw and decided, as tables for a terminal."""

from rich.markup import escape
from rich.table import Table

from desk.cli.common import out, say
from knowledge.gate import Ruling, Verdict

# lines of what got worse that are shown; all are in `history --json`
SHOWN = 20


def show_ruling(ruling: Ruling) -> None:
    """The figures, which of them are too low, and the questions that got worse."""
    below = {each.name: each.floor for each in ruling.below}
    table = Table("test questions", "figure", "floor")
    floors = {each.name: f"{each.floor:.3f}" for each in ruling.below}
    for name, figure in ruling.figures.items():
        shown = f"[red]{figure:.3f}[/]" if name in below else f"{figure:.3f}"
        table.add_row(name, shown, floors.get(name, ""))
    out.print(table)
    for text in ruling.left_out:
        say(f"left out, what it asks for is over: {text}")
    if ruling.worse:
        say(f"{len(ruling.worse)} questions got worse against the live publication:")
        _show_worse(ruling)
    if ruling.verdict is Verdict.FIRST:
        say("below the floor, but live all the same: nothing was before it")


def _show_worse(ruling: Ruling) -> None:
    """What got worse, by entry."""
    table = Table()
    for name in ("entry", "question", "before", "now"):
        table.add_column(name, overflow="fold")
    for each in sorted(ruling.worse, key=lambda worse: worse.relevant)[:SHOWN]:
        entries = ", ".join(each.relevant) or "out of scope"
        table.add_row(escape(entries), escape(each.question), escape(each.before), escape(each.now))
    out.print(table)
    if len(ruling.worse) > SHOWN:
        say(f"… and {len(ruling.worse) - SHOWN} more: seatmate knowledge history --json")
