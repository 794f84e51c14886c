"""`seatmate tickets form`: a paper form written to a file."""

from pathlib import Path
from typing import Annotated

import typer

from connectors.form_page import FormPages
from connectors.form_workbook import form_workbook, summary_workbook
from desk.cli.common import ProfileOption, fail, say
from desk.cli.one_desk import with_desk
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
    suffix = out.suffix.lower()
    if suffix not in (*PAGES, WORKBOOK):
        raise fail(ValueError(f"{out}: name a file that ends in .xlsx or .html"))

    async def work(desk: Desk, centre: str) -> None:
        content = await _made(desk, kind, no, centre, suffix)
        with written_whole(out) as beside:
            beside.write_bytes(content)
        say(f"written to {out}")

    with_desk(profile, work, searches=False)


async def _made(desk: Desk, kind: str, no: str, profile: str, suffix: str) -> bytes:
    is_page = suffix in PAGES
    if kind == SUMMARY:
        table = await desk.forms.fill_summary(profile, no)
        return FormPages().summary(table).encode() if is_page else summary_workbook(table)
    form = await desk.forms.fill(kind, no.replace(" ", ""))
    return FormPages().form(form).encode() if is_page else form_workbook(form)
