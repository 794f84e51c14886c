"""The desk's doors on real parts: a SQLite file, a clock that stands still, and a scripted bot."""

from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

import connectors.api
import connectors.attachments_api
import connectors.audit_api
import connectors.desk_api
import connectors.etiquette_api
import connectors.events_api
import connectors.forms_api
import connectors.informants_api
import connectors.outstanding_api
import connectors.owed_api
import connectors.photos_api
import connectors.sign_in
import connectors.staff_api
import connectors.talk_alarms_api
from connectors.contacts import LastContacts
from connectors.desk_view import Desktop
from connectors.sight import Sight
from connectors.sign_in import StaffService
from connectors.talks import Talks
from connectors.ticket_door import TicketDoor
from conversations.answering import Answering
from conversations.asking import inform
from conversations.bot_client import BotUnavailable, Turn
from conversations.chats import Chats
from conversations.drafts import Drafts
from conversations.hub import Hub
from conversations.live import Live
from conversations.message import MAX_TEXT, Reply
from conversations.past_talks import PastTalks
from conversations.people import Role
from conversations.queueing import Queueing
from conversations.talk_alarms import TalkAlarms
from conversations.transcript import Transcript
from conversations.turns import Turns
from desk import errors
from desk.database import Database
from desk.routes import API
from desk.settings import ROOT
from knowledge.indexes.cache import IndexCache
from knowledge.service import Knowledge
from tests.centres import read_checks, read_terms
from tests.conftest import Clock
from tests.connectors.bot_api import BotApi, serve_bot_api
from tests.connectors.post_office import PostOffice
from tests.conversations.persons import persons_of
from tests.conversations.scripted import HOW_TO_MUTE
from tickets.attachment_files import AttachmentFiles
from tickets.attachment_service import AttachmentService
from tickets.event_rules import watch_of
from tickets.event_service import Events
from tickets.follow_up import FollowUp
from tickets.form_service import FormService
from tickets.forms import load_forms
from tickets.informant_service import InformantService
from tickets.informants import load_seal
from tickets.limits_file import load_limits
from tickets.noting import Noting
from tickets.open_nearby import OpenNearby
from tickets.owed import Owing
from tickets.profile import Profile
from tickets.sent_file_service import SentFiles
from tickets.service import TicketService
from tickets.together import Matters

HOUSEHOLD = inform("scope", "只有我家")
OUTAGE_BUTTONS = ({"title": "只有我家", "payload": HOUSEHOLD},)


class ScriptedBot:
    """Says back what it heard and counts aloud, so that an answer given twice can be told."""

    def __init__(self) -> None:
        self.is_away = False
        self.turns: list[Turn] = []
        self._answered = 0

    async def answer(self, turn: Turn) -> list[Reply]:
        self.turns.append(turn)
        if self.is_away:
            raise BotUnavailable("gone for lunch")
        self._answered += 1
        heard = turn.payload or turn.text
        buttons = OUTAGE_BUTTONS if "停电" in turn.text else ()
        return [Reply(text=f"第{self._answered}次回答：{heard[:80]}", buttons=buttons)]

    async def is_ready(self) -> bool:
        return not self.is_away


@dataclass
class Doors:
    """The app and the parts behind it that a test may look at."""

    app: FastAPI
    bot: ScriptedBot
    hub: Hub
    transcript: Transcript
    knowledge: Knowledge
    staff: StaffService
    tickets: TicketService
    sent_files: SentFiles
    talks: Talks
    desktop: Desktop
    queueing: Queueing


@pytest.fixture
def burst_window_s() -> float:
    """How long the desk waits for more lines; a test may wish for another."""
    return 0.0


@pytest.fixture
def lines_a_minute() -> int | None:
    """How many lines of one page the desk takes; a test may wish for few."""
    return None


