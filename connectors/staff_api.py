"""The HTTP API for staff: search, conversations, tickets."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Any, Protocol

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from connectors.api import Centres
from connectors.sight import Sight
from connectors.sign_in import StaffDoor, StaffService
from connectors.talks import Talks
from connectors.ticket_data import check_reopening, hidden_from, may_see, sheet_data, ticket_data
from connectors.ticket_door import ticket_for
from connectors.ticket_moves import can_data
from conversations.auditing import Act
from conversations.message import MAX_TEXT
from conversations.people import Staff
from conversations.rights import Right
from knowledge.entry import Entry, EntryKind
from knowledge.service import Knowledge
from tickets.field_choices import check_choices
from tickets.life import Change
from tickets.list_store import Wanted
from tickets.owed import Owing
from tickets.privacy import is_masked
from tickets.service import TicketService
from tickets.store import NewTicket
from tickets.terms import Terms
from tickets.ticket import HiddenValue, Kind, Mark, State, Ticket, TicketNotFound

MAX_FIELDS = 60
# by its name; a value is as long as a customer's longest line
Fields = Annotated[
    dict[
        Annotated[str, Field(min_length=1, max_length=40)],
        Annotated[str, Field(max_length=MAX_TEXT)],
    ],
    Field(max_length=MAX_FIELDS),
]


class TicketForm(BaseModel):
    """Body of `POST /tickets`; `request_key` makes a repeated call find the first ticket."""

    model_config = ConfigDict(extra="forbid")

    request_key: str = Field(min_length=1, max_length=160)
    kind: Kind
    profile: str | None = None
    conversation_id: str | None = Field(None, max_length=40)
    fields: Fields = {}
    urgent: bool = False


class TicketsWanted(BaseModel):
    """Query of `GET /tickets`; what is not asked for leaves nothing out.

    The next page begins `before` the last ticket of this one, or `after` it in the list of what is
    `registered`, which has the oldest first.
    """

    profile: str | None = Field(None, max_length=40)
    conversation_id: str | None = Field(None, max_length=40)
    kind: Kind | None = None
    state: State | None = None
    department: str | None = Field(None, max_length=40)
    before: str | None = Field(None, max_length=20, description="only registered before this one")
    after: str | None = Field(None, max_length=20, description="only registered after this one")
    limit: int = Field(100, ge=1, le=500)


class TicketChange(BaseModel):
    """Body of `PATCH /tickets/{no}`."""

    model_config = ConfigDict(extra="forbid")

    version: int = Field(description="the version that was seen: nobody else's change is lost")
    state: State | None = None
    step: Mark | None = Field(None, description="what was done, as far as a clock minds")
    fields: Fields | None = None
    note: str = Field("", max_length=2000, description="the reason, where one is needed")
    class_id: str | None = Field(None, alias="class", max_length=40)
    area: str | None = Field(None, max_length=40)
    department: str | None = Field(None, max_length=40)
    handler: str | None = Field(None, min_length=1, max_length=80)


def make_router(
    *, staff: StaffService, talks: Talks, knowledge: Knowledge, centres: Centres
) -> APIRouter:
    """Search and reading conversations."""
    router = APIRouter(tags=["staff"])
    Anyone = Annotated[Staff, Depends(StaffDoor(staff, Right.HELP))]
    Reader = Annotated[Staff, Depends(StaffDoor(staff, Right.READ_TALKS, Act.READ_TALK))]

    @router.get("/knowledge/search", summary="Search the live publication")
    async def search(
        member: Anyone,
        q: Annotated[str, Query(min_length=1, max_length=500)],
        k: Annotated[int, Query(ge=1, le=5)] = 3,
        profile: str | None = None,
    ) -> dict[str, Any]:
        centre = centres.get(profile)
        found = await knowledge.search(q, profile=centre.name, kinds=frozenset(EntryKind), count=k)
        entries = [candidate_data(each) for each in found.candidates]
        return {"decision": found.decision, "entries": entries}

    @router.get("/staff/conversations/{conversation_id}/messages", summary="Read a conversation")
    async def read_conversation(
        member: Reader,
        conversation_id: str,
        before: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
    ) -> dict[str, Any]:
        talk = await talks.open(member, conversation_id, before=before)
        return {
            "mode": talk.conversation.mode,
            "messages": talk.lines_data(),
            "has_earlier": talk.has_earlier,
        }

    return router


def make_ticket_router(
    *,
    staff: StaffService,
    tickets: TicketService,
    owing: Owing,
    centres: Centres,
    terms: Mapping[str, Terms],
    clock: Callable[[], datetime],
    sight: Sight,
) -> APIRouter:
    """Tickets."""
    router = APIRouter(tags=["tickets"])
    Lister = Annotated[Staff, Depends(StaffDoor(staff, Right.READ_TICKETS, Act.LISTED))]
    Reader = Annotated[Staff, Depends(StaffDoor(staff, Right.READ_TICKETS, Act.READ_TICKET))]
    Worker = Annotated[Staff, Depends(StaffDoor(staff, Right.WORK_TICKETS, Act.CHANGED_TICKET))]

    def shown(member: Staff, ticket: Ticket) -> dict[str, Any]:
        return ticket_data(sight.of(member, ticket))

    @router.get(
        "/tickets",
        summary="Tickets of all centres or one: newest first, but what is new oldest first",
    )
    async def list_tickets(
        member: Lister, wanted: Annotated[TicketsWanted, Query()]
    ) -> dict[str, Any]:
        asked = wanted.model_dump(exclude={"profile"})
        found = await tickets.list_wanted(
            Wanted(
                **asked,
                profile=None if wanted.profile is None else centres.get(wanted.profile).name,
                without=hidden_from(member),
                # what lies there longest is to be dispatched first
                oldest_first=wanted.state is State.REGISTERED,
            )
        )
        return {"tickets": [shown(member, each) for each in found]}

    @router.post("/tickets", status_code=201, summary="Register a ticket, once per request_key")
    async def register(member: Worker, form: TicketForm) -> dict[str, Any]:
        centre = centres.get(form.profile)
        masked = [name for name, value in form.fields.items() if is_masked(value)]
        if masked:
            raise HiddenValue(f"fields {masked} were read with their numbers hidden")
        check_choices(form.fields, centre)
        new = NewTicket(
            request_key=f"staff:{form.request_key}",
            profile=centre.name,
            kind=form.kind,
            conversation_id=form.conversation_id,
            fields=form.fields,
            urgent=form.urgent,
        )
        ticket = await tickets.register(new, actor=member.name, timezone=centre.timezone)
        # whoever answers the phone takes a report down; its key tells nobody else of it
        if not may_see(member, ticket) and ticket.history[0].actor != member.name:
            raise TicketNotFound(f"there is no ticket for {form.request_key}")
        return shown(member, ticket)

    @router.get("/tickets/{no}", summary="A ticket with its history, and what I can do with it")
    async def get_ticket(member: Reader, no: str) -> dict[str, Any]:
        ticket = await ticket_for(member, tickets, no)
        sheet = sight.sheet(member, await owing.get_sheet(no))
        held_to, now = terms.get(ticket.profile), clock()
        limits = None if held_to is None else held_to.limits
        can = can_data(member, sheet, limits, seal=sight.seal, now=now)
        return {**shown(member, ticket), **sheet_data(sheet, now=now), "can": can}

    @router.patch("/tickets/{no}", summary="Move a ticket on or amend it")
    async def change(member: Worker, no: str, form: TicketChange) -> dict[str, Any]:
        ticket = await ticket_for(member, tickets, no)
        check_reopening(member, ticket, form.state)
        told = form.model_dump(exclude={"version"})
        fields = sight.changes(ticket, form.fields)
        if fields:
            check_choices(fields, centres.get(ticket.profile), kept=ticket.fields)
        change = Change(**{**told, "fields": fields})
        changed = await tickets.apply(
            no, change, actor=member.name, access_role=member.role, version=form.version
        )
        return shown(member, changed)

    return router


class Found(Protocol):
    """An entry that may answer, and the probability that it does."""

    @property
    def entry(self) -> Entry: ...  # noqa: D102
    @property
    def probability(self) -> float: ...  # noqa: D102


def candidate_data(candidate: Found) -> dict[str, Any]:
    """A search result as staff see it."""
    entry = candidate.entry
    return {
        "entry_id": entry.entry_id,
        "kind": entry.kind,
        "title": entry.title,
        "answer": entry.answer,
        "probability": round(candidate.probability, 4),
        "source": entry.source,
        "region": entry.region,
        "version": entry.version,
        "valid_from": entry.valid_from.isoformat(),
        "valid_to": entry.valid_until.isoformat() if entry.valid_until else None,
    }
