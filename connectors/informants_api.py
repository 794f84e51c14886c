"""The HTTP API for informants: their identity for the named role, each look recorded."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, StringConstraints

from connectors.ticket_data import ticket_data
from connectors.ticket_door import Opened, TicketDoor
from conversations.auditing import Act
from conversations.rights import Right
from tickets.informant_service import InformantService


class LookForm(BaseModel):
    """Body of `POST /tickets/{no}/informant`."""

    model_config = ConfigDict(extra="forbid")

    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=500)]


def make_router(*, door: TicketDoor, informants: InformantService) -> APIRouter:
    """Who informed, and who looked."""
    router = APIRouter(tags=["informants"])
    Opening = Annotated[Opened, Depends(door.to(Right.READ_TICKETS, Act.READ_INFORMANT))]
    Open = Annotated[Opened, Depends(door.to(Right.READ_TICKETS, Act.READ_TICKET))]

    @router.post("/tickets/{no}/informant", summary="See who informed; the look is recorded")
    async def look(opened: Opening, form: LookForm) -> dict[str, Any]:
        member = opened.member
        ticket = await informants.look(
            opened.ticket.no, actor=member.name, role=member.role, reason=form.reason
        )
        return ticket_data(ticket)

    @router.get("/tickets/{no}/informant/looks", summary="Who saw who informed, when and why")
    async def looks(opened: Open) -> dict[str, Any]:
        found = await informants.list_looks(opened.ticket.no)
        return {
            "looks": [
                {
                    "actor": each.actor,
                    "role": each.role,
                    "reason": each.reason,
                    "at": each.at.isoformat(),
                }
                for each in found
            ]
        }

    return router