@pytest.fixture
async def doors(
    database: Database,
    clock: Clock,
    power: Profile,
    indexes: IndexCache,
    burst_window_s: float,
    lines_a_minute: int | None,
    tmp_path: Path,
) -> AsyncIterator[Doors]:
    write, read = database.write, database.read
    bot = ScriptedBot()
    knowledge = Knowledge(read=read, indexes=indexes, encoder=None, clock=clock)
    terms = read_terms("power")
    watch = watch_of(power)
    assert watch is not None
    watches = {"power": watch}
    tickets = TicketService(write=write, read=read, clock=clock, terms=terms, watches=watches)
    owing = Owing(read=read, clock=clock, terms=terms)
    staff = StaffService(write=write, read=read, clock=clock)
    files = AttachmentFiles(tmp_path / "attachments")
    sent_files = SentFiles(files=files, write=write, read=read, clock=clock)
    answering = Answering(
        bot=bot, knowledge=knowledge, tickets=tickets, clock=clock, files=sent_files
    )
    profiles = {"power": power}
    live = Live()
    persons = persons_of(database, live, tickets, profiles, clock, read_details=answering.read)
    events = Events(
        write=write, read=read, clock=clock, terms=terms, watches=watches, profiles=profiles
    )
    transcript = Transcript(write=write, read=read, clock=clock)
    turns = Turns(
        write=write,
        read=read,
        live=live,
        transcript=transcript,
        answering=answering,
        queueing=persons.queueing,
        profiles=profiles,
        clock=clock,
        burst_window_s=burst_window_s,
    )
    hub = Hub(
        write=write,
        read=read,
        live=live,
        turns=turns,
        clock=clock,
        lines_a_minute=lines_a_minute,
    )
    centres = connectors.api.Centres(profiles, default="power")
    seal = load_seal(ROOT / "profiles" / "informants.yml", roles=list(Role))
    informants = InformantService(seal=seal, write=write, read=read, clock=clock)
    attachments = AttachmentService(files=files, write=write, read=read, clock=clock)
    forms = FormService(
        forms=load_forms(ROOT / "profiles" / "forms.yml"),
        profiles=profiles,
        limits={"power": load_limits(ROOT / "profiles" / "power")},
        seal=seal,
        read=read,
        clock=clock,
    )
    drafts = Drafts(
        checks=read_checks("power"),
        transcript=transcript,
        tickets=tickets,
        seal=seal,
        knowledge=knowledge,
        clock=clock,
    )
    door, sight = TicketDoor(staff, tickets), Sight(seal)
    talks = Talks(transcript=transcript, handovers=persons.handovers, informants=informants)
    past_talks = PastTalks(read=read, clock=clock, seal=seal)
    contacts = LastContacts(tickets=tickets, handovers=persons.handovers, past_talks=past_talks)
    desktop = Desktop(
        staff=staff,
        hub=hub,
        chats=Chats(
            how_to_mute=HOW_TO_MUTE,
            transcript=transcript,
            profiles=profiles,
            default_profile="power",
            write=write,
            read=read,
        ),
        handovers=persons.handovers,
        duty=persons.duty,
        read_details=answering.read,
        files=sent_files,
        tickets=tickets,
        nearby=OpenNearby(read),
        events=events,
        talks=talks,
        profiles=profiles,
        centres=centres,
        terms=terms,
        clock=clock,
        sight=sight,
        contacts=contacts,
        past_talks=past_talks,
        actors=errors.ACTORS,
    )
    app = FastAPI()
    errors.install(app)
    for router in (
        connectors.sign_in.make_router(staff),
        connectors.api.make_router(
            hub=hub, transcript=transcript, centres=centres, max_text=MAX_TEXT
        ),
        connectors.staff_api.make_router(
            staff=staff, talks=talks, knowledge=knowledge, centres=centres
        ),
        connectors.desk_api.make_router(desktop),
        connectors.talk_alarms_api.make_router(
            staff=staff,
            alarms=TalkAlarms(write=write, read=read, clock=clock),
            terms=persons.handovers.terms,
            profiles=profiles,
        ),
        connectors.etiquette_api.make_router(
            staff=staff, drafts=drafts, centres=centres, talks=talks
        ),
        connectors.outstanding_api.make_router(
            staff=staff,
            tickets=tickets,
            owing=owing,
            noting=Noting(write=write, clock=clock, terms=terms),
            profiles=profiles,
            clock=clock,
            sight=sight,
        ),
        connectors.owed_api.make_router(
            staff=staff,
            owing=owing,
            centres=centres,
            clock=clock,
            sight=sight,
        ),
        connectors.staff_api.make_ticket_router(
            staff=staff,
            tickets=tickets,
            owing=owing,
            centres=centres,
            terms=terms,
            clock=clock,
            sight=sight,
        ),
        connectors.owed_api.make_verbs_router(
            staff=staff,
            tickets=tickets,
            matters=Matters(write=write, clock=clock, terms=terms),
            follow_up=FollowUp(write=write, clock=clock, terms=terms),
            sight=sight,
        ),
        connectors.events_api.make_router(staff=staff, events=events, centres=centres, sight=sight),
        connectors.attachments_api.make_router(door=door, attachments=attachments),
        connectors.photos_api.make_router(
            transcript=transcript, files=sent_files, staff=staff, talks=talks
        ),
        connectors.informants_api.make_router(door=door, informants=informants),
        connectors.audit_api.make_router(staff),
        connectors.forms_api.make_router(
            staff=staff, door=door, forms=forms, centres=centres, sight=sight
        ),
    ):
        app.include_router(router, prefix=API)
    yield Doors(
        app=app,
        bot=bot,
        hub=hub,
        transcript=transcript,
        knowledge=knowledge,
        staff=staff,
        tickets=tickets,
        sent_files=sent_files,
        talks=talks,
        desktop=desktop,
        queueing=persons.queueing,
    )
    knowledge.close()


