"""The HTTP API for events: what runs, one of them, open, put in, take out, tell, end, dissolve."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from connectors.api import Centres
from connectors.sight import Sight
from connectors.sign_in import StaffDoor, StaffService
from conversations.auditing import Act
from conversations.people import Staff
from conversations.rights import Right
from tickets.event import Event, EventState, Member
from tickets.event_service import Events, Known, NewEvent
from tickets.ticket import Ticket

SEEN = Field(description="the version that was seen: nobody else's change is lost")


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid")


class KnownForm(_Form):
    """Body of `PATCH /events/{no}`; what is left out stays as it is."""

    version: int = SEEN
    cause: str | None = Field(None, max_length=200, description="said to customers")
    restore_at: AwareDatetime | None = Field(None, description="when it is expected to work again")
    area: str | None = Field(None, max_length=80, description="said to customers; no home")


class EventForm(_Form):
    """Body of `POST /events`."""

    profile: str | None = None
    matter: str = Field(min_length=1, max_length=80, description="as it stands in the tickets")
    area: str = Field(min_length=1, max_length=80, description="said to customers; no home")
    cause: str = Field("", max_length=200)
    restore_at: AwareDatetime | None = None
    tickets: list[str] = Field([], max_length=500)


class MemberForm(_Form):
    """Body of `POST /events/{no}/tickets`."""

    version: int | None = None
    ticket_no: str = Field(min_length=1, max_length=20)


class EndForm(_Form):
    """Body of `POST /events/{no}/end`."""

    version: int = SEEN
    note: str = Field("", max_length=2000, description="for staff")


class DissolveForm(_Form):
    """Body of `POST /events/{no}/dissolve`."""

    version: int = SEEN
    reason: str = Field(min_length=1, max_length=2000)


def make_router(
    *, staff: StaffService, events: Events, centres: Centres, sight: Sight
) -> APIRouter:
    """Events hold faults alone, never what an informant told."""
    router = APIRouter(tags=["events"])
    Lister = Annotated[Staff, Depends(StaffDoor(staff, Right.READ_TICKETS))]
    Reader = Annotated[Staff, Depends(StaffDoor(staff, Right.READ_TICKETS, Act.LISTED))]
    Worker = Annotated[Staff, Depends(StaffDoor(staff, Right.WORK_TICKETS, Act.CHANGED_EVENT))]

    @router.get("/events", summary="Events of a centre, the newest first; those running, or all")
    async def list_events(
        member: Lister,
        profile: str | None = None,
        state: EventState | None = EventState.RUNNING,
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
    ) -> dict[str, Any]:
        centre = centres.get(profile).name
        found = await events.list_events(centre, state=state, limit=limit)
        return {"events": [{**event_data(each), "reports": count} for each, count in found]}

    @router.get("/events/{no}", summary="An event with its history and its tickets")
    async def get_event(member: Reader, no: str) -> dict[str, Any]:
        return await whole(member, no)

    @router.post("/events", status_code=201, summary="Open an event by hand")
    async def open_event(member: Worker, form: EventForm) -> dict[str, Any]:
        new = NewEvent(
            profile=centres.get(form.profile).name,
            matter=form.matter,
            area=form.area,
            known=Known(cause=form.cause, restore_at=form.restore_at),
            tickets=tuple(form.tickets),
        )
        opened = await events.open(new, actor=member.name)
        return await whole(member, opened.no)

    @router.patch("/events/{no}", summary="Write down what is known; new reporters are told")
    async def tell(member: Worker, no: str, form: KnownForm) -> dict[str, Any]:
        known = Known(cause=form.cause, restore_at=form.restore_at, area=form.area)
        await events.tell(no, known, actor=member.name, version=form.version)
        return await whole(member, no)

    @router.post("/events/{no}/tickets", summary="Put a ticket in")
    async def add(member: Worker, no: str, form: MemberForm) -> dict[str, Any]:
        await events.add(no, form.ticket_no, actor=member.name, version=form.version)
        return await whole(member, no)

    @router.delete("/events/{no}/tickets/{ticket_no}", summary="Take a ticket out")
    async def remove(
        member: Worker, no: str, ticket_no: str, version: int | None = None
    ) -> dict[str, Any]:
        await events.remove(no, ticket_no, actor=member.name, version=version)
        return await whole(member, no)

    @router.post("/events/{no}/end", summary="It works again: all who reported it are told")
    async def end(member: Worker, no: str, form: EndForm) -> dict[str, Any]:
        await events.end(no, actor=member.name, note=form.note, version=form.version)
        return await whole(member, no)

    @router.post("/events/{no}/dissolve", summary="It was none: its tickets go on one by one")
    async def dissolve(member: Worker, no: str, form: DissolveForm) -> dict[str, Any]:
        await events.dissolve(no, actor=member.name, reason=form.reason, version=form.version)
        return await whole(member, no)

    async def whole(staff_member: Staff, no: str) -> dict[str, Any]:
        sheet = await events.get_sheet(no)
        members = [
            member_data(each, sight.of(staff_member, ticket)) for each, ticket in sheet.members
        ]
        return {**event_data(sheet.event), "reports": len(members), "tickets": members}

    return router


def event_data(event: Event) -> dict[str, Any]:
    """An event by itself."""
    return {
        "no": event.no,
        "profile": event.profile,
        "matter": event.matter,
        "area": event.area,
        "state": event.state,
        "began_at": event.began_at.isoformat(),
        "ended_at": _iso(event.ended_at),
        "cause": event.cause,
        "restore_at": _iso(event.restore_at),
        "closing": event.closing,
        "merged_into": event.merged_into,
        "version": event.version,
        "history": [
            {
                "at": line.at.isoformat(),
                "actor": line.actor,
                "what": line.what,
                "note": line.note,
                "changes": {name: list(pair) for name, pair in line.changes.items()},
            }
            for line in event.history
        ],
    }


def member_data(member: Member, ticket: Ticket) -> dict[str, Any]:
    """A ticket in an event."""
    return {
        "no": ticket.no,
        "state": ticket.state,
        "address": ticket.fields.get("address", ""),
        "conversation_id": ticket.conversation_id,
        "added_at": member.added_at.isoformat(),
        "added_by": member.added_by,
        "settled_at": _iso(member.settled_at),
    }


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
