"""The HTTP API: conversations for customers, search and tickets for staff."""

import json
from collections.abc import AsyncIterator, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from sse_starlette import EventSourceResponse, ServerSentEvent

from connectors.sign_in import StaffDoor, StaffService, bearer
from conversations.hub import Hub, message_data
from conversations.live import Event
from conversations.message import Conversation, Incoming
from conversations.people import Role, Staff
from knowledge.entry import EntryKind
from knowledge.search import Candidate
from knowledge.service import Knowledge
from tickets.profile import Profile
from tickets.service import TicketService
from tickets.store import NewTicket
from tickets.ticket import Kind, State, Ticket

# far above the longest text, so that a long one gets a sentence and not a parser's error
LONGEST_BODY_TEXT = 20_000
TICKET_ROLES = frozenset({Role.AGENT, Role.LEAD, Role.SUPERVISOR, Role.ADMIN})


class OpenForm(BaseModel):
    """Body of `POST /conversations`."""

    model_config = ConfigDict(extra="forbid")

    profile: str | None = None


class MessageForm(BaseModel):
    """Body of `POST /conversations/{id}/messages`."""

    model_config = ConfigDict(extra="forbid")

    message_id: str = Field(min_length=1, max_length=120, description="the sender's own unique id")
    text: str = Field("", max_length=LONGEST_BODY_TEXT)
    payload: str | None = Field(None, max_length=2000, description="of a button the desk offered")
    title: str = Field("", max_length=200, description="what the button showed")


class TicketForm(BaseModel):
    """Body of `POST /tickets`; `request_key` makes a repeated call find the first ticket."""

    model_config = ConfigDict(extra="forbid")

    request_key: str = Field(min_length=1, max_length=160)
    kind: Kind
    profile: str | None = None
    conversation_id: str | None = None
    fields: dict[str, str] = {}
    urgent: bool = False


class TicketChange(BaseModel):
    """Body of `PATCH /tickets/{no}`."""

    model_config = ConfigDict(extra="forbid")

    state: State | None = None
    fields: dict[str, str] | None = None
    note: str = Field("", max_length=2000)


class UnknownProfile(LookupError):
    """This desk serves no such profile."""


def make_customer_router(
    hub: Hub, *, profiles: Mapping[str, Profile], default_profile: str, max_text: int
) -> APIRouter:
    """Calls a customer's page makes."""
    router = APIRouter(tags=["customer"])

    def profile_of(name: str | None) -> Profile:
        wanted = name or default_profile
        if wanted not in profiles:
            raise UnknownProfile(wanted)
        return profiles[wanted]

    async def own(conversation_id: str, request: Request) -> Conversation:
        return await hub.get(conversation_id, token=bearer(request))

    Own = Annotated[Conversation, Depends(own)]

    @router.get("/profile", summary="What the centre says of itself")
    async def profile(name: str | None = None) -> dict[str, Any]:
        centre = profile_of(name)
        shown = centre.model_dump(
            include={"name", "title", "hotline", "hours", "greeting", "starters"}
        )
        return {**shown, "greeting": centre.greeting.strip(), "max_text": max_text}

    @router.post("/conversations", status_code=201, summary="Open a conversation")
    async def open_conversation(form: OpenForm) -> dict[str, str]:
        centre = profile_of(form.profile)
        conversation, token = await hub.open(profile=centre.name, channel="web")
        return {"conversation_id": conversation.conversation_id, "token": token}

    @router.post("/conversations/{conversation_id}/messages", summary="Say something; waits")
    async def receive(conversation: Own, form: MessageForm) -> dict[str, Any]:
        incoming = Incoming(
            message_id=form.message_id,
            text=form.title if form.payload else form.text,
            payload=form.payload,
        )
        replies = await hub.receive(conversation, incoming)
        return {"mode": conversation.mode, "replies": [message_data(each) for each in replies]}

    @router.get("/conversations/{conversation_id}/messages", summary="The lines so far")
    async def history(conversation: Own, after: Annotated[int, Query(ge=0)] = 0) -> dict[str, Any]:
        lines = await hub.list_messages(conversation.conversation_id, after=after)
        return {"mode": conversation.mode, "messages": [message_data(line) for line in lines]}

    @router.get("/conversations/{conversation_id}/events", summary="Live, server-sent events")
    async def events(
        conversation: Own,
        after: Annotated[int, Query(ge=0)] = 0,
        last_event_id: Annotated[str | None, Header()] = None,
    ) -> EventSourceResponse:
        begin = int(last_event_id) if last_event_id and last_event_id.isdigit() else after
        return EventSourceResponse(_stream(hub, conversation.conversation_id, begin), ping=20)

    return router


