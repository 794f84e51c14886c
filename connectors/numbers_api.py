"""The HTTP API of numbers: how customers' turns ended, the turns behind a number, a workbook."""

from datetime import date
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Response

from connectors.api import LAST_SEQ, Centres
from connectors.numbers_workbook import (
    NumberWords,
    day_data,
    entry_data,
    load_words,
    numbers_workbook,
)
from connectors.sign_in import StaffDoor, StaffService
from conversations.auditing import Act
from conversations.numbering import Numbers
from conversations.numbers import Ended, Figures, TurnTold
from conversations.numbers_store import Sought
from conversations.people import Staff
from conversations.rights import Right, may
from tickets.private_numbers import mask_numbers

# entries that are shown; all are in the workbook
MOST_ENTRIES = 2_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

First = Annotated[date | None, Query(description="the first day, where the centre is")]
Last = Annotated[date | None, Query(description="the last day; today without")]


def make_router(*, staff: StaffService, numbers: Numbers, centres: Centres) -> APIRouter:
    """`/numbers`."""
    router = APIRouter(tags=["numbers"])
    words = load_words()
    Reader = Annotated[Staff, Depends(StaffDoor(staff, Right.READ_NUMBERS))]
    Lister = Annotated[Staff, Depends(StaffDoor(staff, Right.READ_NUMBERS, Act.LISTED))]
    Exporter = Annotated[Staff, Depends(StaffDoor(staff, Right.READ_NUMBERS, Act.EXPORTED))]

    @router.get("/numbers", summary="How turns ended, by day and entry, and what that means")
    async def count(
        member: Reader, first: First = None, last: Last = None, profile: str | None = None
    ) -> dict[str, Any]:
        centre = centres.get(profile)
        period = numbers.period(centre, first, last)
        return figures_data(await numbers.count(centre.name, period), words)

    @router.get("/numbers/turns", summary="The turns behind a number, as far as you may read them")
    async def list_turns(
        member: Lister,
        first: First = None,
        last: Last = None,
        profile: str | None = None,
        ended: Ended | None = None,
        entry_id: Annotated[str, Query(max_length=80)] = "",
        offset: Annotated[int, Query(ge=0, le=LAST_SEQ)] = 0,
        limit: Annotated[int, Query(ge=1, le=100)] = 30,
    ) -> dict[str, Any]:
        centre = centres.get(profile)
        sought = Sought(
            profile=centre.name,
            period=numbers.period(centre, first, last),
            ended=ended,
            entry_id=entry_id,
            offset=offset,
            limit=limit,
        )
        reads_talks = may(member.role, Right.READ_OTHERS_TALKS)
        total, turns = await numbers.list_turns(
            sought, shown=_sight(member) if reads_talks else None
        )
        return {
            "total": total,
            "turns": [turn_data(turn, names_it=reads_talks) for turn in turns],
        }

    @router.get("/numbers/workbook", summary="The same as a workbook", response_class=Response)
    async def workbook(
        member: Exporter, first: First = None, last: Last = None, profile: str | None = None
    ) -> Response:
        centre = centres.get(profile)
        figures = await numbers.count(centre.name, numbers.period(centre, first, last))
        name = f"{words.title}-{figures.period.first}-{figures.period.last}.xlsx"
        headers = {
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
            "Cache-Control": "private, no-store",
        }
        content = numbers_workbook(figures, words, centre=centre.title)
        return Response(content, media_type=XLSX, headers=headers)

    return router


def figures_data(figures: Figures, words: NumberWords) -> dict[str, Any]:
    """All numbers of a period, with what they are called and what each means."""
    return {
        "first": figures.period.first.isoformat(),
        "last": figures.period.last.isoformat(),
        "total": {
            **day_data(figures.total),
            "conversations": figures.conversations,
            "with_person": figures.with_person,
        },
        "days": [{"day": day.day.isoformat(), **day_data(day)} for day in figures.days],
        "entries": [
            {"entry_id": each.entry_id, "title": each.title, **entry_data(each)}
            for each in figures.entries[:MOST_ENTRIES]
        ],
        "entries_in_all": len(figures.entries),
        "words": {name: each.model_dump() for name, each in words.numbers.items()},
    }


def turn_data(turn: TurnTold, *, names_it: bool) -> dict[str, Any]:
    """A turn; its conversation is named to those who may open any talk."""
    return {
        "at": turn.at.isoformat(),
        "ended": turn.ended,
        "asked": turn.asked,
        "answered": turn.answered,
        "entry_id": turn.entry_id,
        "conversation_id": turn.conversation_id if names_it else None,
    }


def _sight(member: Staff) -> Any:
    return (lambda text: text) if may(member.role, Right.WHOLE_PHONES) else mask_numbers
