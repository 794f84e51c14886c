"""The HTTP API of the audit log: who looked at what, and who changed or took away what."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime

from connectors.sign_in import StaffDoor, StaffService
from conversations.audit_store import MOST_LINES, AuditLine, Wanted
from conversations.auditing import Act
from conversations.people import Staff
from conversations.rights import Right


def make_router(staff: StaffService) -> APIRouter:
    """`GET /audit`; reading it is in it too."""
    router = APIRouter(tags=["staff"])
    Auditor = Annotated[Staff, Depends(StaffDoor(staff, Right.READ_AUDIT, Act.READ_AUDIT))]

    @router.get("/audit", summary="Who did what, newest first; `before` an id for older lines")
    async def list_audit(
        member: Auditor,
        actor: Annotated[str, Query(max_length=80)] = "",
        act: Act | None = None,
        subject: Annotated[str, Query(max_length=200)] = "",
        since: AwareDatetime | None = None,
        before: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
        limit: Annotated[int, Query(ge=1, le=MOST_LINES)] = 100,
    ) -> dict[str, Any]:
        wanted = Wanted(
            actor=actor, act=act or "", subject=subject, since=since, before=before, limit=limit
        )
        return {"lines": [line_data(each) for each in await staff.audit.list_lines(wanted)]}

    return router


def line_data(line: AuditLine) -> dict[str, Any]:
    """A line of the log."""
    return {
        "id": line.id,
        "at": line.at.isoformat(),
        "actor": line.actor,
        "role": line.role,
        "act": line.act,
        "subject": line.subject,
        "detail": line.detail,
        "address": line.address,
    }
