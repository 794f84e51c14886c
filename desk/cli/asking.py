"""`seatmate ask`: what would be answered to a question, and why."""

from typing import Annotated, Any

import typer
from rich.table import Table

from connectors.try_api import explanation_data
from desk.cli.common import JsonOption, ProfileOption, out, print_json, say
from desk.cli.one_desk import with_desk
from desk.parts import Desk
from knowledge.explaining import Explanation


def ask_command(
    question: Annotated[str, typer.Argument(help="what a customer would ask")],
    profile: ProfileOption = "",
    run: Annotated[
        int, typer.Option(min=0, help="ask what this run examined instead of what is live")
    ] = 0,
    as_json: JsonOption = False,
) -> None:
    """Search as the bot does, and show the decision, its reason, and what each score is made of."""

    async def work(desk: Desk, name: str) -> Explanation:
        trials = desk.training.trials
        if run:
            return await trials.of_run(question, await desk.training.runs.get(run))
        return await trials.of_live(question, profile=name)

    found = with_desk(profile, work)
    if as_json:
        print_json(explanation_data(found))
        return
    limits = ", ".join(f"{name} from {limit:.2f}" for name, limit in found.limits.items())
    say(f"decision: {found.decision}")
    say(f"reason: {found.reason}; inside {found.inside:.2f}; {limits}")
    for place, candidate in enumerate(found.candidates, start=1):
        entry = candidate.entry
        say(
            f"{place}. {candidate.probability:.2f}  {entry.title}  [{entry.entry_id} "
            f"v{entry.version}, {entry.source}]  score {candidate.score:.2f}"
        )
        say(f"   {entry.answer.strip()}")
    if found.candidates:
        out.print(_parts(found))


def _parts(found: Explanation) -> Table:
    """A row for each part of the score, a column for each candidate: its value, what it adds."""
    told: list[dict[str, Any]] = [
        {part.name: f"{part.value:.3f} {part.adds:+.2f}" for part in each.parts}
        for each in found.candidates
    ]
    table = Table("part", *(str(place) for place in range(1, len(told) + 1)))
    for name in told[0]:
        table.add_row(name, *(parts[name] for parts in told))
    return table