def make_staff_router(
    *,
    staff: StaffService,
    hub: Hub,
    knowledge: Knowledge,
    tickets: TicketService,
    profiles: Mapping[str, Profile],
    default_profile: str,
) -> APIRouter:
    """Calls agents' pages and other systems make."""
    router = APIRouter(tags=["staff"])
    anyone = StaffDoor(staff)
    ticket_staff = StaffDoor(staff, roles=TICKET_ROLES)
    Anyone = Annotated[Staff, Depends(anyone)]
    TicketStaff = Annotated[Staff, Depends(ticket_staff)]

    def profile_of(name: str | None) -> Profile:
        wanted = name or default_profile
        if wanted not in profiles:
            raise UnknownProfile(wanted)
        return profiles[wanted]

    @router.get("/knowledge/search", summary="Search the live publication")
    async def search(
        member: Anyone,
        q: Annotated[str, Query(min_length=1, max_length=500)],
        k: Annotated[int, Query(ge=1, le=5)] = 3,
        profile: str | None = None,
    ) -> dict[str, Any]:
        centre = profile_of(profile)
        found = await knowledge.search(
            q, profile=centre.name, kinds=frozenset(EntryKind), count=k
        )
        entries = [candidate_data(candidate) for candidate in found.candidates]
        return {"decision": found.decision, "entries": entries}

    @router.get("/staff/conversations/{conversation_id}/messages", summary="Read a conversation")
    async def read_conversation(member: TicketStaff, conversation_id: str) -> dict[str, Any]:
        conversation = await hub.get_for_staff(conversation_id)
        lines = await hub.list_messages(conversation_id)
        return {"mode": conversation.mode, "messages": [message_data(line) for line in lines]}

    @router.get("/tickets", summary="Tickets, newest first")
    async def list_tickets(
        member: TicketStaff,
        conversation_id: str | None = None,
        kind: Kind | None = None,
        state: State | None = None,
    ) -> dict[str, Any]:
        found = await tickets.list_tickets(
            conversation_id=conversation_id, kind=kind, state=state
        )
        return {"tickets": [ticket_data(ticket) for ticket in found]}

    @router.post("/tickets", status_code=201, summary="Register a ticket, once per request_key")
    async def register(member: TicketStaff, form: TicketForm) -> dict[str, Any]:
        centre = profile_of(form.profile)
        new = NewTicket(
            request_key=f"staff:{form.request_key}",
            profile=centre.name,
            kind=form.kind,
            conversation_id=form.conversation_id,
            fields=form.fields,
            urgent=form.urgent,
        )
        ticket = await tickets.register(new, actor=member.name, timezone=centre.timezone)
        return ticket_data(ticket)

    @router.get("/tickets/{no}", summary="A ticket with its history")
    async def get_ticket(member: TicketStaff, no: str) -> dict[str, Any]:
        return ticket_data(await tickets.get(no))

    @router.patch("/tickets/{no}", summary="Move a ticket on or amend it")
    async def change(member: TicketStaff, no: str, form: TicketChange) -> dict[str, Any]:
        changed = await tickets.change(
            no, actor=member.name, state=form.state, fields=form.fields, note=form.note
        )
        return ticket_data(changed)

    return router


async def _stream(hub: Hub, conversation_id: str, after: int) -> AsyncIterator[ServerSentEvent]:
    """What was missed, then what happens; a watcher that falls behind is closed and comes again."""
    async with hub.watch(conversation_id) as queue:
        seen = after
        for line in await hub.list_messages(conversation_id, after=after):
            seen = line.seq
            yield _sent(Event(name="message", data=message_data(line), seq=line.seq))
        while True:
            event = await queue.get()
            if event.name == "lagging":
                return
            if event.seq is not None and event.seq <= seen:
                continue
            yield _sent(event)


def _sent(event: Event) -> ServerSentEvent:
    data = json.dumps(event.data, ensure_ascii=False)
    return ServerSentEvent(
        data=data, event=event.name, id=None if event.seq is None else str(event.seq)
    )


def candidate_data(candidate: Candidate) -> dict[str, Any]:
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


def ticket_data(ticket: Ticket) -> dict[str, Any]:
    """A ticket as staff see it."""
    return {
        "no": ticket.no,
        "profile": ticket.profile,
        "kind": ticket.kind,
        "state": ticket.state,
        "urgent": ticket.urgent,
        "conversation_id": ticket.conversation_id,
        "fields": ticket.fields,
        "registered_at": ticket.registered_at.isoformat(),
        "history": [
            {
                "at": line.at.isoformat(),
                "actor": line.actor,
                "state": line.state,
                "note": line.note,
            }
            for line in ticket.history
        ],
    }
