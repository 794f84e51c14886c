"""Who may call what: every route of the desk, walked as nobody and in every role.

A route that is added needs its line here; so does one that is taken away.
"""

import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from connectors.headers import DEFAULTS
from connectors.sign_in import StaffService
from conversations.audit_store import Wanted
from conversations.auditing import Act
from conversations.people import Role
from conversations.rights import RIGHTS, Right
from desk.app import make_app
from desk.clock import now
from desk.database import Database, migrate
from desk.routes import API
from desk.settings import Settings

# anybody on the network: pages, health, signing in
EVERYBODY = "everybody"
# whoever has the token with which a conversation was opened; for others it is not there
CUSTOMER = "customer"
# Rasa alone, with a token of its own
RASA = "rasa"

PAGES = """
    GET /                              GET /favicon.ico
    GET /common/tools.js               GET /chat/chat.css               GET /chat/chat.js
    GET /chat/composer.js              GET /chat/conversation.js        GET /chat/drawing.js
    GET /chat/log.js                   GET /chat/page.js                GET /chat/photos.js
    GET /chat/scrolling.js             GET /chat/sending.js             GET /chat/status.js
    GET /chat/stream.js
    GET /desk                          GET /desk/sidebar                GET /desk/desk.css
    GET /desk/core.js                  GET /desk/customer.js            GET /desk/desk.js
    GET /desk/help.js                  GET /desk/lines.js               GET /desk/owed.js
    GET /desk/photos.js                GET /desk/rated.js
    GET /desk/queue.js                 GET /desk/roles.js               GET /desk/sidebar.js
    GET /desk/state.js                 GET /desk/talk.js                GET /desk/tickets.js
    GET /desk/writing.js
    GET /desk/sheet.css                GET /desk/owed_more.js            GET /desk/papers.js
    GET /desk/sheet.js                 GET /desk/sheet_moves.js          GET /desk/sheet_verbs.js
    GET /desk/words.js
    GET /trainer                       GET /trainer/trainer.css         GET /trainer/trainer.js
    GET /trainer/pages.js              GET /trainer/states.js           GET /trainer/gaps.js
    GET /trainer/charts.js             GET /trainer/documents.js        GET /trainer/editor.js
    GET /trainer/entries.js            GET /trainer/publishing.js       GET /trainer/trying.js
    GET /trainer/words.js              GET /trainer/work.css          GET /trainer/gapforms.js
    GET /trainer/numbers.js            GET /trainer/testset.js
    GET /trainer/practice.js
    GET /trainer/bot.js                GET /trainer/trainings.js        GET /trainer/utterances.js
    GET /trainer/deciding.js
    GET /healthz                       GET /readyz                      GET /metrics
    GET /api/openapi.json
"""
CALLS: dict[str, Right | str] = {
    "POST /sign-in": EVERYBODY,
    "GET /profile": EVERYBODY,
    "POST /conversations": EVERYBODY,
    "GET /conversations/{conversation_id}/messages": CUSTOMER,
    "POST /conversations/{conversation_id}/messages": CUSTOMER,
    "GET /conversations/{conversation_id}/events": CUSTOMER,
    "POST /conversations/{conversation_id}/attachments": CUSTOMER,
    "GET /conversations/{conversation_id}/attachments/{file_id}": CUSTOMER,
    "POST /conversations/{conversation_id}/thumbs": CUSTOMER,
    "POST /password": Right.HELP,
    "POST /sign-out": Right.HELP,
    "GET /knowledge/search": Right.HELP,
    "POST /suggestions": Right.HELP,
    "POST /suggestions/outcome": Right.HELP,
    "POST /etiquette": Right.HELP,
    "GET /desk/queue": Right.SERVE,
    "GET /desk/events": Right.SERVE,
    "POST /desk/known": Right.WORK_TICKETS,
    "GET /desk/labels": Right.READ_TICKETS,
    "GET /desk/talks": Right.READ_OTHERS_TALKS,
    "POST /desk/conversations/{conversation_id}/claim": Right.SERVE,
    "POST /desk/conversations/{conversation_id}/lines": Right.SERVE,
    "POST /desk/conversations/{conversation_id}/files": Right.SERVE,
    "PUT /desk/conversations/{conversation_id}/draft": Right.SERVE,
    "POST /desk/conversations/{conversation_id}/seen": Right.SERVE,
    "POST /desk/conversations/{conversation_id}/give-back": Right.SERVE,
    "GET /desk/conversations/{conversation_id}": Right.READ_TALKS,
    "GET /desk/conversations/{conversation_id}/details": Right.READ_TALKS,
    "GET /staff/conversations/{conversation_id}/messages": Right.READ_TALKS,
    "GET /staff/conversations/{conversation_id}/attachments/{file_id}": Right.READ_TALKS,
    "GET /tickets": Right.READ_TICKETS,
    "GET /tickets/late": Right.READ_TICKETS,
    "GET /tickets/open": Right.READ_TICKETS,
    "GET /tickets/alarms": Right.READ_TICKETS,
    "GET /tickets/outstanding": Right.READ_TICKETS,
    "GET /tickets/{no}": Right.READ_TICKETS,
    "GET /tickets/{no}/attachments": Right.READ_TICKETS,
    "GET /tickets/{no}/attachments/{attachment_id}": Right.READ_TICKETS,
    "GET /tickets/{no}/forms/{name}": Right.READ_TICKETS,
    "GET /forms": Right.READ_TICKETS,
    "GET /events": Right.READ_TICKETS,
    "GET /events/{no}": Right.READ_TICKETS,
    # whether the role may look behind the seal is data of the profiles; see test_informants_api
    "POST /tickets/{no}/informant": Right.READ_REPORTS,
    "GET /tickets/{no}/informant/looks": Right.READ_REPORTS,
    "GET /tickets/to-phone": Right.WORK_TICKETS,
    "POST /tickets": Right.WORK_TICKETS,
    "PATCH /tickets/{no}": Right.WORK_TICKETS,
    "POST /tickets/{no}/note": Right.WORK_TICKETS,
    "POST /tickets/{no}/attachments": Right.WORK_TICKETS,
    "POST /tickets/{no}/urge": Right.WORK_TICKETS,
    "POST /tickets/{no}/postpone": Right.WORK_TICKETS,
    "POST /tickets/{no}/link": Right.WORK_TICKETS,
    "POST /tickets/{no}/merge": Right.WORK_TICKETS,
    "POST /tickets/{no}/follow-up": Right.WORK_TICKETS,
    "POST /events": Right.WORK_TICKETS,
    "PATCH /events/{no}": Right.WORK_TICKETS,
    "POST /events/{no}/tickets": Right.WORK_TICKETS,
    "DELETE /events/{no}/tickets/{ticket_no}": Right.WORK_TICKETS,
    "POST /events/{no}/end": Right.WORK_TICKETS,
    "POST /events/{no}/dissolve": Right.WORK_TICKETS,
    "GET /tickets/review": Right.REVIEW,
    "GET /forms/summary": Right.EXPORT,
    "GET /audit": Right.READ_AUDIT,
    "GET /trainer/labels": Right.HELP,
    "GET /cases": Right.TEACH,
    "GET /cases/candidates": Right.TEACH,
    "POST /cases": Right.TEACH,
    "PUT /cases/{case_id}": Right.TEACH,
    "DELETE /cases/{case_id}": Right.TEACH,
    "GET /practice": Right.PRACTISE,
    "POST /practice": Right.PRACTISE,
    "GET /practice/{practice_id}": Right.PRACTISE,
    "POST /practice/{practice_id}/replies": Right.PRACTISE,
    "GET /practice/results": Right.TEACH,
    "GET /numbers": Right.READ_NUMBERS,
    "GET /numbers/turns": Right.READ_NUMBERS,
    "GET /numbers/workbook": Right.READ_NUMBERS,
    "GET /gaps": Right.TEACH,
    "GET /gaps/{gap_id}": Right.TEACH,
    "GET /gaps/decisions": Right.TEACH,
    "POST /gaps/decisions": Right.TEACH,
    "DELETE /gaps/decisions/{decision_id}": Right.TEACH,
    "DELETE /knowledge/runs/{no}": Right.TEACH,
    "GET /knowledge/changes": Right.TEACH,
    "GET /knowledge/alike": Right.TEACH,
    "GET /knowledge/entries": Right.TEACH,
    "GET /knowledge/entries/{entry_id}": Right.TEACH,
    "GET /knowledge/export": Right.TEACH,
    "GET /knowledge/publications": Right.TEACH,
    "GET /knowledge/publications/plot.svg": Right.TEACH,
    "GET /knowledge/runs": Right.TEACH,
    "GET /knowledge/runs/{no}": Right.TEACH,
    "POST /knowledge/entries": Right.TEACH,
    "POST /knowledge/entries/check": Right.TEACH,
    "POST /knowledge/entries/{entry_id}/{move}": Right.TEACH,
    "POST /knowledge/imports": Right.TEACH,
    "POST /knowledge/publications/{no}/live": Right.TEACH,
    "POST /knowledge/runs": Right.TEACH,
    "POST /knowledge/runs/{no}/publish": Right.TEACH,
    "POST /knowledge/try": Right.TEACH,
    "PUT /knowledge/entries/{entry_id}": Right.TEACH,
    "GET /knowledge/tests": Right.TEACH,
    "POST /knowledge/tests": Right.TEACH,
    "PUT /knowledge/tests/{question_id}": Right.TEACH,
    "DELETE /knowledge/tests/{question_id}": Right.TEACH,
    "POST /knowledge/tests/{question_id}/restore": Right.TEACH,
    "GET /training/utterances": Right.TEACH_BOT,
    "GET /training/utterances/decided": Right.TEACH_BOT,
    "POST /training/utterances/{utterance_id}/relabel": Right.TEACH_BOT,
    "POST /training/utterances/{utterance_id}/reject": Right.TEACH_BOT,
    "DELETE /training/utterances/{utterance_id}/verdict": Right.TEACH_BOT,
    "GET /training/lessons": Right.TEACH_BOT,
    "POST /training/lessons": Right.TEACH_BOT,
    "GET /training/examples": Right.TEACH_BOT,
    "DELETE /training/examples": Right.TEACH_BOT,
    "GET /training/runs": Right.TEACH_BOT,
    "POST /training/runs": Right.TEACH_BOT,
    "GET /training/runs/{no}": Right.TEACH_BOT,
    "DELETE /training/runs/{no}": Right.TEACH_BOT,
    "POST /training/runs/{no}/swap": Right.TEACH_BOT,
    "GET /training/bot": Right.TEACH_BOT,
    "POST /training/bot/back": Right.TEACH_BOT,
}
# no customer is seen by those who may only do these
OF_NO_CUSTOMER = {Right.HELP, Right.TEACH, Right.TEACH_BOT, Right.PRACTISE}
# shows no customer, or only what the member of staff has before them anyway
UNRECORDED = {
    "GET /desk/queue",
    "GET /desk/events",
    "GET /desk/labels",
    "POST /desk/conversations/{conversation_id}/lines",
    "POST /desk/conversations/{conversation_id}/files",
    "PUT /desk/conversations/{conversation_id}/draft",
    "POST /desk/conversations/{conversation_id}/seen",
    # once they are done, which here they cannot be; see test_talks
    "POST /desk/conversations/{conversation_id}/claim",
    "POST /desk/conversations/{conversation_id}/give-back",
    "GET /forms",
    "GET /events",
    "GET /tickets/review",
    "GET /numbers",
}
# ends the session the rest is walked with
LEAVES = "POST /sign-out"
# never ends by itself; a refusal does
STREAM = "GET /desk/events"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    # the walk calls everything, also what writes lessons and begins a training
    taught = tmp_path / "taught"
    settings = Settings(
        _env_file=None,
        data_dir=tmp_path,
        action_token="rasa",
        bot_patience_s=0,
        training_data=taught,
    )
    migrate(settings.database)
    return settings


