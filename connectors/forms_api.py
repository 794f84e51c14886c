"""The HTTP API for paper forms: a ticket's form or a month's table, to print or as a workbook."""

from enum import StrEnum
from functools import partial
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Response

from connectors.api import Centres
from connectors.form_page import FormPages
from connectors.form_workbook import form_workbook, summary_workbook
from connectors.sight import Sight
from connectors.sign_in import StaffDoor, StaffService
from connectors.ticket_door import Opened, TicketDoor
from conversations.auditing import Act
from conversations.people import Staff
from conversations.rights import Right
from tickets.form_service import FormService

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "Cache-Control": "private, no-store",
}


class Paper(StrEnum):
    """How a form is wanted."""

    HTML = "html"
    XLSX = "xlsx"


def make_router(
    *,
    staff: StaffService,
    door: TicketDoor,
    forms: FormService,
    centres: Centres,
    sight: Sight,
) -> APIRouter:
    """Forms of tickets."""
    router = APIRouter(tags=["forms"])
    pages = FormPages()
    Open = Annotated[Opened, Depends(door.to(Right.READ_TICKETS, Act.EXPORTED))]
    Reader = Annotated[Staff, Depends(StaffDoor(staff, Right.READ_TICKETS))]
    Exporter = Annotated[Staff, Depends(StaffDoor(staff, Right.EXPORT, Act.EXPORTED))]

    @router.get("/forms", summary="The forms there are")
    async def list_forms(member: Reader) -> dict[str, Any]:
        return {
            "forms": [
                # no kinds: for every kind
                {"name": name, "title": title, "kinds": forms.kinds[name]}
                for name, title in forms.titles.items()
            ]
        }

    @router.get("/tickets/{no}/forms/{name}", summary="A ticket's form", response_class=Response)
    async def form(opened: Open, name: str, paper: Paper = Paper.HTML) -> Response:
        filled = await forms.fill(name, opened.ticket.no, seen=partial(sight.of, opened.member))
        if paper is Paper.HTML:
            return _page(pages.form(filled))
        return _workbook(form_workbook(filled), f"{filled.title}-{opened.ticket.no}")

    @router.get("/forms/summary", summary="The complaints of a month", response_class=Response)
    async def summary(
        member: Exporter,
        month: Annotated[str, Query(max_length=7, examples=["2026-11"])],
        profile: str | None = None,
        paper: Paper = Paper.HTML,
    ) -> Response:
        centre = centres.get(profile)
        filled = await forms.fill_summary(centre.name, month, seen=partial(sight.of, member))
        if paper is Paper.HTML:
            return _page(pages.summary(filled))
        return _workbook(summary_workbook(filled), f"{filled.title}-{month}")

    return router


def _page(html: str) -> Response:
    return Response(html, media_type="text/html; charset=utf-8", headers=_HEADERS)


def _workbook(content: bytes, name: str) -> Response:
    saved_as = f"attachment; filename*=UTF-8''{quote(name, safe='')}.xlsx"
    return Response(content, media_type=XLSX, headers={**_HEADERS, "Content-Disposition": saved_as})
