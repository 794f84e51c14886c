"""The HTTP API of what somebody has to see now: what is open, late, due soon, and alarms."""

from collections.abc import Callable, Collection
from dataclasses import asdict, replace
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from connectors.sight import Sight
from connectors.sign_in import StaffDoor, StaffService
from connectors.ticket_data import alarm_data, hidden_from, owed_data, ticket_data
from connectors.ticket_door import ticket_for
from conversations.auditing import Act
from conversations.people import Staff
from conversations.rights import Right, may
from tickets.noting import Noting
from tickets.owed import Outstanding, Owed, Owing
from tickets.service import TicketService

LAST_ID = 2**31 - 1


class NoteForm(BaseModel):
    """Body of `POST /tickets/{no}/note`: the last alarm that was seen."""

    model_config = ConfigDict(extra="forbid")

    up_to: int = Field(ge=1, le=LAST_ID)


def make_router(
    *,
    staff: StaffService,
    tickets: TicketService,
    owing: Owing,
    noting: Noting,
    profiles: Collection[str],
    clock: Callable[[], datetime],
    sight: Sight,
) -> APIRouter:
    """To be included before the calls with a ticket's number in their path."""
    router = APIRouter(tags=["tickets"])
    Reader = Annotated[Staff, Depends(StaffDoor(staff, Right.READ_TICKETS, Act.LISTED))]
    Worker = Annotated[Staff, Depends(StaffDoor(staff, Right.WORK_TICKETS, Act.CHANGED_TICKET))]

    def late_data(member: Staff, owed: Owed, now: datetime) -> dict[str, Any]:
        return owed_data(replace(owed, ticket=sight.of(member, owed.ticket)), now=now)

    def data(member: Staff, found: Outstanding, now: datetime) -> dict[str, Any]:
        return {
            "counts": asdict(found.counts),
            "late": [late_data(member, each, now) for each in found.late],
            "due_soon": [late_data(member, each, now) for each in found.due_soon],
            "alarms": [
                {**alarm_data(alarm), "ticket": ticket_data(sight.of(member, ticket))}
                for alarm, ticket in found.told
            ],
        }

    @router.get(
        "/tickets/outstanding",
        summary="What I have to see, in every centre: mine, or everybody's for those who review",
    )
    async def outstanding(member: Reader) -> dict[str, Any]:
        sees_all, now = may(member.role, Right.REVIEW), clock()
        centres = [
            data(
                member,
                await owing.outstanding(
                    profile,
                    name=member.name,
                    access_role=member.role,
                    sees_all=sees_all,
                    without=hidden_from(member),
                ),
                now,
            )
            for profile in profiles
        ]
        counts = [centre["counts"] for centre in centres]
        lists = {
            name: [each for centre in centres for each in centre[name]]
            for name in ("late", "due_soon", "alarms")
        }
        for name in ("late", "due_soon"):
            lists[name].sort(key=lambda ticket: ticket["due_at"])
        lists["alarms"].sort(key=lambda alarm: -alarm["id"])
        return {
            "sees_all": sees_all,
            "now": now.isoformat(),
            "counts": {name: sum(each[name] for each in counts) for name in counts[0]},
            **lists,
        }

    @router.post("/tickets/{no}/note", summary="I have taken note of what was told of a ticket")
    async def note(member: Worker, no: str, form: NoteForm) -> dict[str, int]:
        ticket = await ticket_for(member, tickets, no)
        noted = await noting.note(
            ticket, name=member.name, access_role=member.role, up_to=form.up_to
        )
        return {"noted": noted}

    return router