@pytest.fixture
def app(settings: Settings) -> FastAPI:
    return make_app(settings)


@pytest.fixture
async def outside(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://desk") as client:
        yield client


@pytest.fixture
async def staff(settings: Settings) -> AsyncIterator[StaffService]:
    database = Database(settings.database)
    yield StaffService(write=database.write, read=database.read, clock=now)
    await database.close()


async def token_of(staff: StaffService, role: Role) -> str:
    await staff.add(f"小{role}", role, "a long password")
    return await staff.make_token(f"小{role}")


def routes(app: FastAPI) -> Iterator[str]:
    """Every method with its path, as in the tables above."""
    for route in app.routes:
        # FastAPI keeps an included router whole and knows its routes when it is asked
        within = getattr(route, "effective_route_contexts", None)
        for each in within() if within else (route,):
            for method in sorted((each.methods or set()) - {"HEAD"}):
                yield f"{method} {each.path.removeprefix(API)}"


def who_may() -> dict[str, Right | str]:
    words = PAGES.split()
    pages = {
        f"{method} {path}": EVERYBODY for method, path in zip(words[::2], words[1::2], strict=True)
    }
    return {**pages, **CALLS, "POST /actions/webhook": RASA}


async def answer_to(outside: httpx.AsyncClient, route: str, token: str = "") -> httpx.Response:
    """What the desk says to a call, with something in the place of each parameter."""
    method, path = route.split()
    is_page = who_may()[route] == EVERYBODY and route not in CALLS
    path = re.sub(r"\{[a-z]*_id\}", "7", path).replace("{no}", "2026112100012")
    path = re.sub(r"\{[a-z_]*\}", "call", path)
    headers: dict[str, Any] = {"Authorization": f"Bearer {token}"} if token else {}
    return await outside.request(method, path if is_page else f"{API}{path}", headers=headers)


def is_stream(route: str, role: Role) -> bool:
    """Whether the call would never end: it is live, and the role may hear it."""
    return route == STREAM and CALLS[route] in RIGHTS[role]


def fits(status: int, wanted: Right, role: Role) -> bool:
    """Whether a status is what a role may expect."""
    if wanted in RIGHTS[role]:
        return status not in {401, 403, 405}
    # a report is not there for those who may not know of it
    return status in ({403, 404} if wanted is Right.READ_REPORTS else {403})


class TestTable:
    def test_has_a_line_for_every_route_and_no_other(self, app: FastAPI) -> None:
        assert set(routes(app)) == set(who_may())

    def test_names_every_role(self) -> None:
        assert set(RIGHTS) == set(Role)

    def test_gives_every_right_to_somebody_and_not_to_all(self) -> None:
        for right in set(Right) - {Right.HELP}:
            having = {role for role, rights in RIGHTS.items() if right in rights}
            assert having
            assert having != set(Role)


class TestNobody:
    async def test_gets_nowhere_without_a_token(self, outside: httpx.AsyncClient) -> None:
        for route, whose in CALLS.items():
            if whose != EVERYBODY:
                answer = await answer_to(outside, route)
                assert answer.status_code == (404 if whose == CUSTOMER else 401), route

    async def test_calls_no_action_of_the_bot(self, outside: httpx.AsyncClient) -> None:
        assert (await outside.post("/actions/webhook", json={})).status_code == 401


class TestStaff:
    async def test_may_do_what_the_table_says_and_nothing_else(
        self, outside: httpx.AsyncClient, staff: StaffService
    ) -> None:
        for role in Role:
            token = await token_of(staff, role)
            wrong = [
                (role, route, status)
                for route, whose in CALLS.items()
                if isinstance(whose, Right) and not (route == LEAVES or is_stream(route, role))
                for status in [(await answer_to(outside, route, token)).status_code]
                if not fits(status, whose, role)
            ]
            assert wrong == []

    async def test_may_not_enter_a_customers_conversation_by_the_customers_door(
        self, outside: httpx.AsyncClient, staff: StaffService
    ) -> None:
        token = await token_of(staff, Role.ADMIN)

        for route, whose in CALLS.items():
            if whose == CUSTOMER:
                assert (await answer_to(outside, route, token)).status_code == 404, route

    async def test_may_leave(self, outside: httpx.AsyncClient, staff: StaffService) -> None:
        for role in Role:
            token = await token_of(staff, role)

            assert (await answer_to(outside, LEAVES, token)).status_code == 200
            assert (await answer_to(outside, LEAVES, token)).status_code == 401


class TestRecord:
    async def test_holds_every_call_that_shows_or_changes_something_of_a_customer(
        self, outside: httpx.AsyncClient, staff: StaffService
    ) -> None:
        token, before = await token_of(staff, Role.SUPERVISOR), 0

        for route, whose in CALLS.items():
            if not isinstance(whose, Right) or whose in OF_NO_CUSTOMER or route in UNRECORDED:
                continue
            await answer_to(outside, route, token)
            lines = await staff.audit.list_lines(Wanted(actor="小supervisor", limit=1000))
            assert len(lines) > before, route
            before = len(lines)

    async def test_holds_what_was_refused(
        self, outside: httpx.AsyncClient, staff: StaffService
    ) -> None:
        token = await token_of(staff, Role.TRAINER)

        await answer_to(outside, "GET /tickets/{no}", token)

        (line, *_) = await staff.audit.list_lines(Wanted(actor="小trainer"))
        assert (line.act, line.detail) == (Act.REFUSED, "GET")
        assert line.subject == f"{API}/tickets/2026112100012"


class TestHeaders:
    async def test_of_every_answer_keep_the_browser_careful(
        self, outside: httpx.AsyncClient, staff: StaffService
    ) -> None:
        token = await token_of(staff, Role.SUPERVISOR)

        for route in who_may():
            if route != STREAM:
                headers = (await answer_to(outside, route, token)).headers
                assert set(DEFAULTS) <= {each.title() for each in headers}, route
                assert headers["X-Content-Type-Options"] == "nosniff", route
                assert "frame-ancestors" in headers["Content-Security-Policy"], route

    async def test_let_no_other_site_act_or_read(
        self, outside: httpx.AsyncClient, staff: StaffService
    ) -> None:
        """No cookie carries the session and no CORS header opens an answer: nothing to forge."""
        await staff.add("小李", Role.AGENT, "a long password")
        body = {"name": "小李", "password": "a long password"}
        entered = await outside.post(
            f"{API}/sign-in", json=body, headers={"Origin": "https://evil.example"}
        )
        # what a browser sends by itself from another site: cookies, an origin, a plain form
        forged = await outside.post(
            f"{API}/sign-out",
            content="a=b",
            headers={
                "Origin": "https://evil.example",
                "Content-Type": "text/plain",
                "Cookie": f"token={entered.json()['token']}",
            },
        )
        asked = await outside.request(
            "OPTIONS",
            f"{API}/tickets",
            headers={
                "Origin": "https://evil.example",
                "Access-Control-Request-Method": "POST",
                "Access-Control-Request-Headers": "authorization",
            },
        )

        assert "set-cookie" not in entered.headers
        assert forged.status_code == 401
        for answer in (entered, forged, asked):
            assert not [name for name in answer.headers if name.startswith("access-control")]
        assert not asked.is_success
