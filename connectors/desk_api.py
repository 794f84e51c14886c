"""The HTTP API of the agent desk: the queue, claiming, the live talk, drafts, giving back."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from sse_starlette import EventSourceResponse

from connectors.contacts import past_talk_data
from connectors.desk_labels import labels_data
from connectors.desk_view import Desktop, DeskView
from connectors.file_transfer import BODY_IS_THE_FILE, FileName, read_body
from connectors.from_talk import FromTalk
from connectors.known import Known
from connectors.sign_in import StaffDoor, address_of, bearer, subject_of
from connectors.staff_api import Fields
from conversations.auditing import Act, Deed
from conversations.live import message_data
from conversations.message import MAX_TEXT
from conversations.people import Staff
from conversations.rights import Right
from tickets.attachments import MAX_BYTES

LONGEST_DRAFT = 2000


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid")


class LineForm(_Form):
    """Body of `POST /desk/conversations/{id}/lines`; `key` makes a repeated call say it once."""

    key: str = Field(min_length=1, max_length=80)
    text: str = Field(max_length=20_000)


class DraftForm(_Form):
    """Body of `PUT /desk/conversations/{id}/draft`."""

    text: str = Field(max_length=LONGEST_DRAFT)


class SeenForm(_Form):
    """Body of `POST /desk/conversations/{id}/seen`."""

    seq: int = Field(ge=0, le=2**31 - 1)


class KnownForm(_Form):
    """Body of `POST /desk/known`: what a caller says, and what is written down so far."""

    profile: str | None = None
    text: str = Field("", max_length=MAX_TEXT)
    fields: Fields = {}


class GiveBackForm(_Form):
    """Body of `POST /desk/conversations/{id}/give-back`."""

    ask_rating: bool = True


def make_router(desk: Desktop) -> APIRouter:
    """Everything under `/desk`, and signing out."""
    router = APIRouter(tags=["desk"])
    Agent = Annotated[Staff, Depends(StaffDoor(desk.staff, Right.SERVE))]
    Anyone = Annotated[Staff, Depends(StaffDoor(desk.staff, Right.HELP))]
    Reader = Annotated[Staff, Depends(StaffDoor(desk.staff, Right.READ_TALKS, Act.READ_TALK))]
    Looker = Annotated[Staff, Depends(StaffDoor(desk.staff, Right.READ_TICKETS))]
    Judge = Annotated[Staff, Depends(StaffDoor(desk.staff, Right.READ_OTHERS_TALKS, Act.LISTED))]
    # tickets are named under a phone: who looked is written down
    Taker = Annotated[Staff, Depends(StaffDoor(desk.staff, Right.WORK_TICKETS, Act.LISTED))]
    view = DeskView(desk)
    known = Known(
        tickets=desk.tickets,
        nearby=desk.nearby,
        events=desk.events,
        read_details=desk.read_details,
    )
    from_talk = FromTalk(talks=desk.talks, known=known, profiles=desk.profiles)

    @router.get("/desk/queue", summary="Who waits, who is mine, who is on duty")
    async def queue(member: Agent) -> dict[str, Any]:
        return view.of(member, await view.look())

    @router.get("/desk/events", summary="Live: the queue and the lines of my conversations")
    async def events(
        member: Agent, request: Request, taking: Annotated[bool, Query()] = True
    ) -> EventSourceResponse:
        stream = view.stream(member, token=bearer(request), is_taking=taking)
        return EventSourceResponse(stream, ping=20)

    @router.get("/desk/conversations/{conversation_id}/details", summary="What fills a ticket")
    async def details(member: Reader, conversation_id: str) -> dict[str, Any]:
        return await from_talk.details(member, conversation_id)

    @router.post("/desk/known", summary="What there is already of a matter being taken down")
    async def look_up(member: Taker, form: KnownForm) -> dict[str, Any]:
        profile = desk.profiles[desk.centres.get(form.profile).name]
        return await known.of(member, profile, form.fields, text=form.text)

    @router.get("/desk/labels", summary="How things are called, and what I may do")
    async def labels(member: Looker) -> dict[str, Any]:
        return labels_data(desk, member)

    @router.get("/desk/talks", summary="What persons talked with customers in the last week")
    async def talks(
        member: Judge,
        rating: Annotated[str | None, Query(max_length=20, description="of hand_over.yml")] = None,
    ) -> dict[str, Any]:
        found = await desk.past_talks.list_lately(rating=rating)
        return {"talks": [past_talk_data(each, desk.handovers) for each in found]}

    _add_talk(router, desk, view)

    @router.post("/sign-out", summary="End the session; what was mine is in the queue again")
    async def sign_out(
        member: Anyone,
        request: Request,
        keeps_talks: Annotated[
            bool, Query(description="the sidebar's: talks are elsewhere")
        ] = False,
    ) -> dict[str, int]:
        returned = 0 if keeps_talks else await desk.handovers.release(member.name)
        await desk.staff.forget(bearer(request))
        deed = Deed(act=Act.SIGNED_OUT, address=address_of(request))
        await desk.staff.audit.note(member, deed)
        return {"returned": returned}

    return router


def _add_talk(router: APIRouter, desk: Desktop, view: DeskView) -> None:
    """What is done in one conversation."""
    Agent = Annotated[Staff, Depends(StaffDoor(desk.staff, Right.SERVE))]
    Reader = Annotated[Staff, Depends(StaffDoor(desk.staff, Right.READ_TALKS, Act.READ_TALK))]

    async def note(member: Staff, act: Act, request: Request) -> None:
        """Write down what was done; what was refused was not done."""
        deed = Deed(act=act, subject=subject_of(request), address=address_of(request))
        await desk.staff.audit.note(member, deed)

    @router.get("/desk/conversations/{conversation_id}", summary="A conversation and all beside it")
    async def open_conversation(member: Reader, conversation_id: str) -> dict[str, Any]:
        return await view.conversation(member, conversation_id)

    @router.post("/desk/conversations/{conversation_id}/claim", summary="Take it; one agent only")
    async def claim(member: Agent, conversation_id: str, request: Request) -> dict[str, Any]:
        await desk.handovers.claim(conversation_id, agent=member.name)
        await note(member, Act.TOOK_TALK, request)
        return await view.conversation(member, conversation_id)

    @router.post("/desk/conversations/{conversation_id}/lines", summary="Say something, once")
    async def say(member: Agent, conversation_id: str, form: LineForm) -> dict[str, Any]:
        message = await desk.handovers.say(
            conversation_id, agent=member.name, key=form.key, text=form.text
        )
        return message_data(message)

    @router.post(
        "/desk/conversations/{conversation_id}/files",
        summary="Send a picture or PDF, once: the body is the file itself",
        openapi_extra=BODY_IS_THE_FILE,
    )
    async def send_file(
        member: Agent,
        conversation_id: str,
        request: Request,
        key: Annotated[str, Query(min_length=1, max_length=80)],
        name: FileName = "",
    ) -> dict[str, Any]:
        kept = await desk.files.keep(await read_body(request, at_most=MAX_BYTES), name=name)
        message = await desk.handovers.send_file(
            conversation_id, agent=member.name, key=key, kept=kept
        )
        return message_data(message)

    @router.put("/desk/conversations/{conversation_id}/draft", summary="Keep what is typed")
    async def keep_draft(member: Agent, conversation_id: str, form: DraftForm) -> dict[str, str]:
        await desk.handovers.keep_draft(conversation_id, agent=member.name, draft=form.text)
        return {"draft": form.text}

    @router.post("/desk/conversations/{conversation_id}/seen", summary="Read up to a line")
    async def see(member: Agent, conversation_id: str, form: SeenForm) -> dict[str, int]:
        await desk.handovers.see(conversation_id, agent=member.name, seq=form.seq)
        return {"seq": form.seq}

    @router.post("/desk/conversations/{conversation_id}/give-back", summary="The bot goes on")
    async def give_back(
        member: Agent, conversation_id: str, form: GiveBackForm, request: Request
    ) -> dict[str, Any]:
        await desk.handovers.give_back(
            conversation_id, agent=member.name, asks_rating=form.ask_rating
        )
        await note(member, Act.GAVE_BACK_TALK, request)
        return view.of(member, await view.look())