@pytest.fixture
def api() -> Iterator[BotApi]:
    """Telegram, as far as a test scripts it."""
    with serve_bot_api() as served:
        yield served


@pytest.fixture
def office(database: Database, clock: Clock, power: Profile, tmp_path: Path) -> PostOffice:
    """A desk whose inbox and outbox are at work."""
    return PostOffice(database, clock, power, tmp_path)


@pytest.fixture
def indexes(tmp_path: Path) -> IndexCache:
    return IndexCache(tmp_path / "indexes")


@pytest.fixture
async def http(doors: Doors) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody outside; an error inside reaches them as the desk's answer, not as an exception."""
    transport = httpx.ASGITransport(doors.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=f"http://desk{API}") as client:
        yield client


@dataclass
class Customer:
    """Somebody with the chat page open."""

    http: httpx.AsyncClient
    conversation_id: str
    token: str
    _said: int = field(default=0)

    @property
    def path(self) -> str:
        return f"/conversations/{self.conversation_id}"

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    async def say(self, text: str, *, message_id: str = "", **more: str) -> httpx.Response:
        self._said += 1
        line = {"message_id": message_id or f"line {self._said}", "text": text, **more}
        return await self.send(line)

    async def send(self, line: Any) -> httpx.Response:
        return await self.http.post(f"{self.path}/messages", json=line, headers=self.headers)

    async def lines(self, **query: Any) -> list[dict[str, Any]]:
        """What the page shows."""
        shown = await self.http.get(f"{self.path}/messages", params=query, headers=self.headers)
        found: list[dict[str, Any]] = shown.json()["messages"]
        return found


Opening = Callable[[], Coroutine[Any, Any, Customer]]


@pytest.fixture
def open_conversation(http: httpx.AsyncClient) -> Opening:
    async def opening() -> Customer:
        opened = (await http.post("/conversations", json={})).json()
        return Customer(http, opened["conversation_id"], opened["token"])

    return opening


@pytest.fixture
async def customer(open_conversation: Opening) -> Customer:
    """小张 has just opened the page."""
    return await open_conversation()


@dataclass
class Colleague:
    """Somebody of the staff who has a token."""

    http: httpx.AsyncClient
    name: str
    token: str

    async def get(self, path: str, **query: Any) -> httpx.Response:
        return await self.http.get(path, params=query, headers=self._headers)

    async def post(self, path: str, body: Any) -> httpx.Response:
        return await self.http.post(path, json=body, headers=self._headers)

    async def put(self, path: str, body: Any) -> httpx.Response:
        return await self.http.put(path, json=body, headers=self._headers)

    async def patch(self, path: str, body: Any) -> httpx.Response:
        return await self.http.patch(path, json=body, headers=self._headers)

    async def amend(self, path: str, body: dict[str, Any]) -> httpx.Response:
        """Look at a ticket, and change what was seen, as the page does."""
        seen = (await self.get(path)).json()
        return await self.patch(path, {"version": seen.get("version", 1), **body})

    async def does(self, path: str, verb: str, body: dict[str, Any]) -> httpx.Response:
        """Look at a ticket or an event, and do to it what was meant for what was seen."""
        seen = (await self.get(path)).json()
        return await self.post(f"{path}/{verb}", {"version": seen.get("version", 1), **body})

    async def delete(self, path: str, **query: Any) -> httpx.Response:
        return await self.http.delete(path, params=query, headers=self._headers)

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


Hiring = Callable[[str, Role], Coroutine[Any, Any, Colleague]]


@pytest.fixture
def hire(doors: Doors, http: httpx.AsyncClient) -> Hiring:
    async def hiring(name: str, role: Role) -> Colleague:
        await doors.staff.add(name, role, "电表-三零五")
        return Colleague(http, name, await doors.staff.make_token(name))

    return hiring


@pytest.fixture
async def agent(hire: Hiring) -> Colleague:
    """小李 answers the phone."""
    return await hire("小李", Role.AGENT)


@pytest.fixture
async def supervisor(hire: Hiring) -> Colleague:
    """老王 may see everything."""
    return await hire("老王", Role.SUPERVISOR)


def problem_of(response: httpx.Response) -> dict[str, Any]:
    """The problem details, which must agree with the response that carries them."""
    assert response.headers["content-type"] == "application/problem+json", response.text
    body: dict[str, Any] = response.json()
    assert body["status"] == response.status_code
    assert body["detail"]
    return body
