"""The HTTP API of what those who lead are told of talks: long waits and bad marks."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi import Path as InPath

from connectors.sign_in import StaffDoor, StaffService
from conversations.auditing import Act
from conversations.hand_over_terms import HandOverTerms
from conversations.people import Role, Staff
from conversations.rights import Right
from conversations.talk_alarm import TalkAlarm, TalkAlarmKind
from conversations.talk_alarms import TalkAlarms
from tickets.profile import Profile

LAST_ID = 2**31 - 1


def make_router(
    *,
    staff: StaffService,
    alarms: TalkAlarms,
    terms: Mapping[str, HandOverTerms],
    profiles: Mapping[str, Profile],
) -> APIRouter:
    """`/desk/alarms`: kept until somebody of those they were told to takes note of them."""
    router = APIRouter(tags=["desk"])
    Lead = Annotated[Staff, Depends(StaffDoor(staff, Right.ANSWER_FOR_TALKS, Act.LISTED))]

    def data(alarm: TalkAlarm) -> dict[str, Any]:
        talk = alarm.handover
        limits = terms[talk.profile].limits
        far = alarm.role is not Role.LEAD
        is_wait = alarm.kind is TalkAlarmKind.WAITED
        return {
            "id": alarm.alarm_id,
            "kind": alarm.kind,
            "at": alarm.at.isoformat(),
            # how long the wait was at least
            "over_s": (limits.far_too_long_s if far else limits.too_long_s) if is_wait else None,
            "conversation_id": talk.conversation_id,
            "centre": profiles[talk.profile].title,
            "reason": talk.reason,
            "agent": talk.agent,
            "how_ended": talk.how_ended,
        }

    @router.get("/desk/alarms", summary="Long waits and bad marks nobody has taken note of")
    async def list_alarms(member: Lead) -> dict[str, Any]:
        return {"alarms": [data(each) for each in await alarms.list_new(member.role)]}

    @router.post("/desk/alarms/{alarm_id}/note", summary="I have taken note of it")
    async def note(
        member: Lead, alarm_id: Annotated[int, InPath(ge=1, le=LAST_ID)]
    ) -> dict[str, int]:
        return {"noted": await alarms.note(alarm_id, name=member.name, role=member.role)}

    return router
