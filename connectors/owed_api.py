"""The HTTP API for what is owed: late list, daily review, alarms; urge, postpone, link, merge."""

from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from connectors.api import Centres
from connectors.sight import Sight
from connectors.sign_in import StaffDoor, StaffService
from connectors.ticket_data import alarm_data, hidden_from, owed_data, ticket_data
from connectors.ticket_door import ticket_for
from conversations.auditing import Act
from conversations.people import Staff
from conversations.rights import Right
from tickets.follow_up import FollowUp, Outcome, tries_so_far
from tickets.limits import What
from tickets.link_store import Relation
from tickets.owed import Owed, Owing
from tickets.service import TicketService
from tickets.together import Delay, Matters

# of the ticket in the path: two who do the same do not do it twice without knowing
SEEN = Field(description="the version that was seen")


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid")


class UrgeForm(_Form):
    """Body of `POST /tickets/{no}/urge`; `request_key` makes a repeated call count once."""

    request_key: str = Field(min_length=1, max_length=160)
    words: str = Field("", max_length=2000)


class PostponeForm(_Form):
    """Body of `POST /tickets/{no}/postpone`."""

    version: int = SEEN
    what: What | None = Field(None, description="which limit; without, all due by then")
    until: AwareDatetime
    reason: str = Field(min_length=1, max_length=2000)
    consent: str = Field(min_length=1, max_length=2000, description="how the customer agreed")


class LinkForm(_Form):
    """Body of `POST /tickets/{no}/link`; `merged` has its own call."""

    version: int = SEEN
    other: str = Field(min_length=1, max_length=20)
    relation: Relation = Relation.RELATED


class MergeForm(_Form):
    """Body of `POST /tickets/{no}/merge`."""

    version: int = SEEN
    into: str = Field(min_length=1, max_length=20)


class FollowUpForm(_Form):
    """Body of `POST /tickets/{no}/follow-up`."""

    version: int = SEEN
    outcome: Outcome
    note: str = Field("", max_length=2000)


def make_router(
    *,
    staff: StaffService,
    owing: Owing,
    centres: Centres,
    clock: Callable[[], datetime],
    sight: Sight,
) -> APIRouter:
    """Lists over many tickets; to be included before the calls with a number in their path."""
    router = APIRouter(tags=["tickets"])
    Reader = Annotated[Staff, Depends(StaffDoor(staff, Right.READ_TICKETS, Act.LISTED))]
    Caller = Annotated[Staff, Depends(StaffDoor(staff, Right.WORK_TICKETS, Act.LISTED))]
    Leader = Annotated[Staff, Depends(StaffDoor(staff, Right.REVIEW))]
    Limit = Annotated[int, Query(ge=1, le=500)]

    def shown(member: Staff, owed: Owed, now: datetime) -> dict[str, Any]:
        return owed_data(replace(owed, ticket=sight.of(member, owed.ticket)), now=now)

    @router.get("/tickets/late", summary="Open tickets past a limit, the longest first")
    async def late(
        member: Reader,
        profile: str | None = None,
        department: str | None = None,
        owner: str | None = None,
        limit: Limit = 100,
    ) -> dict[str, Any]:
        found = await owing.list_late(
            centres.get(profile).name,
            department=department,
            owner=owner,
            without=hidden_from(member),
            limit=limit,
        )
        now = clock()
        return {"tickets": [shown(member, each, now) for each in found]}

    @router.get("/tickets/review", summary="日清日审: what is still open today, by owner")
    async def review(member: Leader, profile: str | None = None) -> dict[str, Any]:
        centre = centres.get(profile).name
        days = await owing.review(centre, without=hidden_from(member))
        return {"owners": [asdict(day) for day in days]}

    @router.get("/tickets/open", summary="What one owner still has open; without a name, oneself")
    async def list_open(
        member: Reader,
        profile: str | None = None,
        owner: str | None = None,
        limit: Limit = 100,
    ) -> dict[str, Any]:
        found = await owing.list_open(
            centres.get(profile).name,
            owner=member.name if owner is None else owner,
            without=hidden_from(member),
            limit=limit,
        )
        now = clock()
        return {"tickets": [shown(member, each, now) for each in found]}

    @router.get("/tickets/to-phone", summary="回访: answered tickets to be asked about by phone")
    async def to_phone(
        member: Caller, profile: str | None = None, limit: Limit = 100
    ) -> dict[str, Any]:
        found = await owing.list_to_phone(
            centres.get(profile).name, without=hidden_from(member), limit=limit
        )
        return {
            "tickets": [
                {
                    # who is to phone needs the number
                    **ticket_data(sight.of(member, each, is_served=True)),
                    "tries": tries_so_far(each),
                }
                for each in found
            ]
        }

    @router.get("/tickets/alarms", summary="What was told to those with one's role, oldest first")
    async def alarms(
        member: Reader,
        profile: str | None = None,
        after: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
    ) -> dict[str, Any]:
        told = await owing.list_told(
            centres.get(profile).name,
            access_role=member.role,
            after=after,
            without=hidden_from(member),
        )
        return {
            "alarms": [
                {**alarm_data(alarm), "ticket": ticket_data(sight.of(member, ticket))}
                for alarm, ticket in told
            ]
        }

    return router


