"""The action server, mounted in the desk: Rasa's webhook, guarded by a token."""

import asyncio
import hmac
import json
import logging
import zlib
from collections.abc import Callable, Mapping
from datetime import datetime

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection, ActionNotFoundException

from actions.answers import Answer, AskMore
from actions.conversation import Centres
from actions.filing import Filing
from actions.form import AskNext, Begin, Cancel, FileRequest, StartAgain, TakeLine
from actions.requests import Requests
from actions.tickets import NoteDetails, TellProgress
from conversations.duty import Duty
from conversations.handovers import HandOvers
from knowledge.service import Knowledge
from tickets.event_service import Events
from tickets.follow_up import FollowUp
from tickets.profile import Profile
from tickets.sent_file_service import SentFiles
from tickets.service import TicketService

log = logging.getLogger(__name__)

# Rasa itself would wait 300 s, with the conversation locked
LONGEST_ACTION_S = 10.0
PATH = "/actions/webhook"
# Rasa sends all that it keeps of a conversation with each call
LARGEST_CALL = 32 * 1024 * 1024


def make_executor(
    *,
    knowledge: Knowledge,
    tickets: TicketService,
    handovers: HandOvers,
    duty: Duty,
    events: Events,
    follow_up: FollowUp,
    files: SentFiles,
    profiles: Mapping[str, Profile],
    default_profile: str,
    clock: Callable[[], datetime],
) -> ActionExecutor:
    """Every action the domain names, built with what it needs."""
    centres = Centres(profiles, default=default_profile)
    requests = Requests(
        tickets=tickets, events=events, knowledge=knowledge, centres=centres, clock=clock
    )
    executor = ActionExecutor()
    for action in (
        Answer(knowledge=knowledge, requests=requests),
        AskMore(knowledge=knowledge, requests=requests),
        Begin(requests, handovers=handovers, duty=duty),
        TakeLine(requests),
        AskNext(requests, files),
        FileRequest(requests, Filing(tickets, events, follow_up, clock=clock)),
        Cancel(requests),
        StartAgain(requests),
        TellProgress(requests=requests, tickets=tickets, knowledge=knowledge, centres=centres),
        NoteDetails(requests=requests, tickets=tickets, knowledge=knowledge, centres=centres),
    ):
        executor.register_action(action)
    return executor


def make_router(executor: ActionExecutor, *, token: str) -> APIRouter:
    """`POST /actions/webhook`, for Rasa alone."""
    router = APIRouter(include_in_schema=False)

    @router.post(PATH)
    async def webhook(request: Request) -> JSONResponse:
        given = request.headers.get("x-action-token", "")
        if not hmac.compare_digest(given.encode(), token.encode()):
            return JSONResponse({"error": "unauthorized", "action_name": ""}, 401)
        body = await request.body()
        if request.headers.get("content-encoding") == "deflate":
            body = zlib.decompress(body)
        call = json.loads(body)
        name = call.get("next_action")
        try:
            async with asyncio.timeout(LONGEST_ACTION_S):
                result = await executor.run(call)
        except ActionExecutionRejection as error:
            return JSONResponse({"error": error.message, "action_name": error.action_name}, 400)
        except ActionNotFoundException as error:
            return JSONResponse({"error": error.message, "action_name": error.action_name}, 404)
        except Exception as error:  # Rasa must get an answer in its own form
            log.exception("action %s failed", name)
            return JSONResponse({"error": type(error).__name__, "action_name": name}, 500)
        return JSONResponse(result.model_dump() if result else None)

    return router
