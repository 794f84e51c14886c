"""The HTTP API: conversations for customers, search and tickets for staff."""

import json
from collections.abc import AsyncIterator, Mapping
from typing import Annotated, Any, TypeGuard

from fastapi import APIRouter, Depends, Header, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from sse_starlette import EventSourceResponse, ServerSentEvent

from connectors.sign_in import bearer
from conversations.hub import Hub
from conversations.live import Event, message_data
from conversations.message import Conversation, Incoming, file_as_text, place_as_text
from conversations.transcript import Transcript
from tickets.attachments import MAX_MB
from tickets.profile import Profile

# far above the longest text, so that a long one gets a sentence and not a parser's error
LONGEST_BODY_TEXT = 20_000
# what a browser's number and every database's both hold
LAST_SEQ, LAST_SEQ_DIGITS = 2**31 - 1, 10


class OpenForm(BaseModel):
    """Body of `POST /conversations`."""

    model_config = ConfigDict(extra="forbid")

    profile: str | None = None


class LocationForm(BaseModel):
    """A place sent from a map."""

    model_config = ConfigDict(extra="forbid")

    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)
    address: str = Field("", max_length=200)


class AttachmentForm(BaseModel):
    """A picture or file; without the id of one that was chosen, only that it was sent is kept."""

    model_config = ConfigDict(extra="forbid")

    id: int | None = Field(None, ge=1, le=LAST_SEQ, description="of `POST …/attachments`")
    kind: str = Field("photo", max_length=40)
    name: str = Field("", max_length=200)


class MessageForm(BaseModel):
    """Body of `POST /conversations/{id}/messages`."""

    model_config = ConfigDict(extra="forbid")

    message_id: str = Field(min_length=1, max_length=120, description="the sender's own unique id")
    text: str = Field("", max_length=LONGEST_BODY_TEXT)
    payload: str | None = Field(None, max_length=2000, description="of a button the desk offered")
    title: str = Field("", max_length=200, description="what the button showed")
    location: LocationForm | None = None
    attachments: list[AttachmentForm] = Field([], max_length=10)

    def line(self) -> str:
        """What was sent, as one line of text."""
        if self.payload:
            return self.title
        if self.location:
            place = self.location
            sent = place_as_text(place.address, place.latitude, place.longitude)
            return f"{sent}{self.text}"
        return file_as_text(self.text) if self.attachments else self.text


class UnknownProfile(LookupError):
    """This desk serves no such profile."""


class Centres:
    """The profiles this desk serves, by name; no name means the default one."""

    def __init__(self, profiles: Mapping[str, Profile], *, default: str) -> None:
        self._profiles, self._default = profiles, default

    def get(self, name: str | None) -> Profile:
        """The profile of this name; raises `UnknownProfile`."""
        wanted = name or self._default
        if wanted not in self._profiles:
            raise UnknownProfile(wanted)
        return self._profiles[wanted]


def make_router(*, hub: Hub, transcript: Transcript, centres: Centres, max_text: int) -> APIRouter:
    """Calls a customer's page makes."""
    router = APIRouter(tags=["customer"])

    async def own(conversation_id: str, request: Request) -> Conversation:
        return await transcript.get(conversation_id, token=bearer(request))

    Own = Annotated[Conversation, Depends(own)]

    @router.get("/profile", summary="What the centre says of itself")
    async def profile(name: str | None = None) -> dict[str, Any]:
        centre = centres.get(name)
        limits = {"max_text": max_text, "max_file_mb": MAX_MB}
        shown = centre.model_dump(
            include={"name", "title", "hotline", "hours", "greeting", "starters"}
        )
        return {**shown, "greeting": centre.greeting.strip(), **limits}

    @router.post("/conversations", status_code=201, summary="Open a conversation")
    async def open_conversation(form: OpenForm) -> dict[str, str]:
        centre = centres.get(form.profile)
        conversation, token = await transcript.open(profile=centre.name, channel="web")
        return {"conversation_id": conversation.conversation_id, "token": token}

    @router.post("/conversations/{conversation_id}/messages", summary="Say something; waits")
    async def receive(conversation: Own, form: MessageForm) -> dict[str, Any]:
        incoming = Incoming(
            message_id=form.message_id,
            text=form.line(),
            payload=form.payload,
        )
        files = [each.id for each in form.attachments if each.id is not None]
        received = await hub.receive(conversation, incoming, files=files)
        # a person may have taken over meanwhile
        present = await transcript.get_for_staff(conversation.conversation_id)
        answer = {
            "mode": present.mode,
            "replies": [message_data(each) for each in received.answers],
        }
        return answer | ({"merged_into": received.merged_into} if received.merged_into else {})

    @router.get("/conversations/{conversation_id}/messages", summary="The lines so far")
    async def history(
        conversation: Own, after: Annotated[int, Query(ge=0, le=LAST_SEQ)] = 0
    ) -> dict[str, Any]:
        lines = await transcript.list_messages(conversation.conversation_id, after=after)
        return {"mode": conversation.mode, "messages": [message_data(line) for line in lines]}

    @router.get("/conversations/{conversation_id}/events", summary="Live, server-sent events")
    async def events(
        conversation: Own,
        after: Annotated[int, Query(ge=0, le=LAST_SEQ)] = 0,
        last_event_id: Annotated[str | None, Header()] = None,
    ) -> EventSourceResponse:
        begin = int(last_event_id) if _is_seq(last_event_id) else after
        return EventSourceResponse(_stream(hub, transcript, conversation, begin), ping=20)

    return router


def _is_seq(text: str | None) -> TypeGuard[str]:
    if text is None or not (text.isascii() and text.isdigit()) or len(text) > LAST_SEQ_DIGITS:
        return False
    return int(text) <= LAST_SEQ


async def _stream(
    hub: Hub, transcript: Transcript, conversation: Conversation, after: int
) -> AsyncIterator[ServerSentEvent]:
    """What was missed, then what happens; a watcher that falls behind is closed and comes again."""
    conversation_id = conversation.conversation_id
    async with hub.watch(conversation_id) as queue:
        seen = after
        yield _sent(Event(name="mode", data={"mode": conversation.mode}))
        for line in await transcript.list_messages(conversation_id, after=after):
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
