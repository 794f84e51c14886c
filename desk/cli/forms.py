"""`seatmate tickets form`: a paper form written to a file."""

from pathlib import Path
from typing import Annotated

import typer

from connectors.form_page import FormPages
from connectors.form_workbook import form_workbook, summary_workbook
from desk.cli.common import ProfileOption, load_settings, ready_database, run_async, say
from desk.parts import Desk
from knowledge.exporting.files import written_whole

SUMMARY = "summary"
PAGES = (".html", ".htm")
WORKBOOK = ".xlsx"


def form_command(
    kind: Annotated[
        str, typer.Argument(help=f"complaint, call or contact; {SUMMARY} for a month's complaints")
    ],
    no: Annotated[str, typer.Argument(help=f"the ticket's number; for {SUMMARY} 2026-11")],
    out: Annotated[Path, typer.Option(help="a new file: .xlsx, or .html to print")],
    profile: ProfileOption = "",
) -> None:
    """Write a ticket's paper form; who informed stays sealed on it."""
    settings = load_settings()

    async def work() -> None:
        suffix = out.suffix.lower()
        if suffix not in (*PAGES, WORKBOOK):
            raise ValueError(f"{out}: name a file that ends in .xlsx or .html")
        await (await ready_database(settings)).close()
        desk = Desk(settings)
        try:
            content = await _made(desk, kind, no, profile or settings.profile, suffix)
        finally:
            await desk.close()
        with written_whole(out) as beside:
            beside.write_bytes(content)
        say(f"written to {out}")

    run_async(work())


async def _made(desk: Desk, kind: str, no: str, profile: str, suffix: str) -> bytes:
    is_page = suffix in PAGES
    if kind == SUMMARY:
        if profile not in desk.profiles:
            raise ValueError(
                f"there is no profile {profile!r}; there are: {', '.join(desk.profiles)}"
            )
        table = await desk.forms.fill_summary(profile, no)
        return FormPages().summary(table).encode() if is_page else summary_workbook(table)
    form = await desk.forms.fill(kind, no.replace(" ", ""))
    return FormPages().form(form).encode() if is_page else form_workbook(form)
