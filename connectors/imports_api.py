"""The HTTP API for documents: look at a file, record it as drafts, take the corpus out."""

import asyncio
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Annotated, Any, Protocol

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse
from pydantic import StringConstraints

from connectors.api import Centres
from connectors.file_transfer import BODY_IS_THE_FILE, read_body, saved_only
from connectors.sign_in import StaffDoor, StaffService
from conversations.people import Staff
from conversations.rights import Right
from knowledge.entry import EntryKind, EntryState
from knowledge.importing import telling
from knowledge.importing.intake import MAX_FILE, MEGABYTE
from knowledge.importing.paper import Change, ImportRefused, Refusal
from knowledge.importing.preparing import Preview
from knowledge.importing.proposal import DIGEST, MAX_LINE, Proposal, leave_out
from tickets.attachments import AttachmentTooLarge

# changes shown one by one; how many there are of each kind is always told
SHOWN_CHANGES = 200
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
YAML = "application/yaml"
Digest = Annotated[str, StringConstraints(pattern=f"^[0-9a-f]{{{DIGEST}}}$")]


class ExportFormat(StrEnum):
    """How the corpus is wanted."""

    XLSX = "xlsx"
    YML = "yml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A file as it was sent, and how its entries are wanted."""

    name: str
    content: bytes
    kind: EntryKind | None = None
    source: str = ""


class Exchange(Protocol):
    """Documents into the corpus, and the corpus into documents."""

    async def prepare(self, profile: str, sent: Sent) -> Preview:
        """What a file would add, beside what is there; raises `ImportRefused`."""
        ...

    async def record(self, profile: str, proposals: Sequence[Proposal], *, by: str) -> list[str]:
        """Record proposals as drafts; returns the entries' ids."""
        ...

    async def export(self, profile: str, suffix: str, *, states: Collection[EntryState]) -> bytes:
        """The latest versions in these states (all, when none is named), as one file."""
        ...


def make_router(*, staff: StaffService, centres: Centres, exchange: Exchange) -> APIRouter:
    """`/knowledge/imports` and `/knowledge/export`."""
    router = APIRouter(tags=["trainer"])
    Trainer = Annotated[Staff, Depends(StaffDoor(staff, Right.TEACH))]

    @router.post(
        "/knowledge/imports",
        summary="Look at a document, or record its entries as drafts: the body is the file itself",
        openapi_extra=BODY_IS_THE_FILE,
    )
    async def import_file(
        member: Trainer,
        request: Request,
        name: Annotated[str, Query(min_length=1, max_length=200, description="of the file")],
        record: Annotated[bool, Query(description="false: only look at it")] = False,
        without: Annotated[
            frozenset[Digest], Query(description="digests of entries not to record, as looked at")
        ] = frozenset(),
        kind: EntryKind | None = None,
        source: Annotated[str, Query(max_length=MAX_LINE)] = "",
        profile: str | None = None,
    ) -> Response:
        centre = centres.get(profile)
        sent = Sent(name=name, content=await _body(request, name), kind=kind, source=source)
        preview = await exchange.prepare(centre.name, sent)
        ids: list[str] | None = None
        if record:
            wanted = leave_out(preview.proposals, without)
            ids = await exchange.record(centre.name, wanted, by=member.name)
        # of thousands of rows this takes seconds, in which others are served
        return await asyncio.to_thread(_told, preview, ids)

    @router.get(
        "/knowledge/export",
        summary="Every entry in its latest version, as one file that can be imported again",
        response_class=Response,
    )
    async def export(
        member: Trainer,
        file_format: Annotated[ExportFormat, Query(alias="format")] = ExportFormat.XLSX,
        state: Annotated[
            frozenset[EntryState], Query(description="only in these states")
        ] = frozenset(),
        profile: str | None = None,
    ) -> Response:
        centre = centres.get(profile)
        content = await exchange.export(centre.name, f".{file_format}", states=state)
        media_type = XLSX if file_format is ExportFormat.XLSX else YAML
        name = f"{centre.name}-entries.{file_format}"
        return saved_only(content, name=name, media_type=media_type)

    return router


async def _body(request: Request, name: str) -> bytes:
    """The file; one that is too large is refused as soon as that is known."""
    try:
        return await read_body(request, at_most=MAX_FILE)
    except AttachmentTooLarge as error:
        raise ImportRefused(
            Refusal.TOO_LARGE, telling.printable(name), limit=MAX_FILE // MEGABYTE
        ) from error


def _told(preview: Preview, recorded: list[str] | None) -> Response:
    told = _preview_data(preview)
    if recorded is not None:
        told["recorded"] = recorded
    return JSONResponse(jsonable_encoder(told))


def _preview_data(preview: Preview) -> dict[str, Any]:
    """What an import would do."""
    counts = Counter(change.kind for change in preview.changes)
    return {
        "proposals": [
            _proposal_data(number, proposal)
            for number, proposal in enumerate(preview.proposals, start=1)
        ],
        "unchanged": preview.unchanged,
        "counts": [
            {"kind": kind, "name": telling.change_name(kind, "zh"), "count": count}
            for kind, count in counts.items()
        ],
        "changes": [_change_data(change) for change in preview.changes[:SHOWN_CHANGES]],
    }


def _proposal_data(number: int, proposal: Proposal) -> dict[str, Any]:
    told = asdict(proposal)
    told["flags"] = [
        {
            "flag": finding.flag,
            "name": telling.flag_name(finding.flag, "zh"),
            "detail": finding.detail,
        }
        for finding in proposal.flags
    ]
    told["digest"] = proposal.digest
    return {"number": number, **told, "needs_a_decision": proposal.needs_a_decision}


def _change_data(change: Change) -> dict[str, str]:
    return {
        "kind": change.kind,
        "where": telling.where(change.place),
        "before": change.before,
        "after": change.after,
    }
