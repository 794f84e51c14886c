"""The one table from an error to what people are told: RFC 9457 problem details."""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from ruamel.yaml import YAML
from starlette.exceptions import HTTPException

from connectors.api import UnknownProfile
from conversations.bot_client import BotRefused, BotUnavailable
from conversations.door import DeliveryError
from conversations.message import ConversationError
from conversations.people import PeopleError
from conversations.utterance import LessonError
from desk.invalid import load_words
from knowledge.encoder import EncoderError
from knowledge.entry import CorpusError, KnowledgeError
from profiles.document import DocumentError
from tickets.event import EventError
from tickets.ticket import TicketError

log = logging.getLogger(__name__)

FAMILIES: tuple[type[Exception], ...] = (
    ConversationError,
    PeopleError,
    TicketError,
    EventError,
    KnowledgeError,
    EncoderError,
    DocumentError,
    BotUnavailable,
    BotRefused,
    LessonError,
    DeliveryError,
    UnknownProfile,
)

PROBLEMS: Mapping[str, dict[str, Any]] = YAML(typ="safe").load(
    Path(__file__).with_name("problems.yml")
)
# who is behind a change when it is nobody of the staff, as people say it
ACTORS: Mapping[str, str] = YAML(typ="safe").load(Path(__file__).with_name("actors.yml"))

INVALID = load_words()


def install(app: FastAPI) -> None:
    """Let every error leave the desk as a problem with a sentence of what to do."""
    for family in FAMILIES:
        app.add_exception_handler(family, _ours)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unexpected)


def problem(name: str, **more: Any) -> JSONResponse:
    """The problem of this name in problems.yml; `more` fills its figures and is added to it."""
    entry = PROBLEMS[name]
    body = {
        "type": f"/problems/{name}",
        "title": entry["title"],
        "status": entry["status"],
        "detail": entry["detail"].format_map(_in_words(more)),
        **more,
    }
    headers = {"WWW-Authenticate": "Bearer"} if entry["status"] == HTTPStatus.UNAUTHORIZED else {}
    if "retry_after_s" in more:
        headers["Retry-After"] = str(more["retry_after_s"])
    return JSONResponse(
        body, entry["status"], headers=headers, media_type="application/problem+json"
    )


def detail_of(error: Exception) -> str:
    """What happened and what to do, as people read it; a fault in a file is named besides."""
    entry = PROBLEMS.get(type(error).__name__, PROBLEMS["unexpected"])
    detail: str = entry["detail"].format_map(_in_words(_figures_of(error)))
    # file, line and reason are for whoever keeps the files; no page shows them but a run's
    return f"{detail}（{error}）" if isinstance(error, CorpusError | DocumentError) else detail


async def _ours(request: Request, error: Exception) -> JSONResponse:
    return problem(type(error).__name__, **_figures_of(error))


def _figures_of(error: Exception) -> dict[str, Any]:
    figures = {name: value for name, value in vars(error).items() if isinstance(value, int)}
    return figures | getattr(error, "told", {})


def _in_words(figures: Mapping[str, Any]) -> dict[str, Any]:
    """The figures as people read them: they know no `bot` and no `desk`."""
    by = figures.get("changed_by")
    return {**figures, "changed_by": ACTORS.get(str(by), by)}


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    places = [
        {
            "place": ".".join(str(step) for step in each["loc"]),
            "reason": each["msg"],
            "told": INVALID.told(each),
        }
        for each in error.errors()
    ]
    return problem("invalid_request", errors=places)


async def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    if error.status_code == HTTPStatus.NOT_FOUND:
        return problem("not_found")
    title = HTTPStatus(error.status_code).phrase
    body = {"type": "about:blank", "title": title, "status": error.status_code, "detail": title}
    return JSONResponse(
        body,
        error.status_code,
        headers=dict(error.headers or {}),
        media_type="application/problem+json",
    )


async def _unexpected(request: Request, error: Exception) -> JSONResponse:
    log.error("unexpected error", exc_info=error)
    return problem("unexpected")