def make_verbs_router(
    *,
    staff: StaffService,
    tickets: TicketService,
    matters: Matters,
    follow_up: FollowUp,
    sight: Sight,
) -> APIRouter:
    """What is done to one ticket besides moving it on."""
    router = APIRouter(tags=["tickets"])
    Worker = Annotated[Staff, Depends(StaffDoor(staff, Right.WORK_TICKETS, Act.CHANGED_TICKET))]

    async def check_own(member: Staff, *nos: str) -> None:
        for no in nos:
            await ticket_for(member, tickets, no)

    @router.post("/tickets/{no}/urge", summary="催办: the customer pushes, once per request_key")
    async def urge(member: Worker, no: str, form: UrgeForm) -> dict[str, Any]:
        await check_own(member, no)
        key = f"staff:{form.request_key}"
        urged, _ = await tickets.urge(no, actor=member.name, words=form.words, request_key=key)
        return ticket_data(sight.of(member, urged))

    @router.post("/tickets/{no}/postpone", summary="Put a limit off, once, by at most a week")
    async def postpone(member: Worker, no: str, form: PostponeForm) -> dict[str, Any]:
        await check_own(member, no)
        delay = Delay(until=form.until, reason=form.reason, consent=form.consent, what=form.what)
        put_off = await matters.postpone(no, delay, actor=member.name, version=form.version)
        return ticket_data(sight.of(member, put_off))

    @router.post("/tickets/{no}/link", summary="Say that two tickets belong together")
    async def link(member: Worker, no: str, form: LinkForm) -> dict[str, Any]:
        await check_own(member, no, form.other)
        linked = await matters.link(
            no, form.other, actor=member.name, relation=form.relation, version=form.version
        )
        return ticket_data(sight.of(member, linked))

    @router.post("/tickets/{no}/merge", summary="Work on two tickets as one from now on")
    async def merge(member: Worker, no: str, form: MergeForm) -> dict[str, Any]:
        await check_own(member, no, form.into)
        merged = await matters.merge(no, form.into, actor=member.name, version=form.version)
        return ticket_data(sight.of(member, merged))

    @router.post("/tickets/{no}/follow-up", summary="回访: what came of asking the customer")
    async def followed_up(member: Worker, no: str, form: FollowUpForm) -> dict[str, Any]:
        await check_own(member, no)
        asked = await follow_up.note(
            no, form.outcome, actor=member.name, words=form.note, version=form.version
        )
        return ticket_data(sight.of(member, asked))

    return router
